"""`make bench`: the figures of the README, medians of five rounds that alternate between the sides."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from bot import logs
from tests.bench import reports
from tests.bench.calendar import bench_calendar
from tests.bench.fanout import bench_fanout, bench_workers
from tests.bench.history import bench_million
from tests.bench.processes import ROOT, free_port, resident_mb, served
from tests.bench.teams import bench_teams_update
from tests.bench.updates import bench_updates
from tests.conftest import SHARED

ROUNDS = 5


def bench_import() -> None:
    from bot.domain.plan_import import parse_plan, read_document

    source = SHARED / "seeds" / "002_66083133f891ecb3.txt"
    if not source.is_file():
        print("plan import: skipped, the Sonoma plan is not here")
        return
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        parse_plan(read_document(source))
        times.append(time.perf_counter() - began)
    print(f"Sonoma plan import: {statistics.median(times) * 1000:.0f} ms (under 500 ms)")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "bot",
            "simulate",
            "--plan",
            str(source),
            "--start",
            "2024-02",
            "--months",
            "6",
        ]
        subprocess.run([*command, "--out", folder], cwd=ROOT, check=True, capture_output=True)
    print(f"six simulated months of it: {time.perf_counter() - began:.1f} s (under 20 s)")


def bench_idle() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "DATABASE_URL": f"sqlite:///{folder}/idle.sqlite3", "PORT": str(port), "SLACK_BOT_TOKEN": "xoxb-x",
            "SLACK_SIGNING_SECRET": "x", "SLACK_API_URL": "http://127.0.0.1:1/",
        }  # fmt: skip
        subprocess.run(
            [sys.executable, "-m", "bot", "migrate"],
            cwd=ROOT,
            env={**os.environ, **env},
            check=True,
            capture_output=True,
        )
        with served("-m", "bot", "serve", port=port, env=env) as pid:
            time.sleep(3)
            print(f"idle serve: {resident_mb(pid):.0f} MB resident (under 150 MB)")


if __name__ == "__main__":
    logs.configure(stream=open(os.devnull, "w"))  # noqa: SIM115 - as in life, and nobody reads it
    bench_import()
    bench_idle()
    bench_updates()
    bench_million()
    bench_teams_update()
    reports.bench_history()
    reports.bench_pdf()
    reports.bench_state()
    bench_calendar()
    bench_workers()
    bench_fanout()
