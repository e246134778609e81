"""What a handler answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.chat.forms import Form, FormErrors
from bot.chat.messages import Message

Outcome = Literal["answered", "repeated", "user_error", "not_saved", "not_yet", "failed"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one command. Private to the person who asked unless `public`.

    form: open this form. errors: the submitted form has faults; keep it open. replace: the message stands in for the
    one whose button was pressed. reaction: put this emoji (by its name) on the person's own message. unsaved: the
    database could not be written, or it cannot be told yet what was answered; a platform that delivers again should.
    kept: what is stored of it and answers a second delivery, where the words themselves are told once and kept nowhere.
    outcome: how it went, for those who run sipbot; never stored, and no part of what is answered.
    """

    message: Message | None = None
    form: Form | None = None
    errors: FormErrors | None = None
    public: bool = False
    replace: bool = False
    reaction: str = ""
    unsaved: bool = False
    kept: Reply | None = None
    outcome: Outcome = field(default="answered", compare=False)
