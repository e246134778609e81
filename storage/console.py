"""The console's chat in the database: add, replace, react, read. Each function is one short transaction.

Ids are text, as on every other platform. What a message means is the adapter's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, func, or_, select, update

from bot.chat.codec import from_json, to_json
from bot.chat.messages import Message
from storage.db import insert_into, reading
from storage.models.console import console_message, console_reaction, console_read

_said = console_message.c
_DIGITS = 10  # an INTEGER of PostgreSQL has room for 2,147,483,647


@dataclass(frozen=True, slots=True)
class ConsoleMessage:
    """One message. `author` "" is the bot, whose words are in `message`; a person's are in `text`. `private_to` ""
    means everyone in the channel sees it. `replies` and `last_reply` describe its thread as the reader sees it."""

    id: str
    channel: str
    thread: str
    author: str
    author_name: str
    private_to: str
    text: str
    message: Message | None
    at: datetime
    edited: bool
    reactions: tuple[str, ...] = ()
    replies: int = 0
    last_reply: datetime | None = None


class ConsoleStore:
    """Everything said in the console. `engine`: the application's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        *,
        key: str,
        channel: str,
        at: datetime,
        thread: str = "",
        author: str = "",
        author_name: str = "",
        private_to: str = "",
        text: str = "",
        message: Message | None = None,
    ) -> str:
        """Store one message and return its id; a key that is there already gives that message's id."""
        values: dict[str, Any] = {
            "key": key,
            "channel": channel,
            "at": at,
            "thread_id": int(thread) if thread else None,
            "author": author,
            "author_name": author_name,
            "private_to": private_to,
            "text": text,
            "message": to_json(message) if message else "",
        }
        with self._engine.begin() as connection:
            connection.execute(insert_into(connection, console_message).values(values).on_conflict_do_nothing())
            return str(connection.execute(select(_said.id).where(_said.key == key)).scalar_one())

    def find(self, key: str) -> str | None:
        """Id of the message with this key."""
        with reading(self._engine) as connection:
            found = connection.execute(select(_said.id).where(_said.key == key)).scalar()
        return None if found is None else str(found)

    def get(self, message_id: str) -> ConsoleMessage | None:
        """One message, or None for an id that is not there."""
        with reading(self._engine) as connection:
            row = connection.execute(select(console_message).where(_said.id == _number(message_id))).first()
            return _with_reactions(connection, [row])[0] if row else None

    def replace(self, message_id: str, message: Message) -> None:
        """Give the message new words."""
        with self._engine.begin() as connection:
            connection.execute(
                update(console_message).where(_said.id == int(message_id)).values(message=to_json(message), edited=1)
            )

    def react(self, message_id: str, name: str) -> None:
        """Put the bot's reaction on the message; a second time changes nothing."""
        row = {"message_id": int(message_id), "name": name}
        with self._engine.begin() as connection:
            connection.execute(insert_into(connection, console_reaction).values(row).on_conflict_do_nothing())

    def messages(self, channel: str, reader: str, limit: int) -> list[ConsoleMessage]:
        """The channel's last `limit` messages that `reader` may see, oldest first, without the replies in threads."""
        query = (
            select(console_message)
            .where(_said.channel == channel, _said.thread_id.is_(None), _visible(reader))
            .order_by(_said.id.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()[::-1]
            return _with_reactions(connection, rows, _replies(connection, rows, reader))

    def thread(self, parent: str, reader: str) -> list[ConsoleMessage]:
        """The parent, then its replies that `reader` may see, oldest first."""
        number = _number(parent)
        query = (
            select(console_message)
            .where(or_(_said.id == number, _said.thread_id == number), _visible(reader))
            .order_by(_said.id)
        )
        with reading(self._engine) as connection:
            return _with_reactions(connection, connection.execute(query).all())

    def unread(self, reader: str) -> dict[str, int]:
        """Channel -> how many messages of others `reader` has not seen; channels without any are left out."""
        marks = and_(console_read.c.channel == _said.channel, console_read.c.reader == reader)
        query = (
            select(_said.channel, func.count().label("unread"))
            .select_from(console_message.outerjoin(console_read, marks))
            .where(_said.id > func.coalesce(console_read.c.last_id, 0), _said.author != reader, _visible(reader))
            .group_by(_said.channel)
        )
        with reading(self._engine) as connection:
            return {row.channel: row.unread for row in connection.execute(query)}

    def mark_read(self, reader: str, channel: str) -> None:
        """`reader` has seen all there is in the channel."""
        with self._engine.begin() as connection:
            last = connection.execute(select(func.max(_said.id)).where(_said.channel == channel)).scalar() or 0
            row = {"reader": reader, "channel": channel, "last_id": last}
            insert = insert_into(connection, console_read).values(row)
            keys = [console_read.c.reader, console_read.c.channel]
            connection.execute(insert.on_conflict_do_update(index_elements=keys, set_={"last_id": last}))


def _number(message_id: str) -> int:
    """The primary key for an id, or 0, which no row has: an id may come from a page's address."""
    return int(message_id) if message_id.isdecimal() and len(message_id) < _DIGITS else 0


def _visible(reader: str) -> ColumnElement[bool]:
    return _said.private_to.in_(("", reader))


def _replies(connection: Connection, rows: Sequence[Row[Any]], reader: str) -> dict[int, tuple[int, datetime]]:
    """Parent's id -> how many replies the reader sees and when the last was made."""
    query = (
        select(_said.thread_id, func.count(), func.max(_said.id))
        .where(_said.thread_id.in_([row.id for row in rows]), _visible(reader))
        .group_by(_said.thread_id)
    )
    found = connection.execute(query).all()
    times = select(_said.id, _said.at).where(_said.id.in_([last for _, _, last in found]))
    at = {row.id: row.at for row in connection.execute(times)}
    return {parent: (count, at[last]) for parent, count, last in found}


def _with_reactions(
    connection: Connection, rows: Sequence[Row[Any]], replies: dict[int, tuple[int, datetime]] | None = None
) -> list[ConsoleMessage]:
    names: dict[int, list[str]] = {}
    there = console_reaction.c
    query = select(there.message_id, there.name).where(there.message_id.in_([row.id for row in rows]))
    for number, name in connection.execute(query.order_by(there.name)):
        names.setdefault(number, []).append(name)
    threads = replies or {}
    return [_message(row, tuple(names.get(row.id, ())), *threads.get(row.id, (0, None))) for row in rows]


def _message(row: Row[Any], reactions: tuple[str, ...], replies: int, last_reply: datetime | None) -> ConsoleMessage:
    return ConsoleMessage(
        id=str(row.id),
        channel=row.channel,
        thread=str(row.thread_id or ""),
        author=row.author,
        author_name=row.author_name,
        private_to=row.private_to,
        text=row.text,
        message=from_json(row.message) if row.message else None,
        at=row.at,
        edited=bool(row.edited),
        reactions=reactions,
        replies=replies,
        last_reply=last_reply,
    )
