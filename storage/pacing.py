"""The pace of a platform, kept by all replicas together: the moments of posts are given out by the database.

A post first waits until its conversation is free, then takes the next moment of its workspace, and the conversation
with it. What a platform asks us to wait (Retry-After) is noted in the same place: moments given out before are worth
nothing while it lasts, so that nobody runs into the same wall again. All moments are seconds since 1970.

A moment further ahead than LONGEST was written by a clock that was wrong: it holds up nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, case, func, or_, select

from bot.chat.ports import Pace
from storage.db import insert_into, reading
from storage.models import pace

LONGEST = 3600.0  # seconds that anything is held up
_HELD = "held:"  # before a workspace, until when nothing may be posted there


@dataclass(frozen=True, slots=True)
class Turn:
    """`ours`: the moment `at` is this post's alone. Else nothing was taken, and it is time to ask again at `at`."""

    at: float
    ours: bool


def take(engine: Engine, kept: Pace, workspace: str, conversation: str, now: float, latest: float) -> Turn:
    """The next moment of a workspace and a conversation, at the earliest `now`. Not taken where the conversation is
    not free yet, so that it keeps no moment from others, nor where it would be after `latest`."""
    with engine.begin() as connection:
        found = _free_at(connection, now, workspace, conversation)
        if kept.conversation and found[conversation] > now:
            return Turn(found[conversation], ours=False)
        if found[workspace] > latest:
            return Turn(found[workspace], ours=False)
        if kept.conversation and not _occupied(connection, conversation, now, now + kept.conversation):
            return Turn(now, ours=False)  # another post of this conversation was a moment quicker
        moment = _push(connection, workspace, now, now, kept.workspace) - kept.workspace
        if kept.conversation:
            _push(connection, conversation, now, moment + kept.conversation)
        return Turn(moment, ours=True)


def hold(engine: Engine, workspace: str, now: float, seconds: float) -> None:
    """Nothing more to this workspace for so many seconds from `now`."""
    until = now + min(seconds, LONGEST)
    with engine.begin() as connection:
        _push(connection, workspace, now, until)
        _push(connection, _HELD + workspace, now, until)


def held(engine: Engine, workspace: str, now: float) -> float:
    """Until when nothing may be posted to the workspace; long ago where it never asked us to wait."""
    what = _HELD + workspace
    with reading(engine) as connection:
        return _free_at(connection, now, what)[what]


def _free_at(connection: Connection, now: float, *what: str) -> dict[str, float]:
    """When each takes its next post; 0 where nothing is known of it."""
    known = (pace.c.what.in_(what), pace.c.free_at <= now + LONGEST)
    rows = connection.execute(select(pace.c.what, pace.c.free_at).where(*known))
    return dict.fromkeys(what, 0.0) | {row.what: row.free_at for row in rows}


def _occupied(connection: Connection, what: str, by: float, until: float) -> bool:
    """Whether it was free at `by`; then it is not before `until`."""
    insert = insert_into(connection, pace).values(what=what, free_at=until)
    free = or_(pace.c.free_at <= by, pace.c.free_at > by + LONGEST)
    taken = insert.on_conflict_do_update(index_elements=[pace.c.what], set_={"free_at": until}, where=free)
    return connection.execute(taken.returning(pace.c.what)).first() is not None


def _push(connection: Connection, what: str, now: float, earliest: float, further: float = 0.0) -> float:
    """Move what is free to `earliest` where it is free before, then by `further` seconds -> when it is free now."""
    insert = insert_into(connection, pace).values(what=what, free_at=earliest + further)
    latest: Any = func.greatest if connection.dialect.name == "postgresql" else func.max  # SQLite's max of two values
    before = case((pace.c.free_at <= now + LONGEST, pace.c.free_at), else_=earliest)
    pushed = insert.on_conflict_do_update(
        index_elements=[pace.c.what], set_={"free_at": latest(before, earliest) + further}
    )
    return float(connection.execute(pushed.returning(pace.c.free_at)).scalar_one())
