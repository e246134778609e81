"""What a month amounts to: its bounds, who counts, what is late, done, silent or asks for help."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import event, select
from sqlalchemy import update as sql_update

from bot.chat.commands import Role
from bot.domain.frozen_data import from_data, to_data
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Month
from handlers.rollup import pages
from storage.models import attendance, follow_up, meeting, step, strategy, update, workgroup
from storage.queries import people
from storage.queries.facts import month_facts
from tests.builders import a_person, a_plan, a_workgroup
from tests.desk import words
from tests.unit.handlers.rollup_county import APRIL_1, told


def test_a_month_nobody_spoke_in_is_no_data(work):
    with work() as uow:
        a_plan(uow)
        facts = month_facts(uow, Month(2026, 3))
        assert facts is not None
        assert facts.overall.word == "no data"


def test_what_somebody_outside_the_workgroups_reported_was_reported(work):
    with work() as uow:
        plan = a_plan(uow)
        cora = a_person(uow, "Cora Diaz", Role.COORDINATOR)
        told(uow, cora, plan.steps["1.1.1"], "in progress", at=uow.at - timedelta(hours=1))
        facts = month_facts(uow, Month(2026, 3))
        assert facts is not None
        assert facts.overall.word == "needs attention"


def test_what_is_due_today_is_not_late_yet(work, clock):
    with work() as uow:
        plan = a_plan(uow)
        for ref, due in (("1.1.1", uow.today), ("1.1.2", uow.today - timedelta(days=1))):
            uow.rows(sql_update(step).where(step.c.id == plan.steps[ref]).values(due=due))
        facts = month_facts(uow, Month.of(uow.today))
    assert facts is not None
    assert [one.refs for one in facts.late] == [("1.1.2",)]
    assert facts.strategies[0].next_due == facts.as_of


def test_only_this_months_calls_for_help_are_listed(work):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz", Role.COORDINATOR)
        group = a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        held = uow.insert(meeting, workgroup_id=group, month="2026-03", held_on=date(2026, 3, 1), state="held")
        old, new = uow.at - timedelta(days=60), uow.at
        for text, due, owner, at in (
            ("An old wish", None, None, old),
            ("An old promise", date(2026, 2, 1), ann.id, old),
            ("An old promise for now", date(2026, 3, 9), ann.id, old),
            ("A new wish", None, None, new),
        ):
            given = {"text": text, "due": due, "owner_id": owner, "created_at": at}
            uow.insert(follow_up, workgroup_id=group, meeting_id=held, **given)
        uow.at = APRIL_1
        facts = month_facts(uow, Month(2026, 3))
        assert facts is not None
        text = words(pages.page(uow, facts))
    assert [one.text for one in facts.help] == ["An old promise for now", "A new wish"]
    assert "2 older follow-ups without anyone or past the date" in text


def test_a_step_retired_after_the_month_still_counts_in_it(work):
    with work() as uow:
        plan = a_plan(uow, {"1.1": 2})
        ann = a_person(uow, "Ann Ortiz")
        told(uow, ann, plan.steps["1.1.2"], "done")
        gone = sql_update(step).where(step.c.id == plan.steps["1.1.2"])
        uow.rows(gone.values(retired_at=APRIL_1 - timedelta(hours=1)))
        uow.at = APRIL_1
        march, april = month_facts(uow, Month(2026, 3)), month_facts(uow, Month(2026, 4))
    assert march is not None
    assert april is not None
    assert [one.refs for one in march.done] == [("1.1.2",)]
    assert (march.steps_total, april.steps_total) == (2, 1)


def test_workgroups_count_in_the_months_they_were_there(work):
    with work() as uow:
        plan = a_plan(uow)
        ann, ben, cy = (a_person(uow, name) for name in ("Ann Ortiz", "Ben Cho", "Cy Dunn"))
        closed = a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        a_workgroup(uow, "Phones", (plan.strategies["1.2"],), ((ben, "leader"),))
        uow.insert(meeting, workgroup_id=closed, month="2026-03", held_on=date(2026, 3, 10), state="held")
        uow.rows(sql_update(workgroup).where(workgroup.c.id == closed).values(active=False))
        uow.at = APRIL_1
        a_workgroup(uow, "Letters", (), ((cy, "leader"),))
        march, april = month_facts(uow, Month(2026, 3)), month_facts(uow, Month(2026, 4))
    assert march is not None
    assert april is not None
    assert [(group.name, group.state) for group in march.groups] == [
        ("Forms", "met"),
        ("Phones", "no meeting recorded"),
    ]
    assert [group.name for group in april.groups] == ["Phones", "Letters"]
    assert (march.members, april.members) == (2, 2)


def test_coming_to_a_meeting_is_no_reply_but_no_silence_either(work):
    with work() as uow:
        plan = a_plan(uow)
        ann, ben = a_person(uow, "Ann Ortiz"), a_person(uow, "Ben Cho")
        group = a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"), (ben, "staff")))
        held = uow.insert(meeting, workgroup_id=group, month="2026-03", held_on=date(2026, 3, 10), state="held")
        uow.insert(attendance, meeting_id=held, person_id=ben.id, role="staff")
        uow.at = APRIL_1
        facts = month_facts(uow, Month(2026, 3))
    assert facts is not None
    assert (facts.members, facts.replied) == (2, 0)
    assert not facts.groups[0].silent


def test_a_month_ends_at_midnight_where_the_county_is(work):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz")
        told(uow, ann, plan.steps["1.1.1"], "done", at=datetime(2026, 4, 1, 6, 30, tzinfo=UTC))  # 31 March, 23:30
        told(uow, ann, plan.steps["1.1.2"], "done", at=datetime(2026, 4, 1, 7, 0, tzinfo=UTC))  # 1 April, 00:00
        told(uow, ann, plan.steps["1.1.3"], "done", at=datetime(2027, 1, 1, 7, 59, tzinfo=UTC))  # 31 December, 23:59
        uow.at = datetime(2027, 1, 4, 17, tzinfo=UTC)
        done = {str(m): [s.refs[0] for s in facts.done] for m in _months(2026) if (facts := month_facts(uow, m))}
    assert {month: refs for month, refs in done.items() if refs} == {
        "2026-03": ["1.1.1"],
        "2026-04": ["1.1.2"],
        "2026-12": ["1.1.3"],
    }


def _months(year):
    return [Month(year, number) for number in range(1, 13)]


def test_another_county_stays_out_of_it(work, engine, clock):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz")
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        told(uow, ann, plan.steps["1.1.1"], "done", at=uow.at)
        people.create_organization(uow.connection, "Elsewhere", "UTC", uow.at)
        uow.organization = people.organizations(uow.connection)[-1]
        a_plan(uow)
        facts = month_facts(uow, Month(2026, 3))
    assert facts is not None
    assert (facts.members, facts.replied, facts.groups, facts.steps_done) == (0, 0, (), 0)


def test_statements_do_not_grow_with_the_plan(work, engine):
    def count(steps):
        with work() as uow:
            for table in (update, step):
                uow.rows(table.delete())
            strategy_id = uow.scalar(select(strategy.c.id))
            for number in range(1, steps + 1):
                found = uow.insert(step, strategy_id=strategy_id, number=number, text=f"Step {number}", sub_items=[])
                told(uow, ann, found, "in progress", at=uow.at - timedelta(hours=1))
            seen = []
            event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
            month_facts(uow, Month(2026, 3))
            return len(seen)

    with work() as uow:
        a_plan(uow, {"1.1": 1})
        ann = a_person(uow, "Ann Ortiz")
    few = count(10)
    assert few == count(200)
    assert few < 30


def test_facts_survive_storage(work):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz")
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        told(uow, ann, plan.steps["1.1.1"], "blocked", "no money", uow.at - timedelta(hours=1))
        facts = month_facts(uow, Month(2026, 3))
    assert from_data(MonthFacts, to_data(facts)) == facts
