"""Forms as frozen data: a Slack modal, an Adaptive Card and an HTML form are drawn from the same Form.

Submitting a form sends Command(verb, values of the fields + hidden values): the same values a typed command gives.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.chat.messages import Block, Values

_NAME = re.compile(r"(<@[^<>|]+)\|[^<>]*>")  # `<@U1|Ann Ortiz>` is `<@U1>`
FieldKind = Literal["text", "long", "select", "multi", "check", "date", "person", "people", "file"]

HOLDS = 3_000  # characters: a text field of a Slack form holds no more


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
    max_length: int = HOLDS


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


def marked(form: Form) -> Form:
    """The form with a hidden `base_<field>` for each field: a short mark of the value it is opened with."""
    marks = tuple((f"base_{field.name}", _mark(field, field.value)) for field in form.fields)
    return replace(form, hidden=(*form.hidden, *marks))


def up_to_date(values: Mapping[str, str], now: Form) -> dict[str, str]:
    """What a marked form brought, with each field that the person left as it was opened as it is `now`: nothing that
    somebody else has changed since is put back."""
    given = ((field, _mark(field, values.get(field.name, ""))) for field in now.fields)
    alone = {field.name: field.value for field, mark in given if mark == values.get(f"base_{field.name}")}
    return {**values, **alone}


def _mark(field: Field, value: str) -> str:
    """The same however the platform gives the value back: with CRLF, in another order, with a name in a mention."""
    text = "\n".join(_NAME.sub(r"\1>", value).splitlines()).strip()
    if field.kind in ("multi", "people"):
        text = ",".join(sorted(text.split(",")))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
