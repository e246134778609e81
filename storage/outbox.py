"""The outbox's own statements: claim, mark, give up. Used by bot/delivery.py only.

A row is claimed by a conditional UPDATE with a lease; it is marked after sending.

Posts to one destination stand in a line and leave it in the order they were queued, replies in threads among them: only
the first can be claimed, and while it is under way or waits for its next attempt the others wait too. One that has to
wait longer than PATIENCE (because it breaks the platform, or in an outage) lets the others pass until its turn is near
again; a dead letter frees the line. Changes of a message and reactions to it, which is there already, are a line of
their own, and none of them ever passes another.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Insert,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.chat.commands import Role
from bot.chat.ports import Mailing
from storage.db import reading
from storage.models import channel, identity, organization, outbox, person, subscriber
from storage.models.delivery import line
from storage.tenancy import across, within

PENDING, SENT, DEAD = "pending", "sent", "dead"
WITHDRAWN = "withdrawn"  # the error of a row that must never go out any more
EMAIL = "email"  # the platform of mail
DEAD_LETTER = "dead_letter"  # the kind of a notice about one


@dataclass(frozen=True, slots=True)
class Row:
    """A claimed outbox row. `attempts` counts this one; more than 1 means an earlier attempt may have got through.
    `available_at`: when the claim ends."""

    id: int
    organization_id: int
    dedupe_key: str
    kind: str
    channel_id: int | None
    person_id: int | None
    subscriber_id: int | None
    platform: str
    thread: str
    target: str
    reaction: str
    message: str
    attempts: int
    created_at: datetime
    available_at: datetime
    lease_owner: str  # this claim's own


_CLAIMED = [outbox.c[name] for name in Row.__slots__]


# Rows in one claim, and under way in one process: a county with thousands of posts must not hold up the others. So many
# keep a workspace's pace where each takes a second.
PER_ORGANIZATION = 5
LOOK_AHEAD = 100  # rows looked at in one claim
# What a killed replica had may be there, so it is at least a second attempt, which looks first. That others are killed
# with it, too, is no fault of the post: were each an attempt, its first refusal would cost it hours.
_ATTEMPTS = case(
    (and_(outbox.c.lease_owner != "", outbox.c.attempts > 1), outbox.c.attempts), else_=outbox.c.attempts + 1
)
PATIENCE = timedelta(minutes=30)  # that a line waits for its first post
# Nothing waits longer: a row that would was written while a clock was wrong, and is due as soon as it is put right.
LONGEST_WAIT = timedelta(minutes=65)


def claim(
    engine: Engine,
    owner: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    busy: Collection[int] = (),
    *,
    take_over: bool = True,
) -> list[Row]:
    """Take up to `limit` rows, at most one a destination and in turns between the organizations; they are ours until
    `now + lease`. `busy`: organizations that have enough under way. `take_over`: also rows whose lease has lapsed; who
    has gone by this time for shorter than a lease must not, because it may have been given by another time."""
    due = and_(outbox.c.state == PENDING, or_(outbox.c.available_at <= now, _astray(outbox, now)))
    if not take_over:
        due = and_(due, outbox.c.lease_owner == "")
    ready = (
        select(outbox.c.id, outbox.c.organization_id, outbox.c.available_at)
        .where(due, outbox.c.id == _first_in_line(now), outbox.c.organization_id.not_in(busy))
        .order_by(outbox.c.available_at, outbox.c.id)
        .limit(LOOK_AHEAD)
        .subquery()
    )
    order = (ready.c.available_at, ready.c.id)
    turn = func.row_number().over(partition_by=ready.c.organization_id, order_by=order).label("turn")
    turns = select(*ready.c, turn).subquery()
    chosen = (
        select(turns.c.id)
        .where(turns.c.turn <= PER_ORGANIZATION)
        .order_by(turns.c.turn, turns.c.available_at, turns.c.id)
        .limit(limit)
    )
    # `due` once more: PostgreSQL looks at it again when a row it waited for was changed meanwhile.
    locked = select(outbox.c.id).where(due, outbox.c.id.in_(chosen)).with_for_update(skip_locked=True)
    statement = (
        update(outbox)
        .where(outbox.c.id.in_(locked.scalar_subquery()))
        .values(available_at=now + lease, lease_owner=owner, attempts=_ATTEMPTS)
        .returning(*_CLAIMED)
    )
    with engine.begin() as connection:
        across(connection)
        rows = [Row(*row) for row in connection.execute(statement)]
    return sorted(rows, key=lambda row: row.id)


def _astray(rows: FromClause, now: datetime) -> ColumnElement[bool]:
    return rows.c.available_at > now + LONGEST_WAIT


def _first_in_line(now: datetime) -> Any:
    """The id of the post that a post's line waits for; its own where it is the first. A sub-select with LIMIT 1 is
    looked up in the index for each row; as NOT EXISTS, both databases would compare every row with every other."""
    other = outbox.alias("other")
    same_line = [a == b for a, b in zip(line(other), line(outbox), strict=True)]
    holds = or_(other.c.available_at <= now + PATIENCE, _astray(other, now), other.c.target != "")
    first = select(other.c.id).where(other.c.state == PENDING, *same_line, holds).order_by(other.c.id).limit(1)
    return first.correlate(outbox).scalar_subquery()


def _mine(row: Row) -> Any:
    ours = outbox.c.organization_id == row.organization_id
    return and_(outbox.c.id == row.id, ours, outbox.c.lease_owner == row.lease_owner, outbox.c.state == PENDING)


def mark_sent(engine: Engine, row: Row, now: datetime, remote_id: str) -> None:
    """It is there, under the platform's id. Where the row got other words while it was sent (a story was taken back),
    these are queued as a change of it."""
    with engine.begin() as connection:
        within(connection, row.organization_id)
        sent = update(outbox).where(_mine(row)).values(state=SENT, remote_id=remote_id, sent_at=now, error="")
        words = connection.execute(sent.returning(outbox.c.message)).scalar()
        if words and words != row.message and row.channel_id is not None:
            connection.execute(_retold(row, now, remote_id))


def _retold(row: Row, now: datetime, remote_id: str) -> Insert:
    key = f"{row.organization_id}:retold:{row.id}:sent"
    fresh = {
        "dedupe_key": key, "kind": "retold", "target": remote_id, "state": PENDING, "attempts": 0, "available_at": now,
        "created_at": now,
    }  # fmt: skip
    kept = ("organization_id", "period", "channel_id", "platform", "message")
    values = [*(outbox.c[name] for name in kept), *(literal(one, outbox.c[name].type) for name, one in fresh.items())]
    return insert(outbox).from_select([*kept, *fresh], select(*values).where(outbox.c.id == row.id))


def put_back(engine: Engine, row: Row, available_at: datetime, error: str) -> None:
    """Try again at `available_at`."""
    with engine.begin() as connection:
        within(connection, row.organization_id)
        connection.execute(
            update(outbox).where(_mine(row)).values(available_at=available_at, error=error, lease_owner="")
        )


def release(engine: Engine, row: Row, available_at: datetime) -> None:
    """Nothing was sent: back into the queue until `available_at`, as if it had not been claimed."""
    with engine.begin() as connection:
        within(connection, row.organization_id)
        values = {"available_at": available_at, "lease_owner": "", "attempts": row.attempts - 1}
        connection.execute(update(outbox).where(_mine(row)).values(values))


def give_up(connection: Connection, row: Row, error: str) -> bool:
    """A dead letter; False when the row is no longer ours."""
    statement = update(outbox).where(_mine(row)).values(state=DEAD, error=error).returning(outbox.c.id)
    return connection.execute(statement).first() is not None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a row can be delivered, in the platform's ids. `name`: the channel's or the person's, for people. For mail,
    `user` is the address and `mailing` what else it needs."""

    platform: str
    workspace: str
    channel: str = ""
    user: str = ""
    name: str = ""
    mailing: Mailing | None = None
    refused: bool = False  # the account was said to take no messages


def ways(engine: Engine, row: Row, platforms: frozenset[str], public_url: str = "") -> list[Reach]:
    """Resolve a destination late: people link new accounts and workgroups move channels while posts wait. The best way
    first: for one person the platform the row names, else where they spoke last, and at the end an account that took no
    messages before; the others serve when that one will not. What one person alone sees within a channel goes to their
    own messages when they are not on its platform. `public_url`: where a reader's way out of the mailing list is."""
    if row.subscriber_id is not None or row.platform == EMAIL:
        return _ways_by_mail(engine, row, public_url) if EMAIL in platforms else []
    with reading(engine) as connection:
        within(connection, row.organization_id)
        place = None
        if row.channel_id is not None:
            place = connection.execute(_place_of(row)).one()
        if row.person_id is None:
            to = [Reach(place.platform, place.workspace, place.external_id, name=f"#{place.name}")] if place else []
            return [one for one in to if one.platform in platforms]
        accounts = connection.execute(
            select(identity, person.c.name, person.c.last_platform)
            .join(person, person.c.id == identity.c.person_id)
            .where(
                identity.c.organization_id == row.organization_id,
                identity.c.person_id == row.person_id,
                person.c.active,
                identity.c.platform.in_(platforms),
            )
            .order_by(identity.c.id)
        ).all()
    wanted = place.platform if place else row.platform
    best_first = sorted(
        accounts, key=lambda a: (a.refused_at is not None, a.platform != wanted, a.platform != a.last_platform)
    )
    found = []
    for a in best_first:
        here = place if place and (place.platform, place.workspace) == (a.platform, a.workspace) else None
        there = here.external_id if here else ""
        refused = a.refused_at is not None
        found.append(Reach(a.platform, a.workspace, there, a.external_id, a.name, refused=refused))
    if row.kind == DEAD_LETTER and EMAIL in platforms:
        found += _ways_by_mail(engine, row, public_url)  # the chat may be what is broken
    # A reaction and a changed message are on one platform only.
    return found[:1] if row.target else found


def note_account(engine: Engine, row: Row, to: Reach, refused_at: datetime | None) -> None:
    """The account takes no messages, since then; or it does again (None)."""
    theirs = (
        identity.c.organization_id == row.organization_id,
        identity.c.platform == to.platform,
        identity.c.workspace == to.workspace,
        identity.c.external_id == to.user,
    )
    with engine.begin() as connection:
        within(connection, row.organization_id)
        connection.execute(update(identity).where(*theirs).values(refused_at=refused_at))


def _place_of(row: Row) -> Select[Any]:
    return select(channel).where(channel.c.organization_id == row.organization_id, channel.c.id == row.channel_id)


def _person_of(row: Row) -> tuple[ColumnElement[bool], ...]:
    return person.c.organization_id == row.organization_id, person.c.id == row.person_id


def addressee(connection: Connection, row: Row) -> tuple[str, str]:
    """Whom a row is for, as people call them, and on which platform that is, where it is only one."""
    if row.person_id is not None:
        statement = select(person.c.name, person.c.last_platform).where(*_person_of(row))
        name, last = connection.execute(statement).one()
        return name, row.platform or last
    place = connection.execute(_place_of(row)).one()
    return f"#{place.name or place.external_id}", place.platform


def _ways_by_mail(engine: Engine, row: Row, public_url: str) -> list[Reach]:
    """To a subscriber who still wants it, or to a person's own address."""
    with reading(engine) as connection:
        within(connection, row.organization_id)
        here = connection.execute(select(organization).where(organization.c.id == row.organization_id)).one()
        reply_to = here.settings.get("reply_to", "")
        if row.subscriber_id is None:
            own = connection.execute(select(person.c.email).where(*_person_of(row), person.c.active))
            address = own.scalar()
            return [Reach(EMAIL, "", user=address, mailing=Mailing(here.name, reply_to))] if address else []
        theirs = (subscriber.c.organization_id == here.id, subscriber.c.id == row.subscriber_id)
        reader = connection.execute(select(subscriber).where(*theirs)).one()
    if reader.unsubscribed_at is not None or reader.bounced_at is not None:
        return []
    way_out = f"{public_url}/unsubscribe/{reader.token}"
    return [Reach(EMAIL, "", user=reader.email, mailing=Mailing(here.name, reply_to, reader.language, way_out))]


def mentions(engine: Engine, row: Row, to: Reach, people: frozenset[int]) -> dict[int, str]:
    """Person id -> the platform's user id, for those who have one in the workspace the post goes to."""
    if not people:
        return {}
    statement = select(identity.c.person_id, identity.c.external_id).where(
        identity.c.organization_id == row.organization_id,
        identity.c.platform == to.platform,
        identity.c.workspace == to.workspace,
        identity.c.person_id.in_(people),
    )
    with reading(engine) as connection:
        within(connection, row.organization_id)
        return {one.person_id: one.external_id for one in connection.execute(statement)}


def to_tell(connection: Connection, organization_id: int) -> list[int]:
    """Who is told about a dead letter: coordinators, whose post did not arrive, and administrators, who can mend it."""
    statement = (
        select(person.c.id)
        .where(person.c.organization_id == organization_id, person.c.active, person.c.role >= int(Role.COORDINATOR))
        .order_by(person.c.id)
    )
    return list(connection.execute(statement).scalars())
