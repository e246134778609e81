"""The monthly roll-up: published once, healed, frozen, honest about silence, short, and in the county's own time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy import update as sql_update

from bot.chat.commands import Role, parse_args
from bot.chat.compose import built_in
from bot.chat.messages import Table, plain
from bot.domain.periods import Month
from bot.scheduler import JobRunner
from handlers import rollup
from handlers.rollup import pages, publishing
from handlers.rollup.length import count_words
from storage.models import (
    attendance,
    audit,
    follow_up,
    meeting,
    reading,
    report,
    step,
    story,
    strategy,
)
from storage.queries import reports
from storage.queries.facts import month_facts
from storage.queries.told_stories import TAKEN_BACK
from tests.builders import a_channel, a_person, a_plan, a_workgroup
from tests.desk import Desk, buttons, words
from tests.unit.handlers.rollup_county import APRIL_1, set_channel, told


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, rollup)


def test_it_is_published_once_however_often_the_clock_pokes(work, desk, clock):
    with work() as uow:
        a_plan(uow)
        set_channel(uow)
    clock.move_to(APRIL_1 - timedelta(minutes=1))
    assert desk.tick() == 0
    clock.move_to(APRIL_1)
    assert [desk.tick(), desk.tick()] == [1, 0]
    (post,) = desk.queued("rollup")
    assert (post.to, post.period) == ("#executives", "2026-03")
    assert post.row.dedupe_key.endswith("rollup:2026-03:channel:1")
    assert "https://sip.example/r/" in str(post.message)


def test_looking_for_what_is_due_takes_a_couple_of_statements(work, desk, clock):
    """It happens every minute."""
    with work() as uow:
        a_plan(uow)
    clock.move_to(datetime(2026, 7, 20, 18, tzinfo=UTC))
    seen: list[str] = []

    def looked() -> int:
        seen.clear()
        with work() as uow:
            event.listen(uow.connection, "before_cursor_execute", lambda *call: seen.append(call[2]))
            list(publishing.due(uow))
        return len(seen)

    assert looked() == 2
    desk.tick()
    assert looked() == 1


def test_missed_months_are_published_later_but_none_from_before_the_plan(work, desk, clock):
    with work() as uow:
        a_plan(uow)
        set_channel(uow)
    clock.move_to(datetime(2026, 5, 20, 18, tzinfo=UTC))
    desk.tick()
    assert [post.period for post in desk.queued("rollup")] == ["2026-03", "2026-04"]
    clock.move_to(datetime(2026, 12, 20, 18, tzinfo=UTC))
    desk.tick()
    assert [post.period for post in desk.queued("rollup")][2:] == ["2026-09", "2026-10", "2026-11"]


def test_without_a_plan_nothing_is_published(work, desk, clock):
    clock.move_to(APRIL_1)
    assert desk.tick() == 0


def test_a_published_month_does_not_change(work, desk, clock, engine):
    with work() as uow:
        plan = a_plan(uow)
        cora, ann = a_person(uow, "Cora Diaz", Role.COORDINATOR), a_person(uow, "Ann Ortiz")
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        told(uow, ann, plan.steps["1.1.1"], "done")
    clock.move_to(APRIL_1)
    desk.tick()
    before = words(desk.says("Cora Diaz", "/sip report March 2026").message)
    with work() as uow:
        told(uow, ann, plan.steps["1.1.2"], "done", at=datetime(2026, 3, 20, tzinfo=UTC))
        told(uow, cora, plan.steps["1.1.1"], "blocked", "it came back", at=uow.at)
    assert words(desk.says("Cora Diaz", "/sip report March 2026").message) == before
    assert "Done: 1." in before
    assert "blocked, no note" not in before
    with engine.connect() as connection:
        token = connection.execute(select(report.c.token)).scalar_one()
        shown = reports.report_by_token(connection, token)
    assert shown is not None
    assert shown.message is not None
    assert words(shown.message) in before
    assert len(token) >= 32


def test_silence_is_shown_as_silence(work, desk, clock):
    with work() as uow:
        plan = a_plan(uow, {"1.1": 2, "1.2": 3})
        ann, ben = a_person(uow, "Ann Ortiz"), a_person(uow, "Ben Cho")
        a_person(uow, "Cora Diaz", Role.COORDINATOR)
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        a_workgroup(uow, "Phones", (plan.strategies["1.2"],), ((ben, "leader"),))
        told(uow, ann, plan.steps["1.1.1"], "in progress")
        told(uow, ann, plan.steps["1.1.2"], "in progress")
    clock.move_to(APRIL_1)
    text = words(desk.says("Cora Diaz", "/sip report last month").message)
    assert "No word on 3 open steps: 1.2 (3 of 3)" in text
    assert "Nothing heard from Phones" in text
    assert "no meeting recorded: Forms, Phones" in text
    assert "Meetings: 0 of 2 workgroups met;" in text
    assert "Replies: 1 of 2 workgroup members" in text
    assert "Needs attention." in text
    assert "| on track | 0/2 |" in text
    assert "| not reported | 0/3 | never" in text


def test_a_shared_strategy_stands_once_with_both_references(work, desk):
    with work() as uow:
        plan = a_plan(uow, {"1.1": 1, "2.1": 2, "2.2": -1})
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        told(uow, ann, plan.steps["2.1.1"], "done", at=uow.at - timedelta(hours=1))
    text = words(desk.says("Ann Ortiz", "/sip report").message)
    assert text.count("2.1 and 2.2 Strategy number") == 1
    assert "Done: 1. 2.1.1 and 2.2.1 Do thing 2.1.1" in text
    assert "As it stands now, not published." in text


def test_the_page_stays_one_page(work, desk, clock):
    long = "Write to every regional office about the new orientation letter and collect what comes back " * 2
    with work() as uow:
        shape = {f"{goal}.{number}": 5 for goal in (1, 2) for number in range(1, 21)}
        plan = a_plan(uow, shape)
        everyone = [a_person(uow, f"Person Number{n}") for n in range(40)]
        for number, place in enumerate(list(shape)[:20]):
            name = f"Workgroup about subject number {number}"
            a_workgroup(uow, name, (plan.strategies[place],), ((everyone[number], "leader"),))
        uow.rows(sql_update(step).values(text=long, due=date(2026, 3, 20)))
        for number, step_id in enumerate(list(plan.steps.values())[:120]):
            told(uow, everyone[number % 40], step_id, ("done", "blocked", "in progress")[number % 3], long)
        uow.at = APRIL_1
        facts = month_facts(uow, Month(2026, 3))
        assert facts is not None
        message = pages.page(uow, facts)
        text = words(message)
    assert count_words(message) <= 450
    assert "more blocked" in text
    assert "more strategies" in text


@pytest.mark.parametrize("due", [None, date(2026, 3, 20), date(2026, 6, 30)])
def test_every_strategy_of_a_real_plan_is_named_on_the_page(work, due):
    shape = {f"{goal}.{number}": 5 for goal in (1, 2) for number in range(1, 7)}
    with work() as uow:
        plan = a_plan(uow, shape)
        ann = a_person(uow, "Ann Ortiz")
        for place, strategy_id in plan.strategies.items():
            title = f"Include the voice of clients in the work of place {place}"
            uow.rows(sql_update(strategy).where(strategy.c.id == strategy_id).values(title=title))
            a_workgroup(uow, f"Place {place} workgroup for client voices", (strategy_id,), ((ann, "leader"),))
        uow.rows(sql_update(step).values(due=due))
        for number, step_id in enumerate(plan.steps.values()):
            told(uow, ann, step_id, ("done", "blocked", "in progress", "not started")[number % 4], "Waiting for IT")
        uow.at = APRIL_1
        facts = month_facts(uow, Month(2026, 3))
        assert facts is not None
        message = pages.page(uow, facts)
    (table,) = (block for block in message.blocks if isinstance(block, Table) and block.columns[0] == "Strategy")
    assert table.columns == ("Strategy", "Status", "Done", "Last update", "Next due")[: 5 if due else 4]
    assert [plain(row[0]).split()[0] for row in table.rows] == list(shape)
    assert plain(table.rows[0][0]).startswith("1.1 Include the voice")
    assert plain(table.rows[0][0]).endswith("…")
    assert plain(table.rows[0][3]) == "10 Mar"
    assert count_words(message) <= 450


def test_due_dates_bring_their_column(work, desk):
    with work() as uow:
        plan = a_plan(uow)
        a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        due = sql_update(step).where(step.c.id == plan.steps["1.2.1"]).values(due=date(2027, 1, 15))
        uow.rows(due)
    text = words(desk.says("Ann Ortiz", "/sip report").message)
    assert "Last update | Next due" in text
    assert "| never | 15 Jan 2027" in text


def test_readings_carry_their_data_month_and_later_ones_wait(work, desk):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        for month, value, at in (("2026-02", 39.5, uow.at), ("2026-03", 47.0, uow.at + timedelta(days=40))):
            made = {"month": month, "value": value, "person_id": ann.id, "at": at - timedelta(hours=1)}
            uow.insert(reading, measure_id=plan.measures[1], **made)
    text = words(desk.says("Ann Ortiz", "/sip report").message)
    assert "39.5% (February 2026)" in text
    assert "−1.5 points" in text
    assert "behind, settling in" in text
    assert "47%" not in text
    assert "no reading yet" in text


def test_a_note_that_may_identify_a_client_stays_in_its_workgroup(work, desk):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        told(
            uow,
            ann,
            plan.steps["1.1.1"],
            "blocked",
            "Ms. Vega, case 12345678, was evicted",
            uow.at - timedelta(hours=1),
        )
    text = words(desk.says("Ann Ortiz", "/sip report").message)
    assert "12345678" not in text
    assert "note kept in the workgroup" in text


def test_what_a_meeting_decided_and_who_needs_help(work, desk):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        group = a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        held = uow.insert(
            meeting, workgroup_id=group, month="2026-03", held_on=date(2026, 3, 1), state="held", decisions="Pilot it"
        )
        uow.insert(attendance, meeting_id=held, person_id=ann.id, role="leader")
        common = {"workgroup_id": group, "meeting_id": held, "created_at": uow.at - timedelta(hours=1)}
        uow.insert(follow_up, text="Ask the vendor", due=date(2026, 3, 1), owner_id=ann.id, **common)
        uow.insert(follow_up, text="Not due yet", due=date(2026, 4, 1), owner_id=ann.id, **common)
        at = uow.at - timedelta(hours=1)
        uow.insert(
            story, person_id=ann.id, at=at, text="Two offices share one form", original_text="x", credit="Ben Cho",
            consent="staff", state="approved", verdict="ok", findings=[], reviewed_at=at,
        )  # fmt: skip
    text = words(desk.says("Ann Ortiz", "/sip report").message)
    assert "1 of 1 workgroup met: Forms" in text
    assert "Forms: Pilot it" in text
    assert "Ask the vendor (Ann Ortiz, due 1 Mar)" in text
    assert "Not due yet" not in text
    assert "Two offices share one form (Credit: Ben Cho)" in text


def test_a_win_taken_back_leaves_the_published_page(work, desk, clock, engine):
    text = "Two offices share one form so that families call once instead of three times in a week"
    with work() as uow:
        a_plan(uow)
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        uow.insert(
            story, person_id=ann.id, at=uow.at, text=text, original_text=text, credit="Ben Cho", consent="staff",
            state="approved", verdict="ok", findings=[], reviewed_at=uow.at,
        )  # fmt: skip
    clock.move_to(APRIL_1)
    desk.tick()
    assert text in words(desk.says("Ann Ortiz", "/sip report March").message)
    with work() as uow:
        uow.change(story, state="withdrawn")
    assert text not in words(desk.says("Ann Ortiz", "/sip report March").message)


def test_a_long_win_is_shortened_and_can_still_be_taken_back(work, desk, clock):
    sentence = "The front desk calls every family by name on day {} and writes down what they said."
    text = " ".join(sentence.format(day) for day in range(9))
    with work() as uow:
        a_plan(uow)
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        uow.insert(
            story, person_id=ann.id, at=uow.at, text=text, original_text=text, credit="", consent="staff",
            state="approved", verdict="ok", findings=[], reviewed_at=uow.at,
        )  # fmt: skip
    clock.move_to(APRIL_1)
    desk.tick()
    assert "calls every family by name on day 1" in words(desk.says("Ann Ortiz", "/sip report March").message)
    assert text not in words(desk.says("Ann Ortiz", "/sip report March").message)
    with work() as uow:
        uow.change(story, state="withdrawn")
    after = words(desk.says("Ann Ortiz", "/sip report March").message)
    assert "calls every family" not in after
    assert TAKEN_BACK in after


def test_without_a_channel_leadership_and_coordinators_get_it_and_a_hint(work, desk, clock):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Lee Park", Role.LEADERSHIP)
        a_person(uow, "Cora Diaz", Role.COORDINATOR)
        a_person(uow, "Ann Ortiz")
    clock.move_to(APRIL_1)
    desk.tick()
    posts = {post.to: words(post.message) for post in desk.queued("rollup")}
    assert set(posts) == {"Lee Park", "Cora Diaz"}
    assert "settings" in posts["Cora Diaz"]
    assert "Your coordinator can choose one" in posts["Lee Park"]


def test_without_page_addresses_the_post_says_it_all(work, engine, clock, desk):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz")
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        made = {"month": "2026-02", "value": 39.5, "person_id": ann.id, "at": uow.at}
        uow.insert(reading, measure_id=plan.measures[1], **made)
        told(uow, ann, plan.steps["1.1.1"], "blocked", "Waiting for the vendor")
        set_channel(uow)
    clock.move_to(APRIL_1)
    JobRunner(engine, clock, rollup.JOBS, composer=built_in()).tick()
    (post,) = desk.queued("rollup")
    text = words(post.message)
    assert "Needs attention. Because" in text
    assert "Measure 1 Rate: 39.5% (February 2026), target 64%; −1.5 points against the pace: behind" in text
    assert "0 of 1 workgroup met; no meeting recorded: Forms" in text
    assert "Replies: 1 of 1 workgroup member" in text
    assert "not reported: 1.2, 2.1" in text
    assert "Blocked: 1.1.1 Do thing 1.1.1: Waiting for the vendor" in text
    assert "report 2026-03 public" in text
    assert not any(isinstance(block, Table) for block in post.message.blocks)
    assert not buttons(post.message)


def test_what_people_wrote_is_never_markup(work, desk):
    evil = "[Press](do:undo) <!channel> | **b** {{ 7 * 7 }}"
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        told(uow, ann, plan.steps["1.1.1"], "blocked", evil, uow.at)
    message = desk.says("Ann Ortiz", "/sip report").message
    assert evil in words(message)
    assert [button.label for button in buttons(message)] == ["Post it here", "The one before"]


def test_the_next_month_says_what_changed(work, desk, clock):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        group = a_workgroup(uow, "Forms", (), ((ann, "leader"),))
        assert group
        told(uow, ann, plan.steps["1.1.1"], "in progress")
    clock.move_to(APRIL_1)
    desk.tick()
    with work() as uow:
        told(uow, ann, plan.steps["1.1.1"], "done", at=uow.at)
    clock.move_to(APRIL_1 + timedelta(hours=1))
    text = words(desk.says("Ann Ortiz", "/sip report").message)
    assert "Same as last month; 1 more step done." in text


@pytest.mark.parametrize("said", ["public", "2026-02 public", "public 2026-02"])
def test_public_posts_it_where_it_was_asked(work, desk, said):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        a_channel(uow, "intake")
    reply = desk.says("Ann Ortiz", f"/sip report {said}", channel="CINTAKE", thread="17.1")
    assert "appears here in a moment" in words(reply.message)
    assert not reply.public
    (post,) = desk.queued("posted report")
    assert (post.to, post.row.thread, post.row.person_id) == ("#intake", "17.1", None)
    assert "roll-up" in words(post.message)
    with work() as uow:
        (row,) = uow.rows(audit.select().where(audit.c.action == "report posted")).all()
        assert row.detail.endswith("2026 roll-up, in intake")


def test_where_nobody_else_reads_public_only_shows_it(work, desk):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Ann Ortiz", Role.COORDINATOR)
    reply = desk.says("Ann Ortiz", "/sip report public", channel="DANN", direct=True)
    assert "roll-up" in words(reply.message)
    assert desk.queued("posted report") == []


def test_faulty_periods_get_a_sentence(work, desk):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Ann Ortiz", Role.COORDINATOR)
    assert "has not begun" in words(desk.says("Ann Ortiz", "/sip report 2027-01").message)
    assert "I understand a month such as" in words(desk.says("Ann Ortiz", "/sip report soonish").message)
    assert "Q1 2026" in words(desk.says("Ann Ortiz", "/sip report this quarter").message)
    for slip in ("0001-01", "0001-Q1", "0001-Q1 full", "Q4 1926"):
        said = words(desk.says("Ann Ortiz", f"/sip report {slip}").message)
        assert "is more than 30 years ago. Please check the year." in said


def test_every_example_parses():
    for spec in rollup.COMMANDS:
        for example in spec.examples:
            assert example.startswith(spec.verb)
            assert parse_args(spec.args, example.removeprefix(spec.verb).strip())[1] == ""
