"""`/sip update` in Slack, stored with every commit on disk, beside servers that store nothing: how many a second, what
each costs, and how long the slowest waits at a steady rate."""

from __future__ import annotations

import asyncio
import statistics
from contextlib import ExitStack

from storage.db import open_engine
from tests.bench.databases import analyze, databases
from tests.bench.load import UPDATE, Run, pace, saturate, signed, slack_form
from tests.bench.processes import cpu_seconds, free_port, served

ROUNDS, REQUESTS, STEADY, SECONDS = 5, 600, 200, 5
STORED = b"1.2.3"


def updates(count: int) -> list[bytes]:
    """So many different updates, each signed."""
    return [signed(slack_form(UPDATE)) for _ in range(count)]


def measured(port: int, pid: int, expect: bytes) -> tuple[float, Run]:
    """CPU microseconds a request, and the run."""
    before = cpu_seconds(pid)
    run = asyncio.run(saturate(port, updates(REQUESTS), expect))
    return (cpu_seconds(pid) - before) / REQUESTS * 1e6, run


def bench_updates() -> None:
    with databases() as urls, ExitStack() as running:
        sides = {"bare": "-", "bolt": "-", "lean": "-", **urls}
        expected = {name: STORED if name in urls else b"ok" for name in sides}
        ports = {name: free_port() for name in sides}
        pids = {}
        for name, url in sides.items():
            kind = "sipbot" if name in urls else name
            command = ("-m", "tests.bench.servers", kind, str(ports[name]), url)
            pids[name] = running.enter_context(served(*command, port=ports[name]))
            asyncio.run(saturate(ports[name], updates(50), expected[name]))
        for url in urls.values():
            analyze(open_engine(url))
        costs: dict[str, list[float]] = {name: [] for name in sides}
        rates: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name in sides:
                cost, run = measured(ports[name], pids[name], expected[name])
                costs[name].append(cost)
                rates[name].append(run.rate)
        bolt = statistics.median(rates["bolt"])
        for name in sides:
            rate = statistics.median(rates[name])
            print(
                f"{name}: {rate:.0f} requests/s, {rate / bolt:.2f}× Bolt's bare ack; "
                f"{statistics.median(costs[name]):.0f} µs CPU a request"
            )
        for name in urls:
            slowest = [
                asyncio.run(pace(ports[name], updates(STEADY * SECONDS), STORED, STEADY)).percentile(99)
                for _ in range(ROUNDS)
            ]
            print(f"{name}: at {STEADY} requests/s, p99 {statistics.median(slowest) * 1000:.0f} ms (under 50 ms)")


if __name__ == "__main__":
    bench_updates()
