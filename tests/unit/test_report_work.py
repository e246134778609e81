"""A roll-up reads its own month, not the years before it: counted in SQLite's own steps, which no busy machine changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.chat.compose import built_in
from storage.db import open_engine
from storage.queries.facts import month_facts
from storage.uow import reading_work
from tests.bench.county import LAST, make_county

NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
_EVERY = 10  # virtual machine instructions between two counts


def steps_of(path: Path, empty: Path, times: int) -> int:
    """How many instructions SQLite's virtual machine needs for the facts of one month."""
    path.write_bytes(empty.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        organization = make_county(connection, "Larkspur County", times, updates=2400)
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += _EVERY
        return 0

    with reading_work(engine, NOW, built_in(), organization) as uow:
        raw = uow.connection.connection.driver_connection
        raw.set_progress_handler(count, _EVERY)
        facts = month_facts(uow, LAST)
        raw.set_progress_handler(None, _EVERY)
    engine.dispose()
    assert facts is not None
    assert facts.replied > 0
    return counted


def test_four_times_the_history_is_not_more_work(tmp_path, empty_sqlite):
    short = steps_of(tmp_path / "short.sqlite3", empty_sqlite, 1)
    long = steps_of(tmp_path / "long.sqlite3", empty_sqlite, 4)
    assert short > 1000
    assert long < 1.25 * short, (short, long)
