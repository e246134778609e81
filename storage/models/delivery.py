"""Inbox (deliveries already answered), ledger (decided once) and outbox (messages to be delivered)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    FromClause,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    case,
    literal_column,
)

from storage.models.base import UtcDateTime, key, metadata, organization_key, to

# A delivery is looked for before it is known whose it is, so its row is nobody's to the database. `organization` says
# for the erasure of a person in whose answers they may be named; null: none was told anything.
inbox = Table(
    "inbox",
    metadata,
    Column("delivery_id", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("reply", Text, nullable=False),
    Column("organization", Integer),
)

ledger = Table(
    "ledger",
    metadata,
    key(),
    organization_key(),
    Column("job", String(32), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("period", String(24), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("organization_id", "job", "subject", "period"),
)

outbox = Table(
    "outbox",
    metadata,
    key(),
    organization_key(),
    Column("dedupe_key", String(160), nullable=False, unique=True),
    Column("kind", String(24), nullable=False),  # prompt, nudge, rollup, …: what the message is
    Column("period", String(10), nullable=False, default=""),
    Column("subject_id", Integer),  # what a prompt or report is about: the workgroup's or the report's id
    # Destination: a channel, a person (direct message), both (seen by that person in that channel only), or a reader of
    # the newsletter (e-mail).
    to("channel", nullable=True),
    to("person", nullable=True),
    to("subscriber", nullable=True),
    Column("platform", String(16), nullable=False, default=""),  # of a person with several identities; "" any
    Column("thread", String(120), nullable=False, default=""),
    Column("target", String(120), nullable=False, default=""),  # message to react to, or to replace
    Column("reaction", String(40), nullable=False, default=""),
    Column("message", Text, nullable=False, default=""),
    Column("state", String(8), nullable=False),  # pending, sent, dead
    Column("available_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_owner", String(36), nullable=False, default=""),
    Column("remote_id", String(120), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
)


def line(posts: FromClause) -> tuple[ColumnElement[Any], ...]:
    """What posts that wait for each other have in common: the destination, and for changes and reactions the message
    they are for. As values an index can be asked for: NULL is none, and a parameter is not what was indexed. Under
    row-level security PostgreSQL asks an index only for what cannot leak, which it knows of CASE, not of COALESCE."""
    columns = (posts.c.channel_id, posts.c.person_id, posts.c.subscriber_id)
    destination = (case((column.is_(None), literal_column("0")), else_=column) for column in columns)
    return (posts.c.organization_id, *destination, posts.c.target)


# When the next post to a conversation or a workspace may start, so that all replicas together keep a platform's pace.
# No organization's: it holds nothing but a platform's own ids and a moment, in seconds since 1970.
pace = Table(
    "pace",
    metadata,
    Column("what", String(250), primary_key=True),
    Column("free_at", Float(53), nullable=False),
)
# When any replica last looked at the calendar, and since when that goes on without a long gap; and when one last looked
# at an organization's. No organization's.
heartbeat = Table(
    "heartbeat",
    metadata,
    Column("what", String(16), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
# Dead letters are counted, and what was sent lately is looked for, without reading the whole outbox.
Index("ix_outbox_state", outbox.c.state, outbox.c.sent_at)
_waiting: dict[str, Any] = {
    "sqlite_where": outbox.c.state == "pending",
    "postgresql_where": outbox.c.state == "pending",
}
Index("ix_outbox_pending", outbox.c.available_at, outbox.c.id, outbox.c.organization_id, **_waiting)
Index("ix_outbox_line", *line(outbox), outbox.c.id, **_waiting)
Index("ix_outbox_remote_id", outbox.c.channel_id, outbox.c.remote_id)
