"""Many prompts at once: whether one worker keeps up with the platform's rate in constant memory, and what more workers
bring where the platform is not the limit."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

from sqlalchemy import Engine, func, insert, select

from bot.adapters.slack.adapter import PACE
from bot.chat.codec import to_json
from bot.chat.compose import built_in
from bot.chat.messages import say
from storage.db import open_engine
from storage.migrate import migrate
from storage.models import channel, outbox
from storage.queries import people
from storage.tenancy import across
from storage.uow import unit_of_work
from tests.bench.databases import databases
from tests.bench.processes import ROOT, cpu_seconds, free_port, resident_mb, served

PROMPTS, WORKSPACES = 10_000, 20
WORKERS, FREE_PROMPTS, SLOW = (1, 2, 4), 2_000, 1.5  # SLOW: seconds that a Slack in trouble takes to answer
LONG_AGO = datetime(2026, 3, 5, 17, tzinfo=UTC)
WORDS = "Forms meets on Tuesday. Please say how your steps stand: reply here, or press a button below. " * 6


@dataclass(frozen=True)
class Posted:
    """What the fake Slack saw. `moments`: of every post, seconds. `memory`: megabytes of the first worker in the first
    and the last tenth. `cpu`: seconds of all workers."""

    moments: list[float]
    doubled: int
    memory: tuple[float, float]
    cpu: float

    @property
    def rate(self) -> float:
        """Posts a second."""
        return (len(self.moments) - 1) / (self.moments[-1] - self.moments[0])


def queue_prompts(engine: Engine, prompts: int) -> None:
    """A prompt for every channel, the channels spread evenly over the workspaces, each a county's own; due by now."""
    each = prompts // WORKSPACES
    for number in range(WORKSPACES):
        with unit_of_work(engine, LONG_AGO, built_in()) as uow:
            connection = uow.connection
            uow.organization = people.create_organization(connection, f"County {number}", "America/Los_Angeles", uow.at)
            here = uow.organization.id
            people.add_workspace(connection, here, "slack", f"T{number}")
            names = [f"C{number:02}{one:04}" for one in range(each)]
            connection.execute(
                insert(channel),
                [
                    {"organization_id": here, "platform": "slack", "workspace": f"T{number}", "external_id": name, "name": name}
                    for name in names
                ],
            )  # fmt: skip
            ids = connection.execute(select(channel.c.id).where(channel.c.organization_id == here)).scalars().all()
            at = datetime.now(UTC) - timedelta(seconds=1)
            common = {
                "organization_id": here, "kind": "prompt", "period": "2026-03", "message": to_json(say(WORDS)),
                "state": "pending", "attempts": 0, "available_at": at, "created_at": at,
            }  # fmt: skip
            connection.execute(
                insert(outbox),
                [{**common, "channel_id": one, "subject_id": one, "dedupe_key": f"{here}:prompt:{one}"} for one in ids],
            )


@contextmanager
def a_worker(url: str, api: str, *how: str) -> Iterator[int]:
    """Its process id, from the moment it delivers."""
    command = [sys.executable, "-m", "tests.bench.worker", url, api, *how]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def deliver(engine: Engine, url: str, prompts: int, workers: int, *how: str, seconds: float = 0) -> Posted:
    """All prompts, by so many workers, to a Slack that takes so many seconds to answer."""
    migrate(engine)
    port = free_port()
    with ExitStack() as running:
        running.enter_context(served("-m", "tests.bench.slack_api", str(port), str(seconds), port=port))
        pids = [running.enter_context(a_worker(url, f"http://127.0.0.1:{port}/api/", *how)) for _ in range(workers)]
        time.sleep(1)
        before = sum(map(cpu_seconds, pids))
        queue_prompts(engine, prompts)
        memory: dict[int, float] = {}
        while (left := _left(engine)) > 0:
            memory.setdefault(10 * (prompts - left) // prompts, resident_mb(pids[0]))
            time.sleep(0.5)
        cpu = sum(map(cpu_seconds, pids)) - before
        with urlopen(f"http://127.0.0.1:{port}/stats") as answer:
            stats = json.load(answer)
    tenths = sorted(memory)
    first, last = memory[tenths[min(1, len(tenths) - 1)]], memory[tenths[-1]]
    return Posted(sorted(stats["moments"]), stats["doubled"], (first, last), cpu)


def _left(engine: Engine) -> int:
    with engine.connect() as connection:
        across(connection)
        return int(connection.execute(select(func.count()).where(outbox.c.state != "sent")).scalar_one())


def bench_fanout() -> None:
    """At Slack's pace, which we keep ourselves: so many posts a second and workspace."""
    rate = WORKSPACES / PACE.workspace
    with databases() as urls:
        for name, url in urls.items():
            engine = open_engine(url)
            done = deliver(engine, url, PROMPTS, 1)
            engine.dispose()
            first, last = done.memory
            print(
                f"{PROMPTS:,} prompts to {WORKSPACES} workspaces, {name}, one worker: {done.rate:.1f} posts/s, "
                f"{done.rate / rate:.1%} of the platform's {rate:.0f}/s (at least 95 %); {done.doubled} doubled; "
                f"{first:.0f} MB in the second tenth, {last:.0f} MB at the end; "
                f"{done.cpu / PROMPTS * 1e3:.1f} ms CPU a post"
            )


def bench_workers() -> None:
    """On PostgreSQL, without a pace: where Slack answers at once the workers, the database and the fake Slack share the
    machine's cores; where it takes its time, what counts is that no worker waits for another."""
    for seconds, about in ((0.0, "answers at once"), (SLOW, f"takes {SLOW} s")):
        alone = 0.0
        for workers in WORKERS:
            with databases() as urls:
                if "PostgreSQL" not in urls:
                    return
                engine = open_engine(urls["PostgreSQL"])
                done = deliver(engine, urls["PostgreSQL"], FREE_PROMPTS, workers, "free", seconds=seconds)
                engine.dispose()
            alone = alone or done.rate
            print(
                f"{workers} workers on PostgreSQL, no pace, a Slack that {about}: {done.rate:.0f} posts/s, "
                f"{done.rate / alone:.2f}× one; {done.doubled} doubled; {done.cpu / FREE_PROMPTS * 1e3:.1f} ms CPU a post"
            )


if __name__ == "__main__":
    bench_workers()
    bench_fanout()
