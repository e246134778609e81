"""What nobody can type and no database keeps, taken out of a Command at the door, for all platforms in one place.

A platform's ids are checked, not mended: a Command whose person cannot be told is nobody's.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace

from bot.chat.commands import Actor, Command, Place
from bot.chat.errors import UserError
from bot.chat.writable import writable

# Slack's longest message; Teams' are shorter. https://docs.slack.dev/changelog/2018-truncating-really-long-messages
LONGEST_TEXT = 40_000
LONGEST_VALUES = 1_600_000  # of a form together: a file as text (`bot.chat.uploads`), and words beside it
MOST_VALUES = 300
LONGEST_DELIVERY = 120  # an id of this length fits wherever it is kept, also with what we write before it
LONGEST_ID = 80  # of a person and of a workspace
LONGEST_PLACE = 120  # of a channel, a thread, a message
_LONGEST_NAME = 200


class Nobodys(Exception):
    """The platform's ids in a Command cannot be its ids; there is nobody to answer."""


def readable(command: Command) -> Command:
    """The Command with texts that can be written; names as long as they are kept, a delivery id as long as fits. Raises
    Nobodys."""
    _check(command.actor, command.place)
    actor, place = command.actor, command.place
    return replace(
        command,
        text=writable(command.text),
        verb=writable(command.verb),
        values={writable(name): writable(value) for name, value in command.values.items()},
        actor=replace(actor, name=_name(actor.name), email=_name(actor.email)),
        place=replace(place, name=_name(place.name)),
        delivery_id=_delivery(command.delivery_id),
    )


def check_size(command: Command) -> None:
    """Raises UserError for more than any message or form holds."""
    if len(command.text) > LONGEST_TEXT:
        raise UserError(f"That is longer than {LONGEST_TEXT:,} characters. Send it in parts, please.")
    if len(command.values) > MOST_VALUES or sum(map(len, command.values.values())) > LONGEST_VALUES:
        raise UserError("That is more than one form can hold. Send it in parts, please.")


def _check(actor: Actor, place: Place) -> None:
    ids = (actor.workspace, actor.user)
    places = (place.channel, place.thread, place.message)
    told = [getattr(one, field.name) for one in (actor, place) for field in fields(one) if field.type != "bool"]
    if not all(isinstance(text, str) for text in told) or not actor.user:
        raise Nobodys("an id that is no text")
    if any(len(one) > LONGEST_ID for one in ids) or any(len(one) > LONGEST_PLACE for one in places):
        raise Nobodys("an id that is too long")
    if not all(one.isprintable() for one in (*ids, *places)):
        raise Nobodys("an id that cannot be read")


def _name(text: str) -> str:
    return writable(text)[:_LONGEST_NAME]


def _delivery(delivery: str) -> str:
    """A longer one becomes its digest: it only has to be the same for the same delivery."""
    if not delivery:
        raise Nobodys("no delivery")
    if len(delivery) <= LONGEST_DELIVERY and delivery.isprintable():
        return delivery
    return "long:" + hashlib.sha256(delivery.encode("utf-8", "surrogatepass")).hexdigest()
