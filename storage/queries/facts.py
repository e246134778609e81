"""Gathers a month's facts as the plan stood at the month's end, in the organization's zone.

The number of statements does not depend on how many steps, people or updates there are. What the facts amount to is
decided in bot/domain/rollup.py; storing and finding reports is the work of storage/queries/reports.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select

from bot.domain.month_facts import (
    GoalFacts,
    MonthFacts,
    Overall,
    PointFacts,
    RiskFacts,
    StepFacts,
    StrategyFacts,
    WinFacts,
)
from bot.domain.people_counts import is_few
from bot.domain.periods import Month
from bot.domain.rollup import shareable, strategy_status, with_judgement
from storage.models import reading, story, voice_result, workgroup
from storage.queries import month_meetings, people
from storage.queries import plan as plans
from storage.queries import workgroups as groups
from storage.queries.plan import BLOCKED, DONE, NOT_STARTED, GoalView, PlanView, StepView, StrategyView
from storage.queries.publications import without_small_numbers
from storage.queries.readings import settling_note, trajectory
from storage.queries.windows import window
from storage.uow import UnitOfWork

CHARTED = 13  # readings a chart goes back: a year and the month it began with
LOOKED_BACK = 60  # months; a measure without a reading for so long has none


def month_facts(uow: UnitOfWork, month: Month, last_month: MonthFacts | None = None) -> MonthFacts | None:
    """Everything a roll-up says about `month`, with what was told for it or corrected by now; None without a plan.
    `last_month`: as it was published."""
    plan = plans.the_plan(uow)
    if plan is None:
        return None
    span = window(uow, month)
    known = max(span.end, uow.at)
    now = plans.steps(uow, before=span.end)
    then = plans.statuses(uow, before=span.start)
    staff = frozenset(p.name for p in people.all_people(uow, active_only=False))
    met = {found.workgroup_id: found for found in groups.meetings(uow, month)}
    active = month_meetings.groups_of(uow, span, met)
    names = {group.id: group.name for group in active}
    members, sent, came = month_meetings.voices_heard(uow, month, span, names, known)
    everyone = set().union(*members.values())
    asked, asked_before = month_meetings.calls_for_help(uow, span, names, staff)
    ahead = month_meetings.meetings_ahead(uow, month.next(), active)
    fresh = {step.id for step in now if step.updated_at and step.updated_at >= span.start}
    facts = MonthFacts(
        organization=uow.organization.name,
        county=plan.county,
        month=str(month),
        as_of=span.last,
        closed=span.closed,
        groups=month_meetings.group_facts(uow, month, span, active, met, members, sent | came, staff),
        members=len(everyone),
        replied=len(everyone & sent),
        goals=goal_facts(uow, plan, month, span.end, known),
        done=step_facts(step for step in now if step.status == DONE != then.get(step.id)),
        started=step_facts(step for step in now if _begun(step) and then.get(step.id, NOT_STARTED) == NOT_STARTED),
        late=step_facts(step for step in now if _is_late(step, span.over)),
        strategies=_strategies(uow, plan.strategies, now, fresh, span.over),
        risks=tuple(_risk(step, staff) for step in now if step.status == BLOCKED),
        decisions=month_meetings.decisions(met.values(), names, staff),
        help=asked,
        help_before=asked_before,
        wins=wins(uow, span.start, span.end, told=False),
        notes=month_meetings.count_notes(uow, month, known),
        voices=len(voice_months(uow, (month,), span.end)),
        overall=Overall("", ()),
        ahead=due_in(now, month.next().first, month.next().last),
        meetings_ahead=len(ahead),
        first_meeting=min(ahead, default=None),
        under_way=sum(_begun(step) for step in now),
    )
    measures = [(goal.number, goal.measure_id) for goal in plan.goals]
    return with_judgement(without_small_numbers(uow, facts, measures, known), last_month)


def due_in(steps: Iterable[StepView], first: date, last: date) -> tuple[StepFacts, ...]:
    """Open steps that are due between two days, the earliest first."""
    found = [step for step in steps if not step.closed and step.due and first <= step.due <= last]
    return step_facts(sorted(found, key=lambda step: str(step.due)))


def _begun(step: StepView) -> bool:
    return not step.closed and step.status != NOT_STARTED


def _is_late(step: StepView, day: date) -> bool:
    return not step.closed and step.due is not None and step.due <= day


def step_facts(steps: Iterable[StepView]) -> tuple[StepFacts, ...]:
    return tuple(StepFacts(step.refs, step.text, step.due) for step in steps)


def _strategies(
    uow: UnitOfWork, known: Iterable[StrategyView], steps: Iterable[StepView], fresh: set[int], over: date
) -> tuple[StrategyFacts, ...]:
    """Each strategy once. `fresh`: ids of the steps that had an update this month; `over`: as in `Window`."""
    of: defaultdict[int, list[StepView]] = defaultdict(list)
    for step in steps:
        of[step.strategy_id].append(step)
    return tuple(_strategy(uow, strategy, of[strategy.id], fresh, over) for strategy in known)


def _strategy(
    uow: UnitOfWork, strategy: StrategyView, steps: list[StepView], fresh: set[int], over: date
) -> StrategyFacts:
    still_open = [step for step in steps if not step.closed]
    late = sum(_is_late(step, over) for step in steps)
    blocked = sum(step.status == BLOCKED for step in steps)
    seen = [step.updated_at.astimezone(uow.organization.tz).date() for step in steps if step.updated_at]
    ahead = [step.due for step in still_open if step.due and step.due > over]
    return StrategyFacts(
        refs=strategy.refs,
        title=strategy.title,
        status=strategy_status(
            total=len(steps),
            open_steps=len(still_open),
            late=late,
            blocked=blocked,
            updates=sum(step.id in fresh for step in steps),
        ),
        done=sum(step.status == DONE for step in steps),
        total=len(steps),
        open=len(still_open),
        late=late,
        blocked=blocked,
        silent=tuple(step.ref for step in still_open if step.id not in fresh),
        last_update=max(seen, default=None),
        next_due=min(ahead, default=None),
    )


def _risk(step: StepView, staff: frozenset[str]) -> RiskFacts:
    tried = step.note if step.updated_at != step.told_at else ""
    if not shareable(f"{step.told}\n{tried}", staff):
        return RiskFacts(step.refs, step.text, "", True)
    return RiskFacts(step.refs, step.text, step.told, False, tried)


def goal_facts(uow: UnitOfWork, plan: PlanView, month: Month, end: datetime, known: datetime) -> tuple[GoalFacts, ...]:
    """Each goal with its newest whole-population readings for data months up to `month`, of those known at `end`. A
    data month first read after `end` is the next roll-up's news; a value that was corrected before `known` is told as
    it should have been."""
    first_known = func.min(reading.c.at).over(partition_by=(reading.c.measure_id, reading.c.month))
    place = func.row_number().over(partition_by=reading.c.measure_id, order_by=(reading.c.month.desc(), reading.c.id))
    read = (
        select(reading.c.id, first_known.label("first_known"))
        .where(
            reading.c.organization_id == uow.organization.id,
            reading.c.population == "",
            reading.c.month <= str(month),
            reading.c.month > str(month.plus(-LOOKED_BACK)),
        )
        .subquery()
    )
    newest = (
        select(reading.c.measure_id, reading.c.month, reading.c.value, place.label("place"))
        .join(read, read.c.id == reading.c.id)
        .where(
            read.c.first_known < end,
            reading.c.at < known,
            or_(reading.c.replaced_at.is_(None), reading.c.replaced_at >= known),
        )
        .subquery()
    )
    rows = uow.rows(select(newest).where(newest.c.place <= CHARTED).order_by(newest.c.month))
    found: defaultdict[int, list[tuple[str, float | None]]] = defaultdict(list)
    for row in rows:
        found[row.measure_id].append((row.month, row.value))
    return tuple(_goal(plan, goal, found[goal.measure_id]) for goal in plan.goals)


def _goal(plan: PlanView, goal: GoalView, known: list[tuple[str, float | None]]) -> GoalFacts:
    data_month, latest = known[-1] if known else ("", None)
    way, expected, gap, status, note = trajectory(goal), None, None, "no data", ""
    if way and data_month:
        at = Month.parse(data_month)
        expected, status = way.expected(at), way.status(latest, at)
        gap = way.gap(latest, at) if latest is not None else None
        note = settling_note(goal, plan.strategies, at, [value for _, value in known]) or ""
    points = (PointFacts(of, value, way.expected(Month.parse(of)) if way else None) for of, value in known)
    few = is_few(goal.baseline, goal.unit)
    return GoalFacts(
        goal.number, goal.measure, goal.unit, goal.direction, None if few else goal.baseline, goal.target, latest,
        bool(known) and latest is None, data_month, expected, gap, status, note, tuple(points), few,
    )  # fmt: skip


def wins(uow: UnitOfWork, start: datetime, end: datetime, *, told: bool) -> tuple[WinFacts, ...]:
    """Stories that are approved now and were approved between the two moments, newest first; with `told`, also those
    told between them, whenever they were approved."""
    approved = and_(story.c.reviewed_at >= start, story.c.reviewed_at < end)
    when = or_(approved, and_(story.c.at >= start, story.c.at < end)) if told else approved
    rows = uow.rows(
        select(story, workgroup.c.name)
        .outerjoin(workgroup, workgroup.c.id == story.c.workgroup_id)
        .where(story.c.organization_id == uow.organization.id, story.c.state == "approved", when)
        .order_by(story.c.reviewed_at.desc(), story.c.id.desc())
    )
    return tuple(WinFacts(row.id, row.name or "", row.text, row.credit, row.linkages) for row in rows)


def voice_months(uow: UnitOfWork, months: tuple[Month, ...], end: datetime) -> list[int]:
    """Ids of the client voice results of these months that were recorded before `end` and stand."""
    statement = select(voice_result.c.id).where(
        voice_result.c.organization_id == uow.organization.id,
        voice_result.c.month.in_([str(month) for month in months]),
        voice_result.c.at < end,
        voice_result.c.withdrawn_at.is_(None),
    )
    return list(uow.rows(statement).scalars())
