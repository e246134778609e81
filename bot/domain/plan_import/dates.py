"""Dates as people write them in a plan, and the ways they say that there is none.

A month without a day ("June 2025") is kept as a month: the caller decides whether its last day is meant.
Which date belongs to which row is left to `fields`, which step to `owners`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9
_MONTH = r"(?P<{}>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"

_DAY_PATTERNS = [
    re.compile(r"\b(?P<y>20\d\d|19\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<m>\d{1,2})\s?[/.-]\s?(?P<d>\d{1,2})\s?[/.-]\s?(?P<y>\d{4}|\d{2})\b"),
    re.compile(_MONTH.format("w") + r"\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})\b", re.I),
    re.compile(r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?" + _MONTH.format("w") + r",?\s+(?P<y>\d{4})\b", re.I),
]
_MONTH_ONLY = re.compile(r"\b(?:end of |late |by end of )?" + _MONTH.format("w") + r",?\s+(?P<y>20\d\d)\b", re.I)
_MONTH_SLASH = re.compile(r"(?<![\d/])(?P<m>0?[1-9]|1[0-2])/(?P<y>20\d\d)\b")
_VAGUE = re.compile(
    r"\b(?:(?:Q[1-4]|(?:first|second|third|fourth|1st|2nd|3rd|4th) quarter(?: of)?|spring|summer|fall|autumn|winter"
    r"|early|mid|late|FY|SFY|fiscal year"
    r"|calendar year)[\s,-]*(?:of\s+)?(?:FY\s*)?(?:20)?\d\d(?:\s?[-/–]\s?(?:20)?\d\d)?"
    r"|20\d\d\s+Q[1-4]|within \w+ (?:days|weeks|months|years)|on-?going|continuous(?:ly)?|monthly"
    r"|quarterly|annually|weekly|immediate(?:ly)?|20\d\d)\b",
    re.I,
)
_NONE = re.compile(
    r"\b(?:t\.?b\.?d\b\.?|t\.?b\.?a\b\.?|n/a|n\.a\.|none|not applicable|to be (?:determined|announced|set|decided)"
    r"|not (?:yet )?(?:set|known|scheduled|determined)|pending|unknown)(?!\w)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date expression at `start`..`end` of a text. `day` is None for a month, a season or "TBD".

    `kind` is "day", "month" (then `month_end` is its last day), "vague" or "none".
    """

    start: int
    end: int
    text: str
    kind: str
    day: date | None = None
    month_end: date | None = None


def _as_day(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    month = _MONTHS[groups["w"].lower()] if groups.get("w") else int(groups["m"])
    year = int(groups["y"])
    try:
        return date(year + 2000 if year < 100 else year, month, int(groups["d"]))
    except ValueError:
        return None


def _month_end(match: re.Match[str]) -> date:
    groups = match.groupdict()
    month = _MONTHS[groups["w"].lower()] if groups.get("w") else int(groups["m"])
    year = int(groups["y"])
    return date(year, month, calendar.monthrange(year, month)[1])


def find_dates(text: str) -> list[WrittenDate]:
    """Every date expression of `text`, in order, none overlapping; an impossible day (2/30) is "vague"."""
    found: list[WrittenDate] = []

    def add(match: re.Match[str], kind: str, day: date | None = None, end: date | None = None) -> None:
        if all(match.end() <= f.start or match.start() >= f.end for f in found):
            found.append(WrittenDate(match.start(), match.end(), match[0].strip(), kind, day, end))

    if any(c.isdigit() for c in text):
        for pattern in _DAY_PATTERNS:
            for match in pattern.finditer(text):
                day = _as_day(match)
                add(match, "day" if day else "vague", day)
        for pattern in (_MONTH_ONLY, _MONTH_SLASH):
            for match in pattern.finditer(text):
                add(match, "month", None, _month_end(match))
    for match in _VAGUE.finditer(text):
        add(match, "vague")
    for match in _NONE.finditer(text):
        add(match, "none")
    return sorted(found, key=lambda f: f.start)
