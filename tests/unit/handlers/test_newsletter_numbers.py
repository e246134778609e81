"""An edition's numbers are the ones that may be shown when it goes out, not when it was compiled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers import measures, newsletter, rollup, voice
from storage.models import measure, report, voice_result
from tests.desk import Desk, words
from tests.unit.handlers.newsletter_county import county, ready

__all__ = ["county"]

CORA = "Cora Diaz"
MARCH_2, APRIL_8 = datetime(2026, 3, 2, 18, 0, tzinfo=UTC), datetime(2026, 4, 8, 17, 0, tzinfo=UTC)
CHANGED = "“Our numbers” was made from numbers that were changed or withheld since: 47.5%. Compile the draft again."


@pytest.fixture
def desk(engine, clock, county):
    """A draft is compiled in which a measure's value is 47.5%."""
    desk = Desk(engine, clock, newsletter, measures, voice)
    compiled_at = clock.read()
    clock.move_to(MARCH_2)
    records(desk, "1 47.5% 2026-02")
    clock.move_to(compiled_at)
    ready(desk)
    return desk


def records(desk, line):
    assert "Saved" in words(desk.says(CORA, f"/sip measure record {line}").message), line


def says(desk, line):
    return words(desk.says(CORA, f"/sip newsletter {line}").message)


@pytest.mark.parametrize("line", ["1 * 2026-02", "1 47.5% 2026-02 of 8", "1 46% 2026-02"])
def test_a_number_that_was_changed_after_the_draft_is_not_approved(desk, clock, line):
    clock.move_to(APRIL_8)
    records(desk, line)
    assert CHANGED in says(desk, "approve")
    clock.move_to(APRIL_8 + timedelta(minutes=1))
    assert CHANGED not in says(desk, "draft Q1 2026")
    assert "Approved" in says(desk, "approve")
    assert "Published" in says(desk, "publish")
    assert "47.5%" not in says(desk, "preview")


def test_nor_published_when_it_was_changed_after_the_approval(desk, clock):
    says(desk, "approve")
    clock.move_to(APRIL_8)
    records(desk, "1 * 2026-02")
    assert CHANGED in says(desk, "publish")
    assert desk.queued("newsletter") == []


def test_nor_in_a_correction(desk, clock):
    says(desk, "approve")
    says(desk, "publish")
    clock.move_to(APRIL_8)
    records(desk, "1 * 2026-02")
    begun = desk.submits(CORA, desk.says(CORA, "/sip newsletter correct"), reason="A date was wrong")
    assert CHANGED in words(begun.message)
    says(desk, "draft Q1 2026")
    says(desk, "approve")
    assert "Published" in says(desk, "publish")
    assert "47.5%" not in says(desk, "preview")


def test_a_groups_value_and_the_people_heard_are_held_back_too(desk, clock, work):
    clock.move_to(MARCH_2)
    records(desk, "1 31% 2026-02 Spanish (language)")
    with work() as uow:
        uow.change(voice_result, responses=27)
    clock.move_to(APRIL_8)
    says(desk, "draft Q1 2026")
    says(desk, "edit equity One gap: 31% in Spanish. We will call.")
    assert "Nothing is missing" in says(desk, "")
    records(desk, "1 31% 2026-02 Spanish (language) of 6")
    with work() as uow:
        uow.change(voice_result, responses=7)
    said = says(desk, "approve")
    assert "“Equity corner” was made from numbers that were changed or withheld since: 31%." in said
    assert "“You said, we did” was made from numbers that were changed or withheld since: people heard: 27." in said


def test_what_a_person_wrote_is_kept_and_its_old_number_is_named_until_it_is_out(desk, clock):
    says(desk, "edit numbers We stand at 47.5% and aim for 64%.")
    clock.move_to(APRIL_8)
    records(desk, "1 * 2026-02")
    for _ in range(2):
        said = says(desk, "draft Q1 2026")
        assert "“Our numbers” says 47.5%, which was changed or withheld. Take it out of the text." in said
        assert "is not approved yet" in says(desk, "approve")
    assert "Nothing is missing" in says(desk, "edit numbers We aim for 64%.")


def test_a_number_that_is_recorded_later_holds_nothing_back(desk, clock):
    clock.move_to(APRIL_8)
    records(desk, "1 49% 2026-03")
    records(desk, "2 12% 2026-02 Spanish (language) of 4")
    assert "Approved" in says(desk, "approve")


def test_a_number_of_people_that_was_corrected_is_not_told_beside_the_new_one(desk, clock, work):
    with work() as uow:
        uow.change(measure, unit="families")
    clock.move_to(MARCH_2)
    records(desk, "2 52 2026-02")
    clock.move_to(APRIL_8)
    says(desk, "draft Q1 2026")
    records(desk, "2 49 2026-02")
    assert "52 families. Compile the draft again." in says(desk, "approve")
    with work() as uow:
        assert uow.row(report.select()).state == "draft"


def test_a_value_that_was_corrected_is_told_as_the_roll_up_has_it_until_that_is_revised(engine, clock, county):
    desk = Desk(engine, clock, newsletter, measures, rollup)
    clock.move_to(MARCH_2)
    records(desk, "1 47.5% 2026-02")
    clock.move_to(datetime(2026, 4, 2, 18, 0, tzinfo=UTC))
    desk.tick()
    ready(desk)
    records(desk, "1 46% 2026-02")
    assert "Nothing is missing" in says(desk, "")
    clock.move_to(datetime(2026, 4, 3, 18, 0, tzinfo=UTC))
    desk.tick()
    assert "roll-up" in words(desk.says(CORA, "/sip report 2026-03").message)
    assert CHANGED in says(desk, "approve")
    assert "Nothing is missing" in says(desk, "draft Q1 2026")
