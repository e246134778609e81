"""Who may talk to the console: a browser on this machine, from the console's own page.

The console lets you be anybody, so it must answer nobody else: a web page elsewhere could otherwise reach it through
the visitor's browser (cross-site requests, and DNS rebinding, where a foreign name resolves to 127.0.0.1).
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.peers import is_of_this_machine

TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - a header's name
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guard(token: str) -> Middleware:
    """A middleware that refuses with 403 whatever does not come from this machine and, for writes, from our page."""

    @web.middleware
    async def middleware(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not (is_of_this_machine(request) and _is_local_name(request)):
            raise web.HTTPForbidden(text="The console answers on this machine only: open http://localhost…")
        if request.method not in ("GET", "HEAD") and not (_is_same_origin(request) and _has_token(request, token)):
            raise web.HTTPForbidden(text="This did not come from the console's own page. Reload it and try again.")
        response = await handler(request)
        response.headers.update(_HEADERS)
        return response

    return middleware


def _is_local_name(request: web.Request) -> bool:
    try:
        return urlsplit(f"//{request.host}").hostname in _LOCAL_NAMES
    except ValueError:
        return False


def _is_same_origin(request: web.Request) -> bool:
    """Browsers send Origin with every POST; its absence is a program on this machine, which needs the token anyway."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site == "same-origin" and origin in (None, f"http://{request.host}", f"https://{request.host}")


def _has_token(request: web.Request, token: str) -> bool:
    return hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), token.encode())
