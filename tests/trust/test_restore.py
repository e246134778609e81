"""The restore drill: a backup taken by the command while signed updates come in from several people at once, restored
into another database. Every update whose receipt was given before the backup began is there, and no half one."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import Engine, inspect, select

from bot.chat.clock import SystemClock
from storage.db import reading
from storage.models import inbox, metadata, update
from tests.chat import done
from tests.databases import a_county, database, differences, opened
from tests.slack_people import TEAM
from tests.trust.chaos import free_ports
from tests.trust.signing import signature
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
BACKUPS = 20 if FULL else 2
CLIENTS = 8
SECRET = "trust-signing-secret"
ROOT = Path(__file__).parents[2]
NOTE = re.compile(r"number (\d+) of many")


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request, tmp_path) -> Iterator[tuple[str, str]]:
    """Of the county's database and of an empty one."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")  # skips where there is none
    with database(request.param, tmp_path) as one, database(request.param, tmp_path) as other:
        yield one, other


async def sipbot(folder: Path, url: str, *arguments: str, **env: str) -> asyncio.subprocess.Process:
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), "DATABASE_URL": url, **env}
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", *arguments, cwd=folder, env=clean)


async def tell(session: aiohttp.ClientSession, address: str, number: int) -> bool:
    """One update as Slack sends it; True once there is a receipt."""
    form = {
        "command": "/sip", "text": f"update 1.1.1 in progress number {number} of many", "team_id": TEAM,
        "user_id": f"U{number % 40}", "user_name": f"user{number % 40}", "channel_id": "CINTAKE", "channel_name": "g",
        "trigger_id": f"t{number}", "response_url": "http://127.0.0.1:1/x",
    }  # fmt: skip
    body = urlencode(form).encode()
    async with session.post(address, data=body, headers=signature(SECRET, body)) as answer:
        return answer.status == 200 and "1.1.1" in await answer.text()


async def drill(folder: Path, url: str) -> list[tuple[Path, set[int]]]:
    """Backups taken under load, each with the updates that had their receipt before it began."""
    port, _ = free_ports(1)
    base = f"http://127.0.0.1:{port}"
    receipts: set[int] = set()
    numbers, stop = iter(range(1_000_000)), asyncio.Event()
    server = await sipbot(
        folder, url, "serve", PORT=str(port), SLACK_BOT_TOKEN="xoxb-test", SLACK_SIGNING_SECRET=SECRET,
        SLACK_API_URL="http://127.0.0.1:1/api/",
    )  # fmt: skip
    async with aiohttp.ClientSession() as session:

        async def client() -> None:
            while not stop.is_set():
                number = next(numbers)
                if await tell(session, f"{base}/slack/events", number):
                    receipts.add(number)

        await ready(session, base)
        clients = [asyncio.create_task(client()) for _ in range(CLIENTS)]
        found = []
        for count in range(BACKUPS):
            await more_than(receipts, len(receipts) + 40)
            before, file = set(receipts), folder / f"{count}.backup"
            command = await sipbot(folder, url, "backup", str(file))
            assert await command.wait() == 0
            assert len(receipts) > len(before), "there was no load while the backup was taken"
            found.append((file, before))
        stop.set()
        await asyncio.gather(*clients)
    server.send_signal(signal.SIGTERM)
    assert await server.wait() == 0
    return found


async def ready(session: aiohttp.ClientSession, base: str, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            async with session.get(f"{base}/readyz") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("sipbot serve was not ready in time")


async def more_than(receipts: set[int], count: int, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while len(receipts) < count:
        assert time.monotonic() < deadline, "the updates got no receipts"
        await asyncio.sleep(0.02)


def stored(engine: Engine) -> tuple[list[int], list[int]]:
    """The numbers of the updates, and those of the deliveries that were answered with a receipt."""
    with reading(engine) as connection:
        notes = [NOTE.search(note) for note in connection.execute(select(update.c.note)).scalars()]
        answered = connection.execute(select(inbox.c.delivery_id)).scalars()
        return (
            sorted(int(note[1]) for note in notes if note),
            sorted(int(delivery.rpartition("t")[2]) for delivery in answered if delivery.startswith("command:t")),
        )


def is_whole(engine: Engine) -> bool:
    """The shape the code knows, every reference to a row that is there, and (SQLite) every page sound."""
    with engine.connect() as connection:
        if differences(connection):
            return False
        if engine.dialect.name == "sqlite":
            checks = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            return checks == ["ok"] and not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        # PostgreSQL has checked every reference as it made the constraint: they must all be there.
        there = inspect(connection)
        return all(len(there.get_foreign_keys(name)) == len(t.foreign_keys) for name, t in metadata.tables.items())


@pytest.mark.slow
def test_every_update_with_a_receipt_is_in_a_backup_begun_after_it(urls, tmp_path):
    url, other = urls
    a_county(url, SystemClock().read()).dispose()
    missing = doubled = halves = damaged = counted = 0

    async def whole() -> None:
        nonlocal missing, doubled, halves, damaged, counted
        for file, before in await drill(tmp_path, url):
            command = await sipbot(tmp_path, other, "restore", str(file), "--force")
            assert await command.wait() == 0
            engine = opened(other)
            updates, answered = await asyncio.to_thread(stored, engine)
            counted += len(before)
            missing += len(before - set(updates))
            doubled += len(updates) - len(set(updates))
            halves += len(set(updates) ^ set(answered))
            damaged += not await asyncio.to_thread(is_whole, engine)
            engine.dispose()

    done(whole())
    name = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    record(
        "restore from a backup taken under load",
        f"{name}, {BACKUPS} backups, {CLIENTS} at once",
        f"of {counted:,} receipts given before them {missing} missing, {doubled} doubled, {halves} half there, {damaged} restored databases not whole",
    )
    assert counted >= 40 * BACKUPS
    assert (missing, doubled, halves, damaged) == (0, 0, 0, 0)
