"""opsdroid: a webhook skill of its own web server (its Slack connector asks Slack itself for who speaks)."""

from __future__ import annotations

import asyncio
import sys
import types
from urllib.parse import parse_qs

from aiohttp import web
from opsdroid.cli.utils import configure_lang
from opsdroid.core import OpsDroid
from opsdroid.matchers import match_webhook
from opsdroid.skill import Skill
from slack_sdk.signature import SignatureVerifier
from stored import SECRET, store

PORT, PATH = int(sys.argv[1]), sys.argv[2]
verifier = SignatureVerifier(SECRET)


class Updates(Skill):
    @match_webhook("sip")
    async def sip(self, request):  # type: ignore[no-untyped-def]
        body = await request.read()
        if not verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        form = parse_qs(body.decode())
        return web.Response(text=await asyncio.to_thread(store, PATH, form["user_id"][0], form["text"][0]))


async def main() -> None:
    configure_lang({})
    config = {"web": {"host": "127.0.0.1", "port": PORT}, "welcome-message": False}
    droid = OpsDroid(config=config)
    skill = {"module": types.ModuleType("peer"), "config": {"name": "events", "opsdroid": droid}}
    skill["module"].Updates = Updates
    droid.modules = {"skills": [skill], "connectors": [], "databases": []}
    from opsdroid.web import Web

    droid.web_server = Web(droid)
    droid.setup_skills([skill])
    droid.web_server.setup_webhooks(droid.skills)
    await droid.web_server.start()
    await asyncio.Event().wait()


asyncio.run(main())
