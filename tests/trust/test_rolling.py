"""Replicas are restarted one after the other behind a load balancer, while people go on writing: no request fails,
nothing is lost and nothing doubled. `SIPBOT_TRUST=full` restarts each several times."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import Engine, select, text

from bot.chat.compose import built_in
from storage.db import reading
from storage.migrate import _versions
from storage.models import update
from storage.queries import people
from storage.uow import unit_of_work
from tests.builders import a_plan, an_organization
from tests.slack_people import TEAM
from tests.trust.balancer import Balancer
from tests.trust.chaos import free_ports
from tests.trust.replicas import AT, SECRET
from tests.trust.signing import signature
from tests.trust.table import record

ROOT = Path(__file__).parents[2]
FULL = os.environ.get("SIPBOT_TRUST") == "full"
REPLICAS, AT_ONCE, ROUNDS = (3, 8, 5) if FULL else (2, 3, 1)
DRAIN = 5.0  # the default: many questions of the balancer, also on a machine that is busy


@dataclass
class Told:
    """The failed answers by kind, and the numbers of the updates that were taken."""

    failed: Counter[str] = field(default_factory=Counter)
    stored: set[int] = field(default_factory=set)


@dataclass
class Replicas:
    """Processes of `sipbot serve` at their ports."""

    url: str
    folder: Path
    running: dict[int, asyncio.subprocess.Process] = field(default_factory=dict)

    async def begin(self, port: int) -> None:
        env = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.folder), "PORT": str(port),
            "DATABASE_URL": self.url, "SLACK_BOT_TOKEN": "xoxb-test", "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": "http://127.0.0.1:9/api/", "SIPBOT_DRAIN_SECONDS": str(DRAIN),
        }  # fmt: skip
        log = (self.folder / f"{port}.log").open("ab")
        self.running[port] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", cwd=self.folder, env=env, stderr=log, stdout=log
        )

    async def end(self, port: int) -> int:
        """The exit code after SIGTERM."""
        process = self.running.pop(port)
        process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(process.wait(), 60)

    async def kill(self) -> None:
        for process in self.running.values():
            process.kill()
            await process.wait()

    def log(self) -> str:
        return "".join(path.read_text("utf-8") for path in self.folder.glob("*.log"))


@pytest.fixture
def county(engine: Engine) -> Engine:
    """Somebody's plan in a database of the newest shape."""
    with unit_of_work(engine, AT, built_in()) as uow:
        an_organization(uow)
        people.add_workspace(uow.connection, uow.organization.id, "slack", TEAM)
        a_plan(uow)
        if engine.dialect.name == "sqlite":  # PostgreSQL's was migrated
            uow.connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            uow.connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": _versions()[0]})
    return engine


async def go_on_writing(url: str, told: Told, numbers: itertools.count[int], stop: asyncio.Event) -> None:
    """One update after the other, each sent once."""
    async with aiohttp.ClientSession() as session:
        while not stop.is_set():
            number = next(numbers)
            form = {
                "command": "/sip", "text": f"update 1.1.1 in progress note {number} of many", "team_id": TEAM,
                "user_id": f"U{number % 400}", "user_name": f"user{number % 400}", "channel_id": "C1", "channel_name": "g",
                "trigger_id": f"t{number}", "response_url": "http://127.0.0.1:9/x",
            }  # fmt: skip
            body = urlencode(form).encode()
            async with session.post(f"{url}/slack/events", data=body, headers=signature(SECRET, body)) as answer:
                words = await answer.text()
                if answer.status == 200 and (not words or "1.1.1" in words):
                    told.stored.add(number)  # an empty answer: it took its time, and the receipt follows
                else:
                    told.failed[f"{answer.status} {words[:80]}"] += 1


async def until_ready(balancer: Balancer, ports: list[int]) -> None:
    async with asyncio.timeout(120):
        while not balancer.ready.issuperset(ports):
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_a_rolling_restart_fails_no_request(county, tmp_path):
    url = county.url.render_as_string(hide_password=False)
    _, first = free_ports(1 + REPLICAS)
    ports = list(range(first, first + REPLICAS))
    replicas, told, numbers, stop = Replicas(url, tmp_path), Told(), itertools.count(), asyncio.Event()
    codes = []
    try:
        async with Balancer(ports) as balancer:
            for port in ports:
                await replicas.begin(port)
            await until_ready(balancer, ports)
            people_ = [asyncio.create_task(go_on_writing(balancer.url, told, numbers, stop)) for _ in range(AT_ONCE)]
            for _ in range(ROUNDS):
                for port in ports:
                    codes.append(await replicas.end(port))
                    balancer.ready.discard(port)
                    await replicas.begin(port)
                    await until_ready(balancer, ports)
            stop.set()
            await asyncio.gather(*people_)
            handed = dict(balancer.handed)
    finally:
        await replicas.kill()
    with reading(county) as connection:
        notes = Counter(connection.execute(select(update.c.note)).scalars())
    lost = sum(notes[f"note {number} of many"] == 0 for number in told.stored)
    doubled = sum(count - 1 for count in notes.values())
    failed = sum(told.failed.values())
    record(
        "rolling restart of every replica under load",
        f"{county.dialect.name}, {REPLICAS} replicas × {ROUNDS}",
        f"{len(told.stored) + failed} updates, {failed} requests failed, {lost} lost, {doubled} doubled",
    )
    assert told.failed == Counter()
    assert (lost, doubled) == (0, 0)
    assert codes == [0] * REPLICAS * ROUNDS
    assert all(count > 0 for count in handed.values())
    stops = [line for line in map(json.loads, replicas.log().splitlines()) if line["event"] == "stopped"]
    assert len(stops) == len(codes)


@pytest.mark.slow
async def test_readiness_goes_first_and_a_second_signal_ends_it_at_once(county, tmp_path, monkeypatch):
    _, port = free_ports(2)
    monkeypatch.setattr(f"{__name__}.DRAIN", 120.0)
    replicas = Replicas(county.url.render_as_string(hide_password=False), tmp_path)
    try:
        await replicas.begin(port)
        async with Balancer([port]) as balancer, aiohttp.ClientSession() as session:
            await until_ready(balancer, [port])
            replicas.running[port].send_signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                while balancer.ready:
                    await asyncio.sleep(0.05)
            site = f"http://127.0.0.1:{port}"
            async with session.get(f"{site}/readyz") as answer:
                assert (answer.status, (await answer.json())["reason"]) == (503, "stopping")
            async with session.get(f"{site}/healthz") as answer:
                assert answer.status == 200  # it still serves whoever has not noticed yet
                assert answer.headers["Connection"] == "close"
        assert await replicas.end(port) == -signal.SIGTERM
    finally:
        await replicas.kill()


@pytest.mark.slow
async def test_ctrl_c_does_not_wait_for_a_balancer(county, tmp_path, monkeypatch):
    _, port = free_ports(2)
    monkeypatch.setattr(f"{__name__}.DRAIN", 120.0)
    replicas = Replicas(county.url.render_as_string(hide_password=False), tmp_path)
    try:
        await replicas.begin(port)
        async with Balancer([port]) as balancer:
            await until_ready(balancer, [port])
        process = replicas.running.pop(port)
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    finally:
        await replicas.kill()
