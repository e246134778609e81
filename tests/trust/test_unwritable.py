"""A database that answers and takes nothing: its disk is full, another process has it locked, it only reads. Nobody is
told that anything is saved, readiness says so, nothing is lost, and what is sent again is stored once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import aiohttp
import pytest
from sqlalchemy import Engine, select

from storage import db
from storage.models import heartbeat, outbox, update
from storage.watching import TICK
from storage.writing import CANNOT
from tests.logbook import logbook
from tests.trust.disks import a_small_disk, filled, locked, under_pragma
from tests.trust.outage import NOTHING_WRONG, House, a_house, compared, each, hurry, prepare, prompts_sent
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
BEFORE, DURING, EVENTS, PROMPTS = (100, 600, 100, 100) if FULL else (8, 40, 8, 20)
BUSY_MS = 1500  # in life five seconds

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    hurry(monkeypatch)
    pragmas = tuple(f"busy_timeout={BUSY_MS}" if "busy" in one else one for one in db._PRAGMAS)
    monkeypatch.setattr(db, "_PRAGMAS", pragmas)
    with logbook() as book:  # as in life, and quick
        yield book


async def ready(house: House) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(house.slack.app_url.removesuffix("/slack/events") + "/readyz") as answer,
    ):
        return answer.status, await answer.text()


def beats(engine: Engine) -> object:
    with engine.connect() as connection:
        return connection.execute(select(heartbeat.c.at).where(heartbeat.c.what == TICK)).scalar()


def waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        return len(connection.execute(select(outbox.c.id).where(outbox.c.state == "pending")).all())


async def lived_through(fault: str, setting: str, engine: Engine, url: str, trouble) -> None:
    """People write before, during and after it. `trouble(app's engine)` is a context manager that makes it."""
    last = BEFORE + DURING
    events = range(last, last + EVENTS)
    async with a_house(url) as house:
        told = house.told
        await each(house.tell, range(BEFORE))
        with trouble(house.app.engine):
            mentioned = asyncio.create_task(each(house.mention, events))
            await each(house.tell, range(BEFORE, last), 0.02)
            seen = await ready(house)
        refused, first = set(told.not_saved), compared(engine, house, 0)
        told.not_saved.clear()
        beat = beats(engine)
        await each(house.tell, sorted(refused))
        well = await ready(house)
        await mentioned
        await house.settled(prompts_sent(engine, PROMPTS))
        await house.settled(lambda: beats(engine) != beat)
        await house.settled(lambda: waiting(engine) == 0)
        found = compared(engine, house, PROMPTS, events)
    with engine.connect() as connection:
        stored = len(connection.execute(select(update.c.id)).all())
    engine.dispose()
    record(
        fault,
        f"{setting}, {last} commands, {EVENTS} events, {PROMPTS} prompts",
        f"{first.receipts_without_a_row + found.receipts_without_a_row} receipts without a row, "
        f"{len(refused)} told “not saved”, {first.rows_called_not_saved} of them saved; sent again: "
        f"{len(refused & told.saved)} stored, {found.doubled} doubled, {found.events_lost} events and "
        f"{found.prompts_lost} prompts lost, {found.prompts_doubled} prompts doubled; /readyz {seen[0]}, then {well[0]}",
    )
    assert (first.receipts_without_a_row, first.rows_called_not_saved) == (0, 0)
    assert (found, told.else_, told.not_saved, told.not_known) == (NOTHING_WRONG, [], set(), set())
    assert len(refused) > DURING / 4
    assert (len(told.saved), stored) == (last, last + EVENTS)
    assert seen[0] == 503
    assert CANNOT in seen[1]
    assert well[0] == 200


@pytest.fixture
def sqlite(tmp_path):
    return f"sqlite:///{tmp_path / 'sipbot.sqlite3'}"


async def test_the_disk_of_a_sqlite_file_is_full(tmp_path):
    with a_small_disk(tmp_path / "small", 8) as disk:
        url = f"sqlite:///{disk / 'sipbot.sqlite3'}"
        engine = prepare(url, PROMPTS)
        await lived_through("disk full", "SQLite, a file system of 8 MB", engine, url, lambda _: filled(disk))


async def test_a_sqlite_file_may_not_grow(sqlite):
    def full(engine: Engine) -> AbstractContextManager[None]:
        return under_pragma(engine, "max_page_count=1", "max_page_count=1000000")

    await lived_through("disk full", "SQLite, no page more", prepare(sqlite, PROMPTS), sqlite, full)


async def test_a_sqlite_file_is_locked_by_another_process(sqlite, tmp_path):
    def held(_: Engine) -> AbstractContextManager[None]:
        return locked(tmp_path / "sipbot.sqlite3")

    setting = "SQLite, beyond the time-out"
    await lived_through("database locked by another process", setting, prepare(sqlite, PROMPTS), sqlite, held)


async def test_a_sqlite_file_can_only_be_read(sqlite):
    def read_only(engine: Engine) -> AbstractContextManager[None]:
        return under_pragma(engine, "query_only=on", "query_only=off")

    await lived_through("database read-only", "SQLite", prepare(sqlite, PROMPTS), sqlite, read_only)


@pytest.fixture
def small(cluster):
    """A disk for all tables of the cluster's database, which is empty."""
    cluster.empty()
    with a_small_disk(cluster.folder / "small", 16) as disk:
        data, owner = disk / "data", cluster.folder.stat()
        data.mkdir()
        os.chown(data, owner.st_uid, owner.st_gid)
        cluster.run(
            f"CREATE TABLESPACE small LOCATION '{data}'",
            "ALTER DATABASE postgres SET default_tablespace = small",
        )
        yield disk
        cluster.run("ALTER DATABASE postgres RESET default_tablespace")
        cluster.empty()
        cluster.run("DROP TABLESPACE small")


async def test_the_disk_of_a_postgresql_is_full(cluster, small):
    engine = prepare(cluster.url, PROMPTS)
    setting = "PostgreSQL, a tablespace of 16 MB"
    await lived_through("disk full", setting, engine, cluster.url, lambda _: filled(small))


async def test_a_postgresql_only_reads(cluster):
    """As a standby does after somebody made another one the first."""
    cluster.empty()

    @contextmanager
    def read_only(_: Engine) -> Iterator[None]:
        cluster.run("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
        yield
        cluster.run("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")

    await lived_through("database read-only", "PostgreSQL", prepare(cluster.url, PROMPTS), cluster.url, read_only)
