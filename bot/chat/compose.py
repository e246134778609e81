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

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Undefined
from jinja2.sandbox import SandboxedEnvironment

from bot.chat.markdown import Markdown, do, guard, to_blocks
from bot.chat.messages import Message

BUILT_IN = Path(__file__).resolve().parents[2] / "templates"
_GAPS = re.compile(r"\n{3,}")


def _finalize(value: object) -> object:
    return value if isinstance(value, Undefined) else guard(value)


def day(value: date | datetime) -> Markdown:
    """`22 November 2026`: unambiguous on both sides of the Atlantic."""
    return Markdown(f"{value.day} {value:%B %Y}")


def short(text: str, length: int = 160) -> str:
    """The first `length` characters, cut at a word, with an ellipsis that says there is more."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,.;:") + " …"


def person(value: Any) -> Markdown:
    """A person's name that notifies them: `{{ who|person }}`; takes anything with `id` and `name`."""
    return Markdown(f"[{guard(value.name)}](person:{value.id})")


def plural(count: int, one: str, many: str = "") -> str:
    """`1 step`, `2 steps`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _environment(folders: tuple[Path, ...]) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
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

    def text(self, name: str, **data: Any) -> str:
        """The rendered Markdown, still guarded."""
        return _GAPS.sub("\n\n", self._environment.get_template(f"{name}.md.j2").render(data))

    def message(self, name: str, **data: Any) -> Message:
        """Render and parse. A first line `summary: …` becomes the message's summary."""
        text = self.text(name, **data)
        summary = ""
        if text.startswith("summary: "):
            line, _, text = text.partition("\n")
            summary = _plain(line[9:])
        return Message(to_blocks(text), summary)


def _plain(text: str) -> str:
    return Message(to_blocks(text)).short()


@cache
def built_in() -> Composer:
    """The composer without a county's own templates."""
    return Composer()


def compose(name: str, **data: Any) -> Message:
    """`Composer.message` with the built-in templates."""
    return built_in().message(name, **data)
