"""What reached the bot after a month's roll-up was published and yet belongs to that month."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, literal, or_, select, union_all

from bot.domain.periods import Month
from storage.models import ledger, meeting, meeting_note, reading, report, update
from storage.queries.reports import PUBLISHED, ROLLUP
from storage.queries.windows import last_moment
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class PublishedMonth:
    """A month's newest roll-up: `first_at` is when the month was first published, `at` when this revision was."""

    month: Month
    revision: int
    first_at: datetime
    at: datetime


def published_months(uow: UnitOfWork, months: Collection[Month]) -> list[PublishedMonth]:
    """Which of the months are published, oldest first."""
    rows = uow.rows(
        select(
            report.c.period,
            func.max(report.c.revision).label("revision"),
            func.min(report.c.published_at).label("first_at"),
            func.max(report.c.published_at).label("at"),
        )
        .where(
            report.c.organization_id == uow.organization.id,
            report.c.kind == ROLLUP,
            report.c.state == PUBLISHED,
            report.c.period.in_([str(month) for month in months]),
        )
        .group_by(report.c.period)
        .order_by(report.c.period)
    )
    return [PublishedMonth(Month.parse(row.period), row.revision, row.first_at, row.at) for row in rows]


def looked_at(uow: UnitOfWork, job: str) -> dict[str, str]:
    """The last day (ISO) on which a job's ledger has each subject."""
    rows = uow.rows(
        select(ledger.c.subject, func.max(ledger.c.period).label("day"))
        .where(ledger.c.organization_id == uow.organization.id, ledger.c.job == job)
        .group_by(ledger.c.subject)
    )
    return {row.subject: row.day for row in rows}


def came_late(uow: UnitOfWork, since: Mapping[Month, datetime], until: datetime) -> frozenset[Month]:
    """Of these months, the ones for which something was told late between `since` and `until`: an update that was said
    to belong to it, a record of its meeting, a note in its prompt's thread, or a correction of a reading that was known
    before. One statement, whatever the number of months."""
    if not since:
        return frozenset()
    found = uow.rows(union_all(*(_any_of(uow, month, start, until) for month, start in since.items()))).scalars()
    return frozenset(Month.parse(month) for month in found)


def _any_of(uow: UnitOfWork, month: Month, start: datetime, end: datetime) -> Select[str]:
    mine, name = uow.organization.id, str(month)
    told = exists().where(
        update.c.organization_id == mine,
        update.c.at == last_moment(uow, month),
        update.c.told_at >= start,
        update.c.told_at < end,
        update.c.withdrawn_at.is_(None),
    )
    met = exists().where(
        meeting.c.organization_id == mine,
        meeting.c.month == name,
        meeting.c.recorded_at >= start,
        meeting.c.recorded_at < end,
    )
    noted = exists().where(
        meeting_note.c.organization_id == mine,
        meeting_note.c.month == name,
        meeting_note.c.at >= start,
        meeting_note.c.at < end,
        meeting_note.c.withdrawn_at.is_(None),
    )
    corrected = exists().where(
        and_(
            reading.c.organization_id == mine,
            reading.c.population == "",
            reading.c.month <= name,
            reading.c.at < start,
            reading.c.replaced_at >= start,
            reading.c.replaced_at < end,
        )
    )
    return select(literal(name)).where(or_(told, met, noted, corrected))
