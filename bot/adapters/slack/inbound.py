"""What Slack sends, as Commands. Pure: payload in, Command or None out; None means there is nothing for us in it.

`delivery_id` is the same for every delivery of one thing and different for two things: a message is known by channel
and timestamp (Slack sends a mention in a thread as two events), a press or a typed command by its trigger, a
submitted form by its view and what was in it (somebody who presses Save again after a time-out saves once).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from bot.chat.commands import Actor, Command, Place
from bot.renderers.slack_blocks import read_metadata, state_files, state_values

Payload = dict[str, Any]
Translated = TypeVar("Translated")

PLATFORM = "slack"
# Message shortcuts and global shortcuts by callback_id; the callback_id is the verb.
MESSAGE_SHORTCUT = "win"
GLOBAL_SHORTCUT = "update"
DIRECT = "directmessage"

# Messages of people. Everything else (edits, joins, bots …) has another subtype:
# https://docs.slack.dev/reference/events/message#subtypes
_PEOPLES = (None, "thread_broadcast", "file_share", "me_message")

# https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
_ESCAPED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>|&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


class Malformed(Exception):
    """Not what Slack sends: parts are missing or of another kind."""


def translated(translate: Callable[[Payload], Translated], body: Payload) -> Translated:
    """What one of the functions below makes of a payload. Raises Malformed."""
    try:
        found = translate(body)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Malformed(f"{translate.__name__}: {type(error).__name__}") from error
    if isinstance(found, Command):
        place, actor = found.place, found.actor
        texts = (found.text, found.verb, place.channel, place.thread, place.message, place.name)
        ids = (actor.workspace, actor.user, actor.name, *found.values, *found.values.values())
        if not all(isinstance(one, str) for one in (*texts, *ids)):
            raise Malformed(f"{translate.__name__}: something that is no text")
    return found


def unescape(text: str) -> str:
    """Slack's text as it was typed. Mentions `<@U1>`, `<#C1|forms>` stay: they are our neutral form too."""
    return _ESCAPED.sub(_typed, text)


def _typed(found: re.Match[str]) -> str:
    inside, label, entity = found.groups()
    if entity:
        return _ENTITIES[entity]
    if inside[:1] in ("@", "#"):
        return found.group()
    if inside[:1] == "!":
        word = label or inside[1:].partition("^")[0]
        return word if word.startswith("@") or "^" in inside else f"@{word}"
    address, label = unescape(inside), unescape(label or "")
    if not label:
        return address.removeprefix("mailto:")
    return label if label in address else f"{label} ({address})"


def slash_command(body: Payload) -> Command:
    """`/sip …`, as typed."""
    name = body.get("channel_name", "")
    place = Place(body.get("channel_id", ""), direct=name == DIRECT, name=_shown_name(name))
    actor = Actor(PLATFORM, body.get("team_id", ""), body["user_id"], body.get("user_name", ""))
    return Command(unescape(body.get("text", "")), actor, place, f"command:{body['trigger_id']}")


def button(body: Payload) -> Command | None:
    """A pressed button; None for one that opens a page, or that is not ours."""
    action = body["actions"][0]
    try:
        value = json.loads(action.get("value") or "")
        verb, values = str(value["verb"]), {str(name): str(item) for name, item in value["values"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return Command("", _actor(body), _place(body), f"action:{body['trigger_id']}", verb, values, "button")


def submission(body: Payload) -> Command:
    """A submitted form."""
    form = body["view"]
    verb, hidden, own = read_metadata(form.get("private_metadata", ""))
    values = {**hidden, **state_values(form["state"])}
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
    return Command("", _actor(body), load_place(own), f"form:{form['id']}:{digest}", verb, values, "form")


def files(body: Payload) -> dict[str, Payload]:
    """Field name -> the file chosen in a submitted form; its value in the Command is only its id."""
    found = state_files(body["view"]["state"])
    if not all(isinstance(file, dict) and isinstance(file.get("size") or 0, int) for file in found.values()):
        raise TypeError("a file that is none")
    return found


def inputs(body: Payload) -> list[str]:
    """The names of a submitted form's fields, in order."""
    return [str(block["block_id"]) for block in body["view"]["blocks"] if block["type"] == "input"]


def shortcut(body: Payload) -> Command | None:
    """A shortcut on a message (its text is the value `text`), or one without a message."""
    verb = body.get("callback_id", "")
    if verb not in (MESSAGE_SHORTCUT, GLOBAL_SHORTCUT):
        return None
    message = body.get("message")
    values = {"text": unescape(message.get("text", ""))} if message else {}
    return Command("", _actor(body), _place(body), f"shortcut:{body['trigger_id']}", verb, values, "shortcut")


def event(body: Payload) -> Command | None:
    """A mention, a reply in a thread, a direct message, or somebody opening the bot's home."""
    found = body["event"]
    match found["type"]:
        case "app_mention":
            return _mention(body, found)
        case "message":
            return _message(body, found)
        case "app_home_opened" if found.get("tab") == "home":
            actor = Actor(PLATFORM, body.get("team_id", ""), found["user"])
            return Command("", actor, Place(direct=True), f"event:{body['event_id']}", "home", source="home")
    return None


def happened_at(body: Payload) -> int:
    """When an event happened, in seconds since 1970; 0 where Slack does not tell."""
    at = body.get("event_time")
    return at if isinstance(at, int) and 0 < at < 2**33 else 0


def is_to_us(command: Command) -> bool:
    """Whether somebody waits for an answer: not whoever looks at the home, nor people talking among themselves."""
    if command.source == "thread" and not command.place.direct:
        return command.place.ours
    return command.source != "home"


def _mention(body: Payload, found: Payload) -> Command | None:
    if not _is_from_a_person(body, found):
        return None
    text = _after_mention(found.get("text", ""), _bot_user(body))
    return _said(body, found, text, "", "mention")


def _message(body: Payload, found: Payload) -> Command | None:
    if not _is_from_a_person(body, found):
        return None
    text, bot = found.get("text", ""), _bot_user(body)
    direct = found.get("channel_type") == "im"
    if not direct and bot and f"<@{bot}" in text:
        return None  # comes as app_mention too
    if found.get("thread_ts", found["ts"]) != found["ts"]:
        return _said(body, found, text, "reply", "thread")
    if not direct:
        return None
    return _said(body, found, re.sub(r"^\s*/sip\b\s*", "", _after_mention(text, bot)), "", "typed")


def _said(body: Payload, found: Payload, text: str, verb: str, source: Any) -> Command:
    place = Place(
        channel=found["channel"],
        thread=found.get("thread_ts", ""),
        message=found["ts"],
        direct=found.get("channel_type") == "im",
        ours=_is_under_ours(body, found),
    )
    actor = Actor(PLATFORM, found.get("team") or body.get("team_id", ""), found["user"])
    delivery = f"message:{found['channel']}:{found['ts']}"
    return Command(unescape(text).strip(), actor, place, delivery, verb, source=source, answerable=False)


def _is_from_a_person(body: Payload, found: Payload) -> bool:
    return (
        found.get("subtype") in _PEOPLES
        and not found.get("bot_id")
        and bool(found.get("user"))
        and found["user"] != _bot_user(body)
        and not found.get("hidden")
    )


def _is_under_ours(body: Payload, found: Payload) -> bool:
    """Whether we began the thread: Slack tells with a reply who did, or shows the message (`thread_broadcast`)."""
    begun_by = found.get("parent_user_id") or (found.get("root") or {}).get("user")
    return bool(begun_by) and begun_by == _bot_user(body)


def _bot_user(body: Payload) -> str:
    """Our own user id in the workspace the event comes from."""
    return next((found["user_id"] for found in body.get("authorizations") or [] if found.get("is_bot")), "")


def _after_mention(text: str, bot: str) -> str:
    """What follows the mention of the bot; what stands before it if nothing follows."""
    before, mention, after = text.partition(f"<@{bot}") if bot else (text, "", "")
    if not mention:
        return re.sub(r"^\s*<@[^>]+>\s*", "", text) if not bot else text
    after = after.partition(">")[2].strip(" \t\r\n,:")
    return after or before.strip()


def _actor(body: Payload) -> Actor:
    user = body["user"]
    # Their own workspace, not the one they are guests in through a shared channel.
    team = user.get("team_id") or (body.get("team") or {}).get("id") or ""
    return Actor(PLATFORM, team, user["id"], user.get("username") or user.get("name") or "")


def _place(body: Payload) -> Place:
    """Where a message with a button or a shortcut is. A press in App Home or in a modal has no channel."""
    channel, message, container = (body.get(name) or {} for name in ("channel", "message", "container"))
    found = channel.get("id") or container.get("channel_id", "")
    timestamp = message.get("ts") or container.get("message_ts") or body.get("message_ts", "")
    thread = message.get("thread_ts") or container.get("thread_ts", "")
    return Place(
        channel=found,
        thread=thread if thread != timestamp else "",  # the first message of a thread carries its own timestamp
        message=timestamp,
        direct=not found or channel.get("name") == DIRECT,
        name=_shown_name(channel.get("name", "")),
    )


def _shown_name(name: str) -> str:
    """Slack says "directmessage" and "privategroup" instead of a name."""
    return "" if name in (DIRECT, "privategroup") else name


def dump_place(place: Place) -> str:
    """A place as text that a modal carries, so that its submission comes from where it was opened."""
    return json.dumps([place.channel, place.thread, place.message, place.direct, place.name], separators=(",", ":"))


def load_place(text: str) -> Place:
    """The inverse of `dump_place`; nowhere for an empty text."""
    return Place(*json.loads(text)) if text else Place(direct=True)
