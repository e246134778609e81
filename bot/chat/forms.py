"""Forms as frozen data: a Slack modal, an Adaptive Card and an HTML form are drawn from the same Form.

Submitting a form sends Command(verb, values of the fields + hidden values): the same values a typed command gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.chat.messages import Block, Values

FieldKind = Literal["text", "long", "select", "multi", "check", "date", "person", "people", "file"]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `group` is a heading the platform may show above its options."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question. The value is text; `multi` and `people` give values joined by commas, `check` gives "yes" or "",
    `date` an ISO date, `person` a mention token `<@id>` or a person's id, `file` a file as text (`bot.chat.uploads`),
    whose options are the endings it may have, such as `csv`."""

    name: str
    label: str
    kind: FieldKind = "text"
    options: tuple[Option, ...] = ()
    value: str = ""
    optional: bool = False
    hint: str = ""
    placeholder: str = ""
    max_length: int = 3000


@dataclass(frozen=True, slots=True)
class Form:
    title: str
    verb: str
    fields: tuple[Field, ...]
    submit: str = "Save"
    hidden: Values = ()
    intro: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class FormErrors:
    """What is wrong with a submitted form: field name -> sentence, "" for the form as a whole. The form stays open with
    everything typed in it."""

    errors: Values
