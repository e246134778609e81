"""Days as people write them in chat: `12 March`, `2026-03-12`, `friday`, `in 3 days`.

Without a year or a week the next such day is meant, because people speak of what they are going to do. Dates inside a
plan's text are the import's work.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.domain.cadence import WEEKDAYS
from bot.domain.periods import MONTH_NAMES, Month

_UNDERSTOOD = "Write for example 12 March, 3/12, 2026-03-12, Friday or tomorrow."
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")  # month first, as in California
_DAY_FIRST = re.compile(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})\.?(?:,? (\d{4}))?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?")
_AHEAD = re.compile(r"(?:in )?(\d{1,3}) (day|week)s?")
_WEEKDAY = re.compile(r"(?:on |this |(next ))?([a-z]{3,9})\.?")


def parse_day(text: str, today: date) -> date:
    """The day that `text` means on `today`; raises ValueError with a sentence that says what to write.

    A weekday is the next one after today, "next Friday" the one in the week after this one. A day that exists only in
    some years (29 February) is looked for up to eight years ahead.
    """
    words = " ".join(re.sub(r"[‐‑–—−]", "-", text).lower().replace(",", ", ").split()).strip(" .,!")
    try:
        found = _relative(words, today) or _dated(words, today) or _weekday(words, today)
    except (ValueError, OverflowError):  # the shape was right, the number was not: 31 June
        raise ValueError(f"There is no “{text.strip()}” in the calendar. {_UNDERSTOOD}") from None
    if found is None:
        raise ValueError(f"I cannot read “{text.strip()}” as a date. {_UNDERSTOOD}")
    return found


def _relative(words: str, today: date) -> date | None:
    match words:
        case "today":
            return today
        case "tomorrow":
            return today + timedelta(days=1)
        case "next week":
            return today + timedelta(days=7 - today.weekday())
        case "end of month" | "end of the month" | "month end" | "the end of the month":
            return Month.of(today).last
    if found := _AHEAD.fullmatch(words):
        return today + timedelta(days=int(found[1]) * (7 if found[2] == "week" else 1))
    return None


def _dated(words: str, today: date) -> date | None:
    if found := _ISO.fullmatch(words):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(words):
        return _on(today, int(found[1]), int(found[2]), found[3])
    if (found := _DAY_FIRST.fullmatch(words)) and (month := _month(found[2])):
        return _on(today, month, int(found[1]), found[3])
    if (found := _MONTH_FIRST.fullmatch(words)) and (month := _month(found[1])):
        return _on(today, month, int(found[2]), found[3])
    return None


def _on(today: date, month: int, day: int, year: str | None) -> date:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for later in range(8):  # 29 February is at most eight years away
        try:
            found = date(today.year + later, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError


def _month(word: str) -> int | None:
    return next((number for number, name in enumerate(MONTH_NAMES, 1) if name.lower().startswith(word)), None)


def _weekday(words: str, today: date) -> date | None:
    found = _WEEKDAY.fullmatch(words)
    number = next((n for n, name in enumerate(WEEKDAYS) if found and name.lower().startswith(found[2])), None)
    if found is None or number is None:
        return None
    if found[1]:
        return today + timedelta(days=7 - today.weekday() + number)
    return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
