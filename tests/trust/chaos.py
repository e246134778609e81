"""Prompts of the calendar and updates of people through replicas that are killed all the time."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from sqlalchemy import Engine, func, select

from bot.chat.compose import built_in
from bot.chat.ports import Pace
from storage.db import reading
from storage.models import channel, outbox, update
from storage.queries import people
from storage.uow import unit_of_work
from tests.builders import a_plan, a_workgroup, an_organization
from tests.chat import done
from tests.slack_people import TEAM
from tests.trust.replicas import AT, PACE, SECRET, SLOWER
from tests.trust.signing import signature

ROOT = Path(__file__).parents[2]
REPLICAS = 3
SINKS = {"slack": "tests.trust.sink", "teams": "tests.trust.teams_sink"}
AT_ONCE = 6  # people who write at the same time
LATE = 0.5  # seconds that a post may take from its moment to the sink, so that the next one seems to come too early


@dataclass(frozen=True)
class Size:
    """How much is done: so many workgroups are prompted once, so many updates are told."""

    prompts: int
    updates: int
    share: float = 0.05  # of the posts that each kind of fault meets
    seconds: float = 600.0  # after which whatever is not done counts as lost


@dataclass(frozen=True)
class Figures:
    """What came of it. `busiest`: most posts in a second; the pace allows `allowed`, with some of them late."""

    killed: int
    prompts_lost: int
    prompts_doubled: int
    updates_lost: int
    updates_doubled: int
    unanswered: int
    faults: dict[str, int]
    busiest: int
    allowed: float
    seconds: float


def a_county(engine: Engine, size: Size) -> None:
    """Workgroups whose prompt is due at AT, each with a Slack channel of its own."""
    with unit_of_work(engine, AT, built_in()) as uow:
        an_organization(uow)
        people.add_workspace(uow.connection, uow.organization.id, "slack", TEAM)
        rows = a_plan(uow)
        for number in range(size.prompts):
            a_workgroup(uow, f"Group {number}", (rows.strategies["1.1"],) if number == 0 else ())
        moved = channel.update().values(platform="slack", workspace=TEAM)
        uow.rows(moved.where(channel.c.organization_id == uow.organization.id))


def run(engine: Engine, url: str, size: Size, seed: int, *more: str) -> Figures:
    """One run; `more`: the replicas' further arguments. The database is empty but for its tables."""
    a_county(engine, size)
    began = time.monotonic()
    with served(engine, url, seed, size.share, *more) as house:
        answers = done(tell(house.ports, size, seed))
        settled(engine, size, began)
        stats, killed = house.end()
    pace = SLOWER if "seldom" in more else PACE
    return counted(engine, size, answers, stats, killed, pace, time.monotonic() - began)


class House:
    """A sink and the replicas that post to it, in processes of their own."""

    def __init__(self, url: str, seed: int, share: float, held: int, platform: str, *more: str) -> None:
        port, first = free_ports(1 + REPLICAS)
        self.sink = f"http://127.0.0.1:{port}"
        self.ports = range(first, first + REPLICAS)
        module = (sys.executable, "-m")
        self._sink = subprocess.Popen([*module, SINKS[platform], str(port), str(seed), str(share), str(held)], cwd=ROOT)
        self._replicas = subprocess.Popen(
            [*module, "tests.trust.replicas", url, f"{platform}:{self.sink}", str(first), str(REPLICAS), str(seed), *more],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self) -> tuple[Any, int]:
        """What the sink has seen, and how many replicas were killed."""
        stats = done(fetch(f"{self.sink}/stats"))
        return stats, int(self._replicas.communicate(timeout=120)[0])

    def close(self) -> None:
        """The end of their input ends the replicas."""
        self._sink.kill()
        self._sink.wait()
        if self._replicas.stdin:
            self._replicas.stdin.close()
        self._replicas.wait(timeout=120)


@contextmanager
def served(
    engine: Engine, url: str, seed: int, share: float, *more: str, held: int = 1, platform: str = "slack"
) -> Iterator[House]:
    """`held`: the sink's Retry-After; `more`: the replicas' further arguments. Our own connections are closed first, to
    leave the database to the replicas."""
    engine.dispose()
    house = House(url, seed, share, held, platform, *more)
    try:
        yield house
    finally:
        house.close()


def free_ports(count: int) -> tuple[int, int]:
    """A port, and the first of `count - 1` in a row that are likely free."""
    with socket.socket() as one, socket.socket() as others:
        one.bind(("127.0.0.1", 0))
        others.bind(("127.0.0.1", 0))
        return one.getsockname()[1], others.getsockname()[1]


async def tell(ports: range, size: Size, seed: int) -> list[str]:
    """Every update, delivered one to four times to whichever replica; the first answer of each."""
    chance, room = random.Random(seed + 1), asyncio.Semaphore(AT_ONCE)
    until = time.monotonic() + size.seconds
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:

        async def one(number: int) -> str:
            copies = chance.randint(1, 4)
            async with room:
                told = (delivered(session, ports, chance, number, until) for _ in range(copies))
                return (await asyncio.gather(*told))[0]

        return list(await asyncio.gather(*(one(number) for number in range(size.updates))))


async def delivered(
    session: aiohttp.ClientSession, ports: range, chance: random.Random, number: int, until: float
) -> str:
    """Slack gives up on a slash command; a person sends it again. The same trigger, so that it is the same command."""
    form = {
        "command": "/sip", "text": f"update 1.1.1 in progress note {number} of many", "team_id": TEAM,
        "user_id": f"U{number % 7}", "user_name": f"user{number % 7}", "channel_id": "CGROUP 0", "channel_name": "g",
        "trigger_id": f"t{number}", "response_url": "http://127.0.0.1:1/x",
    }  # fmt: skip
    body = urlencode(form).encode()
    while time.monotonic() < until:
        url = f"http://127.0.0.1:{chance.choice(ports)}/slack/events"
        try:
            async with session.post(url, data=body, headers=signature(SECRET, body)) as answer:
                text = await answer.text()
                if answer.status == 200 and "1.1.1" in text:
                    return text
        except (aiohttp.ClientError, TimeoutError):
            pass
        await asyncio.sleep(0.05)
    return ""


def settled(engine: Engine, size: Size, began: float) -> None:
    """Wait until everything is decided and delivered, or time is over."""
    while time.monotonic() - began < size.seconds:
        with reading(engine) as connection:
            found = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
        rows = {row[0]: row[1] for row in found}
        if rows.get("sent", 0) >= size.prompts and not rows.get("pending"):
            return
        time.sleep(0.5)


async def fetch(url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return json.loads(await answer.text())


def counted(
    engine: Engine, size: Size, answers: list[str], stats: Any, killed: int, pace: Pace, seconds: float
) -> Figures:
    with reading(engine) as connection:
        notes = Counter(connection.execute(select(update.c.note)).scalars())
        wanted = set(connection.execute(select(outbox.c.dedupe_key).where(outbox.c.kind == "prompt")).scalars())
    copies = {key: found for key, found in stats["posts"].items() if ":prompt:" in key}
    told = [notes.get(f"note {number} of many", 0) for number in range(size.updates)]
    return Figures(
        killed=killed,
        prompts_lost=size.prompts - len(wanted & copies.keys()),
        prompts_doubled=sum(found - 1 for found in copies.values()),
        updates_lost=told.count(0),
        updates_doubled=sum(max(0, found - 1) for found in told),
        unanswered=answers.count(""),
        faults=stats["wrong"],
        busiest=stats["busiest"],
        allowed=1 + (1 + LATE) / pace.workspace,
        seconds=round(seconds, 1),
    )
