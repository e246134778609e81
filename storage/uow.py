"""One command's or job's unit of work: its transaction, who asks, what time it is, and the ways to write.

Handlers read and write through it and never see `commit`: dispatch opens and commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Row,
    Table,
    delete,
    insert,
    select,
    update,
)

from bot.chat.codec import to_json
from bot.chat.commands import Role
from bot.chat.compose import Composer, Fault, built_in
from bot.chat.messages import Message
from storage.db import insert_into, is_read_only, reading
from storage.models import audit, identity, ledger, outbox
from storage.outbox import DEAD, DEAD_LETTER, EMAIL, PENDING, WITHDRAWN
from storage.queries.people import Organization, Person, people_with_role, unreachable
from storage.tenancy import within


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an outbox row goes: a channel, a person (direct message), or a person within a channel (only they see it).
    `thread`: the platform's id of the message it answers. `platform`: which of a person's platforms; "" is any, "email"
    their own address. `subscriber_id` alone: a reader of the newsletter, by e-mail."""

    channel_id: int | None = None
    person_id: int | None = None
    thread: str = ""
    platform: str = ""
    subscriber_id: int | None = None


_insert_into = cache(insert)  # one statement a table: SQLAlchemy keeps its compiled form with it


class UnitOfWork:
    """`organization` and `person` are set before a handler runs; a job has no person. From the moment `organization` is
    set the transaction sees only its rows. `at` is aware, UTC. `mail`: there is a mail server to send by."""

    _organization: Organization
    person: Person

    def __init__(
        self, connection: Connection, at: datetime, composer: Composer, public_url: str = "", *, mail: bool = False
    ) -> None:
        self.connection = connection
        self.at = at
        self.composer = composer
        self.public_url = public_url.rstrip("/")
        self.mail = mail
        self.may_be_there = False  # what is posted may have been posted before: see storage/restored.py

    @property
    def organization(self) -> Organization:
        return self._organization

    @organization.setter
    def organization(self, found: Organization) -> None:
        within(self.connection, found.id)
        self._organization = found

    @property
    def today(self) -> date:
        """The date where the organization is."""
        return self.at.astimezone(self.organization.tz).date()

    def compose(self, name: str, **data: Any) -> Message:
        """The template `name` with `data`, in the county's own words where it has them."""
        message, fault = self.composer.attempt(name, **data)
        if fault and not is_read_only(self.connection):
            self._tell_of(fault)
        return message

    def _tell_of(self, fault: Fault) -> None:
        """Once a day and template: the coordinators hear that the county's own words cannot be used."""
        notice = built_in().message("delivery/broken_template", fault=fault)
        for who in people_with_role(self, Role.COORDINATOR):
            key = f"template:{fault.template[-80:]}:{self.today}:{who.id}"
            self.post("broken_template", Destination(person_id=who.id), notice, key=key)

    def page(self, path: str) -> str:
        """The address of one of our pages, absolute where PUBLIC_URL is set."""
        return f"{self.public_url}{path}"

    def rows(self, statement: Executable, **values: Any) -> CursorResult[Any]:
        return self.connection.execute(statement, values)

    def row(self, statement: Executable, **values: Any) -> Row[Any] | None:
        return self.connection.execute(statement, values).first()

    def scalar(self, statement: Executable, **values: Any) -> Any:
        return self.connection.execute(statement, values).scalar()

    def insert(self, table: Table, **values: Any) -> int:
        """Add a row of this organization and return its id."""
        values["organization_id"] = self.organization.id
        key = self.connection.execute(_insert_into(table), values).inserted_primary_key
        return int(key[0]) if key else 0

    def change(self, table: Table, *where: ColumnElement[bool], **values: Any) -> int:
        """Change rows of this organization; how many."""
        mine = table.c.organization_id == self.organization.id
        return self.connection.execute(update(table).where(mine, *where).values(**values)).rowcount

    def remove(self, table: Table, *where: ColumnElement[bool]) -> int:
        """Remove rows of this organization; how many."""
        mine = table.c.organization_id == self.organization.id
        return self.connection.execute(delete(table).where(mine, *where)).rowcount

    def once(self, job: str, subject: str, period: str) -> bool:
        """True for the first caller ever with these three, on any replica; False for all others (the ledger)."""
        values = {"organization_id": self.organization.id, "job": job, "subject": subject, "period": period}
        # RETURNING, not rowcount: psycopg reports -1 for this statement.
        statement = insert_into(self.connection, ledger).values(at=self.at, **values)
        first = statement.on_conflict_do_nothing().returning(ledger.c.id)
        return self.connection.execute(first).first() is not None

    def decided(self, job: str, period: str) -> frozenset[str]:
        """The subjects the ledger has for a job and a period."""
        statement = select(ledger.c.subject).where(
            ledger.c.organization_id == self.organization.id, ledger.c.job == job, ledger.c.period == period
        )
        return frozenset(self.connection.execute(statement).scalars())

    def post(
        self,
        kind: str,
        to: Destination,
        message: Message | None,
        *,
        key: str,
        period: str = "",
        subject_id: int | None = None,
        target: str = "",
        reaction: str = "",
    ) -> bool:
        """Queue a message (or a reaction on, or a new text for, message `target`). `key` is unique within the
        organization: a second post with the same key is not made, and False is returned. So it is with a message to
        somebody none of whose accounts takes any (the first that was refused is a dead letter, of which the
        coordinators were told) until they write again."""
        if self._in_vain(kind, to):
            return False
        values = {
            "organization_id": self.organization.id,
            "dedupe_key": f"{self.organization.id}:{key}",
            "kind": kind,
            "period": period,
            "subject_id": subject_id,
            "channel_id": to.channel_id,
            "person_id": to.person_id,
            "subscriber_id": to.subscriber_id,
            "platform": to.platform,
            "thread": to.thread,
            "target": target,
            "reaction": reaction,
            "message": to_json(message) if message else "",
            "state": PENDING,
            "attempts": int(self.may_be_there),
            "available_at": self.at,
            "created_at": self.at,
        }
        statement = insert_into(self.connection, outbox).values(values).on_conflict_do_nothing()
        return self.connection.execute(statement.returning(outbox.c.id)).first() is not None

    def _in_vain(self, kind: str, to: Destination) -> bool:
        """Only what could go by mail, or into a channel, has another way."""
        if to.person_id is None or to.channel_id is not None or to.platform == EMAIL or kind == DEAD_LETTER:
            return False
        return bool(unreachable(self, identity.c.person_id == to.person_id))

    def unpost(self, kind: str, subject_id: int) -> list[Destination]:
        """Take the posts of a kind about a subject that did not go out, dead letters too, out of the queue for good;
        where they were going."""
        theirs = (outbox.c.organization_id == self.organization.id, outbox.c.kind == kind)
        not_out = (outbox.c.subject_id == subject_id, outbox.c.state.in_((PENDING, DEAD)), outbox.c.error != WITHDRAWN)
        gone = update(outbox).where(*theirs, *not_out).values(state=DEAD, error=WITHDRAWN)
        found = self.connection.execute(gone.returning(outbox.c.channel_id, outbox.c.person_id, outbox.c.subscriber_id))
        return [Destination(**row._mapping) for row in found]

    def audit(self, action: str, detail: str = "") -> None:
        """Note who did what; the audit log is only ever added to."""
        who = getattr(self, "person", None)
        self.insert(audit, person_id=who.id if who else None, at=self.at, action=action, detail=detail)


@contextmanager
def unit_of_work(
    engine: Engine,
    at: datetime,
    composer: Composer,
    public_url: str = "",
    organization: Organization | None = None,
) -> Iterator[UnitOfWork]:
    """A transaction that is committed when the block ends and rolled back when it raises. Dispatch, the job runner and
    delivery open it; nothing else does."""
    with engine.begin() as connection:
        yield _of(organization, UnitOfWork(connection, at, composer, public_url))


@contextmanager
def reading_work(
    engine: Engine, at: datetime, composer: Composer, organization: Organization, public_url: str = ""
) -> Iterator[UnitOfWork]:
    """A unit of work that only reads: it holds up nobody."""
    with reading(engine) as connection:
        yield _of(organization, UnitOfWork(connection, at, composer, public_url))


def _of(organization: Organization | None, uow: UnitOfWork) -> UnitOfWork:
    if organization is not None:
        uow.organization = organization
    return uow
