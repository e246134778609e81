"""Readings of measures, what the plan expects of them, and client voice results: frozen views and their reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.domain.people_counts import STATE, Entered
from bot.domain.periods import Month
from bot.domain.trajectory import Direction, Trajectory
from storage.models import reading, voice_result
from storage.queries.plan import GoalView, StrategyView
from storage.uow import UnitOfWork

_FIRST_YEAR = 12  # months in which a falling measure may be settling in


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A reading that stands. `value` None: not shown. `population` "": the whole; else a group's name, and `kind` what
    kind of group it is (`people_counts.STATE` for the state's average). `people`: how many the value is of."""

    id: int
    measure_id: int
    month: Month
    population: str
    value: float | None
    at: datetime
    kind: str = ""
    people: int | None = None

    @property
    def is_group(self) -> bool:
        """Whether it is of some of the county's people: not of all, and not the state's average."""
        return self.population != "" and self.kind != STATE

    def entered(self, unit: str) -> Entered:
        """The reading as the small-number rule sees it; `unit` is its measure's."""
        return Entered(self.measure_id, unit, str(self.month), self.population, self.kind, self.value, self.people)


@dataclass(frozen=True, slots=True)
class VoiceView:
    """What clients said in a month. `responses`: people heard, unmasked; show it through `small_cells.show_count`."""

    id: int
    month: Month
    kind: str
    responses: int | None
    heard: str
    did: str
    step_id: int | None
    survey_id: int | None = None


def readings(uow: UnitOfWork, measure_id: int | None = None) -> list[ReadingView]:
    """The readings that stand, oldest data month first: of all measures or of one."""
    statement = select(reading).where(reading.c.organization_id == uow.organization.id, reading.c.replaced_at.is_(None))
    if measure_id is not None:
        statement = statement.where(reading.c.measure_id == measure_id)
    return [
        reading_view(row) for row in uow.rows(statement.order_by(reading.c.month, reading.c.population, reading.c.id))
    ]


@dataclass(frozen=True, slots=True)
class Revision:
    """A reading that was replaced, with the moment until which it stood."""

    reading: ReadingView
    until: datetime


def revisions(uow: UnitOfWork, measure_id: int, limit: int) -> list[Revision]:
    """A measure's replaced readings, the newest change first."""
    statement = (
        select(reading)
        .where(
            reading.c.organization_id == uow.organization.id,
            reading.c.measure_id == measure_id,
            reading.c.replaced_at.is_not(None),
        )
        .order_by(reading.c.replaced_at.desc(), reading.c.id.desc())
        .limit(limit)
    )
    return [Revision(reading_view(row), row.replaced_at) for row in uow.rows(statement)]


def reading_view(row: Any) -> ReadingView:
    """A row of the table as a view."""
    month = Month.parse(row.month)
    return ReadingView(row.id, row.measure_id, month, row.population, row.value, row.at, row.kind, row.people)


def trajectory(goal: GoalView) -> Trajectory | None:
    """A measure's way to its target; None while the plan gives no start date."""
    if goal.start is None:
        return None
    better: Direction = "decrease" if goal.direction == "decrease" else "increase"
    return Trajectory(goal.baseline, goal.target, goal.pace_per_month, goal.start, goal.cycle_end, better, goal.unit)


def settling_note(
    goal: GoalView, plan: Iterable[StrategyView], month: Month, values: Sequence[float | None]
) -> str | None:
    """The word beside a fall in the first year of any of the goal's strategies, else None. `values`: the measure's
    readings, oldest first, the last one for `month`; a fall is measured from the one before that was shown."""
    way = trajectory(goal)
    if way is None or not values:
        return None
    shown = [value for value in values[:-1] if value is not None]
    return way.note(values[-1], month, _first_year(goal, plan, month), shown[-1] if shown else None)


def _first_year(goal: GoalView, plan: Iterable[StrategyView], month: Month) -> bool:
    began = (
        Month.of(strategy.started_on)
        for strategy in plan
        if strategy.started_on and any(number == goal.number for number, _ in strategy.places)
    )
    return any(start <= month < start.plus(_FIRST_YEAR) for start in began)


def voice_results(uow: UnitOfWork) -> list[VoiceView]:
    """The client voice results that stand, newest first."""
    statement = select(voice_result).where(
        voice_result.c.organization_id == uow.organization.id, voice_result.c.withdrawn_at.is_(None)
    )
    return [
        VoiceView(r.id, Month.parse(r.month), r.kind, r.responses, r.heard, r.did, r.step_id, r.survey_id)
        for r in uow.rows(statement.order_by(voice_result.c.month.desc(), voice_result.c.id.desc()))
    ]
