"""The database's host goes without a word, as with its power or behind a firewall: nobody waits for it for hours."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, select
from sqlalchemy.exc import OperationalError

from bot.dispatch import NOT_KNOWN, NOT_SAVED
from storage.db import reading
from storage.models import update
from tests.databases import a_county, database
from tests.trust.cluster import Wire
from tests.trust.table import record

NETWORK = "10.213.77"
WAITED = 30  # seconds at most: an unanswered statement 10, a new connection 5, and another look
ROOT = Path(__file__).parents[2]


def ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=True)


@contextmanager
def another_host() -> Iterator[tuple[str, str]]:
    """The name of a network namespace whose only way is a cable to us, and of our end of the cable; skips where they
    cannot be made."""
    name, ours, theirs = f"sipbot{os.getpid()}", f"sip{os.getpid()}a", f"sip{os.getpid()}b"
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("only root can make a network namespace, with iproute2")
    try:
        ip("netns", "add", name)
        ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name)
    except subprocess.CalledProcessError as refused:
        ip("netns", "del", name, check=False)
        pytest.skip(f"no network namespaces here: {refused.stderr.decode().strip()}")
    try:
        ip("addr", "add", f"{NETWORK}.1/24", "dev", ours)
        ip("-n", name, "addr", "add", f"{NETWORK}.2/24", "dev", theirs)
        for link in (("link", "set", ours, "up"), ("-n", name, "link", "set", theirs, "up")):
            ip(*link)
        yield name, ours
    finally:
        ip("netns", "del", name)


async def told(process: asyncio.subprocess.Process, words: str, within: float = 120.0) -> tuple[float, str]:
    """Seconds until it was answered, and how. Raises TimeoutError after `within` seconds."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{words}\n".encode())
    seconds, reply = json.loads(await asyncio.wait_for(process.stdout.readline(), within))
    return seconds, reply


@pytest.mark.slow
async def test_a_database_host_that_goes_silent_is_given_up_soon(tmp_path: Path) -> None:
    with ExitStack() as open_:
        host, cable = open_.enter_context(another_host())
        try:
            url = make_url(open_.enter_context(database("postgresql", tmp_path)))
        except OperationalError:
            pytest.skip("no PostgreSQL answers")
        engine = a_county(url.render_as_string(hide_password=False), datetime.now(UTC))
        open_.callback(engine.dispose)
        async with Wire(url.port or 5432, f"{NETWORK}.1") as wire:
            there = url.set(host=wire.host, port=wire.port).render_as_string(hide_password=False)
            command = ("ip", "netns", "exec", host, sys.executable, "-m", "tests.trust.telling", there)
            pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
            process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, **pipes)
            try:
                before = await told(process, "before")
                ip("link", "set", cable, "down")
                silent = await told(process, "in the silence", WAITED + 5)
                ip("link", "set", cable, "up")
                after = await told(process, "after")
            finally:
                process.kill()
                await process.wait()
        with reading(engine) as connection:
            stored = list(connection.execute(select(update.c.note).order_by(update.c.id)).scalars())
    record(
        "database's host silent",
        "PostgreSQL on another host, whose cable is pulled before an update and put in again after it",
        f"answered “{silent[1].partition(':')[0]}” after {silent[0]:.0f} s, the {len(stored)} others stored",
    )
    assert [reply.partition(":")[0] for _, reply in (before, after)] == ["Saved", "Saved"]
    assert silent[1] in (NOT_SAVED, NOT_KNOWN)
    assert silent[0] < WAITED
    assert stored == ["before", "after"]
