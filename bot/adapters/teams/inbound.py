"""What Teams sends, as Commands. Pure: an activity in, a Command or None out; None means there is nothing for us in it.

A person's id is their Entra object id: it is the same for every bot and after every installation, pickers on cards
give it, and mentions on cards and new conversations take it. Only the mentions people write carry Teams' own `29:…`;
`people` puts the other in its place. A personal chat has no channel id for us: it is always the person's own.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable
from functools import wraps
from html.parser import HTMLParser
from typing import Any, TypeVar

from bot.adapters.teams.settings import PLATFORM
from bot.chat.commands import Actor, Command, Place, Source
from bot.renderers.adaptive_card import read_action

Body = dict[str, Any]
Translated = TypeVar("Translated")

LONGEST_DELIVERY = 120  # characters; an id of Teams has no limit that is written down, the key of an answer keeps 160

_MENTION = re.compile(r"<at(?:\s[^>]*)?>(.*?)</at>", re.S | re.I)
_UNSAFE = re.compile(r"[<>|\s]+")
# Typed as in Slack, or the bot's name without Teams making a mention of it.
_CALLED = re.compile(r"^\s*(?:/sip|@sipbot)\b[\s:,]*", re.I)
_THREAD = ";messageid="
_CONVERSATION = "19:"  # how the ids of channels and group chats begin


class Malformed(Exception):
    """Not what Teams sends: parts are missing or of another kind."""


def _strict(translate: Callable[[Body], Translated]) -> Callable[[Body], Translated]:
    """Raises Malformed instead of whatever a part of another kind makes of it."""

    @wraps(translate)
    def strictly(body: Body) -> Translated:
        try:
            return translate(body)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Malformed(f"{translate.__name__}: {type(error).__name__}") from error

    return strictly


def tenant_id(body: Body) -> str:
    """The Entra tenant; "" where none is told (in the Playground without a registration)."""
    inside = body.get("channelData")
    tenant = inside.get("tenant") if isinstance(inside, dict) else None
    told = tenant.get("id") if isinstance(tenant, dict) else None
    return str(told or body["conversation"].get("tenantId") or "")


def team_id(body: Body) -> str:
    """The team whose channel it is; "" elsewhere."""
    inside = body.get("channelData")
    team = inside.get("team") if isinstance(inside, dict) else None
    return str(team.get("id") or "") if isinstance(team, dict) else ""


def actor_id(account: Body) -> str:
    """A person's id for us."""
    return str(account.get("aadObjectId") or account["id"])


def conversation_id(body: Body) -> str:
    """The channel or chat, without the thread."""
    return str(body["conversation"]["id"]).partition(_THREAD)[0]


def in_thread(conversation: str, message: str) -> str:
    """The conversation that is the thread under a message of a channel."""
    return f"{conversation}{_THREAD}{message}"


def is_direct(body: Body) -> bool:
    """Only the person and the bot read here."""
    return bool(body["conversation"].get("conversationType") == "personal")


def is_targeted(body: Body) -> bool:
    """Said to the bot alone within a channel or group chat (`/` commands), so the answer can be shown in the same way.
    https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/targeted-messages"""
    return bool(body["recipient"].get("isTargeted"))


@_strict
def message(body: Body) -> Command | None:
    """Words said to the bot: what follows its mention, or stands before it where nothing follows."""
    before, after = _around_mention(body)
    text = _CALLED.sub("", after or before)
    return _command(body, "typed" if is_direct(body) else "mention", text=text)


@_strict
def words(body: Body) -> str:
    """All that was said, without the mention of the bot."""
    return " ".join(part for part in _around_mention(body) if part)


@_strict
def pressed(body: Body) -> Command | None:
    """A button or a form of a card (`adaptiveCard/action`, or a message that carries a value), or of a dialog; None for
    one that is not ours."""
    data = action_data(body)
    try:
        verb, values = read_action(data)
    except (KeyError, TypeError, AttributeError):
        return None
    source: Source = "form" if data.get("form") else "button"
    return _command(body, source, text=str(data.get("text") or ""), verb=verb, values=values)


@_strict
def extension(body: Body) -> Command | None:
    """The message extension's action, on a message (its words are the value `text`) or without one."""
    value = body["value"] if isinstance(body.get("value"), dict) else {}
    verb = value.get("commandId")
    if not isinstance(verb, str) or not verb:
        return None
    payload = value.get("messagePayload")
    content = (payload.get("body") or {}).get("content") if isinstance(payload, dict) else None
    values = {"text": plain(content)} if isinstance(content, str) else {}
    return _command(body, "shortcut", verb=verb, values=values)


def action_data(body: Body) -> Body:
    """What the pressed action carries, with the inputs beside it; {} where there is none."""
    value: Any = body.get("value")
    if body.get("name") == "adaptiveCard/action":
        value = value.get("action") if isinstance(value, dict) else None
    if body["type"] == "invoke":
        value = value.get("data") if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def plain(markup: str) -> str:
    """The words of a message that Teams gives as HTML."""
    reader = _Words()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return "\n".join(line for line in lines if line)


class _Words(HTMLParser):
    """Collects text; paragraphs, items and breaks are lines."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in ("br", "p", "div", "li", "tr"):
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def _command(body: Body, source: Source, *, text: str = "", verb: str = "", values: Body | None = None) -> Command:
    sender = body["from"]
    actor = Actor(PLATFORM, tenant_id(body), actor_id(sender), _name(sender))
    return Command(text, actor, _place(body), _delivery(body), verb, values or {}, source)


def _place(body: Body) -> Place:
    """Where it was said or pressed. The first message of a thread is in no thread."""
    if is_direct(body):
        return Place(message=_message_id(body), direct=True)
    channel, _, root = body["conversation"]["id"].partition(_THREAD)
    inside = body.get("channelData")
    told = inside.get("channel") if isinstance(inside, dict) else None
    name = (told.get("name") if isinstance(told, dict) else None) or body["conversation"].get("name") or ""
    at = _message_id(body)
    return Place(channel, root if root != at else "", at, name=str(name))


def _message_id(body: Body) -> str:
    """The message itself, or the one whose card was used."""
    if body["type"] == "message" and not isinstance(body.get("value"), dict):
        return str(body.get("id") or "")
    payload = body["value"].get("messagePayload") if isinstance(body.get("value"), dict) else None
    of_extension = payload.get("id") if isinstance(payload, dict) else None
    return str(of_extension or body.get("replyToId") or "")


def _delivery(body: Body) -> str:
    """The same for every delivery of one activity; one without an id is known by its content."""
    activity = body.get("id") or _digest(json.dumps(body, sort_keys=True))
    delivery = f"{PLATFORM}:{body['conversation']['id']}:{activity}"
    return delivery if len(delivery) <= LONGEST_DELIVERY else f"{PLATFORM}:{_digest(delivery)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _around_mention(body: Body) -> tuple[str, str]:
    """What stands before and after the first mention of the bot, with the others' as `<@id|name>` and channels as
    `<#id|name>`; ("", all) where the bot is not mentioned."""
    mentioned = _mentions(body)
    bot = body["recipient"]["id"]
    parts: list[list[str]] = [[""]]
    at = 0
    text = body.get("text") or ""
    for found in _MENTION.finditer(text):
        parts[-1].append(html.unescape(text[at : found.start()]))
        who = mentioned.get(_squash(found[0]), mentioned.get(_squash(found[1]), ""))
        if who == bot:
            if len(parts) == 1:
                parts.append([])
        else:
            name = _UNSAFE.sub(" ", html.unescape(found[1])).strip()
            sign = "#" if who.startswith(_CONVERSATION) else "@"
            parts[-1].append(f"<{sign}{who}|{name}>" if who else name)
        at = found.end()
    parts[-1].append(html.unescape(text[at:]))
    said = ["".join(part).strip(" \t\r\n\xa0,:") for part in parts]
    return (said[0], said[1]) if len(said) > 1 else ("", said[0])


def _mentions(body: Body) -> dict[str, str]:
    """The text of each mention, and its name alone -> who is meant."""
    found: dict[str, str] = {}
    for entity in body.get("entities") or []:
        who = entity.get("mentioned") if isinstance(entity, dict) and entity.get("type") == "mention" else None
        if isinstance(who, dict) and isinstance(who.get("id"), str):
            found[_squash(str(who.get("name") or ""))] = who["id"]
            found[_squash(str(entity.get("text") or ""))] = who["id"]
    found.pop("", None)
    return found


def _squash(text: str) -> str:
    return " ".join(html.unescape(text).split())


def _name(account: Body) -> str:
    return _UNSAFE.sub(" ", str(account.get("name") or "")).strip()
