"""The quarterly report-out: two or three pages of facts for managers and supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from bot.chat.errors import UserError
from bot.chat.messages import Message
from bot.domain.charts import goal_charts
from bot.domain.goal_words import NOTHING, GoalLine, goal_line, value_words
from bot.domain.month_facts import GoalFacts
from bot.domain.periods import Month, Quarter
from bot.domain.report_out import GroupReading, MeasureQuarter, ReportOut
from bot.domain.rollup import few_words
from bot.domain.small_cells import NOT_SHOWN, Shown
from bot.domain.trajectory import format_change, format_value
from handlers.rollup.pages import after_table, day_in
from storage.queries import report_out as gathered
from storage.uow import UnitOfWork

NO_PLAN = "There is no plan here yet, so there is nothing to report. IT can load it with: sipbot plan import FILE."


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure's quarter in words: what it was before, each of its readings, how far it has come, and the newest
    state average that is known."""

    goal: GoalLine
    before: str
    readings: str
    since_before: str
    since_baseline: str
    state: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group's reading in words; `gap` is against everybody, in points."""

    measure: str
    group: str
    value: str
    whole: str
    gap: str


def report_out(uow: UnitOfWork, quarter: Quarter) -> tuple[str, Message, Shown]:
    """The report, its title, and what it tells about numbers of people. Raises UserError without a plan."""
    found = gathered.report_out(uow, quarter)
    if found is None:
        raise UserError(NO_PLAN)
    title = f"{uow.organization.name}: {quarter.title}, quarterly report-out"
    goals = found.quarter.month.goals
    message = uow.compose(
        "reports/report_out",
        title=title,
        report=found,
        facts=found.quarter,
        measures=_measures(found, goals),
        groups=[_group(one) for one in found.groups],
        few=few_words,
        on=partial(day_in, quarter.year),
        following=quarter.next().title,
    )
    return title, after_table(message, "Measure", goal_charts(goals)), found.shown


def _measures(found: ReportOut, goals: tuple[GoalFacts, ...]) -> list[MeasureLine]:
    known = {one.number: one for one in found.measures}
    return [_measure(goal, known[goal.number]) for goal in goals if goal.number in known]


def _measure(goal: GoalFacts, quarter: MeasureQuarter) -> MeasureLine:
    shown = [f"{_short(month)} {_value(value, goal.unit)}" for month, value in quarter.readings]
    readings = "; ".join(shown) or "none for these months yet"
    before = (
        f"{_value(quarter.before, goal.unit)} ({_short(quarter.before_month)})" if quarter.before_month else NOTHING
    )
    values = [value for _, value in quarter.readings if value is not None]
    last = values[-1] if values else None
    return MeasureLine(
        goal_line(goal),
        before,
        readings,
        _change(quarter.before, last, goal.unit),
        _change(goal.baseline, goal.latest, goal.unit),
        _state(goal),
    )


def _state(goal: GoalFacts) -> str:
    known = [(point.month, point.state) for point in goal.points if point.state is not None]
    return f"{_value(known[-1][1], goal.unit)} ({_short(known[-1][0])})" if known else NOTHING


def _short(month: str) -> str:
    """`Feb 2026`"""
    return f"{Month.parse(month).first:%b %Y}"


def _value(value: float | None, unit: str) -> str:
    return NOT_SHOWN if value is None else format_value(value, unit)


def _change(before: float | None, after: float | None, unit: str) -> str:
    return NOTHING if before is None or after is None else format_change(after - before, unit)


def _group(one: GroupReading) -> GroupLine:
    return GroupLine(
        one.measure,
        one.group,
        f"{_value(one.value, one.unit)} ({_short(one.data_month)})",
        value_words(one.whole, one.unit),
        _change(one.whole, one.value, one.unit),
    )
