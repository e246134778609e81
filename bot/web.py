"""The aiohttp application: health, metrics, published reports, the house's own pages, and the adapters' routes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.access import may_read_metrics, watched
from bot.limits import PageLimits
from bot.survey_limits import address_of

MAX_BODY = 1_000_000  # bytes; Slack's largest payloads are far below
_TOKEN = re.compile(r"[\w-]{16,90}", re.A)
# A request is answered, its body read, within this time: whoever sends a byte now and then holds nothing open for long.
# Slack waits three seconds and Teams fifteen.
PATIENCE = 60.0
# Pages for everybody who has the link.
OPEN_PAGES = ("/r/", "/survey/", "/archive/", "/unsubscribe/", "/review/")
TOO_OFTEN = "Too many requests came from your network. Please wait a minute and try again."
# Options of aiohttp's AppRunner. A connection that is idle, or whose next headers have not all arrived, is
# kept for a minute; a request's line and each of its headers are short, for nothing we serve has a longer one.
SERVING: Mapping[str, Any] = {
    "access_log": None,
    "keepalive_timeout": 60.0,
    "lingering_time": 5.0,
    "max_line_size": 8190,
    "max_field_size": 8190,
}
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
    """A document to serve: its bytes, content type, a file name where it is a download, for how many seconds it may be
    kept (0: not at all), and the HTTP status."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    filename: str = ""
    max_age: int = 0
    status: int = 200


def make_health(
    not_ready: Callable[[], str], stopping: Callable[[], bool] = lambda: False, public_url: str = ""
) -> web.Application:
    """Only the questions a load balancer asks. `not_ready` says what is in the way of work, or "". `stopping`: the
    process is about to end. `public_url`: with https, browsers are told to use nothing else."""
    layers = [watched(stopping), _in_time, _not_too_often(PageLimits())]
    application = web.Application(client_max_size=MAX_BODY, middlewares=layers)
    headers = SECURITY_HEADERS | (_TLS_ONLY if public_url.startswith("https:") else {})
    application.on_response_prepare.append(partial(_secure, headers))

    async def healthz(_: web.Request) -> web.Response:
        """The event loop answers, so it is alive; nothing else is asked, so that a database that is down makes nobody
        kill the process that waits for it."""
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        if reason := "stopping" if stopping() else await asyncio.to_thread(not_ready):
            return web.json_response({"status": "not ready", "reason": reason}, status=503)
        return web.json_response({"status": "ok"})

    application.router.add_get("/healthz", healthz)
    application.router.add_get("/readyz", readyz)
    return application


def add_metrics(application: web.Application, text: Callable[[], bytes], content_type: str, token: str) -> None:
    """Serve `text` to this machine, or to whoever has the token where one is set."""

    async def metrics(request: web.Request) -> web.Response:
        if not may_read_metrics(request, token):
            return web.Response(status=401 if token else 404)
        body = await asyncio.to_thread(text)
        return web.Response(body=body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    application.router.add_get("/metrics", metrics)


def make_web(
    not_ready: Callable[[], str],
    report: Callable[[str, str], Page | None],
    export: Callable[[str], Page | None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
    public_url: str = "",
) -> web.Application:
    """The health routes and reports. `report(token, format)` gives a published report as html, pdf, xlsx, md, csv or
    json, its n-th picture as chart-n.png, or None; `export(token)` an organization's data."""
    application = make_health(not_ready, stopping, public_url)

    async def show(request: web.Request) -> web.Response:
        token, _, kind = request.match_info["name"].partition(".")
        if picture := request.match_info.get("picture"):
            kind = picture if picture.endswith(".png") else "unknown"
        page = None
        if _TOKEN.fullmatch(token):
            page = await asyncio.to_thread(report, token, kind or "html")
        return _served(page)

    async def take(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        return _served(await asyncio.to_thread(export, token) if _TOKEN.fullmatch(token) else None)

    application.router.add_get("/r/{name}", show)
    application.router.add_get("/r/{name}/{picture}", show)
    application.router.add_get("/export/{token}", take, allow_head=False)
    return application


def _served(page: Page | None) -> web.Response:
    if page is None:
        return web.Response(status=404, text="There is no such report. Ask your coordinator for the link.")
    headers = {**SECURITY_HEADERS, "Content-Type": page.content_type}
    if page.max_age:
        headers["Cache-Control"] = f"public, max-age={page.max_age}"
    if page.filename:
        headers["Content-Disposition"] = f'attachment; filename="{page.filename}"'
    return web.Response(body=page.body, status=page.status, headers=headers)


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
