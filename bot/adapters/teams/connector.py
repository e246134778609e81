"""Calls to Teams' connector: one connection, our own token, no repeats; what goes wrong is a SendError.

Calls are made here rather than by the SDK because it hides Retry-After, repeats some calls by itself and fetches a
token with a blocking call. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.adapters.teams.settings import SCOPE, TeamsSettings
from bot.adapters.waiting import asked_wait
from bot.chat.errors import SendError

TIMEOUT = aiohttp.ClientTimeout(total=15)  # seconds; stays well under the minute delivery claims a post for
EARLY = 300.0  # seconds before its end at which a token is renewed
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: to be tried again
AGAIN = frozenset((408, 412, 429, 500, 502, 503, 504))
# Of these the call may have had its effect.
UNKNOWN = frozenset((408, 500, 502, 504))
TOO_LARGE = 413
CHECK_APP = "check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID; the secret may have run out"
# https://learn.microsoft.com/microsoftteams/platform/bots/build-notification-capability#status-codes-from-bot-conversational-apis
BY_ADMIN = "BotDisabledByAdmin"
ASK_ADMIN = "an administrator has to allow the app in the Teams admin center"
REMEDIES = {
    401: CHECK_APP,
    403: "sipbot may not write there: add the app again to the team or, for a private message, to the person",
    404: "sipbot is not in that conversation any more: add the app again to the team, chat or person",
    TOO_LARGE: "the message is larger than Teams takes",
}


class Refused(SendError):
    """Teams' own answer to a call."""

    def __init__(self, what: str, status: int, reason: str = "", retry_after: float | None = None) -> None:
        way = ASK_ADMIN if reason == BY_ADMIN else REMEDIES.get(status)
        remedy = f" ({way})" if way else ""
        super().__init__(
            f"Teams answered {status} to {what}{': ' + reason if reason else ''}{remedy}",
            permanent=status not in AGAIN,
            retry_after=retry_after,
            unknown=status in UNKNOWN,
            cause=f"{status} {reason}".strip(),
            everywhere=status == 401,
        )
        self.status, self.reason = status, reason


class Connector:
    """The way out for one registration. `seconds` is the time since 1970."""

    def __init__(self, settings: TeamsSettings, seconds: Callable[[], float]) -> None:
        self._settings = settings
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None
        self._token, self._token_until = "", 0.0
        self._asking: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Open the connection."""
        self._session = aiohttp.ClientSession(timeout=TIMEOUT)

    async def stop(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def check(self) -> None:
        """Whether Microsoft gives us a token. Raises SendError."""
        await self._authorization()

    async def call(
        self, method: str, service_url: str, *path: str, body: Any = None, query: str = ""
    ) -> dict[str, Any]:
        """One call, its path in unquoted parts -> Teams' answer. Raises SendError."""
        address = f"{service_url.rstrip('/')}/v3/{'/'.join(quote(part, safe='') for part in path)}{query}"
        what = f"{method} {'/'.join(path[::2])}"
        try:
            return await self._call(method, address, what, body)
        except Refused as refused:
            if refused.status != 401 or not self._settings.app_id:
                raise
        self._token_until = 0.0  # it was taken back early; nothing was done, so once more with a new one
        return await self._call(method, address, what, body)

    async def _call(self, method: str, address: str, what: str, body: Any) -> dict[str, Any]:
        headers = await self._authorization()
        try:
            async with self._open().request(method, URL(address, encoded=True), json=body, headers=headers) as answer:
                return await _read(answer, what)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise SendError(f"Teams cannot be reached for {what}: {error}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendError(f"no answer from Teams to {what}: {error!r}", unknown=True) from error

    async def _authorization(self) -> dict[str, str]:
        if not self._settings.app_id:
            return {}
        if self._token_until - EARLY <= self._seconds():
            if self._asking is None or self._asking.done():
                self._asking = asyncio.ensure_future(self._ask_for_token())
                self._asking.add_done_callback(_heard)
            await asyncio.shield(self._asking)  # one for all who wait, whoever of them gives up
        return {"Authorization": f"Bearer {self._token}"}

    async def _ask_for_token(self) -> None:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.app_id,
            "client_secret": self._settings.app_password,
            "scope": SCOPE,
        }
        try:
            async with self._open().post(self._settings.token_url, data=form) as answer:
                refused = 400 <= answer.status < 500 and answer.status not in AGAIN
                found = await answer.json(content_type=None)
            self._token, lives = str(found["access_token"]), float(found.get("expires_in", 3600))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendError(f"Microsoft's sign-in cannot be reached: {error!r}") from error
        except (ValueError, TypeError, KeyError) as error:
            reason = f"Microsoft gave no token for the Teams app: {CHECK_APP}"
            raise SendError(reason, permanent=refused, cause="no token", everywhere=True) from error
        self._token_until = self._seconds() + lives

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise SendError("the Teams adapter is not started")
        return self._session


def _heard(asked: asyncio.Future[None]) -> None:
    """Its error is raised to those who wait; where nobody does any more, it is none."""
    if not asked.cancelled():
        asked.exception()


async def _read(answer: aiohttp.ClientResponse, what: str) -> dict[str, Any]:
    try:
        found = await answer.json(content_type=None)
    except ValueError:
        found = None
    body: dict[str, Any] = found if isinstance(found, dict) else {}
    if answer.status < 300:
        return body
    error = body.get("error")
    reason = str(error.get("code") or error.get("message") or "") if isinstance(error, dict) else ""
    raise Refused(what, answer.status, reason, asked_wait(answer.headers, 1.0 if answer.status == 429 else None))
