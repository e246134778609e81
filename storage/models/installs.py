"""Who may connect a workspace, and the Slack workspaces that are connected, with their tokens."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from storage.models.base import UtcDateTime, key, metadata, organization_key

# What IT gives out: a random token, kept as its digest, that connects one Slack workspace. To an organization that
# there is, or (organization_id null) to a new one of this name.
invitation = Table(
    "invitation",
    metadata,
    key(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("organization_id", ForeignKey("organization.id"), index=True),
    Column("name", String(200), nullable=False, default=""),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

# The tokens are sealed (bot/keys.py), each with its workspace, so that one row's opens in no other.
slack_installation = Table(
    "slack_installation",
    metadata,
    key(),
    organization_key(),
    Column("workspace", String(80), nullable=False, unique=True),
    Column("app_id", String(40), nullable=False),
    Column("bot_user", String(40), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("bot_token", Text, nullable=False),
    Column("refresh_token", Text, nullable=False, default=""),  # "": the token does not end
    Column("expires_at", UtcDateTime),
    Column("generation", Integer, nullable=False),  # rises with every installation and renewal
    Column("renewing_until", UtcDateTime),  # a replica is fetching the next token, and has until then
    Column("installed_by", String(80), nullable=False),
    Column("installed_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)
