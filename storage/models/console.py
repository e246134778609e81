"""The console's own chat: what was said there, the bot's reactions, and how far each person has read.

Slack and Teams keep these themselves; the console is a chat platform as well as an adapter.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from storage.models.base import UtcDateTime, key, metadata, to

console_message = Table(
    "console_message",
    metadata,
    key(),
    Column("key", String(200), nullable=False, unique=True),  # the post's or the submit's: a retry adds nothing
    Column("channel", String(120), nullable=False),  # a channel's id, or "dm:<user>"
    to("console_message", "thread_id", nullable=True),
    Column("author", String(120), nullable=False, default=""),  # "" is the bot
    Column("author_name", String(200), nullable=False, default=""),
    Column("private_to", String(120), nullable=False, default=""),  # shown to this user only; "" to all
    Column("text", Text, nullable=False, default=""),  # a person's words
    Column("message", Text, nullable=False, default=""),  # the bot's message, as JSON
    Column("at", UtcDateTime, nullable=False),
    Column("edited", Integer, nullable=False, default=0),
)
Index("ix_console_message_channel", console_message.c.channel, console_message.c.id)

console_reaction = Table(
    "console_reaction",
    metadata,
    to("console_message", "message_id", primary_key=True),
    Column("name", String(40), primary_key=True),  # the emoji's name, e.g. "white_check_mark"
)

console_read = Table(
    "console_read",
    metadata,
    Column("reader", String(120), primary_key=True),
    Column("channel", String(120), primary_key=True),
    Column("last_id", Integer, nullable=False),
)
