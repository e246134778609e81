"""Past this machine: the busiest hours of a month worked out for many counties, from costs measured on one.

    python -m tests.bench.scale

An update costs UPDATE_WEB seconds of a web process and UPDATE_DB of PostgreSQL, a post POST_WORKER and POST_DB, a look at a
county's calendar LOOK; put in what `make bench` prints on your machine. Prompts of a month's second Tuesday all fall due at nine
o'clock in four time zones; people answer within the three hours after it. Arrivals are at random (a Poisson process), each process
serves one request at a time, and the database's time is taken from as many cores as there are.
"""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass

UPDATE_WEB, UPDATE_DB = 0.0013, 0.001  # seconds of CPU; the database's own share is a guess
POST_WORKER, POST_DB = 0.0021, 0.0015
LOOK, LOOK_EVERY = 0.014, 20.0
WORKGROUPS, ANSWERS, ZONES = 10, 60, 4  # of a county: prompts on the day, and updates that follow
PACE = 5.0  # posts a second and workspace
ANSWERED_WITHIN, SIMULATED = 3 * 3600.0, 600.0
BUSY = 0.6  # of a core: more, and waits grow quickly
COUNTIES = (1, 58, 1_000, 3_143, 10_000)


@dataclass(frozen=True)
class Need:
    """`web`, `workers`, `database`: cores. `prompts`: seconds until a zone's last prompt is out. `wait`: of an update,
    seconds, half of them and 99 of 100."""

    web: int
    workers: int
    database: int
    prompts: float
    wait: tuple[float, float]


def need(counties: int) -> Need:
    """The cores that keep every part under BUSY, and what people then wait for."""
    updates = counties / ZONES * ANSWERS / ANSWERED_WITHIN * 2  # in the first hour twice as many as on average
    posts = counties / ZONES * WORKGROUPS
    looks = counties * LOOK / LOOK_EVERY
    web = max(1, math.ceil(updates * UPDATE_WEB / BUSY))
    workers = max(1, math.ceil((looks + posts / 120 * POST_WORKER) / BUSY))  # prompts are out within two minutes
    database = max(1, math.ceil((updates * UPDATE_DB + posts / 120 * POST_DB + looks / 2) / BUSY))
    sending = min(workers / POST_WORKER, database / POST_DB, counties / ZONES * PACE)
    return Need(web, workers, database, max(posts / sending, WORKGROUPS / PACE), waits(updates, web, database))


def waits(rate: float, web: int, database: int) -> tuple[float, float]:
    """Simulated: requests come at random, go to the first process that is free, then to the database."""
    chance = random.Random(1)
    processes, cores = [0.0] * web, [0.0] * database
    seen, now = [], 0.0
    while (now := now + chance.expovariate(rate)) < SIMULATED or not seen:
        done = _served(processes, now, UPDATE_WEB)
        seen.append(_served(cores, done, UPDATE_DB) - now)
    seen.sort()
    return seen[len(seen) // 2], seen[int(len(seen) * 0.99)]


def _served(free: list[float], now: float, seconds: float) -> float:
    """When the one that is free first is done with it."""
    done = max(heapq.heappop(free), now) + seconds
    heapq.heappush(free, done)
    return done


def bench_scale() -> None:
    print("| counties | web, worker and database cores | a zone's prompts are out within | an update: p50, p99 |")
    print("|---|---|---|---|")
    for counties in COUNTIES:
        found = need(counties)
        half, most = found.wait
        print(
            f"| {counties:,} | {found.web}, {found.workers}, {found.database} | {found.prompts:.0f} s "
            f"| {half * 1000:.1f} ms, {most * 1000:.1f} ms |"
        )


if __name__ == "__main__":
    bench_scale()
