"""A Teams for tests, over real HTTP: its sign-in, its keys and its connector, and people who write, press and submit.

    async with FakeTeams() as teams:
        adapter = TeamsAdapter(teams.settings, handle, store, commands)
        ...                                           # serve it, then: teams.app_url = "http://127.0.0.1:…/api/messages"
        ann = teams.person("ann")
        await ann.says("update 1.2.3 done")           # in the personal chat; ann.seen[-1] is what she was shown
        await ann.says("help", channel=CHANNEL)       # with the mention that Teams asks for
        await ann.presses(ann.seen[-1], "Edit")       # Action.Execute -> what the invoke was answered with

It is strict: calls need the newest token, conversations and messages must exist, cards are 1.5 and at most 28 KB.
`calls` records every call to the connector; `fail` makes the next calls of a kind go wrong.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.adapters.teams import TeamsSettings
from tests.teams_people import BOT, CHANNEL, GROUP, TEAM, TENANT, Json, Person, chat_of

APP = "11111111-2222-4333-8444-555555555555"
SECRET = "a client secret"
ISSUER = "https://api.botframework.com"
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages: about 28 KB a message
LARGEST = 28 * 1024
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
REACTIONS = {"like", "heart", "checkmark", "pushpin"}


@dataclass
class Fault:
    """How a call goes wrong. `accepted`: Teams does the work, then the connection breaks before the answer."""

    status: int = 200
    retry_after: int | str | None = None
    accepted: bool = False
    delay: float = 0.0


@dataclass(eq=False)
class FakeTeams:
    """The tenant: conversations with their messages by id, people by name."""

    app_url: str = ""
    calls: list[Json] = field(default_factory=list)
    tokens: int = 0  # how often one was asked for
    key_looks: int = 0
    conversations: dict[str, list[Json]] = field(default_factory=lambda: {CHANNEL: [], GROUP: []})
    people: dict[str, Person] = field(default_factory=dict)
    uninstalled: set[str] = field(default_factory=set)  # people without the app
    reactions: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    targeted: bool = True  # whether messages for one person are taken in a channel
    keys_delay: float = 0.0

    def app(self) -> web.Application:
        """Microsoft's sign-in, keys and connector, with nothing given and nothing posted yet."""
        self._ids = itertools.count(1_700_000_000_001)
        self._good: set[str] = set()  # a token is good until its end, whatever is given after it
        app = web.Application()
        app.router.add_get("/openid", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._sign_in)
        app.router.add_route("*", "/{region}/v3/{path:.+}", self._connector)
        return app

    async def __aenter__(self) -> FakeTeams:
        self._runner = web.AppRunner(self.app(), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.service_url = f"{self.url}/amer/"
        self.session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()
        await self._runner.cleanup()

    @property
    def settings(self) -> TeamsSettings:
        """For the adapter."""
        return TeamsSettings(APP, SECRET, TENANT, login_url=self.url, metadata_url=f"{self.url}/openid")

    def person(self, name: str, full_name: str = "") -> Person:
        """Somebody of the tenant who has the app."""
        made = Person(self, str(uuid.uuid5(uuid.NAMESPACE_DNS, name)), full_name or f"{name.capitalize()} Ortiz")
        found = self.people.setdefault(name, made)
        self.conversations.setdefault(chat_of(found.user), [])
        return found

    def posts(self, conversation: str) -> list[Json]:
        """What was posted to a conversation (for a channel: to any of its threads), oldest first."""
        return [
            post
            for name, found in self.conversations.items()
            for post in found
            if name == conversation or name.startswith(f"{conversation};")
        ]

    def called(self, kind: str) -> list[Json]:
        """The calls of one kind, like "POST activities"."""
        return [call for call in self.calls if call["kind"] == kind]

    def fail(self, kind: str, *faults: Fault) -> None:
        """The next calls of a kind go wrong, one fault each."""
        self.faults.setdefault(kind, []).extend(faults)

    def next_id(self) -> str:
        """The next message's."""
        return str(next(self._ids))

    async def until(self, happened: Callable[[], Any], seconds: float = 3.0) -> Any:
        """Wait for what the adapter does after its HTTP response; its value."""
        deadline = time.monotonic() + seconds
        while not (found := happened()):
            assert time.monotonic() < deadline, "it did not happen in time"
            await asyncio.sleep(0.005)
        return found

    # what comes from Teams

    def token(self, key: rsa.RSAPrivateKey = KEY, headers: Json | None = None, **claims: Any) -> str:
        """A token as Teams signs them; a claim given as None is left out."""
        found = {
            "iss": ISSUER,
            "aud": APP,
            "serviceurl": self.service_url,
            "nbf": int(time.time()) - 60,
            "exp": int(time.time()) + 600,
            **claims,
        }
        kept = {name: value for name, value in found.items() if value is not None}
        return jwt.encode(kept, key, algorithm="RS256", headers={"kid": "k1"} if headers is None else headers)

    async def post(self, activity: Json, token: str | None = None) -> tuple[int, Json]:
        """Send an activity -> (status, body of the answer)."""
        return await self.post_raw(json.dumps(activity), {"Authorization": f"Bearer {token or self.token()}"})

    async def post_raw(
        self, body: str | bytes, headers: Json, content_type: str = "application/json"
    ) -> tuple[int, Json]:
        """Send any body."""
        sent = {"Content-Type": content_type, **headers}
        async with self.session.post(self.app_url, data=body, headers=sent) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else {}

    # sign-in and keys

    async def _metadata(self, request: web.Request) -> web.Response:
        self.key_looks += 1
        await asyncio.sleep(self.keys_delay)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        found = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return web.json_response({"keys": [{**found, "kid": "k1", "use": "sig", "endorsements": ["msteams"]}]})

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        wanted = {"client_id": APP, "client_secret": SECRET, "grant_type": "client_credentials"}
        wanted["scope"] = f"{ISSUER}/.default"
        if request.match_info["tenant"] != TENANT or dict(form) != wanted:
            return web.json_response({"error": "invalid_client"}, status=401)
        self.tokens += 1
        token = f"bot-token-{self.tokens}"
        self._good.add(token)
        return web.json_response({"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

    def take_token_back(self) -> None:
        """The tokens we gave are no good any more."""
        self._good.clear()

    # the connector

    async def _connector(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"].split("/")
        kind = f"{request.method} {path[-2] if len(path) % 2 == 0 else path[-1]}"
        body = await request.json() if request.can_read_body else {}
        call = {"kind": kind, "path": path, "body": body, "query": dict(request.query)}
        self.calls.append(call)
        fault = self.faults[kind].pop(0) if self.faults.get(kind) else Fault()
        await asyncio.sleep(fault.delay)
        if fault.status >= 400:
            limited = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
            return web.json_response({"error": {"code": "Faulty"}}, status=fault.status, headers=limited)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._good:
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        status, answer = self._do(kind, path, body, dict(request.query))
        if fault.accepted and request.transport is not None:
            request.transport.close()
        return web.json_response(answer, status=status)

    def _do(self, kind: str, path: list[str], body: Json, query: Json) -> tuple[int, Json]:
        if kind == "POST conversations":
            return self._begin(body)
        if kind == "GET conversations" and path[1] == TEAM:
            return 200, {"conversations": [self._channel(name) for name in self.conversations if _is_channel(name)]}
        if path[0] != "conversations" or not self._exists(path[1]):
            return 404, {"error": {"code": "ConversationNotFound"}}
        match kind:
            case "POST activities":
                return self._post(path[1], body, query)
            case "PUT activities":
                return self._change(path[1], path[3], body, query)
            case "PUT reactions" if path[5] in REACTIONS:
                self.reactions.append((path[3], path[5]))
                return 200, {}
            case "GET members":
                return self._member(path[3])
        return 405, {"error": {"code": "BadSyntax"}}

    def _channel(self, conversation: str) -> Json:
        """Teams gives the first channel of a team no name."""
        name = conversation.removeprefix("19:").partition("@")[0]
        return {"id": conversation} if name == "general" else {"id": conversation, "name": name}

    def _exists(self, conversation: str) -> bool:
        name = conversation.partition(";")[0]
        return name in self.conversations and name.removeprefix("a:") not in self.uninstalled

    def _begin(self, body: Json) -> tuple[int, Json]:
        """A chat with one person, or a thread in a channel."""
        if body.get("bot") != {"id": BOT} or body.get("tenantId") != TENANT:
            return 400, {"error": {"code": "BadArgument"}}
        if not body["isGroup"]:
            user = body["members"][0]["id"]
            known = [person for person in self.people.values() if user in (person.user, person.account)]
            if not known or known[0].user in self.uninstalled:
                return 403, {"error": {"code": "ForbiddenOperationException"}}
            return 201, {"id": chat_of(known[0].user)}
        channel = body["channelData"]["channel"]["id"]
        if channel not in self.conversations:
            return 404, {"error": {"code": "ConversationNotFound"}}
        message = self.next_id()
        status, answer = self._post(f"{channel};messageid={message}", body["activity"], {}, message)
        return status, {"id": f"{channel};messageid={message}", "activityId": message} if status == 201 else answer

    def _post(self, conversation: str, body: Json, query: Json, message: str = "") -> tuple[int, Json]:
        wrong = _fault(body)
        if wrong:
            return wrong, {"error": {"code": "BadSyntax"}}
        post = {**body, "id": message or self.next_id(), "conversation": conversation}
        if query.get("isTargetedActivity") == "true":
            if not self.targeted or not body.get("recipient", {}).get("isTargeted"):
                return 400, {"error": {"code": "BadArgument"}}
            who = body["recipient"]["id"]
            next(person for person in self.people.values() if person.account == who).whispers.append(post)
        else:
            self.conversations.setdefault(conversation, []).append(post)
        return 201, {"id": post["id"]}

    def _change(self, conversation: str, message: str, body: Json, query: Json) -> tuple[int, Json]:
        wrong = _fault(body)
        if wrong:
            return wrong, {"error": {"code": "BadSyntax"}}
        shown = self.posts(conversation.partition(";")[0])
        if query.get("isTargetedActivity") == "true":
            shown = [post for person in self.people.values() for post in person.whispers]
        for post in shown:
            if post["id"] == message:
                post.update(body)
                for person in self.people.values():
                    person.views.pop(message, None)  # a card that is changed is changed for everybody
                return 200, {"id": message}
        return 404, {"error": {"code": "ActivityNotFoundInConversation"}}

    def _member(self, account: str) -> tuple[int, Json]:
        for name, person in self.people.items():
            if account in (person.account, person.user):
                found = {"id": person.account, "aadObjectId": person.user, "name": person.name}
                return 200, {**found, "email": f"{name}@county.example"}
        return 404, {"error": {"code": "MemberNotFoundInConversation"}}


def _is_channel(conversation: str) -> bool:
    return conversation.endswith("@thread.tacv2")


def _fault(body: Json) -> int:
    """The status a message is refused with; 0 for a good one."""
    if body.get("type") != "message" or not body.get("summary") or len(body.get("attachments") or []) != 1:
        return 400
    attached = body["attachments"][0]
    card = attached.get("content", {})
    if attached.get("contentType") != "application/vnd.microsoft.card.adaptive" or card.get("version") != "1.5":
        return 400
    return 413 if len(json.dumps(body).encode()) > LARGEST else 0
