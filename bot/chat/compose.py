"""Template + data -> Message. Words live in templates/, a county may put its own beside them in a folder.

Templates see frozen dataclasses and plain values, never database rows; a name they misspell is an error, not a gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from bot.chat.calls import marked
from bot.chat.markdown import to_blocks
from bot.chat.messages import Message
from bot.chat.values import Markdown, Values

BUILT_IN = Path(__file__).resolve().parents[2] / "templates"
_GAPS = re.compile(r"\n{3,}")
_SUMMARY = "summary: "
_HELD = "held values"  # no name a template could write


@pass_context
def _finalize(context: Context, value: object) -> object:
    return value if isinstance(value, Undefined) else _held(context).hold(value)


def _held(context: Context) -> Values:
    found: Values = context[_HELD]
    return found


def day(value: date | datetime, year: int = 0) -> Markdown:
    """`22 November 2026`: unambiguous on both sides of the Atlantic. Without its year where that is `year`: lists of
    dates are for phones."""
    return Markdown(f"{value.day} {value:%B}" if value.year == year else f"{value.day} {value:%B %Y}")


def short(text: str, length: int = 160) -> str:
    """The first `length` characters, cut at a word, with an ellipsis that says there is more."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,.;:") + " …"


@pass_context
def person(context: Context, value: Any) -> Markdown:
    """A person's name that notifies them: `{{ who|person }}`; takes anything with `id` and `name`."""
    return Markdown(f"[{_held(context).hold(value.name)}](person:{int(value.id)})")


@pass_context
def do(context: Context, verb: str, **values: object) -> Markdown:
    """The address of a button: `[Edit]({{ do("update", ref="1.2.3") }})`. Values that are empty are left out."""
    given = ((name, value) for name, value in values.items() if value not in (None, ""))
    query = "&".join(f"{name}={_held(context).hold(str(value))}" for name, value in given)
    return Markdown(f"do:{quote(verb)}" + (f"?{query}" if query else ""))


def plural(count: int, one: str, many: str = "") -> str:
    """`1 step`, `2 steps`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


class _Environment(SandboxedEnvironment):
    """The sandbox asks about every attribute of every value; its answer depends on the type and the name alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._safe: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        key = (type(obj), attr)
        found = self._safe.get(key)
        if found is None:
            found = self._safe[key] = super().is_safe_attribute(obj, attr, value)
        return found


def _environment(folders: tuple[Path, ...]) -> SandboxedEnvironment:
    environment = _Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # `_finalize` takes its place: what comes out is Markdown, not HTML
    )
    environment.globals["do"] = do
    filters: dict[str, Callable[..., object]] = {
        "day": day,
        "short": short,
        "person": person,
        "plural": plural,
    }
    environment.filters.update(filters)
    return environment


class Composer:
    """Renders `<capability>/<event>.md.j2`. `folders`: where to look, the first one wins."""

    def __init__(self, *folders: Path) -> None:
        self._environment = _environment((*folders, BUILT_IN))

    def message(self, name: str, **data: Any) -> Message:
        """Render and parse. A first line `summary: …` becomes the message's summary. Raises jinja2 errors for a
        template that is missing, broken, or misspells a name."""
        values = Values()
        text = marked(self._environment.get_template(f"{name}.md.j2").render(data | {_HELD: values}))
        summary = ""
        if text.startswith(_SUMMARY):
            line, _, text = text.partition("\n")
            summary = values.back(line.removeprefix(_SUMMARY))
        return Message(values.fill(to_blocks(_GAPS.sub("\n\n", text))), summary)


@cache
def built_in() -> Composer:
    """The composer without a county's own templates."""
    return Composer()


def compose(name: str, **data: Any) -> Message:
    """`Composer.message` with the built-in templates."""
    return built_in().message(name, **data)
