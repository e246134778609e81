"""Readings of measures and client voice results: frozen views and the reads that give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.domain.periods import Month
from storage.models import reading, voice_result
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A reading that stands. `value` None: not shown. `population` "": the whole."""

    id: int
    measure_id: int
    month: Month
    population: str
    value: float | None
    at: datetime


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


def readings(uow: UnitOfWork, measure_id: int | None = None) -> list[ReadingView]:
    """The readings that stand, oldest data month first: of all measures or of one."""
    statement = select(reading).where(reading.c.organization_id == uow.organization.id, reading.c.replaced_at.is_(None))
    if measure_id is not None:
        statement = statement.where(reading.c.measure_id == measure_id)
    return [
        ReadingView(r.id, r.measure_id, Month.parse(r.month), r.population, r.value, r.at)
        for r in uow.rows(statement.order_by(reading.c.month, reading.c.population, reading.c.id))
    ]


def voice_results(uow: UnitOfWork) -> list[VoiceView]:
    """The client voice results that stand, newest first."""
    statement = select(voice_result).where(
        voice_result.c.organization_id == uow.organization.id, voice_result.c.withdrawn_at.is_(None)
    )
    return [
        VoiceView(r.id, Month.parse(r.month), r.kind, r.responses, r.heard, r.did, r.step_id)
        for r in uow.rows(statement.order_by(voice_result.c.month.desc(), voice_result.c.id.desc()))
    ]
