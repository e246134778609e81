"""The newsletter over HTTP: /archive/<token>, /unsubscribe/<token>, /review/<token>.

A link is the key: there are no cookies, so no other site can make a browser act here in somebody's name. What the
editing page saves goes through the dispatcher like everything people do; the click that unsubscribes needs no account.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy import Engine

from bot.chat.clock import Clock
from bot.chat.commands import Command, Place
from bot.chat.replies import Reply
from bot.newsletter_pages import PREVIEWS, NewsletterPages
from bot.newsletter_words import WORDS, PageWords
from bot.page_language import language_of
from bot.posted import TooLong
from bot.posted import posted as read_form
from bot.web import MAX_BODY, SECURITY_HEADERS, Page
from handlers.newsletter.review import SAVE
from storage.queries.review_links import ReviewLink
from storage.queries.subscribers import is_readers, unsubscribe

_TOKEN = re.compile(r"[\w-]{16,90}", re.A)
_DELIVERY = re.compile(r"[\w-]{16,40}", re.A)
_FIELD = re.compile(r"(?:text|base|win)_\w{1,20}|lang", re.A)
# A form is sent to the page it came from.
_FORM_HEADERS = {
    **SECURITY_HEADERS,
    "Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"].replace(
        "form-action 'none'", "form-action 'self'"
    ),
}
_MOST_FIELDS = 200
UNREADABLE = "This form could not be read. Go back with your browser and save again: what you typed is still there."
TOO_LONG = "This is too long to be saved. Go back with your browser, where all of it still is, and shorten it."
CLICKS, PER = 120, timedelta(minutes=1)  # of all readers together: the database is written to, by one at a time


class Clicks:
    """At most so many in a time, counted in this process."""

    def __init__(self, most: int, per: timedelta) -> None:
        self._most, self._per = most, per
        self._since: datetime | None = None
        self._count = 0

    def take(self, at: datetime) -> bool:
        """Whether one more may come now, and if so, count it."""
        if self._since is None or at - self._since >= self._per:
            self._since, self._count = at, 0
        self._count += 1
        return self._count <= self._most


def add_newsletter_routes(
    application: web.Application,
    pages: NewsletterPages,
    engine: Engine,
    clock: Clock,
    handle: Callable[[Command], Awaitable[Reply]],
) -> None:
    """Add the newsletter's pages. `handle`: the dispatcher's door."""
    routes = _Routes(pages, engine, clock, handle)
    application.router.add_get("/archive/{token}", routes.archive)
    application.router.add_get("/unsubscribe/{token}", routes.ask)
    application.router.add_post("/unsubscribe/{token}", routes.unsubscribe)
    application.router.add_get("/review/{token}", routes.review)
    application.router.add_post("/review/{token}", routes.save)
    application.router.add_get("/review/{token}/preview/{audience}", routes.preview)


class _Routes:
    def __init__(
        self, pages: NewsletterPages, engine: Engine, clock: Clock, handle: Callable[[Command], Awaitable[Reply]]
    ) -> None:
        self._pages, self._engine, self._clock, self._handle = pages, engine, clock, handle
        self._clicks = Clicks(CLICKS, PER)

    async def archive(self, request: web.Request) -> web.Response:
        """All editions."""
        said, token = _words(request), _token(request)
        page = await asyncio.to_thread(self._pages.archive, token, said) if token else None
        return _response(page) if page else self._missing(said)

    async def ask(self, request: web.Request) -> web.Response:
        """A page with a button: mail scanners open every link, so opening it must not unsubscribe anybody."""
        return _response(self._pages.unsubscribe(_words(request)))

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """The button, or a mail program's own (RFC 8058: a POST of `List-Unsubscribe=One-Click` without cookies)."""
        said, at = _words(request), self._clock.read()
        await request.read()
        token = _token(request)
        if not token or not await asyncio.to_thread(is_readers, self._engine, token):
            return _response(self._pages.unsubscribed(said))
        if not self._clicks.take(at):
            return _response(self._pages.notice("busy", said), 429)
        await asyncio.to_thread(unsubscribe, self._engine, token, at)
        return _response(self._pages.unsubscribed(said))

    async def review(self, request: web.Request) -> web.Response:
        """The editing page."""
        said = _words(request)
        link = await self._link(request)
        if link is None:
            return self._missing(said)
        saved = "saved" in request.query
        page = await asyncio.to_thread(self._pages.review, link, _token(request), said, saved=saved)
        return _response(page)

    async def save(self, request: web.Request) -> web.Response:
        """Store what was typed, and show the page anew; with faults, the page as it was sent with a word to each."""
        said = _words(request)
        link = await self._link(request)
        if link is None:
            return self._missing(said)
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return self._missing(said)
        try:
            posted = await read_form(request, MAX_BODY, _MOST_FIELDS)
        except TooLong:
            return web.Response(status=413, text=TOO_LONG, headers=SECURITY_HEADERS)
        except ValueError:
            return web.Response(status=400, text=UNREADABLE, headers=SECURITY_HEADERS)
        delivery = posted.get("delivery", "")
        if not _DELIVERY.fullmatch(delivery):
            return self._missing(said)
        values = {name: value for name, value in posted.items() if _FIELD.fullmatch(name)}
        reply = await self._handle(
            Command(
                "",
                link.actor,
                Place(direct=True),
                f"review:{delivery}",
                verb=SAVE,
                values={**values, "lang": said.language, "report": str(link.report_id)},
                source="form",
            )
        )
        if reply.errors is None:
            # Relative, so that a proxy may serve us under any path.
            location = f"{_token(request)}?saved=1&lang={said.language}"
            return web.Response(status=303, headers={**SECURITY_HEADERS, "Location": location})
        page = await asyncio.to_thread(self._pages.review, link, _token(request), said, values, reply.errors)
        return _response(page, 503 if reply.outcome == "not_saved" else 422)

    async def preview(self, request: web.Request) -> web.Response:
        """The edition as one audience will get it."""
        audience = request.match_info["audience"]
        link = await self._link(request) if audience in PREVIEWS else None
        if link is None:
            return self._missing(_words(request))
        return _response(await asyncio.to_thread(self._pages.preview, link, audience))

    async def _link(self, request: web.Request) -> ReviewLink | None:
        token = _token(request)
        return await asyncio.to_thread(self._pages.link, token) if token else None

    def _missing(self, said: PageWords) -> web.Response:
        return _response(self._pages.notice("missing", said), 404)


def _response(page: Page, status: int = 200) -> web.Response:
    return web.Response(body=page.body, status=status, headers={**_FORM_HEADERS, "Content-Type": page.content_type})


def _token(request: web.Request) -> str:
    """The link's token, or "" for what can be none."""
    token = request.match_info["token"]
    return token if _TOKEN.fullmatch(token) else ""


def _words(request: web.Request) -> PageWords:
    asked = request.query.get("lang", "")
    return WORDS[language_of(asked, request.headers.get("Accept-Language", ""))]
