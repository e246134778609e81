"""The edition's one chart: a measure over the last year of data months, with its target and what the plan expects."""

from __future__ import annotations

from bot.chat.messages import Chart, Line
from bot.domain.goal_words import value_words
from bot.domain.periods import Month, Quarter
from bot.domain.quarter_facts import QuarterFacts
from storage.queries import plan as plans
from storage.queries.plan import GoalView
from storage.queries.readings import ReadingView, readings_of_the_whole, trajectory
from storage.uow import UnitOfWork

_MONTHS = 13  # a year and the month it began with
_LEAST = 2  # one point is no curve


def picture_of(uow: UnitOfWork, facts: QuarterFacts) -> Chart | None:
    """The measure with the most readings up to the quarter's end, the plan's first among equals; None where no measure
    has two months that may be shown."""
    last = Quarter.parse(facts.quarter).months[2]
    by_measure = readings_of_the_whole(uow)
    found: list[tuple[int, GoalView, list[ReadingView]]] = []
    for goal in plans.goals(uow):
        shown = [one for one in by_measure.get(goal.measure_id, ()) if one.month <= last]
        recent = [one for one in shown if one.month > shown[-1].month.plus(-_MONTHS)]
        found.append((sum(one.value is not None for one in recent), goal, recent))
    if not found:
        return None
    count, goal, readings = max(found, key=lambda one: one[0])
    return _chart(goal, readings) if count >= _LEAST else None


def _chart(goal: GoalView, readings: list[ReadingView]) -> Chart:
    first, last = readings[0].month, readings[-1].month
    months = [first]
    while months[-1] < last:
        months.append(months[-1].next())
    values = {one.month: one.value for one in readings}
    lines = [Line(goal.measure, tuple(values.get(month) for month in months))]
    way = trajectory(goal)
    expected = tuple(way.expected(month) for month in months) if way else ()
    if any(value is not None for value in expected):
        lines.append(Line("What the plan expects", expected, "expected"))
    if goal.target is not None:
        lines.append(Line("Target", (goal.target,) * len(months), "target"))
    return Chart(goal.measure, goal.unit, tuple(map(str, months)), tuple(lines), _words(goal, readings, first, last))


def _words(goal: GoalView, readings: list[ReadingView], first: Month, last: Month) -> str:
    """What the chart shows, for those who do not see it."""
    shown = [one for one in readings if one.value is not None]
    begin, end = shown[0], shown[-1]
    said = (
        f"{goal.measure} from {first.title} to {last.title}: {value_words(begin.value, goal.unit)} in "
        f"{begin.month.title}, {value_words(end.value, goal.unit)} in {end.month.title}."
    )
    return said if goal.target is None else f"{said} Target: {value_words(goal.target, goal.unit)}."
