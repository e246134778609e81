"""The pace of a platform, kept by all replicas together: the moments of posts are given out by the database.

A post first waits until its conversation is free (only one post of a conversation is under way at a time), then takes
the next moment of its workspace. What a platform asks us to wait (Retry-After) is noted in the same place, so that
nobody runs into the same wall again. All moments are seconds since 1970.

A moment further ahead than LONGEST was written by a clock that was wrong: it holds up nobody.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.chat.ports import Pace
from storage.db import reading
from storage.models import pace

LONGEST = 3600.0  # seconds that anything is held up


def free_at(engine: Engine, what: str, now: float) -> float:
    """When a conversation or workspace takes its next post; 0 where nothing is known of it."""
    known = (pace.c.what == what, pace.c.free_at <= now + LONGEST)
    with reading(engine) as connection:
        return connection.execute(select(pace.c.free_at).where(*known)).scalar() or 0.0


def take(engine: Engine, kept: Pace, workspace: str, conversation: str, now: float) -> float:
    """The next moment of the workspace, at the earliest `now`; it is ours, and the conversation is busy from then."""
    with engine.begin() as connection:
        moment = now
        if kept.workspace:
            moment = _push(connection, workspace, now, now, kept.workspace) - kept.workspace
        if kept.conversation:
            _push(connection, conversation, now, moment + kept.conversation)
        return moment


def hold(engine: Engine, what: str, now: float, seconds: float) -> None:
    """Nothing more to this conversation or workspace for so many seconds from `now`."""
    with engine.begin() as connection:
        _push(connection, what, now, now + min(seconds, LONGEST))


def _push(connection: Connection, what: str, now: float, earliest: float, further: float = 0.0) -> float:
    """Move what is free to `earliest` where it is free before, then by `further` seconds -> when it is free now."""
    on_postgres = connection.dialect.name == "postgresql"
    insert = (postgresql if on_postgres else sqlite).insert(pace).values(what=what, free_at=earliest + further)
    latest: Any = func.greatest if on_postgres else func.max  # SQLite's max of two values
    before = case((pace.c.free_at <= now + LONGEST, pace.c.free_at), else_=earliest)
    pushed = insert.on_conflict_do_update(
        index_elements=[pace.c.what], set_={"free_at": latest(before, earliest) + further}
    )
    return float(connection.execute(pushed.returning(pace.c.free_at)).scalar_one())
