"""Words about one person that no other rule knows: a coordinator looks before they are told.

No list of private facts is ever complete ("lost her twins", "AA chip"), but what a story has to say about one person
is nearly always about the service: the letter, the call, the class, how it felt. So a sentence about one person in
which another rule found nothing passes only when all its words are plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.domain.story_privacy.model import Finding
from bot.domain.story_privacy.plain_words import PLAIN_WORDS
from bot.domain.story_privacy.reading import Reading, Sentence

_WHY = (
    "This tells something particular about one person. Keep to what staff did and what became easier, "
    "or ask a coordinator to look."
)
_WORD = re.compile(r"\$?[^\W_]+(?:['&-][^\W_]+)*")
_SHORT_NUMBER = re.compile(r"\d{1,3}(?:st|nd|rd|th|x|min|mins|hrs?)?")
# A word's ending and what stands in its place in the list: "tried" → "try", "making" → "make", "stopped" → "stop".
_ENDINGS = (
    ("'s", ""), ("s'", ""), ("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"),
    ("ing", ""), ("ly", ""), ("er", ""), ("est", ""),
)  # fmt: skip
_PREFIXES = ("re", "un", "over", "mis", "pre")  # "rewrite", "unhelpful"
_DOUBLED = re.compile(r"([bdgmnprt])\1$")
_STRETCHED = re.compile(r"(.)\1{2,}")  # "sooo"


def find_particulars(reading: Reading, found: Sequence[Finding]) -> Iterator[Finding]:
    """One finding for each run of words that are not plain, in sentences about one person without another finding."""
    for sentence in reading.sentences:
        if sentence.about_one and not _explained(reading, sentence, found):
            for start, end in _runs(reading.plain, sentence):
                yield reading.finding((start, end), "particular", "review", _WHY)


def _explained(reading: Reading, sentence: Sentence, found: Sequence[Finding]) -> bool:
    start, end = reading.origins[sentence.start], reading.origins[sentence.end - 1]
    return any(start <= finding.start <= end for finding in found)


def _runs(text: str, sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Positions of neighbouring words that are not plain, as one."""
    run: tuple[int, int] | None = None
    for word in _WORD.finditer(text, sentence.start, sentence.end):
        if not _is_plain(word[0].lower()):
            run = (run[0] if run else word.start(), word.end())
        elif run:
            yield run
            run = None
    if run:
        yield run


def _is_plain(word: str) -> bool:
    if len(set(word)) > 1:  # "sooo", but "wwww" is no "w"
        word = _STRETCHED.sub(r"\1", word)
    if word in PLAIN_WORDS or _SHORT_NUMBER.fullmatch(word):
        return True
    if "-" in word:
        return all(_is_plain(part) for part in word.split("-"))
    if any(word.startswith(prefix) and word.removeprefix(prefix) in PLAIN_WORDS for prefix in _PREFIXES):
        return True
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            stem = word.removesuffix(ending) + instead
            if stem in PLAIN_WORDS or _DOUBLED.sub(r"\1", stem) in PLAIN_WORDS:
                return True
    return False
