"""Months and quarters: the periods that reports, meetings and readings belong to.

Value types only. Which period a report means by default, and in which time zone "today" falls, is decided by
the caller, who passes `today` in.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_OLDEST = 30  # years; what is older is a slip
_UNDERSTOOD = (
    "I understand a month such as 2026-11, Nov 2026, November, this month or last month, "
    "and a quarter such as 2026-Q4, Q4 2026, this quarter or last quarter."
)

_YEAR_FIRST = re.compile(r"([0-9]{4})[-/. ]?([0-9]{1,2})")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{4})")
_NAMED = re.compile(r"([a-z]{3,9})\.?,?(?:[- ]?([0-9]{4}))?")
_YEAR_NAMED = re.compile(r"([0-9]{4})[- ]([a-z]{3,9})\.?")
_QUARTER = re.compile(r"(?:q([1-4])|([1-4])q)(?:[-/, ]*([0-9]{4}))?")
_YEAR_QUARTER = re.compile(r"([0-9]{4})[-/ ]?(?:q([1-4])|([1-4])q)")
_RELATIVE = re.compile(r"(this|current|last|previous|next) (month|quarter)")
_STEPS = {"this": 0, "current": 0, "last": -1, "previous": -1, "next": 1}


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month; `number` is 1–12 and `year` 1–9999. Months compare in time order."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"There is no month {self.number} in the year {self.year}.")

    @classmethod
    def of(cls, day: date) -> Month:
        """The month that contains `day`."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Reads the stored form, `2026-11`, and only that; people's words go through `parse_period`."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
        if match is None:
            raise ValueError(f"“{text}” is not a month. Write it as year and month, for example 2026-11.")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def title(self) -> str:
        """`November 2026`."""
        return f"{MONTH_NAMES[self.number - 1]} {self.year}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.year, (self.number + 2) // 3)

    def plus(self, months: int) -> Month:
        """The month `months` later, or earlier when negative."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, index + 1)

    def next(self) -> Month:
        return self.plus(1)

    def previous(self) -> Month:
        return self.plus(-1)

    def contains(self, day: date) -> bool:
        return Month.of(day) == self


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter; `number` is 1–4. Quarters compare in time order."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 4 and 1 <= self.year <= 9999):
            raise ValueError(f"There is no quarter {self.number} in the year {self.year}.")

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that contains `day`."""
        return Month.of(day).quarter

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Reads the stored form, `2026-Q4`, and only that; people's words go through `parse_period`."""
        match = re.fullmatch(r"([0-9]{4})-Q([1-4])", text)
        if match is None:
            raise ValueError(f"“{text}” is not a quarter. Write it as year and quarter, for example 2026-Q4.")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"

    @property
    def title(self) -> str:
        """`Q4 2026, October–December`."""
        first, _, last = self.months
        names = f"{MONTH_NAMES[first.number - 1]}–{MONTH_NAMES[last.number - 1]}"
        return f"Q{self.number} {self.year}, {names}"

    @property
    def months(self) -> tuple[Month, Month, Month]:
        first = Month(self.year, self.number * 3 - 2)
        return first, first.plus(1), first.plus(2)

    @property
    def first(self) -> date:
        return self.months[0].first

    @property
    def last(self) -> date:
        return self.months[2].last

    def plus(self, quarters: int) -> Quarter:
        """The quarter `quarters` later, or earlier when negative."""
        year, index = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, index + 1)

    def next(self) -> Quarter:
        return self.plus(1)

    def previous(self) -> Quarter:
        return self.plus(-1)

    def contains(self, day: date) -> bool:
        return Quarter.of(day) == self


def months_between(start: Month, end: Month) -> int:
    """How many months after `start` is `end`; negative when it is earlier, 0 when they are the same."""
    return (end.year - start.year) * 12 + end.number - start.number


def check_year(period: Month | Quarter, today: date) -> None:
    """Raises ValueError with a sentence for a period so long ago that its year must be a slip."""
    if period.year < today.year - _OLDEST:
        raise ValueError(f"{period.title} is more than {_OLDEST} years ago. Please check the year.")


def parse_period(text: str, today: date) -> Month | Quarter:
    """Reads a month or a quarter as people write them; `today` is the date in the organization's zone.

    A name without a year means the latest one that has begun: people ask about what has happened, so in
    November 2026 "December" is December 2025. Raises ValueError with a sentence that names the forms understood.
    """
    words = re.sub(r"[\u2010-\u2015\u2212]", "-", " ".join(text.lower().split()))
    words = re.sub(r"\s*-\s*", "-", words).strip(" .")
    try:
        period = _relative(words, today) or _quarter(words, today) or _month(words, today)
    except ValueError as error:  # the shape was right, the number was not: 2026-13
        raise ValueError(f"{error} {_UNDERSTOOD}") from None
    if period is None:
        raise ValueError(f"I cannot read “{text.strip()}” as a month or a quarter. {_UNDERSTOOD}")
    return period


def _relative(words: str, today: date) -> Month | Quarter | None:
    match = _RELATIVE.fullmatch(words)
    if match is None:
        return None
    steps = _STEPS[match[1]]
    return Month.of(today).plus(steps) if match[2] == "month" else Quarter.of(today).plus(steps)


def _quarter(words: str, today: date) -> Quarter | None:
    if match := _YEAR_QUARTER.fullmatch(words):
        return Quarter(int(match[1]), int(match[2] or match[3]))
    match = _QUARTER.fullmatch(words)
    if match is None:
        return None
    number = int(match[1] or match[2])
    if match[3]:
        return Quarter(int(match[3]), number)
    this_year = Quarter(today.year, number)
    return this_year if this_year <= Quarter.of(today) else this_year.plus(-4)


def _month(words: str, today: date) -> Month | None:
    if match := _YEAR_FIRST.fullmatch(words):
        return Month(int(match[1]), int(match[2]))
    if match := _MONTH_FIRST.fullmatch(words):
        return Month(int(match[2]), int(match[1]))
    if match := _YEAR_NAMED.fullmatch(words):
        number = _month_number(match[2])
        return Month(int(match[1]), number) if number else None
    match = _NAMED.fullmatch(words)
    number = _month_number(match[1]) if match else None
    if match is None or number is None:
        return None
    if match[2]:
        return Month(int(match[2]), number)
    this_year = Month(today.year, number)
    return this_year if this_year <= Month.of(today) else this_year.plus(-12)


def _month_number(word: str) -> int | None:
    """1–12 for a month's name or its beginning (nov, sept); three letters are enough to tell them apart."""
    for number, name in enumerate(MONTH_NAMES, start=1):
        if name.lower().startswith(word):
            return number
    return None
