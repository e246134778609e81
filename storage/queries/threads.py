"""Whose message a thread is under."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, and_, bindparam, or_, select

from bot.chat.commands import Actor, Place
from storage.models import channel, outbox
from storage.outbox import PENDING
from storage.tenancy import across

Root = Literal["ours", "perhaps ours", "not ours"]
# One statement, and so one moment: a post that is marked meanwhile is either delivered or still on its way.
_ROOT = (
    select(outbox.c.remote_id)
    .join(channel, channel.c.id == outbox.c.channel_id)
    .where(
        channel.c.platform == bindparam("platform"),
        channel.c.workspace == bindparam("workspace"),
        channel.c.external_id == bindparam("channel"),
        outbox.c.remote_id.in_((bindparam("thread"), "")),
        or_(
            outbox.c.remote_id != "",
            and_(
                outbox.c.state == PENDING,
                outbox.c.attempts > 0,
                outbox.c.person_id.is_(None),
                outbox.c.thread == "",
                outbox.c.target == "",
            ),
        ),
    )
    .order_by(outbox.c.remote_id.desc())
    .limit(1)
)


def begun_by(connection: Connection, actor: Actor, place: Place) -> Root:
    """Whether the first message of the thread is one the outbox delivered; perhaps it is one that is under way there,
    or whose fate is unknown."""
    across(connection)
    asked = {"platform": actor.platform, "workspace": actor.workspace, "channel": place.channel, "thread": place.thread}
    found = connection.execute(_ROOT, asked).scalar()
    if found is None:
        return "not ours"
    return "ours" if found else "perhaps ours"
