"""How an edition's e-mails fared: how many went out, wait, or came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storage.models import outbox, report, subscriber
from storage.outbox import DEAD, PENDING, SENT, WITHDRAWN
from storage.queries.reports import MAIL, NEWSLETTER
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Counts:
    """E-mails of one edition. `failed` were given up; those taken out of the queue (unsubscribed, withdrawn) are in
    none of them."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        return bool(self.sent or self.waiting or self.failed)


@dataclass(frozen=True, slots=True)
class Failed:
    """An e-mail that was given up and what the mail server said. `bounced`: the address gets no more mail."""

    email: str
    error: str
    bounced: bool


def counts(uow: UnitOfWork, report_id: int) -> Counts:
    """Of one edition."""
    rows = uow.rows(
        select(outbox.c.state, func.count().label("mails"))
        .where(
            outbox.c.organization_id == uow.organization.id,
            outbox.c.kind == MAIL,
            outbox.c.subject_id == report_id,
            outbox.c.error != WITHDRAWN,
        )
        .group_by(outbox.c.state)
    )
    found = {row.state: row.mails for row in rows}
    return Counts(found.get(SENT, 0), found.get(PENDING, 0), found.get(DEAD, 0))


def failed(uow: UnitOfWork, report_id: int) -> list[Failed]:
    """What was given up of one edition, by address."""
    rows = uow.rows(
        select(subscriber.c.email, outbox.c.error, subscriber.c.bounced_at)
        .join(subscriber, subscriber.c.id == outbox.c.subscriber_id)
        .where(
            outbox.c.organization_id == uow.organization.id,
            outbox.c.kind == MAIL,
            outbox.c.subject_id == report_id,
            outbox.c.state == DEAD,
            outbox.c.error != WITHDRAWN,
        )
        .order_by(subscriber.c.email)
    )
    return [Failed(row.email, row.error, row.bounced_at is not None) for row in rows]


def finished(uow: UnitOfWork, since: datetime) -> list[tuple[int, str]]:
    """(id, period) of editions published since then whose e-mails have all gone out or been given up."""
    statement = (
        select(report.c.id, report.c.period)
        .join(outbox, (outbox.c.subject_id == report.c.id) & (outbox.c.kind == MAIL))
        .where(
            report.c.organization_id == uow.organization.id,
            outbox.c.organization_id == uow.organization.id,
            report.c.kind == NEWSLETTER,
            report.c.published_at >= since,
        )
        .group_by(report.c.id, report.c.period)
        .having(func.count().filter(outbox.c.state == PENDING) == 0)
        .order_by(report.c.id)
    )
    return [(row.id, row.period) for row in uow.rows(statement)]
