"""The words a status is told in, and what each of them is to the eye. The word always says it; renderers put a shape
in a colour before it, so that nobody needs the colour."""

from __future__ import annotations

GOOD, DONE, CAUTION, BAD, UNKNOWN = "good", "done", "caution", "bad", "unknown"

_KINDS = {
    "on track": GOOD,
    "done": DONE,
    "needs attention": CAUTION,
    "behind, settling in": CAUTION,
    "behind": BAD,
    "not reported": UNKNOWN,
    "not judged yet": UNKNOWN,
    "no data": UNKNOWN,
}


def status_kind(words: str) -> str:
    """The kind of a status told in these words, "" for words that are none."""
    return _KINDS.get(words.lower(), "")
