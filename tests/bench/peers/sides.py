"""Who is measured, how each is started, and what its line says was measured."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.peers import install

SERVERS = "tests.bench.peers.servers"
STORED, ACKNOWLEDGED = b"1.2.3", b"ok"


@dataclass(frozen=True, slots=True)
class Side:
    """`command(port, file)` installs what it needs and says how the server is started (install.Missing: it cannot be
    had); `file` is its own empty SQLite database, `table` where it keeps an update (none: it stores nothing)."""

    name: str
    measured: str
    command: Callable[[int, Path], list[str]]
    expect: bytes = STORED
    table: str = "updates"


def _ours(kind: str) -> Callable[[int, Path], list[str]]:
    return lambda port, file: [sys.executable, "-m", "tests.bench.servers", kind, str(port), f"sqlite:///{file}"]


def _peer(environment: str, server: str) -> Callable[[int, Path], list[str]]:
    return lambda port, file: [install.python(environment), "-m", f"{SERVERS}.{server}", str(port), str(file)]


def _node(port: int, file: Path) -> list[str]:
    script = Path(__file__).parent / "servers" / "node_bolt.cjs"
    return ["node", str(script), str(port), str(file), install.node("node_bolt")]


def _standup_monkey(port: int, file: Path) -> list[str]:
    raise install.Missing(
        "it is on no registry (pip: No matching distribution found for standupmonkey), and its repository "
        "(iam-mhaseeb/StandupMonkey) has no stored answer to time: it keeps fields of a form in PostgreSQL, after it "
        "has acknowledged them"
    )


SIDES = (
    Side(
        "Bolt's bare ack", "async Bolt on aiohttp, signature and ack, stores nothing", _ours("bolt"), ACKNOWLEDGED, ""
    ),
    Side("sipbot", "the whole application, stored in SQLite", _ours("sipbot"), table="step_update"),
    Side("Flask + sync Bolt + SQLAlchemy", "signed HTTP, waitress with 16 threads", _peer("flask_bolt", "flask_bolt")),
    Side("async Bolt + aiosqlite", "signed HTTP, aiohttp, one insert", _peer("bolt_async", "async_bolt")),
    Side(
        "errbot",
        "signed HTTP through a backend of ours (waitress, 16 threads; its own Slack backends have no HTTP), its "
        "command dispatch, a plugin that stores",
        _peer("errbot", "errbot_desk"),
    ),
    Side(
        "opsdroid",
        "signed HTTP through a connector of ours on its web server, its parse, a regex skill that stores",
        _peer("opsdroid", "opsdroid_desk"),
    ),
    Side("Node Bolt + better-sqlite3", "signed HTTP, HTTPReceiver, one insert", _node),
    Side("StandupMonkey", "-", _standup_monkey),
)
