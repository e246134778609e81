"""`make bench`: the figures of the README, medians of five rounds that alternate between the sides."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from urllib.parse import urlencode

import aiohttp

from tests.bench import reports
from tests.bench.processes import ROOT, cpu_seconds, free_port, resident_mb, served
from tests.bench.servers import SECRET
from tests.bench.teams import bench_teams_update
from tests.conftest import SHARED

ROUNDS, REQUESTS, AT_ONCE = 5, 400, 8
_numbers = itertools.count()


def signed(text: str) -> tuple[bytes, dict[str, str]]:
    """A slash command as Slack sends it."""
    form = {
        "command": "/sip", "text": text, "team_id": "T1", "user_id": "U1", "user_name": "ann", "channel_id": "C1",
        "channel_name": "forms", "trigger_id": f"{next(_numbers)}.{time.time_ns()}", "response_url": "http://127.0.0.1:1/x",
    }  # fmt: skip
    body, stamp = urlencode(form).encode(), str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


async def load(port: int, pid: int, text: str, expect: str) -> float:
    """CPU microseconds of the server for one request."""
    url = f"http://127.0.0.1:{port}/slack/events"
    async with aiohttp.ClientSession() as session:

        async def some(count: int) -> None:
            for _ in range(count):
                body, headers = signed(text)
                async with session.post(url, data=body, headers=headers) as response:
                    answer = await response.text()
                    if response.status != 200 or expect not in answer:
                        raise SystemExit(f"{response.status}: {answer[:300]}")

        await some(20)
        before = cpu_seconds(pid)
        await asyncio.gather(*(some(REQUESTS // AT_ONCE) for _ in range(AT_ONCE)))
        return (cpu_seconds(pid) - before) / REQUESTS * 1e6


def bench_update() -> None:
    """`/sip update 1.2.3 done note`, stored on SQLite with every commit on disk, beside a Bolt no-op."""
    sides: dict[str, list[float]] = {"bolt": [], "lean": [], "sipbot": []}
    expected = {"bolt": "ok", "lean": "ok", "sipbot": "1.2.3"}
    ports = {kind: free_port() for kind in sides}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        pids = {
            kind: running.enter_context(served("-m", "tests.bench.servers", kind, str(port), folder, port=port))
            for kind, port in ports.items()
        }
        for _ in range(ROUNDS):
            for kind, results in sides.items():
                text = "update 1.2.3 done Form piloted"
                results.append(asyncio.run(load(ports[kind], pids[kind], text, expected[kind])))
    bolt, lean, ours = (statistics.median(results) for results in sides.values())
    print(f"stored update: {ours:.0f} µs CPU; Bolt's no-op {bolt:.0f} µs: {ours / bolt:.1f}× (at most 3×);", end=" ")
    print(f"its leanest set-up {lean:.0f} µs: {ours / lean:.1f}×")


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
    bench_import()
    bench_idle()
    bench_update()
    bench_teams_update()
    reports.bench_history()
    reports.bench_pdf()
    reports.bench_state()
