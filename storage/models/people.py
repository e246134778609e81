"""Organizations, the chat workspaces they use, people and their identities, channels."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Integer, String, Table, UniqueConstraint

from storage.models.base import UtcDateTime, key, metadata, organization_key, to

organization = Table(
    "organization",
    metadata,
    key(),
    Column("name", String(200), nullable=False, unique=True),
    Column("zone", String(64), nullable=False),
    # Settings a coordinator changes in chat: name -> text. Defaults live in storage/queries/settings.py.
    Column("settings", JSON, nullable=False),
    # The unguessable part of /archive/<token>; null as long as nobody asked for the link.
    Column("archive_token", String(60), unique=True, index=True),
    Column("created_at", UtcDateTime, nullable=False),
)

workspace = Table(
    "workspace",
    metadata,
    key(),
    organization_key(),
    Column("platform", String(16), nullable=False),
    Column("external_id", String(80), nullable=False),
    Column("name", String(200), nullable=False, default=""),
    UniqueConstraint("platform", "external_id"),
)

person = Table(
    "person",
    metadata,
    key(),
    organization_key(),
    Column("name", String(200), nullable=False),
    Column("email", String(320), nullable=False, default=""),
    Column("role", Integer, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("nudges", Boolean, nullable=False, default=True),
    Column("snoozed_until", Date),
    Column("away_until", Date),
    Column("created_at", UtcDateTime, nullable=False),
    # Where they spoke last: what is not an answer goes there. "": nowhere yet.
    Column("last_platform", String(16), nullable=False, default="", server_default=""),
    # When all that says who they are was erased; the row stays for what they did.
    Column("erased_at", UtcDateTime),
)

identity = Table(
    "identity",
    metadata,
    key(),
    organization_key(),
    to("person"),
    Column("platform", String(16), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("external_id", String(80), nullable=False),
    # Since when the platform says that this account takes no messages: deactivated, or it blocked us.
    Column("refused_at", UtcDateTime),
    UniqueConstraint("platform", "workspace", "external_id"),
)

# Two people who may be one. When they are, all that was `was`'s is `person`'s, and `moved` says what that was:
# "table.column" -> row ids, so that it can be put back.
person_link = Table(
    "person_link",
    metadata,
    key(),
    organization_key(),
    to("person"),
    to("person", "was_id"),
    Column("state", String(12), nullable=False),  # proposed, agreed, linked, refused, undone
    Column("moved", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

channel = Table(
    "channel",
    metadata,
    key(),
    organization_key(),
    Column("platform", String(16), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("external_id", String(120), nullable=False),
    Column("name", String(200), nullable=False, default=""),
    UniqueConstraint("platform", "workspace", "external_id"),
)
