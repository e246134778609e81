"""How to reach a chat or a person where that must be learned first: what Teams told with the last activity there."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table, UniqueConstraint, false

from storage.models.base import key, metadata

# Not an organization's: it is learned from a tenant before anybody there has said who they are.
conversation_reference = Table(
    "conversation_reference",
    metadata,
    key(),
    Column("workspace", String(80), nullable=False),  # the tenant
    Column("kind", String(8), nullable=False),  # user, channel or group
    Column("external_id", String(200), nullable=False),  # the person's or the conversation's id
    Column("service_url", String(400), nullable=False),
    # The conversation to post into; empty for a person whose chat with us is not known. Ids of personal chats have
    # about 150 characters.
    Column("conversation_id", String(255), nullable=False, default=""),
    # What Teams itself calls the person (`29:…`): begins a chat with somebody who has the app only through a team.
    Column("account_id", String(255), nullable=False, default=""),
    Column("bot_id", String(120), nullable=False),
    # Whether the words for newcomers were said there. Being removed forgets the row, so they are said once more after.
    Column("welcomed", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("workspace", "external_id"),
)
