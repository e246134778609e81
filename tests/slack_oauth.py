"""Slack's OAuth for tests, beside a `FakeSlack`: codes that are good once, refresh tokens that are good once, and a
browser that goes through our pages.

    desk = OAuthDesk(slack)
    code = desk.code("T0LARKSPUR", "Larkspur", "U0ANN00001")     # what Slack leads the browser back with
    browser = Browser(app_url)
    state = await browser.begin(token)                           # /slack/install?invite=…
    status, page = await browser.back(state=state, code=code)    # /slack/oauth_redirect?…
"""

from __future__ import annotations

import itertools
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from aiohttp import web

from tests.fake_slack import FakeSlack, Fault
from tests.slack_people import Json

CLIENT, CLIENT_SECRET = "123.456", "the client secret"
APP = "A0SIPBOT"


@dataclass(eq=False)
class OAuthDesk:
    """oauth.v2.access. `lives`: how long the tokens it gives live; None: for good."""

    slack: FakeSlack
    lives: int | None = None
    codes: dict[str, Json] = field(default_factory=dict)
    refreshing: dict[str, Json] = field(default_factory=dict)  # by refresh token that is good
    renewals: int = 0
    refused: int = 0  # renewals with a refresh token that was used before

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.slack.open_methods["oauth.v2.access"] = self._access

    def code(self, team: str, name: str, installer: str, /, **differs: Any) -> str:
        """Somebody said yes. `differs`: parts of the answer that are not as they should be."""
        code = f"code-{next(self._numbers)}"
        self.codes[code] = {
            "app_id": APP,
            "token_type": "bot",
            "bot_user_id": "U0SIPBOT01",
            "scope": "chat:write,commands",
            "team": {"id": team, "name": name},
            "enterprise": None,
            "authed_user": {"id": installer},
            "is_enterprise_install": False,
            **differs,
        }
        return code

    def token_of(self, team: str) -> str:
        """The newest bot token of a workspace."""
        return next(token for token, owner in reversed(self.slack.teams.items()) if owner == team)

    def uninstall(self, team: str) -> None:
        """Its tokens end."""
        for token in [token for token, owner in self.slack.teams.items() if owner == team]:
            del self.slack.teams[token]

    async def _access(self, request: web.Request, args: Json, fault: Fault) -> web.Response:
        wanted = "Basic " + b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        if fault.error:
            answer: Json = {"error": fault.error}
        elif request.headers.get("Authorization") != wanted:
            answer = {"error": "bad_client_secret"}
        elif args.get("grant_type") == "refresh_token":
            answer = self._renew(args["refresh_token"])
        else:
            found = self.codes.pop(args["code"], None)
            answer = {"error": "invalid_code"} if found is None else found | self._tokens(found)
        if fault.accepted and request.transport is not None:
            request.transport.close()
        return web.json_response({"ok": "error" not in answer, **answer})

    def _renew(self, refresh: str) -> Json:
        found = self.refreshing.pop(refresh, None)
        if found is None:
            self.refused += 1
            return {"error": "invalid_refresh_token"}
        self.renewals += 1
        return found | self._tokens(found)

    def _tokens(self, found: Json) -> Json:
        number = next(self._numbers)
        if self.lives is None:
            token, more = f"xoxb-{number}-secret", {}
        else:
            token, refresh = f"xoxe.xoxb-1-secret{number}", f"xoxe-1-secret{number}"
            self.refreshing[refresh] = found
            more = {"refresh_token": refresh, "expires_in": self.lives}
        if isinstance(found.get("team"), dict):
            self.slack.teams[token] = found["team"]["id"]
        return {"access_token": token, **more}


@dataclass(eq=False)
class Browser:
    """Somebody's browser: keeps our cookie, follows nothing by itself. `url`: our server."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)  # of the last answer
    asked: dict[str, str] = field(default_factory=dict)  # what Slack was asked for

    async def begin(self, invitation: str) -> str:
        """The link from IT -> the state that goes to Slack; "" where we do not lead there."""
        status, _ = await self.get(f"/slack/install?invite={invitation}")
        if status != 302:
            return ""
        self.asked = dict(parse_qsl(urlsplit(self.headers["Location"]).query))
        return self.asked["state"]

    async def back(self, **query: str) -> tuple[int, str]:
        """Slack leads back -> the status and the page."""
        return await self.get("/slack/oauth_redirect", query)

    async def get(self, path: str, query: dict[str, str] | None = None) -> tuple[int, str]:
        jar = aiohttp.DummyCookieJar()  # an ordinary one keeps a Secure cookie from http
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        async with (
            aiohttp.ClientSession(cookie_jar=jar) as session,
            session.get(
                self.url + path, params=query, headers=cookie if self.cookies else {}, allow_redirects=False
            ) as answer,
        ):
            self.headers = dict(answer.headers)
            self.cookies |= {name: morsel.value for name, morsel in answer.cookies.items()}
            return answer.status, await answer.text()
