"""Asynchronous Bolt on aiohttp and one insert through aiosqlite: one connection, one commit a request."""

from __future__ import annotations

import asyncio
import sys

import aiosqlite
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from tests.bench.peers.servers.store import CREATE, INSERT, PRAGMAS, SECRET, answer, parse


async def application(file: str) -> web.Application:
    connection = await aiosqlite.connect(file)
    for statement in (*PRAGMAS, CREATE):
        await connection.execute(statement)
    alone = asyncio.Lock()  # else a commit would take other requests' rows along

    async def authorize(**_):
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-bench", bot_user_id="UBOT")

    bolt = AsyncApp(signing_secret=SECRET, authorize=authorize)

    @bolt.command("/sip")
    async def sip(ack, command):
        step, status, note = parse(command["text"])
        async with alone:
            await connection.execute(INSERT, (step, status, note))
            await connection.commit()
        await ack(answer(step, status))

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    served = web.Application()
    served.router.add_post("/slack/events", events)
    return served


if __name__ == "__main__":
    web.run_app(application(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
