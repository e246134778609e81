"""A Teams that loses, delays and refuses: `python -m tests.trust.teams_sink PORT SEED SHARE HELD`.

Its sign-in, its keys and its connector, with the faults of `sink` in a `SHARE` of the new threads. `GET /stats` tells
how many threads each channel has, `GET /token` gives a token as Teams signs them.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter

from aiohttp import web

from tests.fake_teams import FakeTeams, Fault

SLOWER_THAN_ANY_REPLICA_WAITS = 30.0
POSTS = "POST conversations"  # a prompt begins a thread


class TeamsSink(FakeTeams):
    """Draws the faults itself; no call is kept."""

    def begin(self, port: int, seed: int, share: float, held: int) -> web.Application:
        self._chance, self._share, self._held = random.Random(seed), share, held
        self.wrong: Counter[str] = Counter()
        self.url = f"http://127.0.0.1:{port}"
        self.service_url = f"{self.url}/amer/"
        app = self.app()
        app.router.add_get("/stats", self.stats)
        app.router.add_get("/token", self.signed)
        return app

    def fault(self) -> Fault:
        kinds = {
            "429": Fault(429, retry_after=self._held),
            "500 or 502": Fault(self._chance.choice((500, 502))),
            "no answer": Fault(500, delay=SLOWER_THAN_ANY_REPLICA_WAITS),
            "reply lost": Fault(accepted=True),
        }
        drawn = self._chance.random()
        for number, (kind, fault) in enumerate(kinds.items()):
            if number * self._share <= drawn < (number + 1) * self._share:
                self.wrong[kind] += 1
                return fault
        return Fault()

    async def _connector(self, request: web.Request) -> web.StreamResponse:
        if request.method == "POST" and request.match_info["path"] == "conversations":
            self.faults[POSTS] = [self.fault()]
        self.calls.clear()
        return await super()._connector(request)

    def _exists(self, conversation: str) -> bool:
        return True

    def _begin(self, body: dict) -> tuple[int, dict]:
        if body["isGroup"]:
            self.conversations.setdefault(body["channelData"]["channel"]["id"], [])
        return super()._begin(body)

    async def stats(self, request: web.Request) -> web.Response:
        """{"posts": {channel: threads}, "wrong": {kind: times}}"""
        threads = Counter(name.partition(";")[0] for name in self.conversations if ";messageid=" in name)
        return web.json_response({"posts": threads, "wrong": self.wrong})

    async def signed(self, request: web.Request) -> web.Response:
        return web.json_response(self.token())


async def serve(port: int, seed: int, share: float, held: int) -> None:
    """Until killed."""
    runner = web.AppRunner(TeamsSink().begin(port, seed, share, held), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
