"""Whether a text repeats a story: needed wherever a story that was taken back may still stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_RUN = 8  # this many words of a story in a row are the story


def quotes(text: str, story: str, approved: str = "") -> bool:
    """Whether `text` has the story, or a piece of it of at least eight words, whatever its case and punctuation. What
    stands in `approved` too is no piece of the story's own."""
    return bool(quoting((text,), story, approved))


def quoting(texts: Sequence[str], story: str, approved: str = "") -> frozenset[int]:
    """Which of `texts`, which are read one after the other, have words of a piece that `quotes` would find in all of
    them together: a story told in short bullets has no eight words in any one of them."""
    where = [(word, place) for place, text in enumerate(texts) for word in _words(text)]
    allowed = _words(approved)
    wanted = {piece for piece in _pieces(story) if not _has(allowed, piece)}
    found: set[int] = set()
    for length in {len(piece) for piece in wanted}:
        for at in range(len(where) - length + 1):
            run = where[at : at + length]
            if tuple(word for word, _ in run) in wanted:
                found.update(place for _, place in run)
    return frozenset(found)


def _pieces(story: str) -> Iterable[tuple[str, ...]]:
    words = _words(story)
    pieces = (tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1)))
    return (piece for piece in pieces if piece)


def _has(words: list[str], piece: tuple[str, ...]) -> bool:
    return any(tuple(words[at : at + len(piece)]) == piece for at in range(len(words) - len(piece) + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower().replace("’", "'"))
