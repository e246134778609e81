"""`python -m tests.bench.peers`: the same stored update by other means, in one run with ours. Each peer gets an
environment of its own under var/peers, made the first time; one that cannot be had is named and skipped."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import UPDATE, saturate, signed, slack_form
from tests.bench.processes import ROOT, cpu_seconds, free_port, served
from tests.bench.updates import STORED

HERE, VAR = Path(__file__).parent, ROOT / "var" / "peers"
ROUNDS, REQUESTS = 5, {1: 100, 16: 400}  # connections: requests
AIOHTTP, BOLT = "aiohttp==3.14.5", "slack-bolt==1.30.0"


@dataclass(frozen=True)
class Peer:
    """`program`: beside this file, run with a port and a database. `path`: where it takes slash commands."""

    name: str
    program: str
    packages: tuple[str, ...]
    path: str = "/slack/events"

    def installed(self) -> list[str]:
        """The command that runs it. Raises CalledProcessError or OSError where it cannot be had."""
        if self.program.endswith(".js"):
            return ["node", str(self._node())]
        folder = VAR / Path(self.program).stem
        python = folder / "bin" / "python"
        if not (folder / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            for package in self.packages:  # in turn: a later one may replace what an earlier one brought
                subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True, capture_output=True)
            (folder / "ready").touch()
        return [str(python), str(HERE / self.program)]

    def _node(self) -> Path:
        """Node looks for packages from where the program lies."""
        folder = VAR / "node"
        if not (folder / "node_modules").exists():
            folder.mkdir(parents=True, exist_ok=True)
            command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *self.packages]
            subprocess.run(command, check=True, capture_output=True)
        program = folder / self.program
        program.write_text((HERE / self.program).read_text())
        return program


PEERS = (
    Peer("Bolt + one insert a commit", "bolt_insert.py", (BOLT, AIOHTTP)),
    Peer("Flask + sync Bolt + SQLAlchemy, waitress", "flask_bolt.py", ("Flask==3.1.3", "waitress==3.0.2", "SQLAlchemy==2.1.9", BOLT)),
    Peer("opsdroid 0.31, regex skill", "opsdroid_peer.py", ("opsdroid==0.31.0", "slack-sdk==3.47.0", "setuptools==75.8.0")),
    Peer("errbot 6.2, webhook and command", "errbot_peer.py", ("errbot==6.2.1", "pytest==8.4.2", "slack-sdk==3.47.0")),
    Peer("Node @slack/bolt 5 + better-sqlite3 12", "node_bolt.js", ("@slack/bolt@5.1.0", "better-sqlite3@12.6.2")),
)  # fmt: skip


def requests(count: int, path: str) -> list[bytes]:
    return [signed(slack_form(UPDATE), path) for _ in range(count)]


def main() -> None:
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        sides: dict[str, tuple[int, int, str]] = {}
        port = free_port()
        ours = ("-m", "tests.bench.servers", "sipbot", str(port), f"sqlite:///{folder}/sipbot.sqlite3")
        sides["sipbot"] = port, running.enter_context(served(*ours, port=port)), "/slack/events"
        for peer in PEERS:
            port = free_port()
            try:
                command = [*peer.installed(), str(port), str(folder / f"{peer.program}.sqlite3")]
                sides[peer.name] = port, running.enter_context(served(*command, port=port, python=False)), peer.path
                asyncio.run(saturate(port, requests(20, peer.path), STORED, 1))
            except (OSError, subprocess.CalledProcessError) as error:
                sides.pop(peer.name, None)
                print(f"{peer.name}: skipped, {error}")
        measure(sides)
    print("StandupMonkey: not measured; it asks slack.com for every request and no address of it can be set")


def measure(sides: dict[str, tuple[int, int, str]]) -> None:
    for connections, count in REQUESTS.items():
        costs: dict[str, list[float]] = {name: [] for name in sides}
        rates: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, (port, pid, path) in sides.items():
                before = cpu_seconds(pid)
                rates[name].append(asyncio.run(saturate(port, requests(count, path), STORED, connections)).rate)
                costs[name].append((cpu_seconds(pid) - before) / count * 1e6)
        for name in sides:
            rate, cost = statistics.median(rates[name]), statistics.median(costs[name])
            print(f"{connections} at once: {name}: {rate:.0f} stored updates/s, {cost:.0f} µs CPU each")


if __name__ == "__main__":
    main()
