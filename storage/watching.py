"""What is watched of the queue and the calendar: how long messages wait, and when the calendar was last looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, case, exists, func, or_, select, update

from storage.db import insert_into, reading
from storage.models import heartbeat, ledger, outbox
from storage.outbox import DEAD, PENDING, SENT, WITHDRAWN
from storage.tenancy import across
from storage.uow import UnitOfWork

TICK = "tick"
ALERT = "alert"  # the kind of our own messages about the queue, which do not count as waiting


@dataclass(frozen=True, slots=True)
class Queue:
    """How many messages wait, whose turn it is, and that were given up; since when the oldest ones wait. `ticked`: when
    any replica last looked at the calendar."""

    pending: int
    due: int
    dead: int
    oldest_due: datetime | None
    oldest_pending: datetime | None
    ticked: datetime | None


def queue(engine: Engine, now: datetime) -> Queue:
    """The whole outbox at a glance, by its indexes."""
    due = case((outbox.c.available_at <= now, outbox.c.created_at))
    waiting = select(func.count(), func.count(due), func.min(due), func.min(outbox.c.created_at))
    given_up = select(func.count()).where(outbox.c.state == DEAD, outbox.c.error != WITHDRAWN)
    with reading(engine) as connection:
        across(connection)
        pending, ready, oldest_due, oldest = connection.execute(waiting.where(outbox.c.state == PENDING)).one()
        dead = connection.execute(given_up).scalar_one()
        ticked = connection.execute(select(heartbeat.c.at).where(heartbeat.c.what == TICK)).scalar()
    return Queue(pending, ready, dead, oldest_due, oldest, ticked)


def beat(engine: Engine, now: datetime, gap: timedelta) -> datetime:
    """Note that the calendar is looked at now -> since when that goes on without a `gap`."""
    with engine.begin() as connection:
        found = connection.execute(select(heartbeat).where(heartbeat.c.what == TICK).with_for_update()).first()
        if found is None:  # another replica may be quicker
            first = insert_into(connection, heartbeat).values(what=TICK, at=now, since=now)
            connection.execute(first.on_conflict_do_nothing())
            return now
        since: datetime = now if now - found.at > gap else found.since
        connection.execute(update(heartbeat).where(heartbeat.c.what == TICK).values(at=now, since=since))
    return since


def take_looks(engine: Engine, ids: Sequence[int], now: datetime, rest: timedelta) -> dict[int, datetime]:
    """Which of these organizations nobody has looked at for `rest`, and when somebody did last (`now` where nobody ever
    has): from now on their look is the caller's. So several replicas share the organizations, and one that is killed
    costs its own a look. A time ahead of `now` was written by a clock that was wrong."""
    looks = {f"look:{one}": one for one in sorted(ids)}  # in one order, or two replicas wait for each other
    with engine.begin() as connection:
        insert_look = insert_into(connection, heartbeat).values([{"what": w, "at": now, "since": now} for w in looks])
        free = or_(heartbeat.c.at <= now - rest, heartbeat.c.at > now)
        look = {"at": now, "since": heartbeat.c.at}
        taken = insert_look.on_conflict_do_update(index_elements=[heartbeat.c.what], set_=look, where=free)
        rows = connection.execute(taken.returning(heartbeat.c.what, heartbeat.c.since))
        return {looks[row.what]: row.since for row in rows}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a message may wait: at all, while others of the organization go out, and after which time without any
    that went out they count as standing still."""

    normal: timedelta
    backlog: timedelta
    still: timedelta


def waiting_too_long(uow: UnitOfWork, patience: Patience, since: datetime) -> datetime | None:
    """Since when the oldest message waits, where that is too long; nothing counts from before `since`, when we began
    to run. A long queue that moves at the pace the platform allows is in order for a while: late is what was tried and
    failed, what waits while nothing goes out, and what waits for hours."""
    if since > uow.at - patience.normal:
        return None
    mine = (outbox.c.organization_id == uow.organization.id, outbox.c.state == PENDING, outbox.c.kind != ALERT)
    old = (*mine, outbox.c.created_at <= uow.at - patience.normal)
    oldest: datetime | None = uow.scalar(select(func.min(outbox.c.created_at)).where(*old))
    if oldest is None:
        return None
    moving = exists().where(
        outbox.c.organization_id == uow.organization.id,
        outbox.c.state == SENT,
        outbox.c.kind != ALERT,
        outbox.c.sent_at > uow.at - patience.still,
    )
    if uow.scalar(select(moving)) and not uow.scalar(select(exists().where(*mine, _failing(uow, patience)))):
        return None
    return max(oldest, since)


def _failing(uow: UnitOfWork, patience: Patience) -> ColumnElement[bool]:
    tried = (outbox.c.error != "") & (outbox.c.created_at <= uow.at - patience.normal)
    return or_(tried, outbox.c.created_at <= uow.at - patience.backlog)


def noted(uow: UnitOfWork, job: str) -> list[tuple[str, str, datetime]]:
    """The ledger's (subject, period, time) for a job, oldest first."""
    mine = (ledger.c.organization_id == uow.organization.id, ledger.c.job == job)
    found = uow.rows(select(ledger.c.subject, ledger.c.period, ledger.c.at).where(*mine).order_by(ledger.c.id))
    return [(row.subject, row.period, row.at) for row in found]
