"""Which measure is meant, and how one of its readings reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.errors import UserError
from bot.domain.goal_words import reading_words, value_words
from bot.domain.trajectory import format_change
from storage.queries import plan as plans
from storage.queries.plan import GoalView
from storage.queries.readings import ReadingView, trajectory
from storage.uow import UnitOfWork

NO_PLAN = "There is no plan here yet, so there are no measures. IT can load it with: sipbot plan import FILE."


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A reading in words, against what the plan expects for its month."""

    month: str
    group: str
    value: str
    expected: str
    gap: str
    status: str


def measures(uow: UnitOfWork) -> list[GoalView]:
    """The plan's goals with their measures. Raises UserError where there are none."""
    found = plans.goals(uow)
    if not found:
        raise UserError(NO_PLAN)
    return found


def find(known: Sequence[GoalView], words: str) -> GoalView:
    """The measure of goal `1`, or the one whose name has these words. Raises UserError."""
    folded = " ".join(words.lower().lstrip("#").split())
    numbered = [goal for goal in known if str(goal.number) == folded.removeprefix("goal ").removeprefix("measure ")]
    exact = [goal for goal in known if goal.measure.lower() == folded]
    found = numbered or exact or [goal for goal in known if folded and folded in goal.measure.lower()]
    if len(found) == 1:
        return found[0]
    names = "; ".join(f"{goal.number} is {goal.measure}" for goal in known)
    which = f"“{words}” fits more than one measure" if found else f"There is no measure “{words}”"
    raise UserError(f"{which}. Name it by its goal's number: {names}.")


def line(goal: GoalView, one: ReadingView, value: float | None) -> ReadingLine:
    """`value`: the reading's, or None where it may not be shown."""
    way = trajectory(goal)
    expected = way.expected(one.month) if way else None
    gap = way.gap(value, one.month) if way and value is not None else None
    return ReadingLine(
        one.month.title,
        one.population,
        reading_words(value, goal.unit),
        value_words(expected, goal.unit),
        "–" if gap is None else format_change(gap, goal.unit).replace("no change", "as expected"),
        way.status(value, one.month) if way else "no data",
    )
