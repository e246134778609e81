"""A pytest plugin: what the product's own tests make it say, as cards. `python -m pytest -p tests.browser.collecting …`

Every message a template makes, every reply, post and form becomes a card; the longest few of each kind are written to a
file of each process in the folder SIPBOT_CARDS names. A new template is among them as soon as a test of its handler uses it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from bot.chat.commands import Command, first_word
from bot.chat.compose import Composer, Fault
from bot.chat.forms import Form, FormErrors
from bot.chat.messages import Message, Span
from bot.chat.replies import Reply
from bot.dispatch import Dispatcher
from bot.renderers.adaptive_card import dialog_card, form_card, message_card
from storage.uow import Destination, UnitOfWork

KEPT = 3  # of each kind
_found: dict[str, dict[str, dict[str, Any]]] = {}


def pytest_configure() -> None:
    """Listen to the composer, the dispatcher and the outbox."""
    compose, handle, post = Composer.attempt, Dispatcher.handle, UnitOfWork.post

    @wraps(compose)
    def composing(self: Composer, name: str, **data: Any) -> tuple[Message, Fault | None]:
        message, fault = compose(self, name, **data)
        _said(name, message)
        return message, fault

    @wraps(handle)
    def handling(self: Dispatcher, command: Command, doubtful: bool = False) -> Reply:
        reply = handle(self, command, doubtful)
        if reply.message is not None:
            _said(f"reply to {command.verb or first_word(command.text)[0]}", reply.message)
        if reply.form is not None:
            _asked(reply.form)
        return reply

    @wraps(post)
    def posting(self: UnitOfWork, kind: str, to: Destination, message: Message | None, **how: Any) -> Any:
        if message is not None:
            _said(f"post {kind}", message)
        return post(self, kind, to, message, **how)

    Composer.attempt, Dispatcher.handle, UnitOfWork.post = composing, handling, posting  # type: ignore[method-assign]


def pytest_sessionfinish() -> None:
    """Write them down: kind -> its cards."""
    kept = {kind: list(cards.values()) for kind, cards in sorted(_found.items())}
    file = Path(os.environ["SIPBOT_CARDS"]) / f"{os.getpid()}.json"
    file.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def collected(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Kind -> its longest cards, of all processes."""
    _found.clear()
    for file in sorted(folder.glob("*.json")):
        for kind, cards in json.loads(file.read_text("utf-8")).items():
            for card in cards:
                _keep(kind, card)
    return {kind: list(cards.values()) for kind, cards in sorted(_found.items())}


def _keep(kind: str, card: dict[str, Any]) -> None:
    """Keep it if it is among the longest of its kind."""
    kept = _found.setdefault(kind, {})
    kept[json.dumps(card, ensure_ascii=False)] = card
    if len(kept) > KEPT:
        del kept[min(kept, key=len)]


def _said(kind: str, message: Message) -> None:
    people = {one: f"00000000-0000-4000-8000-{one:012}" for one in _mentioned(message)}
    _keep(kind, message_card(message, people))


def _mentioned(found: object) -> Iterator[int]:
    """The row ids of the people that a message mentions."""
    if isinstance(found, Span):
        yield from () if found.person is None else (found.person,)
    elif isinstance(found, tuple):
        for one in found:
            yield from _mentioned(one)
    elif is_dataclass(found):
        yield from _mentioned(tuple(getattr(found, one.name) for one in fields(found)))


def _asked(form: Form) -> None:
    """In a chat, in a dialog, and with faults."""
    faults = FormErrors(tuple((field.name, "Say it in a sentence.") for field in form.fields[:2]))
    kind = f"form {form.title}"
    _keep(kind, form_card(form))
    _keep(f"{kind} with faults", form_card(form, {field.name: field.value for field in form.fields}, faults))
    _keep(f"{kind} as a dialog", dialog_card(form))
