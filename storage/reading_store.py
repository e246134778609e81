"""Stores readings: a second value for the same month and population replaces the first, which is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy import Row as Found

from bot.domain.reading_table import Row
from storage.models import measure, reading
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
    _one_at_a_time(uow, (measure_id,))
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
    _end(uow, [before.id for before, _ in changed], uow.at)
    if values:
        uow.connection.execute(insert(reading), values)
    return Stored(tuple(new), tuple(changed), len(rows) - len(values))


def replace_reading(uow: UnitOfWork, one: ReadingView) -> None:
    """It stands no longer, if it still does: what is stored next takes its place, whatever its month or group."""
    _one_at_a_time(uow, (one.measure_id,))
    _end(uow, (one.id,), uow.at)


def take_back(uow: UnitOfWork, at: datetime) -> int:
    """Take back what this person stored at that moment, and let what it replaced stand again; how many were taken
    back. What was changed again since stays. Looked at from any moment, one value stands: what was taken back never
    stood, and what it replaced always did."""
    mine = (reading.c.person_id == uow.person.id, reading.c.at == at, reading.c.replaced_at.is_(None))
    _one_at_a_time(uow, {row.measure_id for row in _rows(uow, *mine)})
    gone = _rows(uow, *mine)
    places = {(row.measure_id, row.month, row.population) for row in gone}
    older = [
        row for row in _rows(uow, reading.c.replaced_at == at) if (row.measure_id, row.month, row.population) in places
    ]
    _end(uow, [row.id for row in gone], at)
    for ids in _in_parts([row.id for row in older]):
        uow.change(reading, reading.c.id.in_(ids), replaced_at=None)
    return len(gone)


def _rows(uow: UnitOfWork, *where: ColumnElement[bool]) -> Sequence[Found[Any]]:
    return uow.rows(select(reading).where(reading.c.organization_id == uow.organization.id, *where)).all()


def _one_at_a_time(uow: UnitOfWork, measure_ids: Collection[int]) -> None:
    """These measures are ours until the transaction ends: who stores a reading on another replica waits, and then sees
    what we stored. SQLite has one writer and leaves this out."""
    mine = (measure.c.organization_id == uow.organization.id, measure.c.id.in_(measure_ids))
    uow.rows(select(measure.c.id).where(*mine).order_by(measure.c.id).with_for_update()).all()


def _end(uow: UnitOfWork, ids: Sequence[int], at: datetime) -> None:
    """Of these, the ones that still stand do so until then."""
    for some in _in_parts(ids):
        uow.change(reading, reading.c.id.in_(some), reading.c.replaced_at.is_(None), replaced_at=at)


def _in_parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _TOGETHER] for start in range(0, len(ids), _TOGETHER))
