"""`@sipbot update …` in a Teams channel, beside a bare echo of botbuilder: CPU of each for one message."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.bench.processes import cpu_seconds, free_port, served
from tests.bench.teams_servers import APP, ISSUER, KEY_FILE, KEY_ID, TENANT

ROUNDS, REQUESTS, AT_ONCE, WARMING = 5, 400, 8, 20
WORDS = "update 1.2.3 done Form piloted"
CHANNEL = "19:forms@thread.tacv2"
_numbers = itertools.count(time.time_ns())


def mention(service_url: str) -> dict[str, Any]:
    """A mention of the bot in a channel, as Teams sends it."""
    number = str(next(_numbers))
    return {
        "type": "message", "id": number, "channelId": "msteams", "serviceUrl": service_url, "textFormat": "plain",
        "timestamp": "2026-03-02T18:00:00.000Z", "localTimestamp": "2026-03-02T10:00:00.000-08:00",
        "text": f"<at>sipbot</at> {WORDS}\n", "locale": "en-US",
        "from": {"id": "29:ann", "name": "Ann Ortiz", "aadObjectId": "7faf8bd1-5d2a-4d5e-8b5e-0a1b2c3d4e5f"},
        "recipient": {"id": f"28:{APP}", "name": "sipbot"},
        "conversation": {
            "id": f"{CHANNEL};messageid={number}", "conversationType": "channel", "isGroup": True, "tenantId": TENANT,
        },
        "entities": [
            {"type": "mention", "text": "<at>sipbot</at>", "mentioned": {"id": f"28:{APP}", "name": "sipbot"}},
            {"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Web", "timezone": "America/Los_Angeles"},
        ],
        "channelData": {
            "team": {"id": "19:team@thread.tacv2"}, "channel": {"id": CHANNEL}, "tenant": {"id": TENANT},
        },
    }  # fmt: skip


async def load(port: int, pid: int, connector: str, token: str) -> float:
    """CPU microseconds of the server for one message, with what it says to the connector about it."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:

        async def some(count: int) -> None:
            for _ in range(count):
                async with session.post(f"http://127.0.0.1:{port}/api/messages", json=mention(connector)) as response:
                    if response.status not in (200, 201):
                        raise SystemExit(f"{response.status}: {(await response.text())[:300]}")

        async def answers(wanted: int) -> None:
            for _ in range(500):
                async with session.get(f"{connector}answers") as response:
                    if int(await response.text()) == wanted:
                        return
                await asyncio.sleep(0.02)
            raise SystemExit(f"{await response.text()} answers with 1.2.3 in them, not {wanted}")

        async with session.delete(f"{connector}answers"):
            pass
        await some(WARMING)
        await answers(WARMING)
        before = cpu_seconds(pid)
        await asyncio.gather(*(some(REQUESTS // AT_ONCE) for _ in range(AT_ONCE)))
        await answers(WARMING + REQUESTS)
        return (cpu_seconds(pid) - before) / REQUESTS * 1e6


def bench_teams_update() -> None:
    """Stored on SQLite with every commit on disk, and answered; the echo answers what it was told. Both check the
    token of every message."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    sides: dict[str, list[float]] = {"echo": [], "lean": [], "sipbot": []}
    ports = {kind: free_port() for kind in ("connector", *sides)}
    connector = f"http://127.0.0.1:{ports['connector']}/amer/"
    hour = {"iss": ISSUER, "aud": APP, "serviceurl": connector, "nbf": time.time() - 60, "exp": time.time() + 3600}
    token = jwt.encode(hour, key, algorithm="RS256", headers={"kid": KEY_ID})
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (Path(folder) / KEY_FILE).write_bytes(public)
        pids = {}
        for kind, port in ports.items():
            command = ("-m", "tests.bench.teams_servers", kind, str(port), folder, str(ports["connector"]))
            pids[kind] = running.enter_context(served(*command, port=port))
        for _ in range(ROUNDS):
            for kind, results in sides.items():
                results.append(asyncio.run(load(ports[kind], pids[kind], connector, token)))
    echo, lean, ours = (statistics.median(results) for results in sides.values())
    print(
        f"Teams update: {ours:.0f} µs CPU; botbuilder's echo {echo:.0f} µs: {ours / echo:.1f}× (at most 2×);", end=" "
    )
    print(f"its leanest set-up {lean:.0f} µs: {ours / lean:.1f}×")
