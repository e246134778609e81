"""When a workgroup meets, which days the county works, and when each scheduled job falls due.

Pure rules: the scheduler reads the clock and asks here; what has already been done is the ledger's business.
Workgroups meet on the nth weekday of a month; holidays come from the `holidays` library, to which a county adds
the days it closes on its own.

"n working days before X" means one thing everywhere: count back from X, not counting X itself, until n working
days have been passed; the nth of them is the answer. A month ends when its last day is over, so for month end X is
the first day of the following month: 1 working day before month end is the month's last working day, and on the
day that is 5 working days before month end, 5 working days remain to act in, that day included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from bot.domain.periods import Month, Quarter, months_between

CadenceKind = Literal["monthly", "every_two_months", "quarterly"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ORDINALS: Mapping[int, str] = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}

PROMPT_WORKING_DAYS = 3  # before the meeting
NUDGE_WORKING_DAYS = 5  # before month end
MISSED_MEETING_WORKING_DAYS = 3  # before month end
NEWSLETTER_WORKING_DAY = 5  # after the quarter
REVISED_MONTHS = 3  # published months that are still revised; older ones stay as they are
NINE = time(9)

_MONTHS_APART: Mapping[CadenceKind, int] = {"monthly": 1, "every_two_months": 2, "quarterly": 3}
_KIND_WORDS: Mapping[CadenceKind, str] = {
    "monthly": "of every month",
    "every_two_months": "of every second month",
    "quarterly": "of every third month",
}

# Observances the library lists for California although its offices are open.
_OFFICES_OPEN = frozenset({"Susan B. Anthony Day"})

_EXAMPLES = "Write for example “second Tuesday”, “last Friday every two months” or “quarterly, third Wednesday”."
_TWO_MONTHLY = re.compile(r"\b(?:every (?:two|2|other|second|2nd) months?|bi ?monthly|every_two_months)\b")
_QUARTERLY = re.compile(
    r"\b(?:quarterly|(?:every|each|once a|once per|per|a) quarter|every (?:three|3|third|3rd) months?)\b"
)
_MONTHLY = re.compile(r"\b(?:monthly|(?:every|each|once a|once per|per|a) month|of the month)\b")
_TOO_OFTEN = re.compile(
    r"\b(?:bi ?weekly|weekly|fortnightly|daily|twice|(?:every|each|a|per) week|weeks|every other (?!month))\b"
)
_NTH_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_NTH_WORDS |= {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "fifth": 5, "5th": 5}
_WEEKDAY = re.compile(r"(?:(mon)|(tue|tues)|(wed|weds|wednes)|(thu|thur|thurs)|(fri)|(sat|satur)|(sun))(?:days?)?")
_FILLER = frozenset({"on", "the", "of", "in", "each", "every", "and", "we", "meet", "meets", "meeting", "month"})


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days an organization works: Monday to Friday, less public holidays and its own days off.

    `country` and `subdivision` are ISO 3166 codes as the `holidays` library knows them; every question raises
    ValueError when the library does not know the pair.
    """

    country: str = "US"
    subdivision: str | None = "CA"
    extra_days_off: frozenset[date] = frozenset()

    def is_day_off(self, day: date) -> bool:
        """A public holiday or one of the organization's own days off; weekends are not asked about."""
        return day in self.extra_days_off or day in _public_holidays(self.country, self.subdivision, day.year)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and not self.is_day_off(day)

    def add_working_days(self, day: date, n: int) -> date:
        """The nth working day after `day`, or before it when n is negative; `day` itself is never counted.

        0 gives `day` back, working day or not.
        """
        step = timedelta(days=1 if n > 0 else -1)
        left = abs(n)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def first_working_day(self, month: Month) -> date:
        return self.nth_working_day(month, 1)

    def nth_working_day(self, month: Month, n: int) -> date:
        """The nth working day of `month`, 1 being the first; it lies later if the month has fewer than n."""
        return self.add_working_days(month.first - timedelta(days=1), _at_least_one(n))

    def working_days_before_month_end(self, month: Month, n: int) -> date:
        """The nth working day from the month's end, 1 being the last one; see the module's definition.

        It lies earlier than the month if the month has fewer than n.
        """
        return self.add_working_days(month.last + timedelta(days=1), -_at_least_one(n))


@dataclass(frozen=True, slots=True)
class Cadence:
    """One meeting on the nth `weekday` (Monday is 0) of a month, in every month, every second or every third one.

    `nth` is 1–4, or -1 for the last; a fifth does not exist in every month. `anchor` is any month with a meeting:
    it fixes which months have one, before it as well as after it.
    """

    kind: CadenceKind
    weekday: int
    nth: int
    anchor: Month

    def __post_init__(self) -> None:
        if self.kind not in get_args(CadenceKind):
            raise ValueError(f"A workgroup cannot meet “{self.kind}”. {_EXAMPLES}")
        if self.weekday not in range(7):
            raise ValueError("A weekday is a number from 0 for Monday to 6 for Sunday.")
        if self.nth not in ORDINALS:
            raise ValueError(f"Choose the first, second, third, fourth or last weekday of the month. {_EXAMPLES}")

    def __str__(self) -> str:
        return self.describe()

    def describe(self) -> str:
        """Plain words: `the second Tuesday of every month`; other rhythms name a month that has a meeting."""
        words = f"the {ORDINALS[self.nth]} {WEEKDAYS[self.weekday]} {_KIND_WORDS[self.kind]}"
        return words if self.kind == "monthly" else f"{words}, counted from {self.anchor.title}"

    def to_text(self) -> str:
        """The stored form, `kind:nth:weekday:anchor`: `monthly:2:1:2026-11`."""
        return f"{self.kind}:{self.nth}:{self.weekday}:{self.anchor}"

    @classmethod
    def from_text(cls, text: str) -> Cadence:
        """Reads what `to_text` wrote; ValueError for anything else."""
        parts = re.fullmatch(r"([a-z_]+):(-?[0-9]):([0-9]):([0-9]{4}-[0-9]{2})", text)
        kind = next((known for known in get_args(CadenceKind) if parts and known == parts[1]), None)
        if parts is None or kind is None:
            raise ValueError(f"“{text}” is not a stored cadence such as monthly:2:1:2026-11.")
        return cls(kind, int(parts[3]), int(parts[2]), Month.parse(parts[4]))

    def meets_in(self, month: Month) -> bool:
        return months_between(self.anchor, month) % _MONTHS_APART[self.kind] == 0


def parse_cadence(text: str, anchor: Month) -> Cadence:
    """Reads a cadence as people write it: `2nd Tue`, `every two months on the first Monday`, `quarterly third wed`.

    Without a rhythm it is monthly. A word that is not understood is refused, not skipped, so that nothing said
    ("at 10") is lost silently. Raises ValueError with a sentence that says what to write.
    """
    words = " ".join(re.sub(r"[^\w]+", " ", text.lower()).split())
    if _TOO_OFTEN.search(words):
        raise ValueError(f"A workgroup has at most one meeting a month here. {_EXAMPLES}")
    kind, words = _take_kind(words)
    ordinals: list[int] = []
    weekdays: list[int] = []
    for word in words.split():
        if word in _NTH_WORDS:
            ordinals.append(_NTH_WORDS[word])
        elif match := _WEEKDAY.fullmatch(word):
            weekdays.append((match.lastindex or 1) - 1)
        elif word not in _FILLER:
            raise ValueError(f"I do not understand “{word}” in “{text.strip()}”. {_EXAMPLES}")
    if 5 in ordinals:
        raise ValueError(f"Not every month has a fifth one; choose the fourth or the last. {_EXAMPLES}")
    if len(ordinals) != 1 or len(weekdays) != 1:
        raise ValueError(f"Name one weekday and which one of the month it is. {_EXAMPLES}")
    return Cadence(kind, weekdays[0], ordinals[0], anchor)


def _take_kind(words: str) -> tuple[CadenceKind, str]:
    """The rhythm, and the words without it: "every second month" must not leave a "second" behind."""
    kind: CadenceKind = "monthly"
    if _TWO_MONTHLY.search(words):
        kind = "every_two_months"
    elif _QUARTERLY.search(words):
        kind = "quarterly"
    for pattern in (_TWO_MONTHLY, _QUARTERLY, _MONTHLY):
        words = pattern.sub(" ", words)
    return kind, words


def meeting_date(cadence: Cadence, month: Month, calendar: WorkCalendar) -> date | None:
    """The day the workgroup meets in `month`, or None when it does not meet then.

    A meeting that falls on a holiday moves to the next working day: moving later keeps the working days people
    have to prepare, and skipping would break the promise to meet at least monthly. Where that would leave the
    month (Memorial Day on 31 May), it moves to the working day before instead, because a meeting belongs to one
    month and its roll-up. A Saturday or Sunday chosen on purpose stays. None also if every working day of the
    month is a day off.
    """
    if not cadence.meets_in(month):
        return None
    day = _nth_weekday(month, cadence.weekday, cadence.nth)
    if not calendar.is_day_off(day):
        return day
    candidates = (calendar.add_working_days(day, 1), calendar.add_working_days(day, -1))
    return next((other for other in candidates if month.contains(other)), None)


def prompt_due(
    meeting: date, calendar: WorkCalendar, zone: ZoneInfo, at: time = NINE, days: int = PROMPT_WORKING_DAYS
) -> datetime:
    """When the agenda is posted: `days` working days before the meeting, which may be in the month before."""
    return local_time(calendar.add_working_days(meeting, -_at_least_one(days)), at, zone)


def nudge_due(
    month: Month, calendar: WorkCalendar, zone: ZoneInfo, at: time = NINE, days: int = NUDGE_WORKING_DAYS
) -> datetime:
    """When owners without an update this month are reminded: `days` working days before month end."""
    return local_time(calendar.working_days_before_month_end(month, days), at, zone)


def missed_meeting_due(
    month: Month,
    calendar: WorkCalendar,
    zone: ZoneInfo,
    at: time = NINE,
    days: int = MISSED_MEETING_WORKING_DAYS,
) -> datetime:
    """When a lead without a meeting this month is told: `days` working days before month end."""
    return local_time(calendar.working_days_before_month_end(month, days), at, zone)


def rollup_due(month: Month, calendar: WorkCalendar, zone: ZoneInfo, at: time = NINE) -> datetime:
    """When `month` is frozen and published: the first working day of the following month."""
    return local_time(calendar.first_working_day(month.next()), at, zone)


def revision_due(month: Month, today: date, calendar: WorkCalendar) -> bool:
    """Whether what is recorded today about a published month will be told by a revision: it goes out on the next
    working day, if the month is one of the last REVISED_MONTHS then."""
    return month >= Month.of(calendar.add_working_days(today, 1)).plus(-REVISED_MONTHS)


def newsletter_draft_due(
    quarter: Quarter,
    calendar: WorkCalendar,
    zone: ZoneInfo,
    at: time = NINE,
    day: int = NEWSLETTER_WORKING_DAY,
) -> datetime:
    """When the draft for `quarter` is compiled: the working day number `day` after the quarter."""
    return local_time(calendar.nth_working_day(quarter.months[2].next(), day), at, zone)


def local_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    """`at` on `day` as a clock in `zone` shows it, aware.

    A time that comes twice (clocks go back) is the first of the two; one that never comes (clocks go forward) is
    moved on by the length of the gap, 02:30 to 03:30, so that a job is late by an hour rather than never due.
    """
    wanted = datetime.combine(day, at.replace(tzinfo=None, fold=0), zone)
    return wanted.astimezone(UTC).astimezone(zone)


def _nth_weekday(month: Month, weekday: int, nth: int) -> date:
    if nth > 0:
        ahead = (weekday - month.first.weekday()) % 7
        return month.first + timedelta(days=ahead + 7 * (nth - 1))
    return month.last - timedelta(days=(month.last.weekday() - weekday) % 7)


def _at_least_one(n: int) -> int:
    if n < 1:
        raise ValueError("Working days are counted from 1.")
    return n


@lru_cache(maxsize=256)
def _public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """A year's days off by law. The library is imported on first use: most commands never need it."""
    from holidays import country_holidays

    try:
        found = country_holidays(country, subdiv=subdivision, years=year)
    except NotImplementedError:
        place = f"{country}-{subdivision}" if subdivision else country
        raise ValueError(
            f"There is no holiday calendar for “{place}”. Use ISO 3166 codes, for example US and CA."
        ) from None
    return frozenset(day for day, names in found.items() if set(names.split("; ")) - _OFFICES_OPEN)
