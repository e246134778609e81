"""`python -m tests.bench.peers`: the same stored update in sipbot and in what else one might build it with, one after
another in each round: requests/s and CPU µs a request over 16 connections and over one."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from tests.bench.load import saturate
from tests.bench.peers.install import Missing
from tests.bench.peers.sides import SIDES, Side
from tests.bench.processes import cpu_seconds, free_port, launched
from tests.bench.updates import updates

ROUNDS, WARM = 5, 50
REQUESTS = {16: 400, 1: 100}  # connections → requests a round


def started(side: Side, open_: ExitStack, folder: Path) -> tuple[int, int]:
    """Port and pid of a server that has answered; Missing with the reason where it has not."""
    port = free_port()
    command = side.command(port, folder / f"{port}.sqlite3")
    pid = open_.enter_context(launched(command, port=port))
    try:
        asyncio.run(saturate(port, updates(WARM), side.expect))
    except (OSError, SystemExit) as failure:
        raise Missing(f"it does not answer ({failure})") from failure
    return port, pid


def rows(file: Path, table: str) -> int:
    """So many updates are stored."""
    connection = sqlite3.connect(file)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def main() -> None:
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        running: dict[Side, tuple[int, int]] = {}
        for side in SIDES:
            try:
                running[side] = started(side, open_, folder)
            except Missing as missing:
                print(f"{side.name}: skipped, {missing}")
        figures: dict[tuple[Side, int], list[tuple[float, float]]] = defaultdict(list)
        for _ in range(ROUNDS):
            for connections, count in REQUESTS.items():
                for side, (port, pid) in running.items():
                    requests, before = updates(count), cpu_seconds(pid)
                    run = asyncio.run(saturate(port, requests, side.expect, connections))
                    cost = (cpu_seconds(pid) - before) / count * 1e6
                    figures[side, connections].append((run.rate, cost))
        sent = WARM + ROUNDS * sum(REQUESTS.values())
        for side, (port, _) in running.items():
            if side.table and (stored := rows(folder / f"{port}.sqlite3", side.table)) != sent:
                print(f"{side.name}: {sent} updates answered, {stored} stored: its figures do not count")
        for side in running:
            parts = []
            for connections in REQUESTS:
                rate, cost = (statistics.median(column) for column in zip(*figures[side, connections], strict=True))
                parts.append(f"{connections} connections: {rate:.0f} requests/s, {cost:.0f} µs CPU a request")
            print(f"{side.name} ({side.measured}): {'; '.join(parts)}".replace(" 1 connections", " 1 connection"))


if __name__ == "__main__":
    main()
