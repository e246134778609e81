"""What comes late for a published month: a numbered revision, a note under the post, and a first page that stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy import update as sql_update

from bot.chat.commands import Role
from bot.chat.replies import Reply
from bot.domain.changes import changes
from bot.domain.frozen_data import from_data
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Month
from bot.pages import report_page
from handlers import learning, measures, meetings, rollup, updates
from handlers.rollup import revising
from handlers.rollup.length import count_words
from storage.models import meeting_note, outbox, reading, report, update
from storage.queries import plan as plans
from storage.queries import reports
from storage.queries.facts import goal_facts
from tests.builders import a_person, a_plan, a_workgroup
from tests.desk import Desk, buttons, words
from tests.unit.handlers.rollup_county import APRIL_1, set_channel, told

APRIL_2 = APRIL_1 + timedelta(days=1)
APRIL_3 = APRIL_1 + timedelta(days=2)  # a Friday


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, rollup, updates, meetings, measures, learning)


@pytest.fixture
def county(work, desk, clock):
    """Larkspur, March published on 1 April: Ann reported on 1.1.1, nobody recorded the meeting."""
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz")
        a_person(uow, "Cora Diaz", Role.COORDINATOR)
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        told(uow, ann, plan.steps["1.1.1"], "in progress")
        made = {"month": "2026-02", "value": 39.5, "person_id": ann.id, "at": uow.at}
        uow.insert(reading, measure_id=plan.measures[1], **made)
        set_channel(uow)
    clock.move_to(APRIL_1)
    desk.tick()
    with work() as uow:  # as if the digest had been delivered
        uow.rows(sql_update(outbox).where(outbox.c.kind == "rollup").values(state="sent", remote_id="post-1"))
    return plan


def published(engine) -> list:
    with engine.connect() as connection:
        statement = select(report.c.revision, report.c.token, report.c.facts).where(report.c.kind == "rollup")
        return connection.execute(statement.order_by(report.c.period, report.c.revision)).all()


def record_meeting(desk) -> Reply:
    form = desk.says("Ann Ortiz", "/sip meeting held")
    return desk.submits("Ann Ortiz", form, date="2026-03-10", decisions="One letter for both offices.")


def test_a_meeting_recorded_late_makes_a_revision_and_a_note_in_the_thread(desk, clock, county, engine):
    clock.move_to(APRIL_2)
    record_meeting(desk)
    assert len(published(engine)) == 1
    clock.move_to(APRIL_3)
    desk.tick()
    first, second = published(engine)
    assert (first.revision, second.revision) == (1, 2)
    assert first.token != second.token
    (note,) = [post for post in desk.queued("notice") if "revision" in words(post.message)]
    assert (note.to, note.row.thread, note.period) == ("#executives", "post-1", "2026-03")
    said = words(note.message)
    assert "Forms, meeting: no meeting recorded → met" in said
    assert f"https://sip.example/r/{second.token}" in str(note.message)
    assert len(desk.queued("rollup")) == 1  # the digest itself is neither posted again nor rewritten


def test_the_first_page_stays_and_says_that_a_newer_one_exists(desk, clock, county, engine):
    before = report_page(engine, published(engine)[0].token, "html").body.decode()
    assert "was revised" not in before
    clock.move_to(APRIL_2)
    record_meeting(desk)
    clock.move_to(APRIL_3)
    desk.tick()
    first, second = published(engine)
    after = report_page(engine, first.token, "html").body.decode()
    assert f'href="/r/{second.token}"' in after
    assert "This roll-up was revised. Read revision 2." in after
    assert "0 of 1 workgroup met" in after
    newer = report_page(engine, second.token, "html").body.decode()
    assert "was revised" not in newer
    assert "What changed since revision 1" in newer
    assert "1 of 1 workgroup met" in newer


def test_report_shows_the_newest_revision_within_its_words(desk, clock, county, engine):
    clock.move_to(APRIL_2)
    record_meeting(desk)
    clock.move_to(APRIL_3)
    desk.tick()
    shown = desk.says("Cora Diaz", "/sip report 2026-03").message
    assert "March 2026 roll-up, revision 2" in words(shown)
    assert "Decided, Forms: One letter for both offices." in words(shown)
    assert count_words(shown) <= 450


def test_an_update_can_be_counted_in_the_month_it_was_meant_for(desk, clock, county, engine):
    clock.move_to(APRIL_2)
    receipt = desk.says("Ann Ortiz", "/sip update 1.1.2 done Sent on 30 March")
    assert "April 2026 roll-up" in words(receipt.message)
    counted = desk.presses("Ann Ortiz", receipt.message, "Count it in March 2026")
    assert "1.1.2 is done" in words(counted.message)
    assert "The March 2026 roll-up is published already." in words(counted.message)
    assert "goes out on 3 April 2026" in words(counted.message)
    clock.move_to(APRIL_3)
    desk.tick()
    facts = from_data(MonthFacts, published(engine)[1].facts)
    assert [step.refs for step in facts.done] == [("1.1.2",)]
    assert facts.steps_done == 1
    april = words(desk.says("Cora Diaz", "/sip report").message)
    assert "Done: none." in april  # counted once, in March
    note = next(words(p.message) for p in desk.queued("notice") if "revision" in words(p.message))
    assert "Steps done in all: 0 of 7 → 1 of 7" in note


def test_a_late_update_can_be_taken_back_until_its_revision_is_out(desk, clock, county, engine):
    clock.move_to(APRIL_2)
    receipt = desk.says("Ann Ortiz", "/sip update 1.1.2 done Sent on 30 March")
    counted = desk.presses("Ann Ortiz", receipt.message, "Count it in March 2026")
    back = desk.presses("Ann Ortiz", counted.message, "Undo")
    assert "Taken back" in words(back.message) or "stand" in words(back.message)
    with engine.connect() as connection:
        standing = connection.execute(
            select(update.c.at).where(update.c.withdrawn_at.is_(None), update.c.status == "done")
        ).scalars()
        assert [at.date() for at in standing] == [date(2026, 4, 2)]  # it counts in April again
    again = desk.presses("Ann Ortiz", receipt.message, "Count it in March 2026")
    clock.move_to(APRIL_3)
    desk.tick()
    refused = words(desk.presses("Ann Ortiz", again.message, "Undo").message)
    assert "is already published, so it stays" in refused


def test_counting_in_the_month_before_is_offered_for_some_days_only(desk, clock, county):
    clock.move_to(datetime(2026, 4, 13, 18, tzinfo=UTC))
    receipt = desk.says("Ann Ortiz", "/sip update 1.1.2 done Sent")
    assert not [b for b in buttons(receipt.message) if b.label.startswith("Count it")]
    update_id = dict(next(b for b in buttons(receipt.message) if b.label == "Edit").values)["update"]
    pressed = desk.sends(
        "Ann Ortiz", verb="update earlier", values={"update": update_id, "month": "2026-03"}, source="button"
    )
    assert "stays in April 2026" in words(pressed.message)


def test_a_corrected_reading_makes_a_revision_but_a_new_data_month_does_not(desk, clock, county, work, engine):
    clock.move_to(APRIL_2)
    with work() as uow:
        known = uow.row(select(reading))
        given = {"measure_id": known.measure_id, "person_id": known.person_id, "at": uow.at}
        uow.insert(reading, month="2026-03", value=44.0, **given)
    clock.move_to(APRIL_3)
    desk.tick()
    assert len(published(engine)) == 1
    with work() as uow:
        uow.change(reading, reading.c.id == known.id, replaced_at=uow.at)
        uow.insert(reading, month="2026-02", value=43.5, **given)
    clock.move_to(APRIL_3 + timedelta(days=3))
    desk.tick()
    facts = from_data(MonthFacts, published(engine)[1].facts)
    assert (facts.goals[0].data_month, facts.goals[0].latest) == ("2026-02", 43.5)
    note = next(words(p.message) for p in desk.queued("notice") if "revision" in words(p.message))
    assert "Measure 1 Rate: 39.5% (February 2026) → 43.5% (February 2026)" in note


def test_what_came_between_the_months_end_and_its_roll_up_is_in_it(desk, clock, work, engine):
    """A reading corrected and a note said at 07:30, with the roll-up at 09:00."""
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz")
        a_person(uow, "Ana Lytic", Role.ANALYST)
        a_person(uow, "Cora Diaz", Role.COORDINATOR)
        group = a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        set_channel(uow)
    clock.move_to(datetime(2026, 3, 10, 18, tzinfo=UTC))
    desk.says("Ana Lytic", "/sip measure record 1 47.5% 2026-02")
    clock.move_to(APRIL_1 - timedelta(minutes=90))
    desk.says("Ana Lytic", "/sip measure record 1 41.5% 2026-02")
    with work() as uow:
        said = {"person_id": ann.id, "month": "2026-03", "text": "We met the front desk.", "at": uow.at}
        uow.insert(meeting_note, workgroup_id=group, **said)
    desk.says("Ana Lytic", "/sip measure record 1 60% 2026-03")
    clock.move_to(APRIL_1 - timedelta(minutes=60))
    before = words(desk.says("Cora Diaz", "/sip report 2026-03").message)
    clock.move_to(APRIL_1)
    desk.tick()
    facts = from_data(MonthFacts, published(engine)[0].facts)
    assert [(one.month, one.value) for one in facts.goals[0].points] == [("2026-02", 41.5)]  # March's is April's news
    assert (facts.notes, facts.replied) == (1, 1)
    assert "41.5%" in before, "asked for an hour earlier, it says the same"
    clock.move_to(APRIL_3)
    desk.tick()
    assert len(published(engine)) == 1, "nothing came late"


def test_a_table_taken_back_before_the_roll_up_was_never_there(desk, clock, work, engine):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Ana Lytic", Role.ANALYST)
        set_channel(uow)
    clock.move_to(datetime(2026, 4, 10, 18, tzinfo=UTC))
    desk.says("Ana Lytic", "/sip measure record 1 50% 2026-03")
    clock.move_to(datetime(2026, 4, 29, 18, tzinfo=UTC))
    table = desk.says("Ana Lytic", "/sip measure record 1\nmonth,value\n2026-02,4%\n2026-03,5%").message
    clock.move_to(datetime(2026, 5, 1, 14, 30, tzinfo=UTC))
    desk.presses("Ana Lytic", table, "Take it back")
    with work() as uow:
        plan, end = plans.the_plan(uow), datetime(2026, 5, 1, 7, tzinfo=UTC)
        (goal, *_) = goal_facts(uow, plan, Month(2026, 4), end, end)
    assert [(one.month, one.value) for one in goal.points] == [("2026-03", 50.0)]


def test_what_changes_nothing_on_the_page_makes_no_revision(desk, clock, county, engine, work):
    clock.move_to(APRIL_2)
    desk.presses("Ann Ortiz", record_meeting(desk).message, "Take back")
    clock.move_to(APRIL_3)
    assert desk.tick() >= 1  # it was looked at
    assert len(published(engine)) == 1
    clock.move_to(APRIL_3 + timedelta(days=3))
    with work() as uow:
        assert list(revising.revisions_due(uow)) == []  # and is not looked at again


def test_a_revision_comes_once_on_a_working_day_however_often_the_clock_pokes(desk, clock, county, engine):
    clock.move_to(datetime(2026, 4, 3, 18, tzinfo=UTC))
    record_meeting(desk)
    clock.move_to(datetime(2026, 4, 4, 18, tzinfo=UTC))  # Saturday
    desk.tick()
    assert len(published(engine)) == 1
    clock.move_to(datetime(2026, 4, 6, 15, 59, tzinfo=UTC))
    desk.tick()
    assert len(published(engine)) == 1
    clock.move_to(datetime(2026, 4, 6, 16, 0, tzinfo=UTC))
    assert [desk.tick() > 0, desk.tick()] == [True, 0]
    assert [one.revision for one in published(engine)] == [1, 2]


def test_a_third_revision_follows_a_second(desk, clock, county, engine):
    clock.move_to(APRIL_2)
    record_meeting(desk)
    clock.move_to(APRIL_3)
    desk.tick()
    receipt = desk.says("Ann Ortiz", "/sip update 1.1.2 done Sent on 30 March")
    desk.presses("Ann Ortiz", receipt.message, "Count it in March 2026")
    clock.move_to(datetime(2026, 4, 6, 16, 0, tzinfo=UTC))
    desk.tick()
    assert [one.revision for one in published(engine)] == [1, 2, 3]
    threads = [p.row.thread for p in desk.queued("notice") if "revision" in words(p.message)]
    assert threads == ["post-1", "post-1"]
    first = report_page(engine, published(engine)[0].token, "html").body.decode()
    assert "Read revision 3." in first


def test_looking_for_late_words_takes_three_statements(desk, clock, county, work):
    """It happens every minute of a working day."""
    clock.move_to(APRIL_3)
    seen: list[str] = []
    with work() as uow:
        event.listen(uow.connection, "before_cursor_execute", lambda *call: seen.append(call[2]))
        assert list(revising.revisions_due(uow)) == []
    assert len(seen) == 3


def test_the_same_facts_have_no_changes(county, work):
    with work() as uow:
        facts = reports.published_facts(uow, Month(2026, 3))
    assert facts is not None
    assert changes(facts, facts) == ()
