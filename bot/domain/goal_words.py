"""A goal's numbers in words, the same in every report: values in their unit, gaps in points, never a bare colour."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.month_facts import NO_DATA, GoalFacts
from bot.domain.people_counts import is_few
from bot.domain.periods import Month
from bot.domain.small_cells import FEWER, NOT_SHOWN
from bot.domain.trajectory import format_change, format_value

NOTHING = "–"
NO_READING = "no reading yet"
NO_CHANGE = format_change(0, "")
# The data month lies before the plan's start, or the plan names no way to its target.
TOO_EARLY = "not judged yet"


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal as a row. `arrow` points in the good direction, `better` says it. `latest` carries its data month; `gap`
    is the latest value against the expected one, `pace` the same as part of a sentence (empty where nothing is
    expected yet)."""

    number: int
    measure: str
    arrow: str
    better: str
    baseline: str
    latest: str
    target: str
    expected: str
    gap: str
    status: str
    pace: str


def goal_line(goal: GoalFacts) -> GoalLine:
    """The row of one goal."""
    return GoalLine(
        number=goal.number,
        measure=goal.measure,
        arrow="↓" if goal.direction == "decrease" else "↑",
        better="down is better" if goal.direction == "decrease" else "up is better",
        baseline=FEWER if goal.few_at_first else value_words(goal.baseline, goal.unit),
        latest=latest_words(goal),
        target=value_words(goal.target, goal.unit),
        expected=value_words(goal.expected, goal.unit),
        gap=NOTHING if goal.gap is None else format_change(goal.gap, goal.unit).replace(NO_CHANGE, "as expected"),
        status=_status_words(goal),
        pace=_pace_words(goal),
    )


def _status_words(goal: GoalFacts) -> str:
    """`behind, settling in`; a value that nothing is expected of yet is not "no data"."""
    if goal.status == NO_DATA and goal.latest is not None:
        return TOO_EARLY
    return f"{goal.status}, {goal.note}" if goal.note else goal.status


def _pace_words(goal: GoalFacts) -> str:
    """`0.6 points below what the plan expects for that month`"""
    if goal.gap is None:
        return ""
    change = format_change(abs(goal.gap), goal.unit)
    if change == NO_CHANGE:
        return "what the plan expects for that month"
    return f"{change.removeprefix('+')} {'above' if goal.gap > 0 else 'below'} what the plan expects for that month"


def value_words(value: float | None, unit: str) -> str:
    """`47.5%`, or a dash for what the plan does not say."""
    return NOTHING if value is None else format_value(value, unit)


def baseline_words(baseline: float | None, unit: str) -> str:
    """The same of a baseline, which is a number of people where the measure is."""
    return FEWER if is_few(baseline, unit) else value_words(baseline, unit)


def reading_words(value: float | None, unit: str) -> str:
    """A reading's value, `47.5%`; one that was entered as `*` is “not shown”."""
    return NOT_SHOWN if value is None else format_value(value, unit)


def latest_words(goal: GoalFacts) -> str:
    """`47.5% (February 2026)`: always with the data month, because readings lag by months."""
    if not goal.data_month:
        return NO_READING
    value = reading_words(None if goal.masked else goal.latest, goal.unit)
    return f"{value} ({Month.parse(goal.data_month).title})"
