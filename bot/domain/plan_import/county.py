"""Whose plan it is: a labelled line, a title, or the county the document speaks of most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.domain.plan_import.model import Line
from bot.domain.plan_import.rows import strip_markup

_WORD = r"[A-Z][A-Za-zÀ-ÿ'’.-]*"
_NAME = rf"{_WORD}(?:[ ]{_WORD}){{0,3}}"
_LABEL = re.compile(
    r"^\W*(?:county(?: name| of submission)?|name of county|submitting county|county/agency)\s*(?:[:="
    r"|\t]|\s[–—-]\s)[\s|]*(?P<name>[^|\t\n]+)",
    re.I,
)
_OF = re.compile(rf"\b(?i:county of) (?P<name>{_NAME})")
_BEFORE = re.compile(rf"\b(?P<name>{_NAME}) (?:County|COUNTY)\b")
_NOT_NAMES = frozenset(
    (
        "the",
        "our",
        "this",
        "each",
        "every",
        "host",
        "peer",
        "all",
        "other",
        "any",
        "both",
        "california",
        "per",
        "of",
        "for",
        "in",
        "by",
        "and",
        "a",
        "an",
        "to",
        "from",
        "with",
        "plan",
        "report",
        "cal-sip",
        "calworks",
        "system",
        "improvement",
        "submitted",
        "welfare",
        "department",
        "services",
        "human",
        "at",
        "as",
        "within",
        "since",
        "when",
    )
)
_TITLE_LINES = 40  # a cover page; beyond it "X County" may be a neighbour


def find_county(lines: Sequence[Line]) -> str | None:
    """The county's name without the word "County", or None when the document does not say."""
    texts = [strip_markup(re.sub(r"\s+", " ", line.text)).lstrip("# ") for line in lines]
    for line in lines:
        match = _LABEL.match(strip_markup(line.text.lstrip("#> ")))
        if match and (name := _clean(re.sub(r"(?:\t|\s{2,}|\.{3,})\s*\d*\s*$", "", match["name"]))):
            return name
    for text in texts[:_TITLE_LINES]:
        match = _OF.search(text) or _BEFORE.search(text)
        if match and (name := _clean(match["name"])):
            return name
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(filter(None, (_clean(m["name"]) for pattern in (_OF, _BEFORE) for m in pattern.finditer(text))))
    return counts.most_common(1)[0][0] if counts else None


def _clean(name: str) -> str | None:
    name = re.sub(r"(?i)^county of\s+|\s+county\b.*$|[’']s?$", "", name.strip(" .,:;–—-*_"))
    words = name.split()
    while words and words[0].lower().strip(".,’'") in _NOT_NAMES:
        words.pop(0)
    if not words or len(words) > 4 or any(ch.isdigit() for ch in name) or words[-1].lower() in _NOT_NAMES:
        return None
    name = " ".join(words).strip(" .,")
    return name.title() if name.isupper() else name
