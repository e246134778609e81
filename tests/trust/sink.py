"""A Slack that loses, delays and refuses: `python -m tests.trust.sink PORT SEED SHARE HELD`.

Each of four things goes wrong with a `SHARE` of the posts: 429 with Retry-After (`HELD` seconds), 500, no answer at all, and accepted
with the reply lost. `GET /stats` tells how often each post is there, how fast they came, and of every call its moment,
channel and fault.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from typing import Any

from aiohttp import web

from tests.fake_slack import FakeSlack, Fault

SLOWER_THAN_ANY_REPLICA_WAITS = 30.0


class Sink(FakeSlack):
    """Counts the posts by our key, and notes when each came in."""

    def __init__(self, seed: int, share: float, held: int) -> None:
        super().__init__("unused")
        self._chance, self._share, self._held = random.Random(seed), share, held
        self.came: list[tuple[float, str, str]] = []  # moment, channel, fault
        self.wrong: Counter[str] = Counter()

    def fault(self, method: str) -> tuple[str, Fault]:
        """What goes wrong with this call, and its name."""
        if method != "chat.postMessage":
            return "", Fault()
        kinds = {
            "429": Fault(429, retry_after=self._held),
            "500": Fault(500),
            "no answer": Fault(500, delay=SLOWER_THAN_ANY_REPLICA_WAITS),
            "reply lost": Fault(accepted=True),
        }
        drawn = self._chance.random()
        for number, (kind, fault) in enumerate(kinds.items()):
            if number * self._share <= drawn < (number + 1) * self._share:
                self.wrong[kind] += 1
                return kind, fault
        return "", Fault()

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method, at = request.match_info["method"], time.monotonic()
        name, fault = self.fault(method)
        self.faults[method] = [fault]
        self.calls.clear()  # thousands; what is there tells enough
        if method == "chat.postMessage":
            self.came.append((at, (await request.json())["channel"], name))
        return await super()._api(request)

    async def stats(self, request: web.Request) -> web.Response:
        """{"posts": {key: copies}, "channels": {channel: keys in the order they are there}, "calls": [[moment, channel,
        fault]], "busiest": most posts that came in within one second, "wrong": {kind: times}}"""
        channels = {
            channel: [message["metadata"]["event_payload"]["key"] for message in messages]
            for channel, messages in self.channels.items()
            if not channel.startswith("reactions:")
        }
        found = {
            "posts": Counter(key for keys in channels.values() for key in keys),
            "channels": channels,
            "calls": self.came,
            "busiest": busiest([at for at, _, _ in self.came]),
            "wrong": self.wrong,
        }
        return web.json_response(found)


def busiest(moments: list[float]) -> int:
    """The most moments within one second."""
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] > 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most


async def serve(port: int, seed: int, share: float, held: int) -> None:
    """Until killed."""
    sink = Sink(seed, share, held)
    app = web.Application()
    app.router.add_post("/api/{method}", sink._api)
    app.router.add_get("/stats", sink.stats)
    runner = web.AppRunner(app, access_log=None)
    await sink_ready(sink)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


async def sink_ready(sink: Any) -> None:
    """What `async with FakeSlack()` prepares, without its own server."""
    await sink.__aenter__()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
