"""A month's numbers as the sheets of a workbook, in words for people; `bot.domain.rollup.month_rows` has them for
programs."""

from __future__ import annotations

from datetime import date

from bot.domain.month_facts import GoalFacts, MonthFacts, StrategyFacts
from bot.domain.periods import Month
from bot.domain.rollup import said_outside
from bot.domain.small_cells import FEWER
from bot.renderers.xlsx import Cell, Sheet, to_xlsx

_GOALS = ("Goal", "Measure", "Status", "Baseline", "Target", "Latest", "Data month", "Expected", "Gap", "Unit", "Note")
_STRATEGIES = (
    "Strategy", "Title", "Status", "Steps done", "Steps", "Open", "Late", "Blocked", "Without an update", "Last update",
    "Next due",
)  # fmt: skip
_MEETINGS = ("Workgroup", "Meeting", "Day", "Reason")
_STEPS = ("Step", "Text", "What happened", "Due")


def month_book(facts: MonthFacts) -> bytes:
    """The workbook of a month: goals, strategies, steps that moved or are late, meetings."""
    title = f"{facts.organization}: {Month.parse(facts.month).title}"
    steps = tuple(
        (" and ".join(step.refs), step.text, word, step.due)
        for word, those in (("done", facts.done), ("started", facts.started), ("late", facts.late))
        for step in those
    )
    # Facts that were stored before reasons were screened have them as they were typed.
    meetings = tuple((group.name, group.state, group.day, said_outside(group.reason)) for group in facts.groups)
    sheets = (
        Sheet("Goals", _GOALS, tuple(map(_goal, facts.goals))),
        Sheet("Strategies", _STRATEGIES, tuple(map(_strategy, facts.strategies))),
        Sheet("Steps", _STEPS, steps),
        Sheet("Meetings", _MEETINGS, meetings),
    )
    return to_xlsx(title, facts.as_of, sheets)


def _goal(goal: GoalFacts) -> tuple[Cell, ...]:
    month = Month.parse(goal.data_month).first if goal.data_month else None
    note = "not shown" if goal.masked else goal.note
    baseline = FEWER if goal.few_at_first else goal.baseline
    numbers = (baseline, goal.target, goal.latest, month, goal.expected, goal.gap)
    return (goal.number, goal.measure, goal.status, *numbers, goal.unit, note)


def _strategy(one: StrategyFacts) -> tuple[Cell, ...]:
    days: tuple[date | None, ...] = (one.last_update, one.next_due)
    counts = (one.done, one.total, one.open, one.late, one.blocked, len(one.silent))
    return (" and ".join(one.refs), one.title, one.status, *counts, *days)
