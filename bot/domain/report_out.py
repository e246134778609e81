"""The quarterly report-out as frozen data: what managers and supervisors look at, fact by fact.

It adds to a quarter's facts what only this report tells: every group's reading, what was tried and learned, what was
agreed, and how the plan itself was changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.month_facts import DecisionFacts, HelpFacts, StepFacts, StrategyFacts
from bot.domain.quarter_facts import QuarterFacts
from bot.domain.small_cells import Shown


@dataclass(frozen=True, slots=True)
class MeasureQuarter:
    """A measure's readings for the quarter's data months. `before`: the newest reading from before the quarter, with
    its month. Values are in the measure's unit; None: not shown."""

    number: int
    before_month: str
    before: float | None
    readings: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True, slots=True)
class GroupReading:
    """A group's newest reading of the quarter, beside the whole population's of the same data month. `value` None: not
    shown; `whole` None: unknown for that month."""

    measure: str
    unit: str
    direction: str
    group: str
    data_month: str
    value: float | None
    whole: float | None


@dataclass(frozen=True, slots=True)
class Learning:
    """What trying something taught: what was expected, what happened, and adopt, adapt or abandon. `withheld`: the
    words may identify a client."""

    id: int
    ref: str
    day: date
    expected: str
    found: str
    verdict: str
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class StrategyQuarter:
    """A strategy's quarter. `planned`: steps that were due in it or under way when it began; `begun`: steps started."""

    strategy: StrategyFacts
    planned: tuple[StepFacts, ...]
    done: tuple[StepFacts, ...]
    begun: tuple[StepFacts, ...]
    learned: tuple[Learning, ...]


@dataclass(frozen=True, slots=True)
class PlanChange:
    """How the plan was changed. `kind`: added, removed, changed, renumbered; `what`: goal, strategy, step."""

    id: int
    day: date
    kind: str
    what: str
    ref: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportOut:
    """Everything the report-out says. `training`: open steps whose words speak of training; `training_help`: open
    follow-ups that do. `corrected`: readings of which the value was changed in the quarter; `masked`: readings that
    are not shown; `shown` as in MonthFacts, of the whole report."""

    quarter: QuarterFacts
    measures: tuple[MeasureQuarter, ...]
    groups: tuple[GroupReading, ...]
    strategies: tuple[StrategyQuarter, ...]
    decisions: tuple[DecisionFacts, ...]
    changes: tuple[PlanChange, ...]
    training: tuple[StepFacts, ...]
    training_help: tuple[HelpFacts, ...]
    corrected: int
    masked: int
    shown: Shown


def speaks_of_training(text: str) -> bool:
    """Whether words are about training people: a stem is enough, because plans say it in many ways."""
    return "train" in text.lower()
