"""Opsdroid with a regex skill and a small connector on its own web server (aiohttp) that takes Slack's signed slash
commands: its own Slack connector answers through Slack's API, not in the response."""

from __future__ import annotations

import asyncio
import logging
import sys

from aiohttp import web
from opsdroid.cli.utils import configure_lang
from opsdroid.connector import Connector, register_event
from opsdroid.core import OpsDroid
from opsdroid.events import Message
from opsdroid.matchers import match_regex
from opsdroid.web import Web
from slack_sdk.signature import SignatureVerifier

from tests.bench.peers.servers.store import COMMAND, SECRET, Store


class Desk(Connector):
    """A message's answer is put on its future, which the request waits for."""

    def __init__(self, config, opsdroid=None):
        super().__init__(config, opsdroid=opsdroid)
        self.name = "desk"
        self._verifier = SignatureVerifier(SECRET)

    async def connect(self):
        self.opsdroid.web_server.web_app.router.add_post("/slack/events", self._events)

    async def listen(self):
        """Requests come by themselves."""

    async def _events(self, request: web.Request) -> web.Response:
        if not self._verifier.is_valid_request(await request.read(), dict(request.headers)):
            raise web.HTTPUnauthorized
        form = await request.post()
        answer = asyncio.get_running_loop().create_future()
        message = Message(
            text=form["text"], user=form["user_name"], user_id=form["user_id"], target=answer, connector=self
        )
        await self.opsdroid.parse(message)
        return web.Response(text=await answer)

    @register_event(Message)
    async def reply(self, message):
        message.target.set_result(message.text)


def main() -> None:
    port, store = int(sys.argv[1]), Store(sys.argv[2])
    configure_lang({})
    logging.getLogger("opsdroid").setLevel(logging.ERROR)

    async def keep(opsdroid, config, message):
        await message.respond(await asyncio.to_thread(store.keep, message.text))

    skill = match_regex(COMMAND)(keep)
    with OpsDroid(
        config={
            "web": {"host": "127.0.0.1", "port": port},
            "parsers": {"regex": {"enabled": True}},
            "connectors": {},
            "skills": {},
        }
    ) as droid:
        asyncio.get_event_loop().run_until_complete(_start(droid, skill))
        asyncio.get_event_loop().run_forever()


async def _start(droid, skill) -> None:
    droid.web_server = Web(droid)
    desk = Desk({"name": "desk"}, opsdroid=droid)
    await desk.connect()
    droid.connectors.append(desk)
    droid.register_skill(skill, {"name": "sip"})
    await droid.web_server.start()


if __name__ == "__main__":
    main()
