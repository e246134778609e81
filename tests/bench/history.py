"""`/sip update` with a million updates behind it, beside an empty database: what half of the people wait at most."""

from __future__ import annotations

import asyncio
import random
import statistics
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert, select

from storage.db import open_engine
from storage.models import organization, person, step, update
from storage.tenancy import across
from tests.bench.databases import analyze, databases
from tests.bench.load import saturate
from tests.bench.processes import free_port, served
from tests.bench.updates import STORED, updates

STORED_UPDATES, CHUNK = 1_000_000, 20_000
ROUNDS, REQUESTS = 5, 200
YEARS = timedelta(days=5 * 365)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def fill(engine: Engine) -> None:
    """Five years of updates of all steps of the server's county."""
    chance = random.Random(5)
    with engine.begin() as connection:
        across(connection)
        here = connection.execute(select(organization.c.id)).scalar_one()
        steps = connection.execute(select(step.c.id)).scalars().all()
        people = connection.execute(select(person.c.id)).scalars().all()
        for start in range(0, STORED_UPDATES, CHUNK):
            rows = [
                {
                    "organization_id": here, "step_id": chance.choice(steps), "person_id": chance.choice(people),
                    "at": NOW - YEARS * (1 - (start + n) / STORED_UPDATES), "status": "in progress",
                    "note": "The unit tried the new form on Tuesday and gave back twelve remarks.", "source": "typed",
                }
                for n in range(CHUNK)
            ]  # fmt: skip
            connection.execute(insert(update), rows)
    analyze(engine)


def bench_million() -> None:
    with databases() as empty, databases() as full, ExitStack() as running:
        for name in full:
            ports = {"empty": free_port(), "full": free_port()}
            for kind, urls in (("empty", empty), ("full", full)):
                command = ("-m", "tests.bench.servers", "sipbot", str(ports[kind]), urls[name])
                running.enter_context(served(*command, port=ports[kind]))
            engine = open_engine(full[name], durable=False)
            fill(engine)
            engine.dispose()
            waits: dict[str, list[float]] = {"empty": [], "full": []}
            for port in ports.values():
                asyncio.run(saturate(port, updates(50), STORED, 1))
            for _ in range(ROUNDS):
                for kind, port in ports.items():
                    waits[kind].append(asyncio.run(saturate(port, updates(REQUESTS), STORED, 1)).percentile(50))
            few, many = (statistics.median(waits[kind]) * 1000 for kind in ("empty", "full"))
            print(
                f"{STORED_UPDATES:,} stored updates, {name}: p50 {many:.2f} ms, empty {few:.2f} ms: "
                f"{many / few:.2f}× (at most 1.2×)"
            )


if __name__ == "__main__":
    bench_million()
