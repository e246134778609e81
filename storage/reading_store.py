"""Stores readings: a second value for the same month and population replaces the first, which is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy import Row as Found

from bot.domain.reading_table import Row
from storage.models import reading
from storage.queries.readings import ReadingView, readings
from storage.uow import UnitOfWork

_TOGETHER = 500  # ids in one statement; SQLite takes 32,766 values, PostgreSQL 65,535


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a table did: rows that are new, that replace a value (old reading, new row), and that say what was
    known already."""

    new: tuple[Row, ...]
    changed: tuple[tuple[ReadingView, Row], ...]
    same: int


def store_readings(uow: UnitOfWork, measure_id: int, rows: Sequence[Row]) -> Stored:
    """Store a table's rows for one measure, all of them in this transaction. A group keeps the spelling of its name
    that it has; a row that says nothing of a group's kind or people leaves them as they were."""
    standing = {(one.month, one.population.lower()): one for one in readings(uow, measure_id)}
    kinds = {one.population.lower(): one for one in standing.values() if one.kind}
    names = {one.population.lower(): one.population for one in standing.values()}
    new: list[Row] = []
    changed: list[tuple[ReadingView, Row]] = []
    values = []
    who = getattr(uow, "person", None)  # nobody on the command line
    for row in rows:
        folded = row.population.lower()
        before = standing.get((row.month, folded))
        known = kinds.get(folded)
        kind = row.kind or (known.kind if known else "")
        people = row.people if row.people is not None or before is None else before.people
        if before and (before.value, before.people, before.kind) == (row.value, people, kind):
            continue
        if before:
            changed.append((before, row))
        else:
            new.append(row)
        values.append(
            {
                "organization_id": uow.organization.id,
                "measure_id": measure_id,
                "month": str(row.month),
                "population": names.get(folded, row.population),
                "kind": kind,
                "value": row.value,
                "people": people,
                "person_id": who.id if who else None,
                "at": uow.at,
            }
        )
    _change(uow, [before.id for before, _ in changed], replaced_at=uow.at)
    if values:
        uow.connection.execute(insert(reading), values)
    return Stored(tuple(new), tuple(changed), len(rows) - len(values))


def take_back(uow: UnitOfWork, at: datetime) -> int:
    """Take back what this person stored at that moment, and let what it replaced stand again; how many were taken
    back. What was changed again since stays. Looked at from any moment, one value stands: what was taken back never
    stood, and what it replaced always did."""
    mine = (reading.c.person_id == uow.person.id, reading.c.at == at, reading.c.replaced_at.is_(None))
    gone = _rows(uow, *mine)
    places = {(row.measure_id, row.month, row.population) for row in gone}
    older = [
        row for row in _rows(uow, reading.c.replaced_at == at) if (row.measure_id, row.month, row.population) in places
    ]
    _change(uow, [row.id for row in gone], replaced_at=at)
    _change(uow, [row.id for row in older], replaced_at=None)
    return len(gone)


def _rows(uow: UnitOfWork, *where: ColumnElement[bool]) -> Sequence[Found[Any]]:
    return uow.rows(select(reading).where(reading.c.organization_id == uow.organization.id, *where)).all()


def _change(uow: UnitOfWork, ids: Sequence[int], **values: Any) -> None:
    for start in range(0, len(ids), _TOGETHER):
        uow.change(reading, reading.c.id.in_(ids[start : start + _TOGETHER]), **values)
