"""A Slack that loses, delays and refuses: `python -m tests.trust.sink PORT SEED SHARE`.

Each of four things goes wrong with a `SHARE` of the posts: 429 with Retry-After, 500, no answer at all, and accepted
with the reply lost. `GET /stats` tells how often each post is there and how fast they came.
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

    def __init__(self, seed: int, share: float) -> None:
        super().__init__("unused")
        self._chance, self._share = random.Random(seed), share
        self.came: list[float] = []
        self.wrong: Counter[str] = Counter()

    def fault(self, method: str) -> Fault:
        """What goes wrong with this call."""
        if method != "chat.postMessage":
            return Fault()
        self.came.append(time.monotonic())
        kinds = {
            "429": Fault(429, retry_after=1),
            "500": Fault(500),
            "no answer": Fault(500, delay=SLOWER_THAN_ANY_REPLICA_WAITS),
            "reply lost": Fault(accepted=True),
        }
        drawn = self._chance.random()
        for number, (kind, fault) in enumerate(kinds.items()):
            if number * self._share <= drawn < (number + 1) * self._share:
                self.wrong[kind] += 1
                return fault
        return Fault()

    async def _api(self, request: web.Request) -> web.StreamResponse:
        self.faults[request.match_info["method"]] = [self.fault(request.match_info["method"])]
        self.calls.clear()  # thousands; what is there tells enough
        return await super()._api(request)

    async def stats(self, request: web.Request) -> web.Response:
        """{"posts": {key: copies}, "busiest": most posts that came in within one second, "wrong": {kind: times}}"""
        keys = [
            message["metadata"]["event_payload"]["key"]
            for channel, messages in self.channels.items()
            if not channel.startswith("reactions:")
            for message in messages
        ]
        return web.json_response({"posts": Counter(keys), "busiest": busiest(self.came), "wrong": self.wrong})


def busiest(moments: list[float]) -> int:
    """The most moments within one second."""
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] > 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most


async def serve(port: int, seed: int, share: float) -> None:
    """Until killed."""
    sink = Sink(seed, share)
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
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
