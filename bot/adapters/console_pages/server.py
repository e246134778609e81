"""The console over HTTP: one page, its files, its state as JSON, and what people do as POST requests."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import web

from bot.adapters.console_pages import views
from bot.adapters.console_pages.chat import ConsoleChat, Where
from bot.adapters.console_pages.guard import guard
from bot.adapters.console_pages.types import BOT, DIRECT, JOURNEYS, ConsolePerson
from bot.chat.codec import from_json
from bot.chat.errors import UserError
from bot.chat.forms import Form
from bot.chat.replies import Reply
from bot.chat.uploads import LARGEST
from bot.renderers.html import STYLES, words

_FILES = STYLES / "console"
_ASSETS: dict[str, tuple[Path, str]] = {
    "blocks.css": (STYLES / "blocks.css", "text/css"),
    "console.css": (_FILES / "console.css", "text/css"),
    "icon.svg": (_FILES / "icon.svg", "image/svg+xml"),
    "console.js": (_FILES / "console.js", "text/javascript"),
    "composer.js": (_FILES / "composer.js", "text/javascript"),
    "net.js": (_FILES / "net.js", "text/javascript"),
    "dialog.js": (_FILES / "dialog.js", "text/javascript"),
}
_FIRST, _MOST = 100, 1000  # messages shown at first, and at most after "Earlier messages"
_MOST_BODY = 2 * LARGEST  # bytes; a file's text is a third longer than the file
Body = Mapping[str, Any]


def add_routes(web_app: web.Application, chat: ConsoleChat) -> None:
    """Add /console and what is under it."""
    token = secrets.token_urlsafe(32)
    pages = _Pages(chat, token)
    app = web.Application(middlewares=[guard(token)])
    app.router.add_get("", pages.shell)
    app.router.add_get("/state", pages.state)
    app.router.add_get("/assets/{name}", pages.asset)
    for path, act in (
        ("/say", pages.say),
        ("/press", pages.press),
        ("/submit", pages.submit),
        ("/win", pages.win),
        ("/home", pages.home),
        ("/read", pages.read),
        ("/travel", pages.travel),
    ):
        app.router.add_post(path, _acting(act))
    web_app.add_subapp("/console", app)


class _Malformed(Exception):
    """A request that our own page would not send."""


def _acting(act: Callable[[Body], Awaitable[dict[str, Any]]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A POST handler: JSON in, JSON out; what a person can put right comes back as a sentence with status 422."""

    async def handler(request: web.Request) -> web.Response:
        try:
            return web.json_response(await act(await _body(request)))
        except UserError as error:
            return web.json_response({"problem": error.text}, status=422)
        except _Malformed as error:
            raise web.HTTPBadRequest(text=f"not a request of the console's page: {error}") from error

    return handler


async def _body(request: web.Request) -> Body:
    try:
        # The limit of an application inside another is never asked, so the request is given its own.
        body = await request.clone(client_max_size=_MOST_BODY).json()
    except ValueError as error:
        raise _Malformed("no JSON") from error
    if not isinstance(body, dict):
        raise _Malformed("no object")
    return body


def _text(body: Body, name: str) -> str:
    if not isinstance(body.get(name), str):
        raise _Malformed(name)
    return str(body[name])


def _values(body: Body) -> dict[str, str]:
    values = body.get("values")
    if not isinstance(values, dict):
        raise _Malformed("values")
    return {str(name): str(value) for name, value in values.items()}


def _form(body: Body) -> Form:
    try:
        form = from_json(_text(body, "form"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _Malformed("form") from error
    if not isinstance(form, Form):
        raise _Malformed("form")
    return form


def _where(body: Body) -> Where:
    """Whose hand, and where; what is done on the home page belongs to the direct messages."""
    user, place = _text(body, "as"), _text(body, "in")
    channel = DIRECT + user if place == views.HOME else place
    return Where(user, channel, str(body.get("thread", "")), str(body.get("message", "")))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose page, which place, which thread, how many messages."""

    person: ConsolePerson
    place: str
    thread: str
    limit: int


class _Pages:
    """The requests. Store and world are read in worker threads."""

    def __init__(self, chat: ConsoleChat, token: str) -> None:
        self._chat, self._token = chat, token

    async def shell(self, request: web.Request) -> web.Response:
        """The page itself; its messages are in it from the start."""
        html = await asyncio.to_thread(self._shell, request.query)
        return web.Response(text=html, content_type="text/html")

    async def asset(self, request: web.Request) -> web.Response:
        """A style sheet or a script."""
        if request.match_info["name"] not in _ASSETS:
            raise web.HTTPNotFound
        path, kind = _ASSETS[request.match_info["name"]]
        text = await asyncio.to_thread(path.read_text, "utf-8")
        return web.Response(text=text, content_type=kind)

    async def state(self, request: web.Request) -> web.Response:
        """Everything that may have changed on the page."""
        return web.json_response(await asyncio.to_thread(self._state, request.query))

    async def say(self, body: Body) -> dict[str, Any]:
        """The composer."""
        reply = await self._chat.says(_where(body), _text(body, "text"), _text(body, "delivery_id"))
        return await self._shown(reply)

    async def press(self, body: Body) -> dict[str, Any]:
        """A button."""
        verb, delivery = _text(body, "verb"), _text(body, "delivery_id")
        return await self._shown(await self._chat.presses(_where(body), verb, _values(body), delivery))

    async def submit(self, body: Body) -> dict[str, Any]:
        """A form; with faults it comes back with them and with all that was typed."""
        form, values = _form(body), _values(body)
        reply = await self._chat.submits(_where(body), form, values, _text(body, "delivery_id"))
        if reply.errors:
            people = await asyncio.to_thread(self._chat.world.people)
            return {"form": views.form_page(form, people, values, reply.errors)}
        return await self._shown(reply)

    async def win(self, body: Body) -> dict[str, Any]:
        """The menu of a message."""
        return await self._shown(await self._chat.tells_win(_where(body), _text(body, "delivery_id")))

    async def home(self, body: Body) -> dict[str, Any]:
        """The home page."""
        message = await self._chat.opens_home(_text(body, "as"), _text(body, "delivery_id"))
        return {"html": views.home(message)}

    async def read(self, body: Body) -> dict[str, Any]:
        """The person has this place before their eyes."""
        await asyncio.to_thread(self._chat.store.mark_read, _text(body, "as"), _text(body, "in"))
        return {}

    async def travel(self, body: Body) -> dict[str, Any]:
        """A button of the clock."""
        kind = _text(body, "kind")
        if kind not in JOURNEYS:
            raise _Malformed("kind")
        return {"status": await self._chat.world.travel(kind)}

    async def _shown(self, reply: Reply) -> dict[str, Any]:
        """What the page has to do after a reply: open a form; `answered` says where to look for its words."""
        answer: dict[str, Any] = {"answered": bool(reply.message)}
        if reply.form:
            people = await asyncio.to_thread(self._chat.world.people)
            answer["form"] = views.form_page(reply.form, people)
        return answer

    def _asked(self, query: Mapping[str, str]) -> _Asked:
        """The page asked for, or the nearest there is: a stale address still opens something."""
        people = self._chat.world.people()
        if not people:
            raise web.HTTPServiceUnavailable(text="There is nobody in this county yet. Import a plan first.")
        person = next((one for one in people if one.user == query.get("as")), people[0])
        places = [views.HOME, DIRECT + person.user, *(one.id for one in self._chat.channels(person.user))]
        place = query.get("in", "")
        limit = query.get("limit", "")
        return _Asked(
            person,
            place if place in places else places[-1] if len(places) == 2 else places[2],
            query.get("thread", ""),
            min(int(limit), _MOST) if limit.isdecimal() and len(limit) < 10 else _FIRST,
        )

    def _state(self, query: Mapping[str, str]) -> dict[str, Any]:
        asked = self._asked(query)
        world, store, user = self._chat.world, self._chat.store, asked.person.user
        channels = self._chat.channels(user)
        now = world.time()
        names = {channel.id: channel.name for channel in channels}
        messages = [] if asked.place == views.HOME else store.messages(asked.place, user, asked.limit)
        drawn = views.rows(messages, user, now.tzinfo)
        title = "Home" if asked.place == views.HOME else names.get(asked.place, BOT)
        sign = "#" * (asked.place in names)
        if not drawn and asked.place != views.HOME:
            drawn = [views.Row("empty", views.empty(sign + title, not sign))]
        return {
            "user": user,
            "role": asked.person.role,
            "place": asked.place,
            "title": title,
            "icon": "hash" if sign else "home" if asked.place == views.HOME else "bot",
            "label": "Message " + (sign + title),
            "clock": views.clock_words(now),
            "sidebar": views.sidebar(channels, store.unread(user), user, asked.place),
            "messages": [asdict(row) for row in drawn],
            "more": len(messages) == asked.limit < _MOST,
            "thread": self._thread(asked),
        }

    def _thread(self, asked: _Asked) -> list[dict[str, str]] | None:
        said = self._chat.store.thread(asked.thread, asked.person.user) if asked.thread else []
        if not said or said[0].channel != asked.place:
            return None
        zone = self._chat.world.time().tzinfo
        return [asdict(row) for row in views.rows(said, asked.person.user, zone, in_thread=True)]

    def _shell(self, query: Mapping[str, str]) -> str:
        state = self._state(query)
        world = self._chat.world
        people = world.people()
        known = {
            "commands": [{"usage": f"/sip {usage}", "summary": summary} for usage, summary in world.commands()],
            "people": [person.name for person in people],
        }
        template = Template((_FILES / "shell.html").read_text("utf-8"))
        return template.substitute(
            token=words(self._token),
            people=views.people_options(people, state["user"]),
            role=words(state["role"]),
            sidebar=state["sidebar"],
            clock=words(state["clock"]),
            title=words(state["title"]),
            icon=state["icon"],
            label=words(state["label"]),
            state=words(json.dumps(state)),
            known=words(json.dumps(known)),
        )
