"""What an edit changed, word by word: so that a reviewer sees an edit without comparing two texts by eye."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

_BRIDGE = 1  # this many kept words between two changes belong to the change: "a new form" → "the old form"


@dataclass(frozen=True, slots=True)
class Change:
    """Words that were taken out, and the words in their place; either may be empty."""

    before: str
    after: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """The changes from `before` to `after` in the order of the text; spacing does not count."""
    old, new = before.split(), after.split()
    spans: list[list[int]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if spans and i1 - spans[-1][1] <= _BRIDGE:
            spans[-1][1], spans[-1][3] = i2, j2
        else:
            spans.append([i1, i2, j1, j2])
    return tuple(Change(" ".join(old[i1:i2]), " ".join(new[j1:j2])) for i1, i2, j1, j2 in spans)
