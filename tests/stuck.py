"""A database that cannot be written for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text


@contextmanager
def stuck(engine: Engine) -> Iterator[None]:
    """Somebody else holds the database; waiting for it is made short."""
    sqlite = engine.dialect.name == "sqlite"
    impatient = "PRAGMA busy_timeout=50" if sqlite else "SET lock_timeout=50"

    def hurry(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(impatient)
        cursor.close()
        if not sqlite:
            connection.commit()

    engine.dispose()
    holder = engine.connect()
    holder.execute(text("SELECT 1" if sqlite else "LOCK TABLE step_update, inbox IN ACCESS EXCLUSIVE MODE"))
    event.listen(engine, "connect", hurry)
    try:
        yield
    finally:
        event.remove(engine, "connect", hurry)
        holder.close()
        engine.dispose()
