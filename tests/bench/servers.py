"""The servers that are measured, each in a process of its own: `python -m tests.bench.servers KIND PORT DATABASE_URL`.

`bare` is aiohttp with Slack's signature checked, `bolt` and `lean` are Bolt apps that store nothing, `sipbot` is the
application.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from bot import logs
from tests.bench.load import SECRET

if TYPE_CHECKING:
    from bot.app import App

TOKEN = "xoxb-bench"


def bare() -> web.Application:
    """The least that any Python server pays: HTTP and the signature."""
    from slack_sdk.signature import SignatureVerifier

    verifier = SignatureVerifier(SECRET)

    async def events(request: web.Request) -> web.Response:
        if not verifier.is_valid_request(await request.read(), dict(request.headers)):
            raise web.HTTPUnauthorized
        return web.Response(text="ok")

    application = web.Application()
    application.router.add_post("/slack/events", events)
    return application


def bare_bolt(port: int, *, lean: bool) -> web.Application:
    """What any Bolt app pays: signature check, dispatch and an empty ack. As its documentation has it, or `lean`:
    acknowledging in the response (process_before_response) with an authorization that does nothing, as we do."""
    from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult
    from slack_sdk.web.async_client import AsyncWebClient

    async def authorize(**_):
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=TOKEN, bot_user_id="UBOT")

    async def auth_test(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "B1"})

    client = AsyncWebClient(token=TOKEN, base_url=f"http://127.0.0.1:{port}/api/")
    bolt = (
        AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)
        if lean
        else AsyncApp(signing_secret=SECRET, client=client)
    )

    @bolt.command("/sip")
    async def sip(ack):
        await ack("ok")

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", events)
    application.router.add_post("/api/auth.test", auth_test)
    return application


def county(url: str) -> App:
    """The whole application with a plan of the sample county; what the database has already stays."""
    import bot.limits
    from bot.app import build
    from bot.chat.compose import built_in
    from bot.config import load
    from storage.db import open_engine
    from storage.migrate import migrate
    from storage.queries.people import organizations
    from storage.uow import unit_of_work
    from tests.builders import a_person, a_plan, an_organization

    bot.limits.COMMANDS = 10**9  # one person asks all of it, which no person does
    engine = open_engine(url)
    migrate(engine)
    with unit_of_work(engine, datetime(2026, 3, 2, 18, tzinfo=UTC), built_in()) as uow:
        if not organizations(uow.connection):
            an_organization(uow)
            a_plan(uow, {f"{goal}.{number}": 5 for goal in (1, 2) for number in (1, 2, 3, 4)})
            a_person(uow, "Somebody")
    settings = load(
        _env_file=None,
        database_url=url,
        slack_bot_token=TOKEN,
        slack_signing_secret=SECRET,
        slack_api_url="http://127.0.0.1:1/",
    )
    return build(settings, engine=engine)


def main() -> None:
    logs.configure(stream=open(os.devnull, "w"))  # noqa: SIM115 - lines are made as in life, and nobody reads them
    kind, port, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if kind == "sipbot":
        application = county(url).web
    else:
        application = bare() if kind == "bare" else bare_bolt(port, lean=kind == "lean")
    asyncio.set_event_loop(asyncio.new_event_loop())
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
