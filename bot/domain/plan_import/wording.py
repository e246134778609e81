"""Comparing wordings: two texts are the same when only case, punctuation and spacing differ.

Similarity (rapidfuzz) only finds two tellings of one thing, such as a summary's title; it never merges strategies.
"""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz

SAME_TITLE = 85.0  # of 100: a summary's telling of a title; different real strategies stay well below
SAME_STEP = 90.0  # of 100: a step copied to another goal with a slip of the pen


def plain(text: str) -> str:
    """Lower case words with single spaces: what is left when punctuation does not count."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("'", "")
    return " ".join(re.findall(r"[^\W_]+", folded))


def similarity(one: str, other: str) -> float:
    """0 to 100, for word order and for words left out; cheap first, as most pairs have nothing in common."""
    a, b = plain(one), plain(other)
    return 100.0 if a == b else max(fuzz.ratio(a, b), fuzz.token_sort_ratio(a, b))


def first_difference(one: str, other: str) -> str:
    """The words around the first place where two tellings part, for a warning: "a b" / "a c"."""
    a, b = one.split(), other.split()
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if plain(x) != plain(y)), min(len(a), len(b)))
    start = max(0, at - 2)
    return f"'{' '.join(a[start : at + 6])}' / '{' '.join(b[start : at + 6])}'"
