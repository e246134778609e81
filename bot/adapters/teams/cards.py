"""What is sent to Teams and what invokes are answered with, around the renderer's cards.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from bot.chat.commands import Command
from bot.chat.forms import Form, FormErrors
from bot.chat.messages import Message, say
from bot.renderers.adaptive_card import dialog_card, fallback_text, form_card, message_card

Json = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
TEXT = "application/vnd.microsoft.activity.message"
DIALOG_TITLE = 64  # characters, as the manifest's taskInfo.title
OPENED = "opened"
OWN = "own"
AT_HAND = 1_000  # forms
_NO_ONE: Mapping[int, str] = {}


def activity(message: Message, mentions: Mapping[int, str] = _NO_ONE) -> Json:
    """A message as an activity; its summary is what a notification shows."""
    return card_activity(message_card(message, mentions), fallback_text(message))


def card_activity(card: Json, summary: str) -> Json:
    """A card as an activity."""
    return {"type": "message", "summary": summary, "attachments": [_attached(card)]}


def opener(form: Form, command: Command) -> Json:
    """For a channel: a card with a button that opens the form as a dialog, for whoever presses it. Their press asks
    anew, so the card itself says nothing that is in the form."""
    card = message_card(say(f"{form.title}: there is a form for it."))
    asked = {"verb": command.verb, "values": dict(command.values), "text": command.text}
    data = {"msteams": {"type": "task/fetch"}, **asked}
    card["actions"] = [{"type": "Action.Submit", "title": "Open the form", "style": "positive", "data": data}]
    return card_activity(card, form.title)


class Forms:
    """Forms as cards that remember which command they were opened by.

    Faults in what was filled in are shown on the form itself, and for that it is asked for again: the inbox keeps what
    was answered to that command, on every replica. What was drawn here lately is at hand even while the database is
    away. The seal binds it to the person, for a card's data can be forged.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode() or b"without a registration"
        self._drawn: OrderedDict[str, Form] = OrderedDict()

    def card(
        self, form: Form, opened: str, user: str, values: Mapping[str, str] | None = None,
        errors: FormErrors | None = None,
    ) -> Json:  # fmt: skip
        """The form in a chat. Raises ValueError for one that is more than Teams takes."""
        return self._sealed(form_card(form, values, errors), form, opened, user)

    def dialog(
        self, form: Form, opened: str, user: str, values: Mapping[str, str] | None = None,
        errors: FormErrors | None = None,
    ) -> Json:  # fmt: skip
        """The form in a dialog. Raises ValueError for one that is more than Teams takes."""
        return dialog(self._sealed(dialog_card(form, values, errors), form, opened, user), form.title)

    def opened_by(self, data: Json, user: str) -> str:
        """The delivery of the command that opened the form this data comes from; "" when that cannot be told."""
        opened, _, seal = str(data.get(OPENED, "")).rpartition("|")
        return opened if opened and hmac.compare_digest(seal, self._seal(opened, user)) else ""

    def drawn(self, opened: str) -> Form | None:
        """The form that this process drew lately for the command with that delivery."""
        return self._drawn.get(opened)

    def _sealed(self, card: Json, form: Form, opened: str, user: str) -> Json:
        self._drawn[opened] = form
        if len(self._drawn) > AT_HAND:
            self._drawn.popitem(last=False)
        for action in _actions(card):
            if isinstance(action.get("data"), dict):
                action["data"] |= {OPENED: f"{opened}|{self._seal(opened, user)}"}
        return card

    def _seal(self, opened: str, user: str) -> str:
        return hmac.new(self._secret, f"{user} {opened}".encode(), hashlib.sha256).hexdigest()[:32]


def own_view(card: Json) -> Json:
    """The card in place of a message in a channel, for one person: its buttons say so, because what they answer must
    not take that message away from the others."""
    for part in (card, *card["body"]):
        for action in _actions(part):
            if isinstance(action.get("data"), dict):
                action["data"] |= {OWN: True}
    return card


def _actions(card: Json) -> Iterator[Json]:
    for action in card.get("actions", []):
        yield action
        if isinstance(action.get("fallback"), dict):
            yield action["fallback"]


def replacing(card: Json) -> Json:
    """Answers a press: this card in place of the pressed one (for the others in a channel that one stays)."""
    return {"statusCode": 200, "type": CARD, "value": card}


def toast(text: str) -> Json:
    """Answers a press: a line only the person sees; the card stays as it is, with what was typed in it."""
    return {"statusCode": 200, "type": TEXT, "value": text}


def dialog(card: Json, title: str) -> Json:
    """Answers a dialog's request: open it, or go on, with this card."""
    info = {"title": title[:DIALOG_TITLE], "height": "medium", "width": "medium", "card": _attached(card)}
    return {"task": {"type": "continue", "value": info}}


def last_words(text: str) -> Json:
    """Answers a dialog's submission: these words, and the dialog is done."""
    return {"task": {"type": "message", "value": text}}


def _attached(card: Json) -> Json:
    return {"contentType": CARD, "content": card}
