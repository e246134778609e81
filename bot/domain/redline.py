"""What an edit changed, word by word: so that a reviewer sees an edit without comparing two texts by eye."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

_BRIDGE = 1  # this many kept words between two changes belong to the change: "a new form" → "the old form"

_MOST_PAIRS = 50_000  # of the same word in both texts: many times more make the comparison take many seconds


@dataclass(frozen=True, slots=True)
class Change:
    """Words that were taken out, and the words in their place; either may be empty."""

    before: str
    after: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """The changes from `before` to `after` in the order of the text; spacing does not count. Of texts that say the same
    words over and over it is one change, from the first word that differs to the last."""
    old, new = _middles(before.split(), after.split())
    counts = Counter(new)
    if sum(times * counts[word] for word, times in Counter(old).items()) > _MOST_PAIRS:
        return (Change(" ".join(old), " ".join(new)),)
    spans: list[list[int]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if spans and i1 - spans[-1][1] <= _BRIDGE:
            spans[-1][1], spans[-1][3] = i2, j2
        else:
            spans.append([i1, i2, j1, j2])
    return tuple(Change(" ".join(old[i1:i2]), " ".join(new[j1:j2])) for i1, i2, j1, j2 in spans)


def _middles(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Both without the words they begin and end with alike."""
    shorter = min(len(old), len(new))
    begin = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    end = next((at for at in range(shorter - begin) if old[-1 - at] != new[-1 - at]), shorter - begin)
    return old[begin : len(old) - end], new[begin : len(new) - end]
