"""Gathers what a progress report's draft is made from: rows with their ids, so that every sentence can name its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select

from bot.chat.commands import Role
from bot.domain.people_counts import STATE
from bot.domain.periods import Month
from bot.domain.progress_report import STORY, Entry
from bot.domain.report_out import PlanChange
from bot.domain.rollup import shareable
from bot.domain.small_cells import show_count
from storage.models import attendance, follow_up, meeting, person, reading, story, voice_result, workgroup
from storage.models import update as update_table
from storage.queries import plan as plans
from storage.queries.learnings import LearningView, learnings
from storage.queries.plan import PlanView, StepView
from storage.queries.publications import gate
from storage.queries.report_out import plan_changes
from storage.queries.windows import midnight
from storage.queries.workgroups import EQUITY, HELD
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading told by the period's end, as it stands now; `group` "" is everybody."""

    id: int
    measure_id: int
    month: str
    group: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """An update as given; `status` None: a note alone."""

    id: int
    step_id: int
    status: str | None
    day: date
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Held:
    """A held meeting; `equity`: an equity member took part."""

    id: int
    workgroup: str
    day: date | None
    decisions: str
    equity: bool


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (included) to `end` (excluded), with the first and the last day that count; None: since ever."""

    start: datetime | None
    end: datetime
    first: date | None
    last: date


@dataclass(frozen=True, slots=True)
class Material:
    """Everything the draft may say. `told`: the period's updates and, of each step, the one that gave its status."""

    plan: PlanView
    period: Period
    steps: tuple[StepView, ...]
    told: tuple[Told, ...]
    readings: tuple[Reading, ...]
    stories: tuple[Entry, ...]
    voices: tuple[Entry, ...]
    meetings: tuple[Held, ...]
    learnings: tuple[LearningView, ...]
    changes: tuple[PlanChange, ...]
    help: tuple[Entry, ...]


def material(uow: UnitOfWork, number: int) -> Material | None:
    """What is known for the cycle's first or second progress report; None without a plan."""
    plan = plans.the_plan(uow)
    if plan is None:
        return None
    period = _period(uow, plan, number)
    steps = tuple(plans.steps(uow, before=period.end))
    return Material(
        plan=plan,
        period=period,
        steps=steps,
        told=_told(uow, period, {step.told_id for step in steps if step.told_id is not None}),
        readings=_readings(uow, period),
        stories=_stories(uow, period),
        voices=_voices(uow, period),
        meetings=_meetings(uow, period),
        learnings=tuple(learnings(uow, period.start, period.end)),
        changes=plan_changes(uow, period.start or _EVER, period.end),
        help=_help(uow, period),
    )


_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _period(uow: UnitOfWork, plan: PlanView, number: int) -> Period:
    """From the plan's start (or the first report's date) to the report's date, or to now while that lies ahead."""
    starts = [goal.start for goal in plan.goals if goal.start]
    dates = [[g.progress_report_1 for g in plan.goals], [g.progress_report_2 for g in plan.goals]]
    known = [min((day for day in those if day), default=None) for those in dates]
    first = min(starts, default=None) if number == 1 else known[0]
    due = known[number - 1]
    last = min(due, uow.today) if due else uow.today
    end = min(midnight(uow, last + timedelta(days=1)), uow.at + timedelta(microseconds=1))
    return Period(midnight(uow, first) if first else None, end, first, last)


def _told(uow: UnitOfWork, period: Period, telling: set[int]) -> tuple[Told, ...]:
    table = update_table
    inside = (table.c.at >= (period.start or _EVER)) & (table.c.at < period.end)
    rows = uow.rows(
        select(table, person.c.role)
        .join(person, person.c.id == table.c.person_id)
        .where(
            table.c.organization_id == uow.organization.id,
            table.c.withdrawn_at.is_(None),
            or_(inside, table.c.id.in_(telling)),
        )
        .order_by(table.c.id)
    )
    tz = uow.organization.tz
    return tuple(Told(r.id, r.step_id, r.status, r.at.astimezone(tz).date(), Role(r.role).word, r.note) for r in rows)


def _readings(uow: UnitOfWork, period: Period) -> tuple[Reading, ...]:
    """The readings of the period's data months that were told by its end, as they are known now; None: may not be
    shown."""
    since = str(Month.of(period.first)) if period.first else ""
    months = (
        select(reading.c.month)
        .distinct()
        .where(reading.c.organization_id == uow.organization.id, reading.c.month >= since, reading.c.at < period.end)
    )
    judged = gate(uow, frozenset(uow.rows(months).scalars()), period.end)
    found = sorted(judged.readings, key=lambda one: (one.month, one.population, one.id))
    return tuple(
        Reading(one.id, one.measure_id, str(one.month), one.population, one.value if judged.lets(one) else None)
        for one in found
        if one.kind != STATE
    )


def _stories(uow: UnitOfWork, period: Period) -> tuple[Entry, ...]:
    """The period's stories that are approved now: what was taken back since is not told."""
    rows = uow.rows(
        select(story.c.id, story.c.reviewed_at, story.c.text, workgroup.c.name)
        .outerjoin(workgroup, workgroup.c.id == story.c.workgroup_id)
        .where(
            story.c.organization_id == uow.organization.id,
            story.c.state == "approved",
            story.c.reviewed_at >= (period.start or _EVER),
            story.c.reviewed_at < period.end,
        )
        .order_by(story.c.id)
    )
    return tuple(_entry(uow, f"{STORY}{r.id}", r.reviewed_at, r.name or "", "story, approved", r.text) for r in rows)


def _voices(uow: UnitOfWork, period: Period) -> tuple[Entry, ...]:
    rows = uow.rows(
        select(voice_result)
        .where(
            voice_result.c.organization_id == uow.organization.id,
            voice_result.c.withdrawn_at.is_(None),
            voice_result.c.at >= (period.start or _EVER),
            voice_result.c.at < period.end,
        )
        .order_by(voice_result.c.id)
    )
    found = []
    for r in rows:
        about = f"{r.kind.capitalize()}, {Month.parse(r.month).title}, people heard: {show_count(r.responses)}"
        words = f"{r.heard} We did: {r.did or 'not answered yet'}"
        found.append(_entry(uow, f"V{r.id}", r.at, about, "client voice", words))
    return tuple(found)


def _meetings(uow: UnitOfWork, period: Period) -> tuple[Held, ...]:
    equity = (
        select(func.count())
        .where(attendance.c.meeting_id == meeting.c.id, attendance.c.role == EQUITY)
        .correlate(meeting)
        .scalar_subquery()
    )
    statement = (
        select(meeting.c.id, workgroup.c.name, meeting.c.held_on, meeting.c.decisions, equity.label("equity"))
        .join(workgroup, workgroup.c.id == meeting.c.workgroup_id)
        .where(
            meeting.c.organization_id == uow.organization.id,
            meeting.c.state == HELD,
            meeting.c.held_on <= period.last,
        )
        .order_by(meeting.c.id)
    )
    if period.first:
        statement = statement.where(meeting.c.held_on >= period.first)
    return tuple(Held(r.id, r.name, r.held_on, r.decisions, r.equity > 0) for r in uow.rows(statement))


def _help(uow: UnitOfWork, period: Period) -> tuple[Entry, ...]:
    """Open follow-ups that nobody has taken."""
    rows = uow.rows(
        select(follow_up.c.id, follow_up.c.created_at, follow_up.c.text, workgroup.c.name)
        .join(workgroup, workgroup.c.id == follow_up.c.workgroup_id)
        .where(
            follow_up.c.organization_id == uow.organization.id,
            follow_up.c.created_at < period.end,
            or_(follow_up.c.done_at.is_(None), follow_up.c.done_at >= period.end),
            follow_up.c.owner_id.is_(None),
        )
        .order_by(follow_up.c.id)
    )
    return tuple(_entry(uow, f"F{r.id}", r.created_at, r.name, "follow-up", r.text) for r in rows)


def _entry(uow: UnitOfWork, key: str, at: datetime, about: str, by: str, words: str) -> Entry:
    return Entry(key, at.astimezone(uow.organization.tz).date(), about, by, words, not shareable(words))
