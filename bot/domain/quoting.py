"""Whether a text repeats a story: needed wherever a story that was taken back may still stand."""

from __future__ import annotations

import re

_RUN = 8  # this many words of a story in a row are the story


def quotes(text: str, story: str) -> bool:
    """Whether `text` has the story, or a piece of it of at least eight words, whatever its case and punctuation."""
    words = _words(story)
    within = f" {' '.join(_words(text))} "
    pieces = (words[at : at + _RUN] for at in range(max(1, len(words) - _RUN + 1)))
    return any(f" {' '.join(piece)} " in within for piece in pieces if piece)


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower().replace("’", "'"))
