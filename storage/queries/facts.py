"""Gathers a month's facts as the plan stood at the month's end, in the organization's zone.

The number of statements does not depend on how many steps, people or updates there are. What the facts amount to is
decided in bot/domain/rollup.py; storing and finding reports is the work of storage/queries/reports.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, func, or_, select

from bot.domain.cadence import local_time, meeting_date
from bot.domain.month_facts import (
    EXCUSED,
    MET,
    NOT_DUE,
    NOT_MET,
    TO_COME,
    DecisionFacts,
    GoalFacts,
    GroupFacts,
    HelpFacts,
    MonthFacts,
    Overall,
    RiskFacts,
    StepFacts,
    StrategyFacts,
    WinFacts,
)
from bot.domain.periods import Month, Quarter
from bot.domain.rollup import shareable, strategy_status, with_judgement
from storage.models import (
    attendance,
    follow_up,
    meeting,
    meeting_note,
    person,
    reading,
    story,
    update,
    voice_result,
    workgroup,
    workgroup_member,
)
from storage.queries import people, settings
from storage.queries import plan as plans
from storage.queries import workgroups as groups
from storage.queries.plan import BLOCKED, DONE, NOT_STARTED, GoalView, PlanView, StepView, StrategyView
from storage.queries.publications import without_small_numbers
from storage.queries.readings import settling_note, trajectory
from storage.queries.workgroups import MeetingView, WorkgroupView
from storage.uow import UnitOfWork

_MIDNIGHT = time(0)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A period as two moments (end excluded) and as the last day that counts. `closed`: the period is over."""

    start: datetime
    end: datetime
    last: date
    closed: bool

    @property
    def over(self) -> date:
        """The last day that is over: what was due on it or before and is not done is late."""
        return self.last if self.closed else self.last - timedelta(days=1)


def window(uow: UnitOfWork, period: Month | Quarter) -> Window:
    """The period where the organization is: 31 March 23:30 there belongs to March. An open one ends now, with what
    was stored this very moment."""
    tz = uow.organization.tz
    start = local_time(period.first, _MIDNIGHT, tz)
    end = local_time(period.last + timedelta(days=1), _MIDNIGHT, tz)
    closed = end <= uow.at
    now = max(start, uow.at + _MOMENT)
    return Window(start, end if closed else now, period.last if closed else uow.today, closed)


def month_facts(uow: UnitOfWork, month: Month, last_month: MonthFacts | None = None) -> MonthFacts | None:
    """Everything a roll-up says about `month`; None without a plan. `last_month`: as it was published."""
    plan = plans.the_plan(uow)
    if plan is None:
        return None
    span = window(uow, month)
    now = plans.steps(uow, before=span.end)
    then = {step.id: step.status for step in plans.steps(uow, before=span.start)}
    staff = frozenset(p.name for p in people.all_people(uow, active_only=False))
    met = {found.workgroup_id: found for found in groups.meetings(uow, month)}
    active = _groups_of(uow, span, met)
    names = {group.id: group.name for group in active}
    members, sent, came = _voices_heard(uow, month, span, names)
    everyone = set().union(*members.values())
    asked, asked_before = _help(uow, span, names, staff)
    fresh = {step.id for step in now if step.updated_at and step.updated_at >= span.start}
    facts = MonthFacts(
        organization=uow.organization.name,
        county=plan.county,
        month=str(month),
        as_of=span.last,
        closed=span.closed,
        groups=_groups(uow, month, span, active, met, members, sent | came),
        members=len(everyone),
        replied=len(everyone & sent),
        goals=goal_facts(uow, plan, month, span.end),
        done=_step_facts(step for step in now if step.status == DONE != then.get(step.id)),
        started=_step_facts(step for step in now if _begun(step) and then.get(step.id, NOT_STARTED) == NOT_STARTED),
        late=_step_facts(step for step in now if _is_late(step, span.over)),
        strategies=_strategies(uow, plan.strategies, now, fresh, span.over),
        risks=tuple(_risk(step, staff) for step in now if step.status == BLOCKED),
        decisions=_decisions(met.values(), names, staff),
        help=asked,
        help_before=asked_before,
        wins=wins(uow, span.start, span.end, told=False),
        notes=_count_notes(uow, month, span),
        voices=len(voice_months(uow, (month,), span.end)),
        overall=Overall("", ()),
    )
    return with_judgement(without_small_numbers(uow, facts, plan.goals, span.end), last_month)


def _begun(step: StepView) -> bool:
    return not step.closed and step.status != NOT_STARTED


def _is_late(step: StepView, day: date) -> bool:
    return not step.closed and step.due is not None and step.due <= day


def _step_facts(steps: Iterable[StepView]) -> tuple[StepFacts, ...]:
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
    share = shareable(step.note, staff)
    return RiskFacts(step.refs, step.text, step.note if share else "", not share)


def _groups_of(uow: UnitOfWork, span: Window, met: dict[int, MeetingView]) -> list[WorkgroupView]:
    """The workgroups there were: made before the period's end, and active since or with a meeting on record in it."""
    return [
        group
        for group in groups.workgroups(uow, active_only=False)
        if group.created_at < span.end and (group.active or group.id in met)
    ]


def _groups(
    uow: UnitOfWork,
    month: Month,
    span: Window,
    known: Iterable[WorkgroupView],
    met: dict[int, MeetingView],
    members: dict[int, set[int]],
    heard: set[int],
) -> tuple[GroupFacts, ...]:
    calendar = settings.work_calendar(uow)
    found = []
    for group in known:
        planned = meeting_date(group.cadence, month, calendar)
        if planned and planned < group.created_at.astimezone(group.tz).date():
            planned = None
        state, day, reason = _meeting_state(met.get(group.id), planned, span)
        found.append(GroupFacts(group.name, state, day, reason, not members[group.id] & heard))
    return tuple(found)


def _meeting_state(held: MeetingView | None, planned: date | None, span: Window) -> tuple[str, date | None, str]:
    """A meeting is only called missing once its day is over."""
    if held and held.state == groups.HELD:
        return MET, held.held_on, ""
    if held and held.state == groups.EXCUSED:
        return EXCUSED, planned, held.reason
    if planned is None and not (held and held.state == groups.MISSED):
        return NOT_DUE, None, ""
    if not span.closed and planned is not None and planned >= span.last:
        return TO_COME, planned, ""
    return NOT_MET, planned, ""


def _voices_heard(
    uow: UnitOfWork, month: Month, span: Window, known: Iterable[int]
) -> tuple[dict[int, set[int]], set[int], set[int]]:
    """Person ids: the members of each workgroup in `known`; all who sent an update, a note or a win; all who came to a
    meeting. Somebody who joined the bot after the period is no member of it."""
    mine = uow.organization.id
    members: defaultdict[int, set[int]] = defaultdict(set)
    rows = uow.rows(
        select(workgroup_member.c.workgroup_id, person.c.id)
        .join(person, person.c.id == workgroup_member.c.person_id)
        .where(
            person.c.organization_id == mine,
            person.c.active,
            person.c.created_at < span.end,
            workgroup_member.c.workgroup_id.in_(known),
        )
    )
    for row in rows:
        members[row.workgroup_id].add(row.id)
    updated = select(update.c.person_id).where(
        update.c.organization_id == mine,
        update.c.at >= span.start,
        update.c.at < span.end,
        update.c.withdrawn_at.is_(None),
    )
    told = select(story.c.person_id).where(
        story.c.organization_id == mine,
        story.c.at >= span.start,
        story.c.at < span.end,
        story.c.state != "withdrawn",
    )
    noted = select(meeting_note.c.person_id).where(
        meeting_note.c.organization_id == mine,
        meeting_note.c.month == str(month),
        meeting_note.c.at < span.end,
        meeting_note.c.withdrawn_at.is_(None),
    )
    came = (
        select(attendance.c.person_id)
        .join(meeting, meeting.c.id == attendance.c.meeting_id)
        .where(meeting.c.organization_id == mine, meeting.c.month == str(month), meeting.c.state == groups.HELD)
    )
    return members, set(uow.rows(updated.union(told, noted)).scalars()), set(uow.rows(came).scalars())


def goal_facts(uow: UnitOfWork, plan: PlanView, month: Month, end: datetime) -> tuple[GoalFacts, ...]:
    """Each goal with the latest whole-population reading for a data month up to `month`, of those known at `end`."""
    known: defaultdict[int, list[tuple[str, float | None]]] = defaultdict(list)
    rows = uow.rows(
        select(reading.c.measure_id, reading.c.month, reading.c.value)
        .where(
            reading.c.organization_id == uow.organization.id,
            reading.c.population == "",
            reading.c.month <= str(month),
            reading.c.at < end,
            or_(reading.c.replaced_at.is_(None), reading.c.replaced_at >= end),
        )
        .order_by(reading.c.month, reading.c.id)
    )
    for row in rows:
        known[row.measure_id].append((row.month, row.value))
    return tuple(_goal(plan, goal, known[goal.measure_id]) for goal in plan.goals)


def _goal(plan: PlanView, goal: GoalView, known: list[tuple[str, float | None]]) -> GoalFacts:
    data_month, latest = known[-1] if known else ("", None)
    way, expected, gap, status, note = trajectory(goal), None, None, "no data", ""
    if way and data_month:
        at = Month.parse(data_month)
        expected, status = way.expected(at), way.status(latest, at)
        gap = way.gap(latest, at) if latest is not None else None
        note = settling_note(goal, plan.strategies, at, [value for _, value in known]) or ""
    return GoalFacts(
        goal.number, goal.measure, goal.unit, goal.direction, goal.baseline, goal.target, latest,
        bool(known) and latest is None, data_month, expected, gap, status, note,
    )  # fmt: skip


def _decisions(
    meetings: Iterable[MeetingView], names: dict[int, str], staff: frozenset[str]
) -> tuple[DecisionFacts, ...]:
    held = [m for m in meetings if m.state == groups.HELD and m.decisions.strip() and m.workgroup_id in names]
    found = []
    for one in held:
        share = shareable(one.decisions, staff)
        text = one.decisions if share else ""
        found.append(DecisionFacts(names[one.workgroup_id], one.held_on, text, not share))
    return tuple(found)


def _help(
    uow: UnitOfWork, span: Window, names: dict[int, str], staff: frozenset[str]
) -> tuple[tuple[HelpFacts, ...], int]:
    """Open follow-ups that are past their date or have nobody: those that became so in this period, the oldest date
    first, and how many more there were before."""
    rows = uow.rows(
        select(follow_up, person.c.name)
        .outerjoin(person, person.c.id == follow_up.c.owner_id)
        .where(
            follow_up.c.organization_id == uow.organization.id,
            follow_up.c.created_at < span.end,
            or_(follow_up.c.done_at.is_(None), follow_up.c.done_at >= span.end),
            or_(follow_up.c.owner_id.is_(None), follow_up.c.due <= span.over),
        )
        .order_by(follow_up.c.due.is_(None), follow_up.c.due, follow_up.c.id)
    )
    first = span.start.astimezone(uow.organization.tz).date()
    found, before = [], 0
    for row in (row for row in rows if row.workgroup_id in names):
        if row.created_at < span.start and not (row.due and first <= row.due <= span.over):
            before += 1
            continue
        share = shareable(row.text, staff)
        text = row.text if share else ""
        found.append(HelpFacts(names[row.workgroup_id], text, row.name or "", row.due, not share))
    return tuple(found), before


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


def _count_notes(uow: UnitOfWork, month: Month, span: Window) -> int:
    return int(
        uow.scalar(
            select(func.count()).where(
                meeting_note.c.organization_id == uow.organization.id,
                meeting_note.c.month == str(month),
                meeting_note.c.at < span.end,
                meeting_note.c.withdrawn_at.is_(None),
            )
        )
    )


def voice_months(uow: UnitOfWork, months: tuple[Month, ...], end: datetime) -> list[int]:
    """Ids of the client voice results of these months that were recorded before `end` and stand."""
    statement = select(voice_result.c.id).where(
        voice_result.c.organization_id == uow.organization.id,
        voice_result.c.month.in_([str(month) for month in months]),
        voice_result.c.at < end,
        voice_result.c.withdrawn_at.is_(None),
    )
    return list(uow.rows(statement).scalars())
