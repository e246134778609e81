"""Slack over HTTP or Socket Mode: signed payloads in, Commands to `handle`, Replies back in Slack's own ways.

Bolt checks signatures and tells the kinds of payload apart: one catch-all listener a kind, as each further listener
costs every request. A typed command is answered in the HTTP response itself; what needs a call to Slack (a form, the
answer to a press) follows at once in the background, so that a slow Slack never makes Slack report a time-out for
something that is stored. Translation is in `inbound`, calls are in `outbound`, texts and blocks in the renderer.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.adapters.slack import inbound, uploads
from bot.adapters.slack.names import Names
from bot.adapters.slack.outbound import Granted, Outbound
from bot.adapters.slack.socket import Socket
from bot.adapters.slack.tokens import Installed, Tokens
from bot.adapters.waiting import insist
from bot.chat.commands import Command
from bot.chat.errors import SendError, UserError
from bot.chat.forms import Form, FormErrors
from bot.chat.messages import Button, Message, Span, Text, say
from bot.chat.ports import Address, Pace, Post
from bot.chat.replies import Reply
from bot.renderers.slack_blocks import fallback_text, message_blocks, view

log = logging.getLogger(__name__)

Handle = Callable[[Command], Coroutine[Any, Any, Reply]]

PATH = "/slack/events"
# One message a second in a channel, several hundred a minute in a workspace.
# https://docs.slack.dev/apis/web-api/rate-limits
PACE = Pace(conversation=1.0, workspace=0.2)
# https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response: within three seconds
PATIENCE = 2.5
# An event that is refused is sent again at once, after a minute and after five, and then no more.
# https://docs.slack.dev/apis/events-api/#errors
LAST_RETRY = "3"
DRAIN = 5.0  # seconds given to answers under way when the process stops
ANYTHING = re.compile("")
NOT_INSTALLED = "sipbot is not connected to a county in this workspace. Ask your IT to install it here again."
_TIME = re.compile(r"\d{1,12}", re.A)  # seconds since 1970
NOT_SLACKS = "not a Slack payload"
CANNOT_SHOW = "The answer could not be shown. Look with `/sip me` whether it is stored before you try again."


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """`bot_token`: one workspace; without it the tokens of many are looked up. `app_token`: use Socket Mode."""

    signing_secret: str = field(repr=False)
    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = "https://slack.com/api/"


class SlackAdapter:
    """One Slack app: see the module. `handle` never raises; `installed` knows the workspaces that installed it (needed
    only without `settings.bot_token`)."""

    platform = inbound.PLATFORM
    pace = PACE

    def __init__(
        self,
        settings: SlackSettings,
        handle: Handle,
        installed: Installed | None = None,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._handle = handle
        self._tokens = Tokens(settings.bot_token, installed, seconds)
        self._outbound = Outbound(settings.api_url, self._tokens, seconds)
        self._names = Names(self._outbound.call, seconds)
        self._following: set[asyncio.Task[None]] = set()
        self._socket: Socket | None = None
        self._bolt = self._build()

    def _build(self) -> AsyncApp:
        bolt = AsyncApp(
            name="sipbot",
            signing_secret=self._settings.signing_secret,
            client=self._outbound.client,
            authorize=self._tokens,
            user_facing_authorize_error_message=NOT_INSTALLED,
            process_before_response=True,
            ignoring_self_events_enabled=False,  # inbound drops what any bot says
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
            raise_error_for_unhandled_request=True,
        )
        bolt.command(ANYTHING)(self._on_command)
        bolt.action(ANYTHING)(self._on_action)
        bolt.view(ANYTHING)(self._on_view)
        bolt.event(ANYTHING)(self._on_event)
        bolt.shortcut(ANYTHING)(self._on_shortcut)
        bolt.error(self._on_error)
        return bolt

    # the port

    async def send(self, post: Post) -> str:
        """Deliver -> the message's timestamp. Raises SendError."""
        return await self._outbound.send(post)

    async def find(self, post: Post) -> str | None:
        """The timestamp of a message of ours with the post's key, or None. Raises SendError."""
        return await self._outbound.find(post)

    async def check(self) -> Granted:
        """What Slack says of the bot token. Raises SendError."""
        return await self._outbound.granted()

    async def check_socket(self) -> None:
        """Whether Slack would give the app token a connection; none is made. Raises SendError."""
        await self._outbound.socket_address(self._settings.app_token)

    # life

    def routes(self, app: web.Application) -> None:
        """Add the address Slack sends everything to."""
        app.router.add_post(PATH, self._receive)

    async def start(self, *, listen: bool = True) -> None:
        """Get ready to call Slack; with an app token, and unless only posts go out, begin to listen on a socket too."""
        await self._outbound.start()
        if listen and (token := self._settings.app_token):
            self._socket = Socket(self._bolt, token, partial(self._outbound.socket_address, token))

    @property
    def connected(self) -> bool | None:
        """Whether people are heard on the socket; None where there is to be none."""
        return self._socket.connected if self._socket else None

    async def stop(self) -> None:
        """Stop listening, let the answers under way out, close."""
        await self.stop_listening()
        await self.drain()
        await self._outbound.stop()
        await self._tokens.stop()

    async def stop_listening(self) -> None:
        """Take nothing more from the socket; what came in is answered first."""
        if self._socket is not None:
            await self._socket.finish(DRAIN)
            self._socket = None

    async def drain(self) -> None:
        """Wait for the answers under way."""
        if self._following:
            await asyncio.wait(self._following, timeout=DRAIN)

    async def _receive(self, request: web.Request) -> web.Response:
        # Bolt takes the signature's time for a number before it checks anything, and reads the body; what our own
        # listeners raise comes to `_on_error`.
        if not _TIME.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "")):
            return web.Response(status=401, text="not signed by Slack")
        try:
            payload = await to_bolt_request(request)
            if not isinstance(payload.body, dict):
                raise TypeError("no object")
            answer = await self._bolt.async_dispatch(payload)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            log.warning("not a Slack payload: %s", type(error).__name__)
            return web.Response(status=400, text=NOT_SLACKS)
        return await to_aiohttp_response(answer)

    # what people do

    async def _on_command(self, body: dict[str, Any]) -> BoltResponse:
        command = inbound.translated(inbound.slash_command, body)
        handling = await self._begin(command)
        if not handling.done():
            self._follow(self._answer(command, body, handling))
            return _nothing()
        reply = handling.result()
        if reply.form is not None:
            self._follow(self._open(command, body, reply.form))
        if reply.message is None:
            return _nothing()
        return BoltResponse(status=200, body=_shown(reply.message, reply.public))

    async def _on_action(self, body: dict[str, Any]) -> BoltResponse:
        command = inbound.translated(inbound.button, body)
        if command is not None:
            self._follow(self._answer(command, body, await self._begin(command)))
        return _nothing()

    async def _on_shortcut(self, body: dict[str, Any]) -> BoltResponse:
        command = inbound.translated(inbound.shortcut, body)
        if command is not None:
            command = await self._names.told(command)
            self._follow(self._answer(command, body, await self._begin(command)))
        return _nothing()

    async def _on_view(self, body: dict[str, Any]) -> BoltResponse:
        if body["type"] != "view_submission":
            return _nothing()
        command = inbound.translated(inbound.submission, body)
        files, inputs = inbound.translated(inbound.files, body), inbound.translated(inbound.inputs, body)
        # Only a form with a file is closed before it is handled: it is quickly filled in anew, if it must be.
        submitting = asyncio.ensure_future(self._submit(command, files))
        await asyncio.wait((submitting,), timeout=PATIENCE if files else None)
        if not submitting.done():
            self._follow(self._answer(command, body, submitting))
            return _nothing()
        reply = submitting.result()
        if reply.errors is not None:
            return self._refuse(command, reply.errors, inputs)
        if reply.form is not None:
            modal = view(reply.form, inbound.dump_place(command.place))
            return BoltResponse(status=200, body={"response_action": "update", "view": modal})
        if reply.message is not None:
            self._follow(self._tell(command, reply.message, public=reply.public))
        return _nothing()

    async def _submit(self, command: Command, files: dict[str, dict[str, Any]]) -> Reply:
        """Handle a form, with the content of its files."""
        command = await self._names.told(command)
        values = dict(command.values)
        for name, file in files.items():
            try:
                values[name] = await uploads.fetch(self._outbound, command.actor.workspace, file)
            except UserError as error:
                return Reply(errors=FormErrors(((name, error.text),)))
        return await self._handle(replace(command, values=values))

    async def _on_event(self, body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        if _is_revoked(body["event"]):
            await self._tokens.revoked(str(body.get("team_id", "")), inbound.happened_at(body))
            return _nothing()
        command = inbound.translated(inbound.event, body)
        if command is None:
            return _nothing()
        command = await self._names.told(command)
        reply = await self._handle(command)
        if reply.unsaved:
            if request.headers.get("x-slack-retry-num") != [LAST_RETRY]:
                return BoltResponse(status=503, body="")
            if reply.message is not None and inbound.is_to_us(command):
                self._follow(self._tell(command, reply.message))
            return _nothing()
        if command.source == "home" and reply.message is not None:
            actor = command.actor
            self._follow(self._outbound.publish_home(actor.workspace, actor.user, reply.message))
        return _nothing()

    async def _on_error(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """A kind of payload we know nothing of is taken and dropped: Slack switches apps off that answer 404. After a
        fault of ours Slack sends an event again and keeps a form open; a typed command needs words."""
        if isinstance(error, BoltUnhandledRequestError):
            log.info("nothing to do for Slack's %r", body.get("type", "payload"))
            return _nothing()
        if isinstance(error, inbound.Malformed) or not _is_ours(error):
            log.warning("not a Slack payload: %s: %s", type(error).__name__, error)
            return BoltResponse(status=400, body=NOT_SLACKS)
        log.error("a Slack payload failed", exc_info=error)
        if "command" in body:
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": CANNOT_SHOW})
        return BoltResponse(status=500, body="")

    async def _begin(self, command: Command) -> asyncio.Task[Reply]:
        """Handle it; what is not done in time for Slack's three seconds goes on, and is answered when it is done."""
        handling = asyncio.ensure_future(self._handle(command))
        await asyncio.wait((handling,), timeout=PATIENCE)
        return handling

    # how they are answered

    def _follow(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it right after the HTTP response; a failure is logged, for what was asked is stored already."""
        task = asyncio.create_task(self._guarded(work))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SendError as error:
            log.warning("an answer did not reach Slack: %s", error)
        except Exception:
            log.exception("an answer for Slack failed")

    async def _answer(self, command: Command, body: dict[str, Any], handling: asyncio.Task[Reply]) -> None:
        """To a press, a shortcut, or a typed command or form that took its time."""
        reply = await handling
        if reply.errors is not None:
            again = Button("Open the form", command.verb)
            await self._tell(command, say(_sentences(reply.errors), again))
        if reply.form is not None:
            await self._open(command, body, reply.form)
        if reply.message is None:
            return
        if reply.replace and (body.get("view") or {}).get("type") == "home":
            await insist(self._outbound.publish_home, command.actor.workspace, command.actor.user, reply.message)
            return
        await self._respond(command, body, reply)

    async def _respond(self, command: Command, body: dict[str, Any], reply: Reply) -> None:
        """At the response_url, which works without being in the channel; else by a post of our own."""
        if reply.message is None:
            return
        address = body.get("response_url")
        if address and isinstance(address, str):
            answer = {**_shown(reply.message, reply.public), "replace_original": reply.replace}
            if reply.replace:
                del answer["response_type"]
            elif command.place.thread:
                answer["thread_ts"] = command.place.thread
            try:
                await insist(self._outbound.respond, address, answer, once=reply.public)
                return
            except SendError as error:
                log.warning("%s; posting it instead", error)
        await self._tell(command, reply.message, public=reply.public)

    async def _open(self, command: Command, body: dict[str, Any], form: Form) -> None:
        """Open a form, or say what to type instead."""
        try:
            own = inbound.dump_place(command.place)
            await self._outbound.open_form(command.actor.workspace, body["trigger_id"], form, own)
        except SendError as error:
            log.warning("the form %r did not open: %s", form.verb, error)
            await self._respond(command, body, Reply(_instead(form)))

    def _refuse(self, command: Command, errors: FormErrors, inputs: list[str]) -> BoltResponse:
        """Each fault under its input; one without an input goes under the first, or is told where there is none."""
        if not inputs:
            self._follow(self._tell(command, say(_sentences(errors))))
            return _nothing()
        faults: dict[str, str] = {}
        for name, sentence in errors.errors:
            at = name if name in inputs else inputs[0]
            faults[at] = f"{faults[at]} {sentence}" if at in faults else sentence
        return BoltResponse(status=200, body={"response_action": "errors", "errors": faults})

    async def _tell(self, command: Command, message: Message, *, public: bool = False) -> None:
        """Post the answer: to the person alone, where they asked or in a direct message, or to the whole channel."""
        place, actor = command.place, command.actor
        channel = "" if place.direct else place.channel
        user = "" if public and channel else actor.user
        address = Address(self.platform, actor.workspace, channel, user, place.thread if channel else "")
        await insist(self._outbound.send, Post(command.delivery_id, address, message), once=not user)


def _is_revoked(event: dict[str, Any]) -> bool:
    """Our token ended, or all of us; somebody's own token is none of ours.
    https://docs.slack.dev/reference/events/tokens_revoked"""
    if event["type"] == "tokens_revoked":
        return bool((event.get("tokens") or {}).get("bot"))
    return bool(event["type"] == "app_uninstalled")


def _is_ours(error: Exception) -> bool:
    """Whether it was raised by a listener; what Bolt itself stumbles over is not as Slack sends it."""
    return any(frame.f_code.co_filename == __file__ for frame, _ in traceback.walk_tb(error.__traceback__))


def _nothing() -> BoltResponse:
    return BoltResponse(status=200, body="")


def _sentences(errors: FormErrors) -> str:
    return " ".join(sentence for _, sentence in errors.errors)


def _shown(message: Message, public: bool) -> dict[str, Any]:
    """A message as the body of a response."""
    kind = "in_channel" if public else "ephemeral"
    return {"response_type": kind, "text": fallback_text(message), "blocks": message_blocks(message)}


def _instead(form: Form) -> Message:
    words = (
        Span("Slack did not open the form in time. Try it once more, or type "),
        Span(f"/sip {form.verb}", code=True),
        Span(" followed by what you want to say."),
    )
    return Message((Text(words),))
