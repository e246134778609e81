"""Slack's side of posting, as cheap as can be: `python -m tests.bench.slack_api PORT SECONDS`. It takes every post,
answers after so many seconds, and tells at `/stats` when each came and how often each is there."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter

from aiohttp import web


def application(seconds: float) -> web.Application:
    posts: Counter[str] = Counter()
    moments: list[float] = []

    async def post(request: web.Request) -> web.Response:
        body = await request.json()
        moments.append(time.monotonic())
        posts[body["metadata"]["event_payload"]["key"]] += 1
        if seconds:
            await asyncio.sleep(seconds)
        return web.json_response({"ok": True, "ts": f"{len(moments)}.0001", "channel": body["channel"]})

    async def other(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "B1"})

    async def stats(_: web.Request) -> web.Response:
        return web.json_response({"moments": moments, "doubled": posts.total() - len(posts)})

    found = web.Application()
    found.router.add_post("/api/chat.postMessage", post)
    found.router.add_post("/api/{method}", other)
    found.router.add_get("/stats", stats)
    return found


if __name__ == "__main__":
    web.run_app(application(float(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
