"""Template + data -> Message. Words live in templates/, a county may put its own beside them in a folder.

Templates see frozen dataclasses and plain values, never database rows; a name they misspell is an error, not a gap.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from traceback import extract_tb
from typing import Any
from urllib.parse import quote

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from bot.chat.calls import marked
from bot.chat.markdown import to_blocks
from bot.chat.messages import Message
from bot.chat.statuses import status_kind
from bot.chat.values import Markdown, Values

log = logging.getLogger("sipbot.templates")

BUILT_IN = Path(__file__).resolve().parents[2] / "templates"
_GAPS = re.compile(r"\n{3,}")
_HEAD = re.compile(r"(summary|banner|paper): (.*)\n?")
# Whatever a template that somebody wrote at their desk can raise, rendered or parsed.
_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
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


@pass_context
def status(context: Context, words: str) -> Markdown:
    """How something stands, with its shape and colour: `{{ goal.status|status }}`. Words that are no status stay
    plain."""
    kind, held = status_kind(words), _held(context).hold(words)
    return Markdown(f"[{held}](status:{kind})" if kind else held)


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
        "status": status,
    }
    environment.filters.update(filters)
    return environment


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a county's own template; `template` is its file within the county's folder."""

    template: str
    reason: str


class Composer:
    """Renders `<capability>/<event>.md.j2`. `folders`: where a county has its own, the first one wins; one that cannot
    be used is as good as none."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._environment = _environment((*folders, BUILT_IN))
        self._built_in = _environment((BUILT_IN,)) if folders else self._environment

    def message(self, name: str, **data: Any) -> Message:
        """Render and parse. First lines `summary: …`, `banner: …` and `paper: compact` become the message's. Raises
        jinja2 errors for a template that is missing, and for a built-in one that is broken or misspells a name."""
        return self.attempt(name, **data)[0]

    def attempt(self, name: str, **data: Any) -> tuple[Message, Fault | None]:
        """`message`, and why it is not in the county's own words where it should be."""
        if not self._folders:
            return _made(self._environment, name, data), None
        try:
            found = _made(self._environment, name, data)
            if found.blocks:
                return found, None
            fault = Fault(f"{name}.md.j2", "it says nothing")
        except _FAULTS as error:
            fault = self._fault(name, error)
            if not (BUILT_IN / f"{name}.md.j2").is_file():
                raise
        built_in_words = _made(self._built_in, name, data)
        if not built_in_words.blocks:
            return built_in_words, None  # there was nothing to say
        log.warning("the built-in template is used instead of %s: %s", fault.template, fault.reason)
        return built_in_words, fault

    def _fault(self, name: str, error: Exception) -> Fault:
        """The error with the county's file it happened in: the one that was asked for, or one that it includes."""
        template, line = f"{name}.md.j2", 0
        places = [(frame.filename, frame.lineno or 0) for frame in extract_tb(error.__traceback__)]
        if isinstance(error, TemplateSyntaxError):
            places.append((error.filename or "", error.lineno))
        for filename, at in places:
            for folder in self._folders:
                if Path(filename).is_relative_to(folder):
                    template, line = str(Path(filename).relative_to(folder)), at
        where = f"line {line}: " if line else ""
        return Fault(template, f"{where}{error}" if str(error) else f"{where}{type(error).__name__}")


def _made(environment: SandboxedEnvironment, name: str, data: dict[str, Any]) -> Message:
    values = Values()
    text = marked(environment.get_template(f"{name}.md.j2").render(data | {_HELD: values}))
    head: dict[str, str] = {}
    while line := _HEAD.match(text):
        head[line[1]] = values.back(line[2])
        text = text[line.end() :]
    blocks = values.fill(to_blocks(_GAPS.sub("\n\n", text)))
    return Message(blocks, head.get("summary", ""), head.get("banner", ""), head.get("paper") == "compact")


@cache
def built_in() -> Composer:
    """The composer without a county's own templates."""
    return Composer()


def compose(name: str, **data: Any) -> Message:
    """`Composer.message` with the built-in templates."""
    return built_in().message(name, **data)
