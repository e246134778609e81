"""What `sipbot outbox retry` does, for tests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from storage.dead_letters import dead_letters, send_again
from storage.queries.people import organizations


def retried(engine: Engine, at: datetime) -> int:
    """Put back every dead letter that is not out of date; how many."""
    with engine.begin() as connection:
        letters = [one for found in organizations(connection) for one in dead_letters(connection, found, at)]
        return send_again(connection, [one for one in letters if not one.late], at)
