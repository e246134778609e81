"""Nudges: one private message near the month's end, only about quiet steps, never against a person's wish."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from bot.chat.commands import parse_args
from handlers import nudges
from storage.models import organization, person, update
from storage.queries import people
from tests.builders import a_person, a_plan, owns
from tests.desk import Desk, buttons, words

# March 2026 ends on a Tuesday that is a holiday (César Chávez Day): the working days left are 24, 25, 26, 27 and 30.
OPENS = datetime(2026, 3, 24, 16, 0, tzinfo=UTC)


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, nudges)


@pytest.fixture
def county(work):
    """Ann owns 1.1.1 and 1.1.2, Lee 1.1.3; 1.2.1 is nobody's."""
    with work() as uow:
        rows = a_plan(uow, {"1.1": 3, "1.2": 1})
        ann, lee = a_person(uow, "Ann Ortiz"), a_person(uow, "Lee Park")
        a_person(uow, "Gus Hall")
        owns(uow, ann, rows.steps["1.1.1"], rows.steps["1.1.2"])
        owns(uow, lee, rows.steps["1.1.3"])
    return SimpleNamespace(rows=rows, ann=ann, lee=lee)


@pytest.fixture
def report(work, county):
    """`report("1.1.1", "done", at=…)`"""

    def reported(ref, status=None, at=None, withdrawn=None):
        with work() as uow:
            uow.insert(
                update, step_id=county.rows.steps[ref], person_id=county.ann.id, at=at or uow.at, status=status,
                note="", source="typed", withdrawn_at=withdrawn,
            )  # fmt: skip

    return reported


def march(day, hour=18, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def nudged(desk):
    return [q.to for q in desk.queued("nudge")]


def me(work, name="Ann Ortiz"):
    with work() as uow:
        return next(p for p in people.all_people(uow) if p.name.startswith(name))


def test_owners_of_quiet_steps_are_nudged_once_and_in_time(desk, clock, county):
    clock.move_to(march(24, 15, 59))
    assert desk.tick() == 0
    clock.move_to(OPENS)
    assert desk.tick() == 2
    assert desk.tick() == 0
    assert nudged(desk) == ["Ann Ortiz", "Lee Park"]
    first = desk.queued("nudge")[0]
    said = words(first.message)
    assert "2 steps of yours have no update in March 2026 yet." in said
    assert "1.1.1 Do thing 1.1.1" in said
    assert "1.1.3" not in said
    assert "The month ends on Tuesday, 31 March 2026." in said
    assert [b.label for b in buttons(first.message)] == ["Update", "Snooze 2 days", "Stop these"]
    assert (first.period, first.row.channel_id) == ("2026-03", None)
    for day in (25, 28, 30, 31):
        clock.move_to(march(day))
        assert desk.tick() == 0


def test_steps_with_an_update_this_month_and_closed_ones_are_left_out(desk, clock, county, report):
    report("1.1.1", at=datetime(2026, 3, 1, 7, 59, tzinfo=UTC))  # still February in California
    report("1.1.2", "done", at=datetime(2026, 1, 5, tzinfo=UTC))
    report("1.1.3", at=datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
    clock.move_to(OPENS)
    desk.tick()
    (only,) = desk.queued("nudge")
    assert only.to == "Ann Ortiz"
    assert "1 step of yours has no update" in words(only.message)
    assert "1.1.1" in words(only.message)
    assert "1.1.2" not in words(only.message)
    update_button = buttons(only.message)[0]
    assert (update_button.verb, dict(update_button.values)) == ("update", {"step": str(county.rows.steps["1.1.1"])})


def test_an_update_that_was_taken_back_does_not_count(desk, clock, county, report):
    report("1.1.3", withdrawn=march(3))
    clock.move_to(OPENS)
    desk.tick()
    assert "Lee Park" in nudged(desk)


def test_when_everything_is_reported_nobody_is_nudged(desk, clock, county, report):
    for ref in ("1.1.1", "1.1.2", "1.1.3"):
        report(ref)
    clock.move_to(OPENS)
    assert desk.tick() == 0


def test_a_missed_tick_is_made_good_within_the_month_only(desk, clock, county):
    clock.move_to(datetime(2026, 4, 1, 6, 59, tzinfo=UTC))
    assert desk.tick() == 2
    assert {q.period for q in desk.queued("nudge")} == {"2026-03"}
    clock.move_to(datetime(2026, 4, 1, 7, 0, tzinfo=UTC))
    assert desk.tick() == 0


def test_december_ends_with_holidays(desk, clock, county):
    # Working days left: 24, 28, 29, 30 and 31 December; the 25th is a holiday, the 26th and 27th a weekend.
    clock.move_to(datetime(2026, 12, 24, 16, 59, tzinfo=UTC))
    assert desk.tick() == 0
    clock.move_to(datetime(2026, 12, 24, 17, 0, tzinfo=UTC))
    assert desk.tick() == 2
    clock.move_to(datetime(2027, 1, 1, 8, 0, tzinfo=UTC))
    assert desk.tick() == 0


def test_nine_o_clock_is_the_organizations_own_before_and_after_clocks_change(desk, clock, county):
    for month, day, hour in ((10, 26, 16), (11, 20, 17)):  # Thanksgiving and the day after it are off in November
        clock.move_to(datetime(2026, month, day, hour - 1, 59, tzinfo=UTC))
        assert desk.tick() == 0
        clock.move_to(datetime(2026, month, day, hour, 0, tzinfo=UTC))
        assert desk.tick() == 2


def test_the_settings_move_the_nudge(desk, clock, engine, county):
    with engine.begin() as connection:
        connection.execute(organization.update().values(settings={"nudge_days": "1", "send_at": "14:30"}))
    clock.move_to(march(30, 21, 29))
    assert desk.tick() == 0
    clock.move_to(march(30, 21, 30))
    assert desk.tick() == 2


def test_who_opted_out_or_left_is_not_nudged(desk, clock, engine, county):
    desk.says("Ann Ortiz", "/sip nudges off")
    with engine.begin() as connection:
        connection.execute(person.update().where(person.c.id == county.lee.id).values(active=False))
    clock.move_to(OPENS)
    assert desk.tick() == 0
    desk.says("Ann Ortiz", "/sip nudges on")
    assert desk.tick() == 1


def test_stop_these_stops_them(desk, clock, work, county):
    clock.move_to(OPENS)
    desk.tick()
    reply = desk.presses("Ann Ortiz", desk.queued("nudge")[0].message, "Stop these")
    assert "Your reminders are off now." in words(reply.message)
    assert not me(work).nudges
    assert "on again" in words(desk.presses("Ann Ortiz", reply.message, "Turn them on").message)
    assert me(work).nudges
    assert "Your reminders are on." in words(desk.says("Ann Ortiz", "/sip nudges").message)


# Snooze


def test_a_snooze_after_the_nudge_brings_it_once_more(desk, clock, work, county):
    clock.move_to(OPENS)
    desk.tick()
    reply = desk.presses("Ann Ortiz", desk.queued("nudge")[0].message, "Snooze 2 days")
    assert "No reminder before Thursday 26 March 2026." in words(reply.message)
    clock.move_to(march(26, 15, 59))
    assert desk.tick() == 0
    clock.move_to(march(26, 16, 0))
    assert desk.tick() == 1
    assert desk.tick() == 0
    assert nudged(desk) == ["Ann Ortiz", "Lee Park", "Ann Ortiz"]
    assert "As you asked, once more. 2 steps of yours" in words(desk.queued("nudge")[-1].message)
    assert me(work).snoozed_until is None
    clock.move_to(march(30))
    assert desk.tick() == 0


def test_a_snooze_before_the_nudge_only_moves_it(desk, clock, county):
    clock.move_to(march(23))
    desk.says("Ann Ortiz", "/sip snooze 3 days")
    clock.move_to(march(25))
    desk.tick()
    assert nudged(desk) == ["Lee Park"]
    clock.move_to(march(26))
    desk.tick()
    assert nudged(desk) == ["Lee Park", "Ann Ortiz"]
    assert "once more" not in words(desk.queued("nudge")[-1].message)
    for day in (27, 30, 31):
        clock.move_to(march(day))
        assert desk.tick() == 0


def test_a_snooze_that_ended_before_the_nudge_changes_nothing(desk, clock, county):
    clock.move_to(march(10))
    desk.says("Ann Ortiz", "/sip snooze")
    clock.move_to(OPENS)
    assert desk.tick() == 2
    clock.move_to(march(26))
    assert desk.tick() == 0


def test_after_the_snooze_reported_steps_bring_no_nudge(desk, clock, county, report):
    clock.move_to(OPENS)
    desk.tick()
    desk.says("Lee Park", "/sip snooze")
    report("1.1.3", "in progress")
    clock.move_to(march(26))
    assert desk.tick() == 0


def test_a_snooze_ends_on_a_working_day_of_this_month(desk, clock, work, county):
    clock.move_to(march(26))  # Thursday; two days on is a Saturday
    assert "Monday 30 March 2026" in words(desk.says("Ann Ortiz", "/sip snooze").message)
    said = words(desk.says("Ann Ortiz", "/sip snooze 30").message)
    assert "Monday 30 March 2026, the last working day of the month" in said
    assert me(work).snoozed_until == date(2026, 3, 30)
    assert "until Friday" not in words(desk.says("Ann Ortiz", "/sip snooze until friday").message)
    assert me(work).snoozed_until == date(2026, 3, 27)


@pytest.mark.parametrize("said", ["until 2026-03-27", "2026-03-27", "until 2026–03–27", "Until 27 March"])
def test_a_snooze_lasts_until_the_date_that_is_written(desk, clock, work, county, said):
    clock.move_to(march(25))
    assert "Friday 27 March 2026" in words(desk.says("Ann Ortiz", f"/sip snooze {said}").message)
    assert me(work).snoozed_until == date(2026, 3, 27)


def test_on_the_last_working_day_there_is_nothing_to_snooze(desk, clock, work, county):
    clock.move_to(march(30))
    reply = desk.says("Ann Ortiz", "/sip snooze")
    assert "nothing to put off" in words(reply.message)
    assert me(work).snoozed_until is None
    assert "off now" in words(desk.presses("Ann Ortiz", reply.message, "Turn reminders off").message)


def test_a_snooze_is_ended_by_its_button(desk, clock, work, county):
    clock.move_to(OPENS)
    reply = desk.says("Ann Ortiz", "/sip snooze 2")
    assert "The snooze is over." in words(desk.presses("Ann Ortiz", reply.message, "End the snooze").message)
    assert me(work).snoozed_until is None


@pytest.mark.parametrize("words_", ["banana", "until yesterday", "2026-03-01"])
def test_a_snooze_that_cannot_be_read_says_what_to_write(desk, work, county, words_):
    said = words(desk.says("Ann Ortiz", f"/sip snooze {words_}").message)
    assert "Friday" in said or "/sip snooze 2" in said
    assert me(work).snoozed_until is None


# Leave


def test_who_is_away_is_nudged_after_coming_back_in_the_same_month(desk, clock, work, county):
    reply = desk.says("Ann Ortiz", "/sip away until 26 March")
    assert "No reminders through Thursday 26 March 2026." in words(reply.message)
    clock.move_to(march(27, 15, 59))
    desk.tick()
    assert nudged(desk) == ["Lee Park"]
    clock.move_to(march(27, 16, 0))
    desk.tick()
    assert nudged(desk) == ["Lee Park", "Ann Ortiz"]


def test_who_is_away_over_the_months_end_is_not_nudged_for_it(desk, clock, county):
    desk.says("Ann Ortiz", "/sip away until 2026-04-03")
    for day in (24, 27, 31):
        clock.move_to(march(day))
        desk.tick()
    clock.move_to(datetime(2026, 4, 6, 18, tzinfo=UTC))
    desk.tick()
    assert nudged(desk) == ["Lee Park"]


@pytest.mark.parametrize("back", ["/sip away off", "/sip away back"])
def test_coming_back_early_brings_the_nudge(desk, clock, work, county, back):
    reply = desk.says("Ann Ortiz", "/sip away until 3 April")
    assert [b.label for b in buttons(reply.message)] == ["Edit", "I am back"]
    clock.move_to(OPENS)
    desk.tick()
    desk.says("Ann Ortiz", back)
    assert me(work).away_until is None
    desk.tick()
    assert nudged(desk) == ["Lee Park", "Ann Ortiz"]


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("until 12 March", date(2026, 3, 12)),
        ("2026-03-12", date(2026, 3, 12)),
        ("friday", date(2026, 3, 6)),
        ("Until Friday", date(2026, 3, 6)),
        ("till March 12th, 2026", date(2026, 3, 12)),
        ("through 3/12", date(2026, 3, 12)),
        ("today", date(2026, 3, 2)),
    ],
)
def test_leave_is_read_leniently(desk, work, county, said, until):
    desk.says("Ann Ortiz", f"/sip away {said}")
    assert me(work).away_until == until


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("until whenever", "I cannot read “whenever” as a date."),
        ("2026-02-01", "is over already"),
        ("2036-03-12", "Check the year"),
        ("31 June", "There is no “31 June”"),
    ],
)
def test_leave_that_cannot_be_is_refused_in_words(desk, work, county, said, sentence):
    assert sentence in words(desk.says("Ann Ortiz", f"/sip away {said}").message)
    form = desk.says("Ann Ortiz", "/sip away")
    assert sentence in dict(desk.submits("Ann Ortiz", form, until=said).errors.errors)["until"]
    assert me(work).away_until is None


def test_leave_has_a_form_that_remembers(desk, work, county):
    form = desk.says("Ann Ortiz", "/sip away")
    assert form.form.fields[0].kind == "date"
    desk.submits("Ann Ortiz", form, until="2026-03-12")
    assert desk.says("Ann Ortiz", "/sip away").form.fields[0].value == "2026-03-12"
    assert "away through 12 March 2026" in words(desk.says("Ann Ortiz", "/sip nudges").message)


def test_every_example_parses():
    for spec in nudges.COMMANDS:
        for example in spec.examples:
            assert example.startswith(spec.verb)
            assert parse_args(spec.args, example[len(spec.verb) :].strip())[1] == ""
