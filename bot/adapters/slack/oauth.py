"""Slack's OAuth: the address to install at, and tokens for a code or for a refresh token.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urljoin

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.outbound import TIMEOUT, Refused, refused
from bot.chat.errors import SendError
from bot.chat.grants import Grant, NotGranted, Tokens

_WORKSPACE = re.compile(r"T[A-Z0-9]{2,30}")
_ID = re.compile(r"[A-Z0-9]{2,30}")
_TOKEN = re.compile(r"xox[a-z0-9.-]{1,20}-[\x21-\x7e]{1,500}", re.I)
_METHOD = "oauth.v2.access"


class OAuth:
    """One Slack app's. `api_url` is the Web API's; the page to install at is on the same host."""

    def __init__(self, client_id: str, client_secret: str, api_url: str) -> None:
        self.client_id, self._client_secret, self._api_url = client_id, client_secret, api_url

    def __repr__(self) -> str:
        return f"<OAuth of {self.client_id}>"

    def address(self, state: str, scopes: list[str], redirect_uri: str) -> str:
        """Where somebody says yes."""
        query = {"client_id": self.client_id, "scope": ",".join(scopes), "state": state, "redirect_uri": redirect_uri}
        return f"{urljoin(self._api_url, '/oauth/v2/authorize')}?{urlencode(query)}"

    async def exchange(self, session: aiohttp.ClientSession, code: str, redirect_uri: str) -> Grant:
        """The code that came with their yes -> the installation. Raises NotGranted and SendError."""
        return _grant(await self._call(session, code=code, redirect_uri=redirect_uri))

    async def renew(self, session: aiohttp.ClientSession, refresh_token: str) -> Tokens:
        """The next tokens; the refresh token cannot be used again. Raises SendError."""
        found = await self._call(session, grant_type="refresh_token", refresh_token=refresh_token)
        try:
            return _tokens(found)
        except NotGranted:
            raise SendError("Slack's answer to the renewal of a token has none", permanent=True) from None

    async def _call(self, session: aiohttp.ClientSession, **arguments: str) -> dict[str, Any]:
        # retry_handlers=[]: a code and a refresh token are good for one use.
        client = AsyncWebClient(base_url=self._api_url, timeout=TIMEOUT, session=session, retry_handlers=[])
        try:
            answer = await client.oauth_v2_access(
                client_id=self.client_id, client_secret=self._client_secret, **arguments
            )
        except SlackApiError as error:
            raise _declined(refused(_METHOD, error)) from None  # the error has Slack's whole answer with it
        except aiohttp.ClientConnectorError as error:
            raise SendError(f"Slack cannot be reached for {_METHOD}: {error}") from None
        except (aiohttp.ClientError, SlackClientError, TimeoutError, ValueError) as error:
            raise SendError(f"no answer from Slack to {_METHOD}: {type(error).__name__}", unknown=True) from None
        return answer.data if isinstance(answer.data, dict) else {}


class Declined(SendError):
    """Slack said no, and will again; `code` is its word for why."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text, permanent=True)
        self.code = code


def _declined(error: SendError) -> SendError:
    if isinstance(error, Refused) and not error.unknown and error.retry_after is None:
        return Declined(str(error), error.code)
    return error


def _grant(found: dict[str, Any]) -> Grant:
    """Slack's answer, each part what it should be."""
    if found.get("is_enterprise_install"):
        raise NotGranted("enterprise")
    team, installer = found.get("team"), found.get("authed_user")
    if not isinstance(team, dict) or not isinstance(installer, dict):
        raise NotGranted("incomplete")
    if not _WORKSPACE.fullmatch(str(team.get("id"))) or found.get("token_type") != "bot":
        raise NotGranted("incomplete")
    if not all(_ID.fullmatch(str(one)) for one in (found.get("app_id"), found.get("bot_user_id"), installer.get("id"))):
        raise NotGranted("incomplete")
    return Grant(
        workspace=team["id"],
        name=str(team.get("name") or team["id"]).replace("\0", "")[:200],
        app=found["app_id"],
        bot_user=found["bot_user_id"],
        scopes=str(found.get("scope", "")).replace("\0", ""),
        installer=installer["id"],
        tokens=_tokens(found),
    )


def _tokens(found: dict[str, Any]) -> Tokens:
    bot, refresh, lives = found.get("access_token"), found.get("refresh_token") or "", found.get("expires_in")
    if not _TOKEN.fullmatch(str(bot)) or (refresh and not _TOKEN.fullmatch(str(refresh))):
        raise NotGranted("incomplete")
    ends = isinstance(lives, (int, float)) and not isinstance(lives, bool) and bool(refresh)
    return Tokens(str(bot), str(refresh) if ends else "", float(lives) if ends and lives is not None else None)
