"""opsdroid: a connector that takes slash commands as its Slack connector does, a skill found by regular expression, and
the answer by `respond` (its own Slack connector asks slack.com who speaks, and no other address can be set)."""

from __future__ import annotations

import asyncio
import logging
import sys
import types
from urllib.parse import parse_qs

from aiohttp import web
from opsdroid.cli.utils import configure_lang
from opsdroid.connector import Connector, register_event
from opsdroid.core import OpsDroid
from opsdroid.events import Message
from opsdroid.matchers import match_regex
from opsdroid.skill import Skill
from opsdroid.web import Web
from slack_sdk.signature import SignatureVerifier
from stored import SECRET, store

PORT, PATH = int(sys.argv[1]), sys.argv[2]
verifier = SignatureVerifier(SECRET)


class Commands(Connector):
    def __init__(self, config, opsdroid=None):  # type: ignore[no-untyped-def]
        super().__init__(config, opsdroid=opsdroid)
        self.name, self.default_target = "commands", "C1"

    async def connect(self):  # type: ignore[no-untyped-def]
        self.opsdroid.web_server.web_app.router.add_post("/slack/events", self.takes)

    async def takes(self, request):  # type: ignore[no-untyped-def]
        body = await request.read()
        if not verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        form = parse_qs(body.decode())
        said = {"answer": ""}
        message = Message(form["text"][0], user=form["user_id"][0], target="C1", connector=self, raw_event=said)
        await self.opsdroid.parse(message)
        return web.Response(text=said["answer"])

    @register_event(Message)
    async def send_message(self, event):  # type: ignore[no-untyped-def]
        event.linked_event.raw_event["answer"] = event.text


class Updates(Skill):
    @match_regex(r"update\s+\d")
    async def update(self, message):  # type: ignore[no-untyped-def]
        await message.respond(await asyncio.to_thread(store, PATH, message.user, message.text))


async def main() -> None:
    configure_lang({})
    logging.disable(logging.WARNING)
    with OpsDroid(
        config={"web": {"host": "127.0.0.1", "port": PORT}, "parsers": {"regex": {"enabled": True}}}
    ) as droid:
        module = types.ModuleType("peer")
        module.Updates = Updates  # type: ignore[attr-defined]
        droid.modules = {"parsers": []}
        droid.web_server = Web(droid)
        droid.setup_skills([{"module": module, "config": {"name": "updates", "opsdroid": droid}}])
        connector = Commands({}, opsdroid=droid)
        droid.connectors = [connector]
        await connector.connect()
        await droid.web_server.start()
        await asyncio.Event().wait()


asyncio.run(main())
