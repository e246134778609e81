"""Around every HTTP request: its reference, its line in the log, and a polite good-bye while the process stops."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from structlog.contextvars import bound_contextvars

from bot.logs import new_reference
from bot.peers import is_of_this_machine

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_PROBES = frozenset(("/healthz", "/readyz", "/metrics"))  # asked every few seconds: no news unless they fail
_FAULT = 500


def watched(stopping: Callable[[], bool]) -> Any:
    """The middleware. A request is logged by its route, never by its path, which may hold a page's secret link. Once
    `stopping`, answers close their connection, so that none is idle when the listener closes and a client that uses it
    again is not cut off."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        began, status, reference = time.perf_counter(), _FAULT, new_reference()
        with bound_contextvars(reference=reference):
            try:
                response = await handler(request)
                status = response.status
                if stopping():
                    response.force_close()
                return response
            except web.HTTPException as answer:
                status = answer.status
                if stopping():
                    answer.force_close()
                raise
            finally:
                _note(request, status, began)

    return around


def _note(request: web.Request, status: int, began: float) -> None:
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "(none)"
    if route not in _PROBES or status >= _FAULT:
        took = round((time.perf_counter() - began) * 1000, 1)
        log.info("request", method=request.method, route=route, status=status, ms=took)


def may_read_metrics(request: web.Request, token: str) -> bool:
    """With the token as a bearer; without one set, only from this machine itself and not through a proxy on it."""
    if token:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, f"Bearer {token}".encode())
    return is_of_this_machine(request)
