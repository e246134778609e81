"""The audit log read: who did what, page by page; and the one way in which old rows leave it.

A row says people by their ids (`<person 12>`), so that erasing a person changes nothing here; names are put in when it
is read. The database refuses to change or delete a row (storage/models/audit.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, func, select, text

from storage.models import audit, follow_up, organization, person, subscriber
from storage.models.audit import MAINTENANCE, NO_DELETE
from storage.uow import UnitOfWork

# Actions that changed nothing: somebody read what is confidential.
READS = (
    "audit read",
    "draft read",
    "everything exported",
    "newsletter draft read",
    "report exported",
    "report read",
    "stories read",
    "survey read",
)
READ = "read"  # the ledger's job for what was read in an hour
_MARK = re.compile(r"<(person|reader|follow-up) (\d+)>")
_NAMES: Mapping[str, tuple[Table, Column[str]]] = {
    "person": (person, person.c.name),
    "reader": (subscriber, subscriber.c.email),
    "follow-up": (follow_up, follow_up.c.text),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `who` is "sipbot" for what happened by itself or by a link that is nobody's own."""

    id: int
    at: datetime
    who: str
    action: str
    detail: str


def readable(uow: UnitOfWork, details: Sequence[str]) -> list[str]:
    """The details with names in place of their marks; somebody erased is "a former member"."""
    marks = {(kind, int(key)) for detail in details for kind, key in _MARK.findall(detail)}
    names: dict[tuple[str, int], str] = {}
    for kind, (table, column) in _NAMES.items():
        ids = [key for of, key in marks if of == kind]
        if ids:
            mine = (table.c.organization_id == uow.organization.id, table.c.id.in_(ids))
            found = uow.rows(select(table.c.id, column.label("said")).where(*mine))
            names |= {(kind, row.id): row.said for row in found}
    return [_MARK.sub(lambda mark: names.get((mark[1], int(mark[2])), mark[0]), detail) for detail in details]


def entries(
    uow: UnitOfWork,
    *,
    limit: int,
    before: int | None = None,
    person_id: int | None = None,
    words: str = "",
    since: datetime | None = None,
) -> list[Entry]:
    """The newest first: rows with an id below `before`, by or about this person, whose action has these words, from
    `since` on."""
    statement = (
        select(audit, person.c.name)
        .select_from(audit)
        .outerjoin(person, person.c.id == audit.c.person_id)
        .where(audit.c.organization_id == uow.organization.id)
    )
    if before is not None:
        statement = statement.where(audit.c.id < before)
    if person_id is not None:
        about = audit.c.detail.contains(f"<person {person_id}>", autoescape=True)
        statement = statement.where((audit.c.person_id == person_id) | about)
    if words:
        statement = statement.where(func.lower(audit.c.action).contains(words.lower(), autoescape=True))
    if since is not None:
        statement = statement.where(audit.c.at >= since)
    rows = uow.rows(statement.order_by(audit.c.id.desc()).limit(limit)).all()
    details = readable(uow, [row.detail for row in rows])
    zone = uow.organization.tz
    return [
        Entry(row.id, row.at.astimezone(zone), row.name or "sipbot", row.action, detail)
        for row, detail in zip(rows, details, strict=True)
    ]


def prune(connection: Connection, before: datetime, at: datetime) -> dict[int, int]:
    """Remove what is older than `before` -> rows removed, by organization. For an operator who knows what the law asks
    them to keep; that it was done is noted. The guard is off for this transaction alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config(:name, 'on', true)"), {"name": MAINTENANCE})
    else:
        connection.execute(text("DROP TRIGGER IF EXISTS audit_no_delete"))
    removed: dict[int, int] = {}
    for key in connection.execute(select(organization.c.id).order_by(organization.c.id)).scalars().all():
        old = (audit.c.organization_id == key, audit.c.at < before)
        count = connection.execute(select(func.count()).select_from(audit).where(*old)).scalar_one()
        if count:
            connection.execute(delete(audit).where(*old))
            note = {"action": "audit log shortened", "detail": f"{count} rows from before {before:%Y-%m-%d}"}
            connection.execute(audit.insert().values(organization_id=key, at=at, **note))
            removed[key] = count
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config(:name, 'off', true)"), {"name": MAINTENANCE})
    else:
        connection.execute(text(NO_DELETE))
    return removed


def note_read(uow: UnitOfWork, action: str, detail: str, subject: str) -> None:
    """Note that something was read, once an hour for each `subject`: a link that everybody has is opened thousands of
    times, and nobody who opens it again and again may fill the disk."""
    if uow.once(READ, subject, this_hour(uow.at)):
        uow.audit(action, detail)


def this_hour(at: datetime) -> str:
    """The ledger's period for what is read now."""
    return f"{at:%Y-%m-%dT%H}"
