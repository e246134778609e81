"""The aiohttp application: health, published reports, the house's own pages, and whatever routes the adapters add."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.limits import PageLimits
from bot.survey_limits import address_of

MAX_BODY = 1_000_000  # bytes; Slack's largest payloads are far below
# A request is answered, its body read, within this time: whoever sends a byte now and then holds nothing open for long.
# Slack waits three seconds and Teams fifteen.
PATIENCE = 60.0
# Pages for everybody who has the link.
OPEN_PAGES = ("/r/", "/survey/", "/archive/", "/unsubscribe/", "/review/")
TOO_OFTEN = "Too many requests came from your network. Please wait a minute and try again."
# Options of aiohttp's AppRunner. An idle connection is kept for a minute; a request's line and each of its headers are
# short, for nothing we serve has a longer one.
SERVING: Mapping[str, Any] = {
    "access_log": None,
    "keepalive_timeout": 60.0,
    "lingering_time": 5.0,
    "max_line_size": 8190,
    "max_field_size": 8190,
}
_TOKEN = re.compile(r"[\w-]{16,60}", re.A)
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
# For browsers that were here once: never without TLS again, for a year. https://www.rfc-editor.org/rfc/rfc6797
_TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


@dataclass(frozen=True, slots=True)
class Page:
    """A document to serve: its bytes, content type, a file name where it is a download, and for how many seconds it may
    be kept (0: not at all)."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    filename: str = ""
    max_age: int = 0


def make_web(
    ready: Callable[[], bool],
    report: Callable[[str, str], Page | None],
    *,
    public_url: str = "",
) -> web.Application:
    """`ready` says whether the database answers and has the right shape. `report(token, format)` gives a published
    report as html, pdf, xlsx, md, csv or json, its n-th picture as chart-n.png, or None. `public_url`: with https,
    browsers are told to use nothing else."""
    application = web.Application(client_max_size=MAX_BODY, middlewares=[_in_time, _not_too_often(PageLimits())])
    headers = SECURITY_HEADERS | (_TLS_ONLY if public_url.startswith("https:") else {})
    application.on_response_prepare.append(partial(_secure, headers))

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        good = await asyncio.to_thread(ready)
        return web.json_response({"status": "ok" if good else "not ready"}, status=200 if good else 503)

    async def show(request: web.Request) -> web.Response:
        token, _, kind = request.match_info["name"].partition(".")
        if picture := request.match_info.get("picture"):
            kind = picture if picture.endswith(".png") else "unknown"
        page = None
        if _TOKEN.fullmatch(token):
            page = await asyncio.to_thread(report, token, kind or "html")
        if page is None:
            return web.Response(status=404, text="There is no such report. Ask your coordinator for the link.")
        headers = {**SECURITY_HEADERS, "Content-Type": page.content_type}
        if page.max_age:
            headers["Cache-Control"] = f"public, max-age={page.max_age}"
        if page.filename:
            headers["Content-Disposition"] = f'attachment; filename="{page.filename}"'
        return web.Response(body=page.body, headers=headers)

    application.router.add_get("/healthz", healthz)
    application.router.add_get("/readyz", readyz)
    application.router.add_get("/r/{name}", show)
    application.router.add_get("/r/{name}/{picture}", show)
    return application


async def _secure(wanted: Mapping[str, str], _: web.Request, response: web.StreamResponse) -> None:
    """Every response, also of an address or a method there is not and of a fault: what a page says itself stays."""
    for name, value in wanted.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "sipbot"  # not which version of what is to be attacked


@web.middleware
async def _in_time(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """408 to a request whose body does not arrive."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await handler(request)
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="That took too long. Please try again.") from None


def _not_too_often(limits: PageLimits) -> Middleware:
    """429 to an address that asks for page after page of those that everybody with a link may open."""

    @web.middleware
    async def middleware(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith(OPEN_PAGES):
            forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
            address = address_of(request.remote or "", forwarded)
            if not limits.take(address, asyncio.get_running_loop().time()):
                raise web.HTTPTooManyRequests(text=TOO_OFTEN, headers={"Retry-After": "60"})
        return await handler(request)

    return middleware


def add_document(application: web.Application, path: str, document: Callable[[], Page]) -> None:
    """Serve a page that is for everybody."""

    async def show(_: web.Request) -> web.Response:
        page = document()
        return web.Response(body=page.body, headers={**SECURITY_HEADERS, "Content-Type": page.content_type})

    application.router.add_get(path, show)
