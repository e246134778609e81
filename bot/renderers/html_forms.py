"""Form -> an HTML form: labels, hints and errors tied to their fields, an error summary, and what was typed kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import Message
from bot.chat.uploads import LARGEST
from bot.renderers.html import to_html, words
from bot.renderers.safety import one_line

_MENTION = re.compile(r"<@([^>|\s]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class FormWords:
    """The words that every form has, in the page's language."""

    optional: str = "(optional)"
    choose: str = "Choose …"
    not_stored: str = "Not stored yet:"


ENGLISH = FormWords()


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A field with what this drawing of it needs: its id, its value, its error, its choices and the form's words."""

    field: Field
    id: str
    value: str
    error: str
    options: tuple[Option, ...]
    said: FormWords

    @property
    def described_by(self) -> str:
        """The attributes that tie hint and error to the control."""
        ids = [f"{self.id}-hint"] * bool(self.field.hint) + [f"{self.id}-error"] * bool(self.error)
        described = f' aria-describedby="{" ".join(ids)}"' if ids else ""
        return described + (' aria-invalid="true"' if self.error else "")

    @property
    def required(self) -> str:
        return "" if self.field.optional else " required"

    def has(self, option: Option) -> bool:
        return _person(option.value) in {_person(part) for part in self.value.split(",")}


def form_html(
    form: Form,
    values: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
    *,
    people: tuple[Option, ...] = (),
    prefix: str = "form",
    said: FormWords = ENGLISH,
) -> str:
    """The form as one `<form method="post" data-verb=…>`, without its title.

    values: what was typed before, in place of the fields' own values. people: the choices of `person` and `people`
    fields that bring none. prefix: begins every id, so that two forms can share a page. said: its own few words.
    """
    faults = dict(errors.errors) if errors else {}
    hidden = "".join(
        f'<input type="hidden" name="{words(name)}" value="{words(value)}">' for name, value in form.hidden
    )
    fields = [
        _Drawn(
            field,
            f"{prefix}-{index}",
            field.value if values is None else values.get(field.name, ""),
            faults.get(field.name, ""),
            field.options or (people if field.kind in ("person", "people") else ()),
            said,
        )
        for index, field in enumerate(form.fields)
    ]
    return (
        f'<form method="post" class="form" data-verb="{words(form.verb)}">{hidden}{_summary(fields, faults, said)}'
        f"{to_html(Message(form.intro), top=3)}{''.join(map(_field, fields))}"
        f'<div class="actions"><button type="submit" class="button primary">{words(one_line(form.submit))}</button>'
        "</div></form>"
    )


def _summary(fields: list[_Drawn], faults: Mapping[str, str], said: FormWords) -> str:
    """All errors at the top, each a link to its field; one that names no field of ours is shown as it is."""
    if not faults:
        return ""
    ids = {drawn.field.name: (drawn.id, one_line(drawn.field.label)) for drawn in fields}
    lines = []
    for name, sentence in faults.items():
        if name in ids:
            target, label = ids[name]
            lines.append(f'<li><a href="#{words(target)}">{words(label)}</a>: {words(sentence)}</li>')
        else:
            lines.append(f"<li>{words(sentence)}</li>")
    return (
        f'<div class="errors" role="alert" tabindex="-1"><p>{words(said.not_stored)}</p><ul>{"".join(lines)}</ul></div>'
    )


def _field(drawn: _Drawn) -> str:
    match drawn.field.kind:
        case "check":
            return _check(drawn)
        case "multi" | "people":
            return _boxes(drawn)
        case "select" | "person":
            return _labelled(drawn, _select(drawn))
        case "long":
            return _labelled(drawn, _long(drawn))
        case "text" | "date":
            return _labelled(drawn, _input(drawn))
        case "file":
            return _labelled(drawn, _file(drawn))
    raise TypeError(f"the html renderer does not know a {drawn.field.kind!r} field")


def _label_words(drawn: _Drawn) -> str:
    optional = f' <span class="optional">{words(drawn.said.optional)}</span>' if drawn.field.optional else ""
    return words(one_line(drawn.field.label)) + optional


def _notes(drawn: _Drawn) -> str:
    hint = f'<p class="hint" id="{drawn.id}-hint">{words(drawn.field.hint)}</p>' if drawn.field.hint else ""
    return hint + (f'<p class="error" id="{drawn.id}-error">{words(drawn.error)}</p>' if drawn.error else "")


def _labelled(drawn: _Drawn, control: str) -> str:
    label = f'<label for="{drawn.id}">{_label_words(drawn)}</label>'
    return f'<div class="field">{label}{_notes(drawn)}{control}</div>'


def _common(drawn: _Drawn) -> str:
    return f'id="{drawn.id}" name="{words(drawn.field.name)}"{drawn.required}{drawn.described_by}'


def _input(drawn: _Drawn) -> str:
    kind = "date" if drawn.field.kind == "date" else "text"
    limit = f' maxlength="{drawn.field.max_length}"' if kind == "text" else ""
    hint = f' placeholder="{words(drawn.field.placeholder)}"' if drawn.field.placeholder else ""
    return f'<input type="{kind}" {_common(drawn)}{limit}{hint} value="{words(drawn.value)}">'


def _file(drawn: _Drawn) -> str:
    """`data-most`: bytes the file may have; the page's script, which reads it, says so before it is sent."""
    endings = ",".join(f".{option.value}" for option in drawn.options)
    return f'<input type="file" {_common(drawn)} accept="{words(endings)}" data-most="{LARGEST}">'


def _long(drawn: _Drawn) -> str:
    hint = f' placeholder="{words(drawn.field.placeholder)}"' if drawn.field.placeholder else ""
    # A line end right after the tag is swallowed by the parser, so one is given to it.
    attributes = f'{_common(drawn)} rows="4" maxlength="{drawn.field.max_length}"{hint}'
    return f"<textarea {attributes}>\n{words(drawn.value)}</textarea>"


def _select(drawn: _Drawn) -> str:
    """A list of choices; a value that is none of them stays selectable, so that saving does not change it."""
    options = [_option("", drawn.field.placeholder or drawn.said.choose, False)]
    for group, members in groupby(drawn.options, key=lambda option: option.group):
        lines = "".join(_option(option.value, option.label, drawn.has(option)) for option in members)
        options.append(f'<optgroup label="{words(one_line(group))}">{lines}</optgroup>' if group else lines)
    if drawn.value and not any(drawn.has(option) for option in drawn.options):
        options.append(_option(drawn.value, drawn.value, True))
    return f"<select {_common(drawn)}>{''.join(options)}</select>"


def _option(value: str, label: str, selected: bool) -> str:
    return f'<option value="{words(value)}"{" selected" * selected}>{words(one_line(label))}</option>'


def _boxes(drawn: _Drawn) -> str:
    boxes = "".join(
        f'<label class="choice"><input type="checkbox" name="{words(drawn.field.name)}" value="{words(option.value)}"'
        f"{' checked' * drawn.has(option)}> {words(one_line(option.label))}</label>"
        for option in drawn.options
    )
    legend = f"<legend>{_label_words(drawn)}</legend>"
    described = drawn.described_by.replace(' aria-invalid="true"', "")  # not allowed on a group (ARIA 1.2)
    return (
        f'<fieldset class="field" id="{drawn.id}" tabindex="-1"{described}>{legend}{_notes(drawn)}'
        f'<div class="choices">{boxes}</div></fieldset>'
    )


def _check(drawn: _Drawn) -> str:
    checked = " checked" if drawn.value else ""
    return (
        f'<div class="field"><label class="choice"><input type="checkbox" {_common(drawn)} value="yes"{checked}> '
        f"<span>{_label_words(drawn)}</span></label>{_notes(drawn)}</div>"
    )


def _person(value: str) -> str:
    """`<@id|Name>` and `<@id>` as `<@id>`, so that they compare equal; anything else as it is."""
    return _MENTION.sub(r"<@\1>", value.strip())
