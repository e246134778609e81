"""Teams' requests, checked and handed on: botbuilder-core's CloudAdapterBase on aiohttp.

Everything that is wrong with a request's credentials is a 401 before any of our code runs. The SDK checks signature,
issuer, audience, validity and endorsement; what it lets through is checked here: tokens without an end, activities
without a service address, and other tenants. The stock CloudAdapter of botbuilder-integration-aiohttp cannot be used:
it answers 500 to bad tokens and to every invoke that has a body.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext  # type: ignore[import-untyped]
from botbuilder.schema import Activity, ActivityTypes  # type: ignore[import-untyped]
from botframework.connector.auth import (  # type: ignore[import-untyped]
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    JwtTokenExtractor,
    PasswordServiceClientCredentialFactory,
)
from botframework.connector.auth.connector_factory import ConnectorFactory  # type: ignore[import-untyped]

from bot.adapters.teams.inbound import Malformed
from bot.adapters.teams.keys import Keys, KeysUnavailable
from bot.adapters.teams.settings import ISSUER, SCOPE, TeamsSettings
from bot.peers import is_of_this_machine

log = logging.getLogger(__name__)

Body = dict[str, Any]
# Answers a turn: what an invoke is answered with, None for everything else.
Turn = Callable[[Body], Awaitable[Body | None]]

# Teams' own messages have at most 100 KB (https://learn.microsoft.com/microsoftteams/limits-specifications-teams); a
# message extension sends the message it is used on inside its own.
MAX_BODY = 512 * 1024
CHANNEL = "msteams"
# A web page elsewhere can have a name of its own lead here (DNS rebinding), so the name is looked at too.
LOCAL_NAMES = ("127.0.0.1", "::1", "localhost")


class Refused(Exception):
    """The request is not from our Teams."""


class ComeAgain(Exception):
    """It could not be stored just now; Teams should deliver it once more."""


class _OwnConnector(ConnectorFactory):  # type: ignore[misc]
    """The SDK wants a way to call back for every turn; we call through `Connector`, once for all turns."""

    async def create(self, service_url: str, audience: str) -> Any:
        return self


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]
    """The SDK's authentication without what it builds anew for every turn: clients and credentials we do not use."""

    def __init__(self, settings: TeamsSettings) -> None:
        self._sdk = BotFrameworkAuthenticationFactory.create(
            credential_factory=PasswordServiceClientCredentialFactory(
                settings.app_id or None, settings.app_password or None, settings.tenant_id or None
            ),
            to_channel_from_bot_login_url=settings.token_url,
            to_channel_from_bot_oauth_scope=SCOPE,
            to_bot_from_channel_token_issuer=ISSUER,
            to_bot_from_channel_open_id_metadata_url=settings.metadata_url,
            # Tokens of the emulator and of other bots are not for us: they are held against the same keys and fail.
            to_bot_from_emulator_open_id_metadata_url=settings.metadata_url,
        )
        self._connectors = _OwnConnector()

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        found = await self._sdk.authenticate_request(activity, auth_header)
        found.connector_factory = self._connectors
        return found

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> Any:
        raise NotImplementedError("Teams does not stream")

    def create_connector_factory(self, claims_identity: Any) -> ConnectorFactory:
        return self._connectors

    async def create_user_token_client(self, claims_identity: Any) -> Any:
        return None  # nobody signs in through the bot


class Host(CloudAdapterBase):  # type: ignore[misc]
    """Takes requests for one registration; `turn` is run for those that are Teams' own."""

    def __init__(self, settings: TeamsSettings, keys: Keys, turn: Turn) -> None:
        super().__init__(_Authentication(settings))
        JwtTokenExtractor.metadataCache[settings.metadata_url] = keys
        self._settings = settings
        self._turn = turn

    async def receive(self, request: web.Request) -> web.Response:
        """One POST to /api/messages."""
        header = request.headers.get("Authorization", "")
        try:
            self._may_knock(request, header)
            body = await _read(request)
            activity = _activity(body)
            authenticated = await self._authenticate(body, activity, header)
        except Refused as refused:
            log.warning("an activity was refused: %s", refused)
            return web.Response(status=401)
        except KeysUnavailable as error:
            log.error("an activity cannot be verified: no keys from %s", error)
            return web.Response(status=503)

        async def logic(context: TurnContext) -> None:
            answer = await self._turn(body)
            if answer is not None:
                response = InvokeResponse(status=200, body=answer)
                context.turn_state[self._INVOKE_RESPONSE_KEY] = Activity(type="invokeResponse", value=response)

        try:
            invoke = await self.process_activity(authenticated, activity, logic)
        except ComeAgain:
            return web.Response(status=503)
        except Malformed as error:
            log.warning("not an activity of Teams: %s", error)
            return web.Response(status=400)
        if invoke is None:
            return web.Response(status=200)
        return web.json_response(invoke.body, status=int(invoke.status))

    def _may_knock(self, request: web.Request, header: str) -> None:
        """What can be told without reading the body."""
        if self._settings.app_id:
            if not header.startswith("Bearer ") or header.count(" ") != 1:
                raise Refused("no bearer token")
        elif not is_of_this_machine(request) or request.url.host not in LOCAL_NAMES:
            raise Refused("without TEAMS_APP_ID only this machine is heard")

    async def _authenticate(self, body: Body, activity: Activity, header: str) -> AuthenticateRequestResult:
        """Raises Refused for everything that is not right, whatever the SDK raises for it."""
        if not activity.service_url:
            raise Refused("no serviceUrl")
        if self._settings.app_id and activity.channel_id != CHANNEL:
            raise Refused(f"channel {activity.channel_id!r}")
        try:
            found = await self.bot_framework_authentication.authenticate_request(
                activity, header if self._settings.app_id else None
            )
        except KeysUnavailable:
            raise
        except Exception as error:  # PermissionError, jwt.PyJWTError, AttributeError (unknown key), ValueError …
            raise Refused(f"{type(error).__name__}: {error}") from error
        if self._settings.app_id:
            self._check_claims(found.claims_identity.claims, activity.service_url)
            self._check_tenant(body)
        return found

    def _check_claims(self, claims: Body, service_url: str) -> None:
        wanted = {"iss": ISSUER, "aud": self._settings.app_id, "serviceurl": service_url}
        wrong = [name for name, value in wanted.items() if claims.get(name) != value]
        if wrong or "exp" not in claims:
            raise Refused(f"claims that are not right: {', '.join(wrong) or 'no exp'}")

    def _check_tenant(self, body: Body) -> None:
        """The tenant is told in two places; it is ours wherever it is told."""
        inside = body.get("channelData")
        tenant = inside.get("tenant") if isinstance(inside, dict) else None
        both = (tenant.get("id") if isinstance(tenant, dict) else None, body["conversation"].get("tenantId"))
        told = [one for one in both if one is not None]
        if len(set(map(str, told))) != 1 or any(
            not isinstance(one, str) or one not in self._settings.tenants for one in told
        ):
            raise Refused(f"tenant {', '.join(map(repr, told)) or 'not told'}")


async def _read(request: web.Request) -> Body:
    """The body as an activity's JSON. Raises what aiohttp answers with: 413, 415 or 400."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY, actual_size=len(raw))
    try:
        body = _written(json.loads(raw.decode("utf-8")), raw)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="not JSON") from None
    if not _is_activity(body):
        raise web.HTTPBadRequest(text="not an activity")
    return dict(body)


def _written(found: Any, raw: bytes | bytearray) -> Any:
    """Without halves of characters, which JSON can name and nothing can write."""
    if b"\\u" not in raw:
        return found
    return json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


# Texts further inside, where they are told. The tenant's are looked at with whose tenant it is.
_INSIDE = (
    ("conversation", "conversationType"), ("from", "aadObjectId"), ("from", "name"), ("recipient", "name"),
    ("channelData", "team", "id"), ("channelData", "channel", "id"), ("channelData", "channel", "name"),
)  # fmt: skip

# Characters, as many as are kept of the way back; the longest of Teams' own ids, of personal chats, have about 150.
_LONGEST = (
    (("serviceUrl",), 400), (("conversation", "id"), 200), (("from", "id"), 200), (("from", "aadObjectId"), 200),
    (("recipient", "id"), 120),
)  # fmt: skip


def _is_activity(body: Any) -> bool:
    """The parts everything else relies on have their types, and ids a length that can be one's."""
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        return False
    texts = ("id", "text", "serviceUrl", "channelId", "name", "replyToId")
    told = (*(body.get(name) for name in texts), *(_inside(body, *way) for way in _INSIDE))
    if not all(one is None or isinstance(one, str) for one in told):
        return False
    people = (body.get(name) for name in ("conversation", "from", "recipient"))
    if not all(isinstance(one, dict) and isinstance(one.get("id"), str) and one["id"] for one in people):
        return False
    return all(len(_inside(body, *way) or "") <= most for way, most in _LONGEST)


def _inside(node: Any, *way: str) -> Any:
    """What stands there, None where the way ends before."""
    for name in way:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _activity(body: Body) -> Activity:
    """What the SDK needs of it for its checks and its turn; we read the body itself."""
    return Activity(
        type=ActivityTypes.invoke if body["type"] == "invoke" else body["type"],
        id=body.get("id"),
        name=body.get("name"),
        channel_id=body.get("channelId"),
        service_url=body.get("serviceUrl"),
        locale="en-US",
    )
