"""A follow-up as somebody writes it in a meeting: `@Ann Ortiz: draft the letter by 12 March` -> owner and due date.

Lenient and harmless: what cannot be read is simply not known, and the text is kept whole either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.days import parse_day

_BULLET = re.compile(r"^\s*(?:[-*•–—]|\d{1,2}[.)])\s+")
_DUE = re.compile(r"\b(?:by|due|until|before)\b:?\s+(?:on\s+)?([^.;]{2,30}?)\s*[.;)]*$", re.I)
_OWNER_ENDS = re.compile(r"\s*(?::|\s[-–—]\s)")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class WrittenFollowUp:
    """One line. `owner` is the id of the person named at its beginning, if that is one person and no other."""

    text: str
    owner: int | None
    due: date | None


def read_follow_ups(text: str, people: Mapping[int, str], today: date) -> list[WrittenFollowUp]:
    """One follow-up a line, bullets taken off, empty lines left out. `people`: id -> name of those who may own one."""
    lines = (_BULLET.sub("", line).strip() for line in text.splitlines())
    return [WrittenFollowUp(line, _owner(line, people), _due(line, today)) for line in lines if line]


def task(text: str, owner: str | None, due: date | None) -> str:
    """The line without the owner at its beginning and the due date at its end, for where they stand beside it."""
    rest = text
    if owner is not None:
        bare = text.lstrip("@ ")
        ends = _OWNER_ENDS.search(text[:_LONGEST_NAME])
        if _begins(bare.casefold(), owner.casefold()):
            rest = bare[len(owner) :].lstrip(" :-–—")
        elif ends is not None and _begins(owner.casefold(), text[: ends.start()].lstrip("@").casefold()):
            rest = text[ends.end() :].lstrip()
    if due is not None:
        rest = _DUE.sub("", rest).rstrip(" ,(")
    return rest or text


def _owner(line: str, people: Mapping[int, str]) -> int | None:
    """`@Ann Ortiz draft …`, `Ann Ortiz: …`, `ann - …`. Two people it could be are as good as none."""
    if line.startswith("@"):
        words = line[1:].lstrip().casefold()
        full = [(len(name), i) for i, name in people.items() if _begins(words, name.casefold())]
        if full:
            return _only(i for length, i in full if length == max(full)[0])
    ends = _OWNER_ENDS.search(line[:_LONGEST_NAME])
    if ends is not None:
        return _named(line[: ends.start()].lstrip("@"), people)
    return _named(line[1:].split(" ", 1)[0], people) if line.startswith("@") else None


def _named(words: str, people: Mapping[int, str]) -> int | None:
    """The one person whose name is, or begins with, these words."""
    wanted = " ".join(words.casefold().split())
    if not wanted:
        return None
    exact = [i for i, name in people.items() if name.casefold() == wanted]
    return _only(exact or (i for i, name in people.items() if _begins(name.casefold(), wanted)))


def _begins(words: str, start: str) -> bool:
    return words.startswith(start) and not words[len(start) : len(start) + 1].isalnum()


def _only(found: Iterable[int]) -> int | None:
    ids = set(found)
    return ids.pop() if len(ids) == 1 else None


def _due(line: str, today: date) -> date | None:
    """The day after the last "by"; "by phone" is no day."""
    found = _DUE.search(line)
    if found is None:
        return None
    last = re.split(r"\b(?:by|due|until|before)\s+", found[1], flags=re.I)[-1]
    try:
        return parse_day(last, today)
    except ValueError:
        return None
