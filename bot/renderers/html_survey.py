"""Form -> the form of a public page for phones: large radio groups, long answers, an error summary. No script.

Like `html_forms`, in any language: every word on it is handed in, because its readers do not all read English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.forms import Field, Form
from bot.renderers.html import words
from bot.renderers.safety import one_line


@dataclass(frozen=True, slots=True)
class Labels:
    """What is on the page beside the form's own words. `skip`: the choice that leaves a question out."""

    skip: str
    not_sent: str


def survey_html(form: Form, values: Mapping[str, str], faults: Mapping[str, str], labels: Labels) -> str:
    """The form, posted to the page it is on. `values`: what is filled in. `faults`: field name -> sentence, "" for the
    form as a whole; the summary of them takes the focus."""
    hidden = "".join(f'<input type="hidden" name="{words(n)}" value="{words(v)}">' for n, v in form.hidden)
    fields = "".join(
        _field(number, field, values.get(field.name, ""), faults.get(field.name, ""), labels.skip)
        for number, field in enumerate(form.fields, 1)
    )
    send = f'<button type="submit" class="button primary">{words(form.submit)}</button>'
    return f'{_summary(form, faults, labels)}<form method="post" novalidate>{hidden}{fields}{send}</form>'


def _summary(form: Form, faults: Mapping[str, str], labels: Labels) -> str:
    """What is wrong, above everything else, each a link to its question."""
    if not faults:
        return ""
    ids = {field.name: f"{field.name}-0" if field.kind == "select" else field.name for field in form.fields}
    named = {field.name: f"{number}. {one_line(field.label)}" for number, field in enumerate(form.fields, 1)}
    lines = "".join(
        f'<li><a href="#{words(ids[name])}">{words(named[name])}</a> {words(sentence)}</li>'
        if name in ids
        else f"<li>{words(sentence)}</li>"
        for name, sentence in faults.items()
    )
    told = f"<p>{words(labels.not_sent)}</p><ul>{lines}</ul>"
    return f'<div class="errors" role="alert" tabindex="-1" autofocus>{told}</div>'


def _field(number: int, field: Field, value: str, fault: str, skip: str) -> str:
    name, label = words(field.name), f"{number}. {words(one_line(field.label))}"
    error = f'<p class="error" id="{name}-error">{words(fault)}</p>' if fault else ""
    described = f"{name}-hint" * bool(field.hint) + f" {name}-error" * bool(fault)
    by = f' aria-describedby="{described.strip()}"' if described else ""
    if field.kind == "select":
        options = [*((option.value, option.label) for option in field.options), ("", skip)]
        radios = "".join(
            f'<label class="choice"><input type="radio" id="{name}-{at}" name="{name}" value="{words(choice)}"'
            f"{' checked' * (bool(choice) and choice == value)}> <span>{words(shown)}</span></label>"
            for at, (choice, shown) in enumerate(options)
        )
        return (
            f'<fieldset class="field"{by}><legend>{label}</legend>{error}<div class="choices">{radios}</div></fieldset>'
        )
    hint = f'<p class="hint" id="{name}-hint">{words(field.hint)}</p>' if field.hint else ""
    invalid = ' aria-invalid="true"' if fault else ""
    # A line end right after the tag is swallowed by the parser, so one is given to it.
    area = f'<textarea id="{name}" name="{name}" rows="4"{by}{invalid}>\n{words(value)}</textarea>'
    return f'<div class="field"><label for="{name}">{label}</label>{hint}{error}{area}</div>'
