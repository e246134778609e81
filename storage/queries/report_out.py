"""Gathers the quarterly report-out: a fixed number of statements, like the month's and the quarter's facts."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import func, or_, select

from bot.domain.follow_ups import task
from bot.domain.month_facts import DecisionFacts, HelpFacts, StrategyFacts
from bot.domain.periods import Quarter
from bot.domain.quarter_facts import QuarterFacts
from bot.domain.report_out import (
    GroupReading,
    Learning,
    MeasureQuarter,
    PlanChange,
    ReportOut,
    StrategyQuarter,
    speaks_of_training,
)
from bot.domain.rollup import shareable
from storage.models import follow_up, meeting, person, plan_change, reading, workgroup
from storage.queries import people
from storage.queries import plan as plans
from storage.queries.facts import step_facts
from storage.queries.learnings import learnings
from storage.queries.plan import DONE, IN_PROGRESS, NOT_STARTED, GoalView, PlanView, StepView
from storage.queries.publications import Gate, gate
from storage.queries.quarters import quarter_facts, voices_of
from storage.queries.windows import Window, window
from storage.queries.workgroups import HELD
from storage.uow import UnitOfWork


def report_out(uow: UnitOfWork, quarter: Quarter) -> ReportOut | None:
    """Everything the report-out says of a quarter; None without a plan."""
    facts = quarter_facts(uow, quarter)
    plan = plans.the_plan(uow)
    if facts is None or plan is None:
        return None
    span = window(uow, quarter)
    staff = frozenset(p.name for p in people.all_people(uow, active_only=False))
    steps = plans.steps(uow, before=span.end)
    judged = _judged(uow, quarter, facts, span.end)
    read = _read(judged)
    return ReportOut(
        quarter=facts,
        measures=tuple(_measure(goal, read, quarter) for goal in plan.goals),
        groups=_groups(plan.goals, read, quarter),
        strategies=_strategies(uow, plan, quarter, span, steps, facts.month.strategies, staff),
        decisions=_decisions(uow, quarter, staff),
        changes=plan_changes(uow, span.start, span.end),
        training=step_facts(step for step in steps if not step.closed and speaks_of_training(step.text)),
        training_help=_training_help(uow, span.end, staff),
        corrected=_corrected(uow, span),
        shown=judged.shown,
        masked=sum(value is None for of in read.values() for _, month, value in of if _within(month, quarter)),
    )


_LOOKED_BACK = 26  # months: two years before the quarter, and the quarter
_Reading = tuple[str, str, float | None]  # population, data month, value


def _judged(uow: UnitOfWork, quarter: Quarter, facts: QuarterFacts, end: datetime) -> Gate:
    """Everything that the report tells about numbers of people: readings of the last two years up to the quarter that
    were told by its end, as they are known now, the newest of each goal, and who was heard."""
    last = quarter.months[2]
    months = {str(last.plus(-ago)) for ago in range(_LOOKED_BACK)}
    newest = {goal.data_month for goal in facts.month.goals if goal.data_month}
    return gate(uow, months | newest, end, voices_of(uow, quarter)[1])


def _read(judged: Gate) -> dict[int, list[_Reading]]:
    """measure -> its readings; what may not be shown is None."""
    found: defaultdict[int, list[_Reading]] = defaultdict(list)
    for one in judged.readings:
        if one.is_group or not one.population:
            value = one.value if judged.lets(one) else None
            found[one.measure_id].append((one.population, str(one.month), value))
    return found


def _within(month: str, quarter: Quarter) -> bool:
    return str(quarter.months[0]) <= month <= str(quarter.months[2])


def _measure(goal: GoalView, read: dict[int, list[_Reading]], quarter: Quarter) -> MeasureQuarter:
    whole = [(month, value) for population, month, value in read.get(goal.measure_id, ()) if not population]
    before = [one for one in whole if one[0] < str(quarter.months[0])]
    month, value = before[-1] if before else ("", None)
    return MeasureQuarter(goal.number, month, value, tuple(one for one in whole if _within(one[0], quarter)))


def _groups(goals: tuple[GoalView, ...], read: dict[int, list[_Reading]], quarter: Quarter) -> tuple[GroupReading, ...]:
    """Each group's newest reading up to the quarter's end, by measure and name."""
    found: list[GroupReading] = []
    for goal in goals:
        known = read.get(goal.measure_id, ())
        whole = {month: value for population, month, value in known if not population}
        newest = {population: (month, value) for population, month, value in known if population}
        found += [
            GroupReading(goal.measure, goal.unit, goal.direction, group, month, value, whole.get(month))
            for group, (month, value) in sorted(newest.items())
        ]
    return tuple(found)


def _strategies(
    uow: UnitOfWork,
    plan: PlanView,
    quarter: Quarter,
    span: Window,
    steps: list[StepView],
    facts: tuple[StrategyFacts, ...],
    staff: frozenset[str],
) -> tuple[StrategyQuarter, ...]:
    before = plans.statuses(uow, before=span.start)
    learned: defaultdict[int, list[Learning]] = defaultdict(list)
    refs = {strategy.id: strategy.ref for strategy in plan.strategies}
    for one in learnings(uow, span.start, span.end):
        ref = refs.get(one.strategy_id, "")
        share = shareable(f"{one.expected}\n{one.found}", staff)
        words = (one.expected, one.found) if share else ("", "")
        learned[one.strategy_id].append(Learning(one.id, ref, one.at.date(), *words, one.verdict, not share))
    by_refs = {one.refs: one for one in facts}
    found = []
    for strategy in plan.strategies:
        mine = [step for step in steps if step.strategy_id == strategy.id]
        known = by_refs.get(strategy.refs)
        if known is None:  # added to the plan since the quarter's last month was published
            continue
        found.append(
            StrategyQuarter(
                known,
                planned=step_facts(s for s in mine if _planned(s, before.get(s.id, NOT_STARTED), quarter)),
                done=step_facts(s for s in mine if s.status == DONE != before.get(s.id)),
                begun=step_facts(
                    s for s in mine if s.status != NOT_STARTED and before.get(s.id, NOT_STARTED) == NOT_STARTED
                ),
                learned=tuple(learned[strategy.id]),
            )
        )
    return tuple(found)


def _planned(step: StepView, before: str, quarter: Quarter) -> bool:
    due = step.due is not None and quarter.first <= step.due <= quarter.last
    return due or before in (IN_PROGRESS, plans.BLOCKED)


def _decisions(uow: UnitOfWork, quarter: Quarter, staff: frozenset[str]) -> tuple[DecisionFacts, ...]:
    """What the quarter's meetings decided, the oldest first."""
    rows = uow.rows(
        select(meeting.c.held_on, meeting.c.decisions, workgroup.c.name)
        .join(workgroup, workgroup.c.id == meeting.c.workgroup_id)
        .where(
            meeting.c.organization_id == uow.organization.id,
            meeting.c.month.in_([str(month) for month in quarter.months]),
            meeting.c.state == HELD,
            meeting.c.decisions != "",
        )
        .order_by(meeting.c.held_on, meeting.c.id)
    )
    found = []
    for row in rows:
        share = shareable(row.decisions, staff)
        found.append(DecisionFacts(row.name, row.held_on, row.decisions if share else "", not share))
    return tuple(found)


def plan_changes(uow: UnitOfWork, start: datetime, end: datetime) -> tuple[PlanChange, ...]:
    """How the plan's goals, strategies and steps were changed between two moments, oldest first; who owns a step is
    not the plan's text and left out."""
    rows = uow.rows(
        select(plan_change)
        .where(
            plan_change.c.organization_id == uow.organization.id,
            plan_change.c.at >= start,
            plan_change.c.at < end,
            plan_change.c.kind.in_(("added", "removed", "changed", "renumbered")),
        )
        .order_by(plan_change.c.at, plan_change.c.id)
    )
    tz = uow.organization.tz
    return tuple(
        PlanChange(
            r.id, r.at.astimezone(tz).date(), r.kind, r.what, r.ref, r.before or "", r.after or "", r.reason
        )
        for r in rows
    )  # fmt: skip


def _training_help(uow: UnitOfWork, end: datetime, staff: frozenset[str]) -> tuple[HelpFacts, ...]:
    """Open follow-ups that speak of training, the oldest first."""
    rows = uow.rows(
        select(follow_up.c.text, follow_up.c.due, person.c.name, workgroup.c.name.label("workgroup"))
        .join(workgroup, workgroup.c.id == follow_up.c.workgroup_id)
        .outerjoin(person, person.c.id == follow_up.c.owner_id)
        .where(
            follow_up.c.organization_id == uow.organization.id,
            follow_up.c.created_at < end,
            or_(follow_up.c.done_at.is_(None), follow_up.c.done_at >= end),
            func.lower(follow_up.c.text).contains("train"),
        )
        .order_by(follow_up.c.id)
    )
    found = []
    for row in rows:
        share = shareable(row.text, staff)
        text = task(row.text, row.name, row.due) if share else ""
        found.append(HelpFacts(row.workgroup, text, row.name or "", row.due, not share))
    return tuple(found)


def _corrected(uow: UnitOfWork, span: Window) -> int:
    """How many readings were replaced by another value in the quarter."""
    statement = select(func.count()).where(
        reading.c.organization_id == uow.organization.id,
        reading.c.replaced_at >= span.start,
        reading.c.replaced_at < span.end,
    )
    return int(uow.scalar(statement))
