"""Everything a person does becomes a Command; a CommandSpec says who may do it, how it is written and what runs.

Typed text, buttons, forms, thread replies and web clicks all end in the same `values`, so a handler does not know
how it was asked. Adapters turn their platform's mentions into `<@id|name>` and `<#id|name>` and leave the rest to us.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any, Literal

from bot.chat.replies import Reply

Source = Literal["typed", "button", "form", "thread", "shortcut", "mention", "home"]


class Role(IntEnum):
    """What a person may do in their organization; each role may do all that the ones before it may."""

    MEMBER = 1
    LEADERSHIP = 2
    ANALYST = 3
    COORDINATOR = 4
    ADMIN = 5

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, in the platform's ids. `name` and `email` are what the platform tells, or empty."""

    platform: str
    workspace: str
    user: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was asked. `thread`: id of the message it answers. `message`: id of the message itself, or of the one
    whose button was pressed. `direct`: only this person and the bot read here. `ours`: as the platform tells, the
    message it answers is one of ours."""

    channel: str = ""
    thread: str = ""
    message: str = ""
    direct: bool = False
    name: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One request. `delivery_id` is the platform's id of this delivery: a retry carries the same one.

    `answerable`: the adapter can show the Reply itself; otherwise (a message event) it is posted through the outbox.
    `reference`: what the log calls this request, and what a person is told to give IT when it fails.
    """

    text: str
    actor: Actor
    place: Place
    delivery_id: str
    verb: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    source: Source = "typed"
    answerable: bool = True
    reference: str = ""


ArgKind = Literal["word", "rest", "choice", "ref", "person", "channel", "number"]


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument of a typed command. `choices` maps every accepted spelling to the value it stands for."""

    name: str
    kind: ArgKind = "word"
    choices: Mapping[str, str] = field(default_factory=dict)
    required: bool = False


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One verb. `examples` are shown by help and parsed by a test; hidden verbs are reached by buttons only."""

    verb: str
    run: Callable[[Command, Any], Reply]
    summary: str
    role: Role = Role.MEMBER
    args: tuple[Arg, ...] = ()
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def usage(self) -> str:
        """`update [ref] [status] [note]`"""
        shown = (arg.name if arg.required else f"[{arg.name}]" for arg in self.args)
        return " ".join((self.verb, *shown))


_QUOTES = str.maketrans("“”„«»‘’‚′", '"""""\'\'\'\'')
_DASHES = str.maketrans("‐‑‒–—―−", "-------")
_SPACES = str.maketrans(dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u200b\ufeff"), " "))
# Between arguments people write `1.2.3: done - text`; a minus before a digit is a number's own.
_JOINT = re.compile(r"^(?:\s*[:;,]|\s*-(?=\s))?\s*")

_PATTERNS = {
    "ref": re.compile(r"(?:step\s+|#)?(\d+(?:\.\d+){0,2})(?![\w%]|\.\d)\.?", re.I),
    "person": re.compile(r"<@([^>|\s]+)(?:\|[^>]*)?>|@([\w.\-]+@[\w.\-]+|[\w.\-]+)"),
    "channel": re.compile(r"<#([^>|\s]+)(?:\|[^>]*)?>|#([\w\-]+)"),
    "number": re.compile(r"-?\$?\d[\d,]*(?:\.\d+)?%?"),
    "word": re.compile(r"\S+"),
}


def normalise(text: str) -> str:
    """Straight quotes, plain dashes, plain spaces: what a phone's keyboard changes, changed back (DESIGN §4.7).

    One character for one: a place in the result is the same place in `text`, so what people wrote can be stored as
    they wrote it.
    """
    return text.translate(_QUOTES).translate(_DASHES).translate(_SPACES)


def squash(text: str) -> str:
    """Lower case, single spaces: how spellings are compared."""
    return " ".join(text.lower().replace("-", " ").replace("_", " ").split())


def parse_args(args: tuple[Arg, ...], text: str) -> tuple[dict[str, str], str]:
    """Read `text` by `args` in order -> (values, what was left over). An argument that does not match is skipped."""
    values: dict[str, str] = {}
    folded = normalise(text)
    at = 0
    for arg in args:
        at += _end(_JOINT, folded[at:])
        if not folded[at:]:
            break
        if arg.kind == "rest":
            values[arg.name] = text[at:].strip()
            at = len(text)
        elif (taken := _take(arg, folded[at:])) is not None:
            values[arg.name] = taken[0]
            at += taken[1]
    return values, text[at:].strip()


def first_word(text: str) -> tuple[str, str]:
    """The first word, folded to lower case, and the rest as it was written."""
    folded = normalise(text)
    start = len(folded) - len(folded.lstrip())
    match = _PATTERNS["word"].match(folded[start:])
    if match is None:
        return "", ""
    end = start + match.end()
    return match.group(0).lower().strip(".,:;!?"), text[end:].strip()


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _take(arg: Arg, text: str) -> tuple[str, int] | None:
    """The value at the start of `text` and how many characters it used."""
    if arg.kind == "choice":
        return _take_choice(arg.choices, text)
    match = _PATTERNS[arg.kind].match(text)
    if match is None:
        return None
    if arg.kind in ("person", "channel"):
        return match.group(0), match.end()
    return match.group(match.lastindex or 0), match.end()


def _take_choice(choices: Mapping[str, str], text: str) -> tuple[str, int] | None:
    """The longest spelling that `text` begins with, as a whole word."""
    pattern, spellings = _any_of(tuple(choices))
    match = pattern.match(text)
    if match is None:
        return None
    return choices[spellings[squash(match.group(0))]], match.end()


@cache
def _any_of(spellings: tuple[str, ...]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Matches the longest of the spellings, spaces, dashes and underscores being one; and squashed -> spelling."""
    squashed = {squash(spelling): spelling for spelling in spellings}
    longest_first = sorted(squashed, key=len, reverse=True)
    alternatives = "|".join(r"[\s_-]+".join(map(re.escape, words.split())) for words in longest_first)
    return re.compile(rf"(?:{alternatives})(?!\w)", re.I), squashed
