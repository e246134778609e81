"""What an imported plan is made of: frozen facts, each with the line of the document it came from.

Reading files, finding the facts and comparing two plans are left to the neighbouring files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.domain.trajectory import Direction


class NotAPlan(Exception):
    """The file cannot be read as a plan; `reason` is a sentence that says what to do next."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """One line (text), paragraph or table row (Word) of the document; `number` counts from 1, 0 is a page's header."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """One disagreement or unreadable spot; `line` is 0 only when it concerns the whole document."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PlanDates:
    """The four dates of a goal; None where the document gives no day."""

    start: date | None = None
    progress_report_1: date | None = None
    progress_report_2: date | None = None
    cycle_end: date | None = None


@dataclass(frozen=True, slots=True)
class StepDocument:
    """One action step. `number` is unique within its strategy: it is what people will type."""

    number: int
    text: str
    owner: str | None
    due: date | None
    sub_items: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class StrategyDocument:
    """One strategy under one goal; `shared` when the same strategy also serves another goal.

    `claimed_steps` is the number of steps the document itself says there are, where it says so.
    """

    number: int
    title: str
    shared: bool
    claimed_steps: int | None
    action_steps: tuple[StepDocument, ...]
    line: int


@dataclass(frozen=True, slots=True)
class GoalDocument:
    """One goal and its measure. `pace_per_month` is in the measure's own unit (points for a percentage)."""

    number: int
    statement: str
    measure: str | None
    unit: str | None
    direction: Direction
    baseline: float | None
    target: float | None
    pace_per_month: float | None
    dates: PlanDates
    strategies: tuple[StrategyDocument, ...]
    line: int


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A whole plan as the document tells it, with a warning for whatever could not be taken at its word."""

    county: str | None
    goals: tuple[GoalDocument, ...]
    warnings: tuple[PlanWarning, ...] = field(default=())

    def with_warnings(self, more: list[PlanWarning]) -> PlanDocument:
        """The same plan with `more` warnings, all in the order of the document's lines."""
        return replace(self, warnings=tuple(sorted((*self.warnings, *more), key=lambda w: w.line)))

    def to_json(self) -> dict[str, Any]:
        """The form `sipbot plan import --json` prints; dates ISO 8601, None where nothing is said."""
        return {
            "county": self.county,
            "goals": [_goal_json(goal) for goal in self.goals],
            "warnings": [{"line": w.line, "code": w.code, "message": w.message} for w in self.warnings],
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _goal_json(goal: GoalDocument) -> dict[str, Any]:
    return {
        "number": goal.number,
        "statement": goal.statement,
        "measure": goal.measure,
        "unit": goal.unit,
        "direction": goal.direction,
        "baseline": goal.baseline,
        "target": goal.target,
        "pace_per_month": goal.pace_per_month,
        "dates": {
            "start": _iso(goal.dates.start),
            "progress_report_1": _iso(goal.dates.progress_report_1),
            "progress_report_2": _iso(goal.dates.progress_report_2),
            "cycle_end": _iso(goal.dates.cycle_end),
        },
        "strategies": [_strategy_json(strategy) for strategy in goal.strategies],
    }


def _strategy_json(strategy: StrategyDocument) -> dict[str, Any]:
    return {
        "number": strategy.number,
        "title": strategy.title,
        "shared": strategy.shared,
        "claimed_steps": strategy.claimed_steps,
        "action_steps": [
            {
                "number": step.number,
                "text": step.text,
                "owner": step.owner,
                "due": _iso(step.due),
                "sub_items": list(step.sub_items),
            }
            for step in strategy.action_steps
        ],
    }
