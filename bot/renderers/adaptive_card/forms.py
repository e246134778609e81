"""Forms as Adaptive Cards, in a chat or in a dialog, and back: what a submitted card holds as our values.

An input's id carries its field's kind (`check:consent`), so what comes back can be read without the form, and no field
can take the place of what the card itself carries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

from bot.chat.forms import Field, FieldKind, Form, FormErrors, Option
from bot.renderers.adaptive_card import limits
from bot.renderers.adaptive_card.blocks import card, elements, execute, submit
from bot.renderers.adaptive_card.text import Element, Mentions, cut, heading, literal, quiet_line, size, words
from bot.renderers.safety import clean, one_line

# Everybody in the organization, by name (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker).
PEOPLE = "graph.microsoft.com/users"

_KINDS = get_args(FieldKind)
_MENTION = re.compile(r"<@([^>|\s]+)(?:\|([^>]*))?>")
_COMMA = re.compile(r",(?![^<]*>)")  # but not the one in `<@id|Whitfield, Dana>`
_ENTRA_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)


def form_card(form: Form, values: Mapping[str, str] | None = None, errors: FormErrors | None = None) -> dict[str, Any]:
    """The form as a card in a chat. values: what was typed before, in place of the fields' own values.

    Raises ValueError for a form that is more than Teams takes.
    """
    drawn = _Drawn(form, values, errors)
    action = execute(form.submit, drawn.data, "primary")
    return drawn.fitted([heading(form.title, 1)] if one_line(form.title) else [], action)


def dialog_card(
    form: Form, values: Mapping[str, str] | None = None, errors: FormErrors | None = None
) -> dict[str, Any]:
    """The form as the card of a dialog: what it sends arrives as `task/submit`, and its title is the dialog's.

    Raises ValueError for a form that is more than Teams takes.
    """
    drawn = _Drawn(form, values, errors)
    return drawn.fitted([], submit(form.submit, drawn.data, "primary"))


def read_action(data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """(verb, values) of what a button or a form of ours sent; a form's values are its hidden ones and its fields'.

    Raises KeyError or TypeError for data that is not ours.
    """
    if "form" in data:
        return str(data["verb"]), {**_strings(data["hidden"]), **card_values(data)}
    return str(data["verb"]), _strings(data["values"])


def card_values(data: Mapping[str, Any]) -> dict[str, str]:
    """What a submitted card's inputs hold, as field name -> value; a person picked from the directory as `<@id>`."""
    values: dict[str, str] = {}
    for key, value in data.items():
        kind, _, name = key.partition(":")
        if kind in _KINDS and name:
            values[name] = _value(kind, "" if value is None else str(value))
    return values


def _strings(data: object) -> dict[str, str]:
    if not isinstance(data, Mapping):
        raise TypeError("values of a card are an object")
    return {str(name): str(value) for name, value in data.items()}


def _value(kind: str, value: str) -> str:
    match kind:
        case "check":
            return "yes" if value.lower() == "true" else ""
        case "person" | "people":
            return ",".join(f"<@{who}>" if _ENTRA_ID.fullmatch(who) else who for who in _parts(value))
        case "multi":
            return ",".join(_parts(value))
    return value


def _parts(value: str) -> list[str]:
    return [part.strip() for part in _COMMA.split(value) if part.strip()]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One drawing of a form."""

    form: Form
    values: Mapping[str, str] | None
    errors: FormErrors | None

    @property
    def data(self) -> dict[str, Any]:
        return {"verb": self.form.verb, "hidden": dict(self.form.hidden), "form": True}

    def fitted(self, title: list[Element], action: Element) -> dict[str, Any]:
        """The card; if it is too large, with the longest lists of choices cut short."""
        fields = [self._filled(field) for field in self.form.fields]
        offered = max((len(field.options) for field in fields), default=0)
        while True:
            body = [*title, *self._faults(), *elements(self.form.intro, Mentions({}))]
            body += [element for field in fields for element in self._field(field, offered)]
            made = card(body, Mentions({}), quiet_line(self.form.title) or "A form", [action])
            if size(made) <= limits.CARD:
                return made
            if offered <= 1:
                raise ValueError(f"the form {self.form.verb!r} takes {size(made)} bytes, Teams at most {limits.CARD}")
            offered = offered * 3 // 4

    def _filled(self, field: Field) -> Field:
        """The field with the value to show. Choosing nothing is leaving the field empty: a choice needs a value."""
        value = field.value if self.values is None else self.values.get(field.name, "")
        nothing = [option for option in field.options if not option.value]
        if not nothing:
            return replace(field, value=value)
        options = tuple(option for option in field.options if option.value)
        placeholder = field.placeholder or nothing[0].label
        return replace(field, value=value, options=options, optional=True, placeholder=placeholder)

    def _faults(self) -> list[Element]:
        """That nothing is stored yet, and the faults that belong to no field."""
        if self.errors is None or not self.errors.errors:
            return []
        names = {field.name for field in self.form.fields}
        general = [sentence for name, sentence in self.errors.errors if name not in names]
        return [_fault(f"Not stored yet. {' '.join(general) or 'Please see below.'}")]

    def _field(self, field: Field, offered: int) -> list[Element]:
        """The error in words, the input, the hint."""
        faults = [sentence for name, sentence in (self.errors.errors if self.errors else ()) if name == field.name]
        made = [_fault(f"Please correct: {sentence}") for sentence in faults]
        shown = _offered(field, offered)
        made.append(_input(replace(field, options=shown)))
        if field.hint and field.kind != "file":
            made.append(_note(field.hint))
        if len(shown) < len(field.options):
            made.append(_note(f"{len(shown)} of {len(field.options)} are offered here: this is what a card can hold."))
        return made


def _fault(sentence: str) -> Element:
    return words(sentence, color="Attention", weight="Bolder")


def _note(text: str) -> Element:
    return words(text, size="Small", isSubtle=True) | {"spacing": "Small"}


def _offered(field: Field, most: int) -> tuple[Option, ...]:
    """The first options, and those that are chosen."""
    chosen = set(_parts(field.value))
    return tuple(option for at, option in enumerate(field.options) if at < most or option.value in chosen)


def _input(field: Field) -> Element:
    match field.kind:
        case "text" | "long":
            return _text(field)
        case "date":
            return _date(field)
        case "check":
            return _toggle(field)
        case "file":
            return words(f"{field.label}: a file cannot be sent from a card. Paste what is in it instead.")
        case "person" | "people" if not field.options:
            return _picker(field)
        case _ if not field.options:
            return words(f"{field.label}: there is nothing to choose from yet.")
    return _choices(field)


def _labelled(kind: str, field: Field) -> Element:
    """What every input but a toggle has."""
    label = one_line(field.label) or field.name
    found: Element = {
        "type": kind,
        "id": f"{field.kind}:{field.name}",
        "label": literal(f"{label} (optional)" if field.optional else label),
    }
    if not field.optional:
        found |= {"isRequired": True, "errorMessage": quiet_line(f"Please answer “{label}”.")}
    if field.placeholder:
        found["placeholder"] = literal(one_line(field.placeholder))
    return found


def _text(field: Field) -> Element:
    found = _labelled("Input.Text", field) | {"maxLength": max(1, field.max_length)}
    if field.kind == "long":
        found["isMultiline"] = True
    if field.value:
        found["value"] = clean(field.value)
    return found


def _date(field: Field) -> Element:
    found = _labelled("Input.Date", field)
    with suppress(ValueError):  # nothing, or words that the error above the field speaks of
        found["value"] = date.fromisoformat(field.value).isoformat()
    return found


def _toggle(field: Field) -> Element:
    """Never required: a required toggle could not be answered with "no"."""
    return {
        "type": "Input.Toggle",
        "id": f"check:{field.name}",
        "title": quiet_line(field.label) or field.name,
        "value": "true" if field.value else "false",
        "wrap": True,
    }


def _choices(field: Field) -> Element:
    """One or several of the options. A value that is none of them stays a choice, so that saving does not change it."""
    several = field.kind in ("multi", "people")
    by_identity = {_identity(option.value): option.value for option in field.options}
    chosen = [by_identity.get(_identity(part), part) for part in (_parts(field.value) if several else [field.value])]
    strangers = [Option(part, _name(part)) for part in chosen if part and part not in by_identity.values()]
    found = _labelled("Input.ChoiceSet", field)
    found["choices"] = [_choice(option) for option in (*field.options, *strangers)]
    few = len(found["choices"]) <= limits.CHOICES_SHOWN
    found["style"] = ("expanded" if several else "compact") if few else "compact" if several else "filtered"
    found["wrap"] = True
    return _chosen(found, several, [part for part in chosen if part])


def _picker(field: Field) -> Element:
    """Anybody in the directory, found by typing; somebody who is not in it stays a choice."""
    chosen = {_picked(part): _name(part) for part in _parts(field.value)}
    found = _labelled("Input.ChoiceSet", field)
    found["choices"] = [_choice(Option(who, name)) for who, name in chosen.items() if not _ENTRA_ID.fullmatch(who)]
    found["choices.data"] = {"type": "Data.Query", "dataset": PEOPLE}
    return _chosen(found, field.kind == "people", list(chosen))


def _picked(value: str) -> str:
    """The directory's own id of a person in it, the way it gives it back; else a mention without the name."""
    who = _identity(value)
    return who if _ENTRA_ID.fullmatch(who) or who == value else f"<@{who}>"


def _chosen(found: Element, several: bool, chosen: list[str]) -> Element:
    if several:
        found["isMultiSelect"] = True
    if chosen:
        found["value"] = ",".join(chosen if several else chosen[:1])
    return found


def _choice(option: Option) -> Element:
    title = cut(one_line(option.label) or option.value, limits.CHOICE_TITLE)
    group = cut(one_line(option.group), limits.CHOICE_TITLE // 2)
    return {"title": quiet_line(f"{title} ({group})" if group else title), "value": option.value}


def _identity(value: str) -> str:
    """A mention's id; anything else as it is."""
    found = _MENTION.fullmatch(value.strip())
    return found.group(1) if found else value


def _name(value: str) -> str:
    found = _MENTION.fullmatch(value.strip())
    return (found.group(2) or found.group(1)) if found else value
