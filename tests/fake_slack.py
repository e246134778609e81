"""A Slack for tests, over real HTTP: the Web API our adapter calls, and people who type, press, submit and reply.

    async with FakeSlack(SECRET) as slack:
        adapter = SlackAdapter(SlackSettings(SECRET, "xoxb-1", api_url=slack.api_url), handle)
        ...                                           # serve it, then: slack.app_url = "http://127.0.0.1:…/slack/events"
        ann = slack.person("U0ANN00001", "ann")
        await ann.types("/sip update 1.2.3 done")     # -> the response body; ann.seen[-1] is what she was shown
        await ann.presses(ann.seen[-1], "Edit")
        await slack.until(lambda: ann.modal)
        await ann.submits(ann.modal, {"note": "Form piloted"})

`calls` records every call as {"method", "args"}; `fail` makes the next calls of a method go wrong.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import aiohttp
from aiohttp import web

from tests.slack_people import BOT_USER, TEAM, Json, Person, direct_channel

FORM_ENCODED = ("conversations.history", "conversations.replies", "users.info")  # Slack reads no JSON here
_JSON_TEXTS = ("blocks", "metadata", "view")


@dataclass
class Fault:
    """How a call goes wrong. `accepted`: Slack does the work, then the connection breaks before the reply."""

    status: int = 200
    error: str = ""
    retry_after: int | str | None = None  # seconds; or as a proxy may write it
    accepted: bool = False
    delay: float = 0.0


@dataclass(eq=False)
class FakeSlack:
    """The workspace: channels with their messages, modals by id, homes by person."""

    signing_secret: str
    token: str = "xoxb-test"
    app_token: str = "xapp-test"
    app_url: str = ""
    calls: list[Json] = field(default_factory=list)
    responses: list[Json] = field(default_factory=list)  # what was posted to response_urls
    channels: dict[str, list[Json]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)  # a channel without an entry: everybody
    names: dict[str, str] = field(default_factory=dict)  # of channels; one without an entry is "intake"
    real_names: dict[str, str] = field(default_factory=dict)  # by user id; of nobody else can it be asked
    emails: dict[str, str] = field(default_factory=dict)  # by user id, for an app that may read them
    people: dict[str, Person] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)  # by id; what an app may read with files:read
    may_read_files: bool = True
    teams: dict[str, str] = field(default_factory=dict)  # by bot token, beside `token`, which is TEAM's

    # methods that take no bot token, by name
    open_methods: dict[str, Callable[[web.Request, Json, Fault], Awaitable[web.Response]]] = field(default_factory=dict)
    page: int = 999  # messages that are read at once, at most; 15 for apps sold outside the Marketplace
    scopes: str = ""  # what it says of the token; "" is not a word

    async def __aenter__(self) -> FakeSlack:
        self._ids = itertools.count(1)
        self._triggers: dict[str, Person] = {}
        self._socket: web.WebSocketResponse | None = None
        self._acknowledged: dict[str, asyncio.Future[Json]] = {}
        app = web.Application()
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/respond/{user}/{channel}/{ts}", self._respond)
        app.router.add_get("/socket", self._serve_socket)
        app.router.add_get("/files/{file}/{name}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """For the adapter's settings."""
        return f"{self.url}/api/"

    def person(self, user: str, name: str, channel: str = "C0INTAKE01", team: str = TEAM) -> Person:
        """Somebody whose typing happens in `channel`."""
        return self.people.setdefault(user, Person(self, user, name, channel, team))

    def posts(self, channel: str) -> list[Json]:
        """The messages everybody in a channel sees, oldest first."""
        return self.channels.get(channel, [])

    def called(self, method: str) -> list[Json]:
        """The arguments of every call of one method."""
        return [call["args"] for call in self.calls if call["method"] == method]

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of `method` go wrong, one fault each."""
        self.faults.setdefault(method, []).extend(faults)

    def uploads(self, name: str, data: bytes) -> Json:
        """Somebody chooses a file in a modal -> how Slack describes it."""
        file = f"F{next(self._ids):08d}"
        self.files[file] = data
        url = f"{self.url}/files/{file}/{quote(name)}"
        return {"id": file, "name": name, "size": len(data), "url_private_download": url}

    def write_calls(self, path: Path) -> None:
        """The calls as JSON lines."""
        path.write_text("".join(json.dumps(call) + "\n" for call in self.calls), encoding="utf-8")

    async def until(self, happened: Callable[[], Any], seconds: float = 3.0) -> Any:
        """Wait for what the adapter does after its HTTP response; its value."""
        deadline = time.monotonic() + seconds
        while not (found := happened()):
            assert time.monotonic() < deadline, "it did not happen in time"
            await asyncio.sleep(0.005)
        return found

    # what comes from Slack

    async def post_raw(self, body: str, content_type: str, *, at: float | None = None, secret: str | None = None,
                       headers: dict[str, str] | None = None) -> tuple[int, str]:  # fmt: skip
        """Send a body with a signature for `at` (seconds since 1970; now) -> (status, text)."""
        stamp = str(int(time.time() if at is None else at))
        key = (self.signing_secret if secret is None else secret).encode()
        signature = "v0=" + hmac.new(key, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
            **(headers or {}),
        }
        async with self.session.post(self.app_url, data=body.encode(), headers=signed) as answer:
            return answer.status, await answer.text()

    async def post_form(self, fields: Json, **how: Any) -> tuple[int, str]:
        """A form body, as slash commands are."""
        return await self.post_raw(urlencode(fields), "application/x-www-form-urlencoded", **how)

    async def interaction(self, payload: Json, **how: Any) -> tuple[int, str]:
        """A press, a submission or a shortcut."""
        return await self.post_form({"payload": json.dumps(payload)}, **how)

    async def event(self, event: Json, event_id: str = "", team: str = TEAM, **how: Any) -> tuple[int, str]:
        """An event of the Events API."""
        body = {
            "type": "event_callback",
            "team_id": team,
            "api_app_id": "A0SIPBOT",
            "event_id": event_id or f"Ev{next(self._ids):08d}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": team, "user_id": BOT_USER, "is_bot": True}],
            "event": event,
        }
        return await self.post_raw(json.dumps(body), "application/json", **how)

    @property
    def socket_is_open(self) -> bool:
        """Whether the adapter listens in Socket Mode."""
        return self._socket is not None and not self._socket.closed

    async def through_socket(self, kind: str, payload: Json, *, patience: float = 3.0, **more: Any) -> Json:
        """Send an envelope ("slash_commands", "interactive", "events_api") -> what it was acknowledged with. Raises
        TimeoutError where it was not."""
        assert self._socket is not None, "nobody listens"
        envelope = f"envelope-{next(self._ids)}"
        self._acknowledged[envelope] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"type": kind, "envelope_id": envelope, "payload": payload, **more})
        return await asyncio.wait_for(self._acknowledged[envelope], patience)

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        self._socket = web.WebSocketResponse()
        await self._socket.prepare(request)
        await self._socket.send_json({"type": "hello", "num_connections": 1})
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT and message.data.startswith("{"):
                answer = json.loads(message.data)
                self._acknowledged[answer["envelope_id"]].set_result(answer.get("payload") or {})
        return self._socket

    def trigger(self, person: Person) -> str:
        """A trigger_id that opens a modal for `person`."""
        trigger = f"{next(self._ids)}.{TEAM}.abc"
        self._triggers[trigger] = person
        return trigger

    def timestamp(self) -> str:
        """The next message's."""
        return f"{int(time.time())}.{next(self._ids):06d}"

    # the Web API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args = await _arguments(request)
        team = self._team(request)
        self.calls.append({"method": method, "args": args, "team": team})
        fault = self.faults[method].pop(0) if self.faults.get(method) else Fault()
        await asyncio.sleep(fault.delay)
        if fault.status == 429:
            limited = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=limited)
        if fault.status >= 500:
            return web.Response(status=fault.status, text="upstream error")
        if method in self.open_methods:
            return await self.open_methods[method](request, args, fault)
        app_token = request.headers.get("Authorization") == f"Bearer {self.app_token}"
        if not (app_token if method == "apps.connections.open" else team):
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if method in FORM_ENCODED and request.content_type == "application/json":
            return web.json_response({"ok": False, "error": "invalid_arguments"})
        answer = {"error": fault.error} if fault.error else self._do(method, args)
        if fault.accepted and request.transport is not None:
            request.transport.close()
        said = {"x-oauth-scopes": self.scopes} if self.scopes else {}
        return web.json_response({"ok": "error" not in answer, **answer}, headers=said)

    def _team(self, request: web.Request) -> str:
        """The workspace of the request's bot token; "" for one that is not good."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return TEAM if token == self.token else self.teams.get(token, "")

    def _do(self, method: str, args: Json) -> Json:
        match method:
            case "chat.postMessage":
                return self._post(args)
            case "chat.postEphemeral":
                return self._whisper(args)
            case "chat.update":
                return self._update(args)
            case "conversations.open":
                return {"channel": {"id": direct_channel(args["users"])}}
            case "conversations.history":
                return self._history(args, [m for m in self.posts(args["channel"]) if "thread_ts" not in m][::-1])
            case "conversations.replies":
                thread = args["ts"]
                return self._history(args, [m for m in self.posts(args["channel"]) if m.get("thread_ts") == thread])
            case "reactions.add":
                return self._react(args)
            case "users.info":
                return self._user(args["user"])
            case "views.open":
                return self._open(args)
            case "views.publish":
                self.homes[args["user_id"]] = args["view"]
                return {}
            case "apps.connections.open":
                return {"url": f"{self.url.replace('http', 'ws', 1)}/socket"}
            case "auth.test":
                return {"team_id": TEAM, "user_id": BOT_USER, "bot_id": "B0SIPBOT"}
        return {"error": "unknown_method"}

    def _post(self, args: Json) -> Json:
        if not args.get("text"):
            return {"error": "no_text"}
        message = {**args, "ts": self.timestamp(), "user": BOT_USER, "bot_id": "B0SIPBOT"}
        self.channels.setdefault(args["channel"], []).append(message)
        person = self.people.get(args["channel"].replace("D", "U", 1))
        if person is not None:
            person.seen.append(message)
        return {"ts": message["ts"], "channel": args["channel"], "message": message}

    def _whisper(self, args: Json) -> Json:
        if args["user"] not in self.members.get(args["channel"], {args["user"]}):
            return {"error": "user_not_in_channel"}
        shown = {**args, "ts": self.timestamp(), "ephemeral": True}
        if args["user"] in self.people:
            self.people[args["user"]].seen.append(shown)
        return {"message_ts": shown["ts"]}

    def _update(self, args: Json) -> Json:
        for message in self.posts(args["channel"]):
            if message["ts"] == args["ts"]:
                message.update(args)
                return {"ts": args["ts"], "channel": args["channel"]}
        return {"error": "message_not_found"}

    def _history(self, args: Json, found: list[Json]) -> Json:
        start = int(args.get("cursor") or 0)
        end = start + min(int(args.get("limit", 100)), self.page)
        oldest, latest = float(args.get("oldest", 0)), float(args.get("latest", "inf"))
        recent = [message for message in found if oldest <= float(message["ts"]) < latest]
        cursor = str(end) if end < len(recent) else ""
        return {"messages": recent[start:end], "response_metadata": {"next_cursor": cursor}}

    def _react(self, args: Json) -> Json:
        reactions = self.channels.setdefault(f"reactions:{args['channel']}", [])
        if args in reactions:
            return {"error": "already_reacted"}
        reactions.append(args)
        return {}

    def _user(self, user: str) -> Json:
        name = self.real_names.get(user)
        if not name:
            return {"error": "user_not_found"}
        email = {"email": self.emails[user]} if user in self.emails else {}
        return {"user": {"id": user, "profile": {"real_name": name, **email}}}

    def _open(self, args: Json) -> Json:
        person = self._triggers.pop(args["trigger_id"], None)
        if person is None:
            return {"error": "expired_trigger_id"}
        person.modal = {**args["view"], "id": f"V{next(self._ids):08d}", "hash": "1.a"}
        return {"view": person.modal}

    async def _download(self, request: web.Request) -> web.Response:
        """A file, or the login page, which Slack shows without a word to a token that may not read files."""
        fault = self.faults["download"].pop(0) if self.faults.get("download") else Fault()
        await asyncio.sleep(fault.delay)
        if fault.status == 302:
            raise web.HTTPFound("https://elsewhere.example/")
        if fault.status != 200:
            return web.Response(status=fault.status)
        if not self.may_read_files or not self._team(request):
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        return web.Response(body=self.files[request.match_info["file"]], content_type="application/octet-stream")

    async def _respond(self, request: web.Request) -> web.Response:
        """A response_url."""
        body = await request.json()
        self.responses.append(body)
        fault = self.faults["response_url"].pop(0) if self.faults.get("response_url") else Fault()
        if fault.status != 200:
            return web.Response(status=fault.status)
        channel, timestamp = request.match_info["channel"], request.match_info["ts"]
        if body.get("replace_original"):
            for message in [*self.posts(channel), *self.people[request.match_info["user"]].seen]:
                if message.get("ts") == timestamp:
                    message.update(body)
        else:
            self.show(self.people[request.match_info["user"]], channel, body)
        return web.Response(text="ok")

    def show(self, person: Person, channel: str, body: Json) -> Json:
        """A response becomes a message: everybody's or one person's."""
        message = {**body, "ts": self.timestamp(), "channel": channel}
        if body.get("response_type") == "in_channel":
            self.channels.setdefault(channel, []).append(message)
        else:
            person.seen.append({**message, "ephemeral": True})
        return message


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    found = {name: values[0] for name, values in parse_qs(await request.text()).items()}
    return {name: json.loads(value) if name in _JSON_TEXTS else value for name, value in found.items()}
