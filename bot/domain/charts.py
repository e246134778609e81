"""A measure over time as a chart: what people measured, where the plan wants it, the target, the state's average.

Charts are data; renderers draw them. The same numbers stand in the goals' table, so a chart never says something new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.chat.messages import Chart, Line
from bot.chat.units import format_value
from bot.domain.month_facts import BEHIND, GoalFacts, PointFacts
from bot.domain.periods import Month, months_between

MONTHS = 13  # a year and the month it began with
_FEWEST = 2  # readings that make a line


def measure_chart(
    title: str,
    unit: str,
    points: Sequence[PointFacts],
    target: float | None,
    state: Mapping[str, float | None] | None = None,
) -> Chart | None:
    """The chart of the newest MONTHS data months; None while there are fewer than two readings to show. `points`:
    oldest first. `state`: the state's average by data month."""
    if sum(point.value is not None for point in points) < _FEWEST:
        return None
    last = Month.parse(points[-1].month)
    back = min(months_between(Month.parse(points[0].month), last), MONTHS - 1)
    months = tuple(str(last.plus(-ago)) for ago in range(back, -1, -1))
    by_month = {point.month: point for point in points}
    measured = tuple(by_month[month].value if month in by_month else None for month in months)
    if sum(value is not None for value in measured) < _FEWEST:
        return None
    expected = tuple(by_month[month].expected if month in by_month else None for month in months)
    average = tuple((state or {}).get(month) for month in months)
    lines = (
        Line("Measured", measured),
        Line("Expected by the plan", expected, "expected"),
        Line("Target", (target,) * len(months), "target"),
        Line("State average", average, "state"),
    )
    drawn = tuple(line for line in lines if any(value is not None for value in line.values))
    return Chart(title, unit, months, drawn, _words(title, unit, months, drawn))


def _words(title: str, unit: str, months: Sequence[str], lines: Sequence[Line]) -> str:
    """`Engagement Rate, September 2025 to February 2026: measured from 41% to 47.5%; target 64%.`"""
    said = []
    for line in lines:
        shown = [value for value in line.values if value is not None]
        first, last = format_value(shown[0], unit), format_value(shown[-1], unit)
        said.append(f"{line.label.lower()} {last}" if first == last else f"{line.label.lower()} from {first} to {last}")
    missing = sum(value is None for value in lines[0].values)
    gaps = f" {missing} {'month' if missing == 1 else 'months'} without a value." if missing else ""
    span = f"{Month.parse(months[0]).title} to {Month.parse(months[-1]).title}"
    return f"{title}, {span}: {'; '.join(said)}.{gaps}"


def goal_chart(goal: GoalFacts) -> Chart | None:
    """A goal's chart, from the readings that the report was made with."""
    state = {point.month: point.state for point in goal.points}
    return measure_chart(goal.measure, goal.unit, goal.points, goal.target, state)


def goal_charts(goals: Sequence[GoalFacts]) -> tuple[Chart, ...]:
    """The charts of all goals that have one, in the plan's order."""
    return tuple(chart for goal in goals if (chart := goal_chart(goal)))


def leading_charts(goals: Sequence[GoalFacts], most: int) -> tuple[Chart, ...]:
    """At most `most` charts, for those who look at a few: of goals that are behind, then of the first that have
    readings."""
    return goal_charts(sorted(goals, key=lambda goal: goal.status != BEHIND))[:most]
