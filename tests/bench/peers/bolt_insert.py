"""Bolt (async, acknowledging in the response) and one insert in a thread, a commit each."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from stored import SECRET, store

PORT, PATH = int(sys.argv[1]), sys.argv[2]


async def authorize(**_: object) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-bench", bot_user_id="UBOT")


bolt = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)


@bolt.command("/sip")
async def sip(ack, command):  # type: ignore[no-untyped-def]
    await ack(await asyncio.to_thread(store, PATH, command["user_id"], command["text"]))


async def events(request: web.Request) -> web.Response:
    return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))


application = web.Application()
application.router.add_post("/slack/events", events)
web.run_app(application, host="127.0.0.1", port=PORT, print=None, access_log=None)
