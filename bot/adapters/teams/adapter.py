"""Teams over HTTP: activities in, Commands to `handle`, Replies back in Teams' own ways.

`host` lets in what is Teams' own, `inbound` makes Commands of it, `answers` says the Replies. A press or a dialog is
answered in the HTTP response; whatever needs a call to Teams follows at once in the background, so that a slow Teams
never makes Teams report a failure for something that is stored.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web

from bot.adapters.teams import cards, inbound
from bot.adapters.teams.answers import TAKEN, Answers
from bot.adapters.teams.channels import Channels
from bot.adapters.teams.connector import TOO_LARGE, Connector, Refused
from bot.adapters.teams.host import ComeAgain, Host
from bot.adapters.teams.inbound import Body
from bot.adapters.teams.keys import Keys
from bot.adapters.teams.known import Known, ReferenceStore
from bot.adapters.teams.outbound import Outbound
from bot.adapters.teams.people import People
from bot.adapters.teams.settings import PLATFORM, TeamsSettings
from bot.chat.commands import Command
from bot.chat.compose import compose
from bot.chat.errors import SendError
from bot.chat.messages import Message, say
from bot.chat.ports import Pace, Post
from bot.chat.replies import Reply

log = logging.getLogger(__name__)

Handle = Callable[[Command], Coroutine[Any, Any, Reply]]

PATH = "/api/messages"
# Teams waits fifteen seconds and then sends the activity again.
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
PATIENCE = 10.0
# 60 messages in 30 seconds to one thread, 50 calls a second in one tenant.
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
PACE = Pace(conversation=0.5, workspace=0.02)
DRAIN = 5.0  # seconds given to answers under way when the process stops
REMEMBERED = 10_000  # deliveries whose answer was said: a second delivery is not answered a second time
_HELLO = partial(compose, "help/welcome")
CANNOT_SHOW = "The answer could not be shown. Type “me” to see whether it is stored before you try again."
_OF_CARDS = "adaptiveCard/action"
_OF_DIALOGS = ("task/fetch", "task/submit", "composeExtension/submitAction")
_OF_EXTENSIONS = "composeExtension/fetchTask"


class TeamsAdapter:
    """One Teams app: see the module. `handle` never raises. `commands` tells whether words begin with a command, so
    that a mention in a prompt's thread can be a reply to it. `references` keeps where everybody is reached; `welcome`
    makes the first words wherever the app is added."""

    platform = PLATFORM
    pace = PACE

    def __init__(
        self,
        settings: TeamsSettings,
        handle: Handle,
        references: ReferenceStore,
        commands: Callable[[str], bool],
        seconds: Callable[[], float] = time.time,
        welcome: Callable[[], Message] = _HELLO,
    ) -> None:
        self._settings = settings
        self._handle = handle
        self._commands = commands
        self._welcome = welcome
        self._keys = Keys(settings.metadata_url, seconds)
        self._connector = Connector(settings, seconds)
        self._host = Host(settings, self._keys, self._turn)
        self._known = Known(references, seconds)
        self._people = People(self._connector.call, seconds)
        self._channels = Channels(self._connector.call, seconds)
        self._outbound = Outbound(self._connector, self._known)
        self._answers = Answers(self._outbound, cards.Forms(settings.app_password), self._ask_again)
        self._following: set[asyncio.Task[None]] = set()
        self._answered: OrderedDict[str, None] = OrderedDict()

    # the port

    async def send(self, post: Post) -> str:
        """Deliver -> the message's id. Raises SendError."""
        return await self._outbound.send(post)

    async def find(self, post: Post) -> str | None:
        """None: a bot cannot read back what it has posted."""
        return None

    # life

    def routes(self, app: web.Application) -> None:
        """Add the address Teams sends everything to."""
        app.router.add_post(PATH, self._host.receive)

    async def start(self) -> None:
        """Open the connections and begin to fetch Teams' keys."""
        await self._connector.start()
        if self._settings.app_id:
            await self._keys.start()

    async def stop(self) -> None:
        """Let the answers under way out, close."""
        await self.drain()
        await self._keys.stop()
        await self._connector.stop()

    async def drain(self) -> None:
        """Wait for the answers under way."""
        if self._following:
            await asyncio.wait(self._following, timeout=DRAIN)

    # what people do

    async def _turn(self, body: Body) -> Body | None:
        """One activity -> what an invoke is answered with."""
        await self._learn(body)
        if body["type"] == "message":
            await self._on_message(body)
        elif body["type"] == "invoke":
            return await self._on_invoke(body)
        return None

    async def _learn(self, body: Body) -> None:
        """Not being able to note the way back keeps nobody from being heard."""
        try:
            await self._known.learn(body)
            if await self._known.welcome(body):
                self._later(self._answers.welcome(body, self._welcome()))
        except Exception:
            log.exception("where an activity came from could not be noted")

    async def _on_message(self, body: Body) -> None:
        if isinstance(body.get("value"), dict) and not body.get("text"):
            command = inbound.pressed(body)
        else:
            command = await self._said(body)
        if command is not None:
            command = await self._told(command, body)
            handling = await self._begin(command)
            if not command.answerable and handling.done() and handling.result().unsaved:
                raise ComeAgain
            self._follow(command, self._answer(command, body, handling))

    async def _said(self, body: Body) -> Command | None:
        """A command; or a reply to the prompt in whose thread it is, unless it begins with a command."""
        command = inbound.message(body)
        if command is None or not command.place.thread or self._commands(command.text):
            return command
        place, workspace = command.place, command.actor.workspace
        try:
            ours = await self._known.posted(workspace, place.channel, place.thread)
        except Exception:
            log.exception("whether a thread is a prompt's could not be told")
            raise ComeAgain from None
        if not ours:
            return command
        return replace(command, text=inbound.words(body), verb="reply", source="thread", answerable=False)

    async def _told(self, command: Command, body: Body) -> Command:
        """The command with the names and addresses that Teams tells only when it is asked."""
        return await self._channels.told(await self._people.told(command, body), body)

    async def _on_invoke(self, body: Body) -> Body | None:
        """None is answered as something we do not know."""
        name = body.get("name")
        if name == _OF_CARDS:
            return await self._invoked(body, inbound.pressed(body), self._answers.to_press, cards.toast(TAKEN))
        if name in _OF_DIALOGS:
            return await self._invoked(body, inbound.pressed(body), self._answers.to_dialog, cards.last_words(TAKEN))
        if name == _OF_EXTENSIONS:
            return await self._invoked(body, inbound.extension(body), self._answers.to_dialog, cards.last_words(TAKEN))
        return None

    async def _invoked(self, body: Body, command: Command | None, answer: Any, taken: Body) -> Body | None:
        if command is None:
            return None
        command = await self._told(command, body)
        handling = await self._begin(command)
        if not handling.done():
            self._follow(command, self._answer(command, body, handling))
            return taken
        shown: tuple[Body, Reply | None] = await answer(command, body, handling.result())
        now, later = shown
        if later is not None:
            self._follow(command, self._say(command, body, later))
        return now

    async def _begin(self, command: Command) -> asyncio.Task[Reply]:
        """Handle it; what is not done in time for Teams goes on, and is answered when it is done."""
        handling = asyncio.ensure_future(self._handle(command))
        await asyncio.wait((handling,), timeout=PATIENCE)
        return handling

    async def _ask_again(self, command: Command, opened: str) -> Reply:
        """What was answered to an earlier delivery. To one that the inbox has forgotten this is an empty request, which
        changes nothing."""
        return await self._handle(replace(command, text="", verb="", values={}, source="typed", delivery_id=opened))

    # how they are answered

    def _follow(self, command: Command, work: Coroutine[Any, Any, None]) -> None:
        """Say it right after the HTTP response, once; a failure is logged, for what was asked is stored already."""
        if command.delivery_id in self._answered:
            work.close()
            return
        self._answered[command.delivery_id] = None
        if len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)
        self._later(work)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SendError as error:
            log.warning("an answer did not reach Teams: %s", error)
        except Exception:
            log.exception("an answer for Teams failed")

    async def _answer(self, command: Command, body: Body, handling: asyncio.Task[Reply]) -> None:
        await self._say(command, body, await handling)

    async def _say(self, command: Command, body: Body, reply: Reply) -> None:
        try:
            await self._answers.to_message(command, body, reply)
            return
        except Refused as refused:
            if refused.status != TOO_LARGE:
                raise
            log.warning("%s", refused)
        except SendError:
            raise
        except Exception:
            log.exception("an answer for Teams could not be shown")
        await self._answers.to_message(command, body, Reply(say(CANNOT_SHOW)))
