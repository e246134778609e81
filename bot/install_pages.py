"""`/slack/install` and `/slack/oauth_redirect`: somebody whom IT gave a link installs sipbot in their Slack workspace.

The link's invitation says to which organization the workspace will belong; without one nobody gets in. What goes to
Slack and comes back (`state`) is signed, ends after ten minutes, belongs to one browser by a cookie, and is taken once.
Whatever goes wrong is a page that says what to do; before the last step nothing is stored.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from aiohttp import web

from bot.adapters.slack import Declined
from bot.adapters.slack_manifest import REDIRECT
from bot.chat.clock import Clock
from bot.chat.compose import Composer
from bot.chat.errors import SendError
from bot.chat.grants import Grant, NotGranted
from bot.keys import STATE, Keys
from bot.pages import html_document
from bot.web import SECURITY_HEADERS
from storage.db import UNAVAILABLE
from storage.installations import Installations
from storage.tokens import digest_of

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

INSTALL = "/slack/install"
# __Host-: only this host, only by https, so that no other page of the county's domain can set it.
# https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
COOKIE = "__Host-sipbot-install"
LASTS = 600  # seconds to say yes in
_INVITE = re.compile(r"[\w-]{16,60}", re.A)
_STATE = re.compile(r"(\d{1,18})\.(\d{1,12})\.([\w-]{10,60})\.([0-9a-f]{64})\.([\w-]{20,60})", re.A)
_CODE = re.compile(r"[\x21-\x7e]{1,500}")
_WORD = re.compile(r"[a-z_]{1,60}")
_OLD_CODES = frozenset(("code_already_used", "code_expired", "invalid_code"))
STATUS = {
    "connected": 200, "invitation": 403, "state": 400, "again": 409, "denied": 403, "enterprise": 400, "elsewhere": 409,
    "name": 409, "app": 409, "meanwhile": 409, "code": 400, "settings": 502, "busy": 503, "no answer": 502,
}  # fmt: skip


class SlackOAuth(Protocol):
    """What is asked of Slack."""

    def address(self, state: str, redirect_uri: str) -> str:
        """Where somebody says yes."""

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        """The code that came with their yes -> the installation. Raises NotGranted and SendError."""


class InstallPages:
    """The two pages. `public_url`: where people, and so Slack's redirects, reach us."""

    def __init__(
        self, store: Installations, slack: SlackOAuth, keys: Keys, clock: Clock, composer: Composer, public_url: str
    ) -> None:
        self._store, self._slack, self._keys, self._clock, self._composer = store, slack, keys, clock, composer
        self._redirect_uri = public_url.rstrip("/") + REDIRECT

    def routes(self, application: web.Application) -> None:
        """Add both."""
        application.router.add_get(INSTALL, self._guarded(self.begin), allow_head=False)
        application.router.add_get(REDIRECT, self._guarded(self.finish), allow_head=False)

    async def begin(self, request: web.Request) -> web.Response:
        """To Slack, for who has a link that can still be used."""
        token = request.query.get("invite", "")
        invited = await asyncio.to_thread(self._store.invited, token) if _INVITE.fullmatch(token) else None
        if invited is None:
            raise NotGranted("invitation")
        browser = secrets.token_urlsafe(24)
        state = self._state(invited.id, browser)
        address = self._slack.address(state, self._redirect_uri)
        response = web.Response(status=302, headers={**SECURITY_HEADERS, "Location": address})
        response.set_cookie(COOKIE, browser, max_age=LASTS, path="/", secure=True, httponly=True, samesite="Lax")
        return response

    async def finish(self, request: web.Request) -> web.Response:
        """Back from Slack, with a code or an error."""
        query = request.query
        invitation_id = await self._returned(query.get("state", ""), request.cookies.get(COOKIE, ""))
        if "error" in query:
            code = _word(query["error"])
            return self._page("denied" if code == "access_denied" else "settings", code=code)
        code = query.get("code", "")
        if not _CODE.fullmatch(code):
            raise NotGranted("code")
        if await asyncio.to_thread(self._store.invited_as, invitation_id) is None:
            raise NotGranted("invitation")
        grant = await self._slack.exchange(code, self._redirect_uri)
        found = await asyncio.to_thread(self._store.install, invitation_id, grant)
        log.info("slack installed", workspace=grant.workspace, organization=found.organization)
        shown = {"organization": found.organization, "workspace": found.workspace, "is_admin": found.is_admin}
        return self._page("connected", **shown)

    def _state(self, invitation_id: int, browser: str) -> str:
        until = int(self._clock.read().timestamp()) + LASTS
        text = f"{invitation_id}.{until}.{secrets.token_urlsafe(16)}.{digest_of(browser)}"
        return f"{text}.{self._keys.sign(STATE, text)}"

    async def _returned(self, state: str, browser: str) -> int:
        """The invitation a state was made for. Raises NotGranted for one that is not ours, not this browser's, too old,
        or taken before."""
        found = _STATE.fullmatch(state)
        if found is None or not self._keys.check(STATE, state.rpartition(".")[0], found[5]):
            raise NotGranted("state")
        ours = hmac.compare_digest(digest_of(browser), found[4])
        if not ours or int(found[2]) <= self._clock.read().timestamp():
            raise NotGranted("state")
        if not await asyncio.to_thread(self._store.take, f"install:{digest_of(state)}"):
            raise NotGranted("again")
        return int(found[1])

    def _guarded(self, page: Handler) -> Handler:
        """Each way to fail is a page."""

        async def shown(request: web.Request) -> web.StreamResponse:
            try:
                return await page(request)
            except NotGranted as refusal:
                return self._page(refusal.kind)
            except SendError as error:
                log.warning("slack not installed", error=str(error))
                if not isinstance(error, Declined):
                    return self._page("no answer")
                kind = "code" if error.code in _OLD_CODES else "settings"
                return self._page(kind, code=_word(error.code))
            except UNAVAILABLE as error:
                log.error("slack not installed", error=type(error).__name__)
                return self._page("busy")

        return shown

    def _page(self, kind: str, **data: object) -> web.Response:
        return install_page(self._composer, kind, **data)


def install_page(composer: Composer, kind: str, **data: object) -> web.Response:
    """The page for what came of it; a `kind` without one of its own is Slack's not answering as it should."""
    message = composer.message("install/notice", kind=kind, **data)
    headers = {**SECURITY_HEADERS, "Content-Type": "text/html; charset=utf-8"}
    body = html_document(message).encode()
    return web.Response(body=body, status=STATUS.get(kind, STATUS["no answer"]), headers=headers)


def _word(text: str) -> str:
    """A code of Slack's, which are words; nothing else that stands in an address is shown."""
    return text if _WORD.fullmatch(text) else "unknown_error"
