"""The newsletter's readers by e-mail: who gets it, who left, whose address takes no mail."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from storage.db import reading
from storage.models import audit, outbox, subscriber
from storage.outbox import DEAD, PENDING, WITHDRAWN
from storage.tenancy import across, within
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Subscriber:
    """`language`: en or es. `bounce_reason`: what the mail server said, with `bounced_at`, which is in the
    organization's zone."""

    id: int
    email: str
    name: str
    language: str
    token: str
    unsubscribed_at: datetime | None
    bounced_at: datetime | None
    bounce_reason: str

    @property
    def ref(self) -> str:
        """How the audit log says them (storage/audit_log.py)."""
        return f"<reader {self.id}>"

    @property
    def active(self) -> bool:
        """The next edition goes to them."""
        return self.unsubscribed_at is None and self.bounced_at is None


_COLUMNS = tuple(subscriber.c[name] for name in Subscriber.__slots__)


def _subscriber(uow: UnitOfWork, row: Any) -> Subscriber:
    found = Subscriber(*row)
    at = found.bounced_at
    return replace(found, bounced_at=at.astimezone(uow.organization.tz)) if at else found


def everyone(uow: UnitOfWork) -> list[Subscriber]:
    """All there ever were, by address."""
    statement = select(*_COLUMNS).where(subscriber.c.organization_id == uow.organization.id)
    return [_subscriber(uow, row) for row in uow.rows(statement.order_by(subscriber.c.email))]


def receiving(uow: UnitOfWork) -> list[Subscriber]:
    """Those the next edition goes to."""
    return [one for one in everyone(uow) if one.active]


def by_email(uow: UnitOfWork, email: str) -> Subscriber | None:
    """The reader with this address, whether or not they get it now."""
    mine = subscriber.c.organization_id == uow.organization.id
    row = uow.row(select(*_COLUMNS).where(mine, subscriber.c.email == email.lower()))
    return _subscriber(uow, row) if row else None


def subscribe(uow: UnitOfWork, email: str, name: str, language: str) -> None:
    """A new reader, or one who comes back: then with a fresh start and the link they had."""
    known = by_email(uow, email)
    given: dict[str, Any] = {"language": language, "subscribed_at": uow.at, "unsubscribed_at": None, "bounced_at": None}
    given["bounce_reason"] = ""
    if known is None:
        uow.insert(subscriber, email=email.lower(), name=name, token=secrets.token_urlsafe(24), **given)
    else:
        uow.change(subscriber, subscriber.c.id == known.id, name=name or known.name, **given)


def leave(uow: UnitOfWork, known: Subscriber) -> None:
    """They get no more mail; what waits for them is not sent."""
    uow.change(subscriber, subscriber.c.id == known.id, unsubscribed_at=uow.at)
    _unpost(uow.connection, uow.organization.id, known.id)


def bounced(uow: UnitOfWork, subscriber_id: int, reason: str) -> None:
    """Their address takes no mail: nothing is sent there until somebody adds it again."""
    uow.change(subscriber, subscriber.c.id == subscriber_id, bounced_at=uow.at, bounce_reason=reason[:500])
    _unpost(uow.connection, uow.organization.id, subscriber_id)


def _unpost(connection: Connection, organization_id: int, subscriber_id: int) -> None:
    theirs = (outbox.c.organization_id == organization_id, outbox.c.subscriber_id == subscriber_id)
    waiting = (*theirs, outbox.c.state == PENDING)
    connection.execute(update(outbox).where(*waiting).values(state=DEAD, error=WITHDRAWN))


def is_readers(engine: Engine, token: str) -> bool:
    """Whether it is some reader's, in whatever organization."""
    with reading(engine) as connection:
        across(connection)
        return connection.execute(select(subscriber.c.id).where(subscriber.c.token == token)).first() is not None


def unsubscribe(engine: Engine, token: str, at: datetime) -> None:
    """Their own click, which needs no account and so does not come through the dispatcher. An unknown token and a
    second click change nothing."""
    with engine.begin() as connection:
        across(connection)
        statement = (
            update(subscriber)
            .where(subscriber.c.token == token, subscriber.c.unsubscribed_at.is_(None))
            .values(unsubscribed_at=at)
            .returning(subscriber.c.id, subscriber.c.organization_id)
        )
        row = connection.execute(statement).first()
        if row is None:
            return
        within(connection, row.organization_id)
        _unpost(connection, row.organization_id, row.id)
        given = {"person_id": None, "at": at, "action": "newsletter unsubscribed", "detail": f"<reader {row.id}>"}
        connection.execute(insert(audit).values(organization_id=row.organization_id, **given))
