"""Reading a measure's value as people write it: `1 47.5% 2026-02 of 1,240`, `engagement 52 Feb 2026 Spanish`.

`*` means "not shown" and is never 0. What cannot be a value is refused with a sentence that says what to write; nothing
is guessed, because a wrong number in a report is worse than a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.domain.people_counts import STATE
from bot.domain.periods import Month, check_year, parse_period

SHAPE = "Write it like this: measure record 1 47.5% 2026-02."

NOT_SHOWN_MARK = "*"
# Thousands are grouped by threes, so `47,5` is not taken for 475.
_NUMBER = re.compile(r"(-)?(\$)?([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?\s*(%)?")
_LOOKS_LIKE_VALUE = re.compile(r"\*|-?\$?[0-9][0-9,]*(?:\.[0-9]+)?%?")
_LONGEST = 20  # characters; a number that long is a slip
_MOST_MONTH_WORDS = 2  # "Feb 2026", "last month"
_PERCENT = ("percent", "%", "percentage")
LONGEST_NAME, LONGEST_KIND = 120, 60  # characters
STATE_AVERAGE = "State average"
_STATE_NAMES = ("state", "state average", "statewide", "statewide average", "california", "the state")
_EVERYBODY = ("", "all", "total", "whole", "everybody", "everyone", "overall", "county", "all clients", "all groups")
_WITH_KIND = re.compile(r"(.*\S)\s*\(([^()]+)\)")
_OF_PEOPLE = re.compile(r"(.*?)\s*\bof ([0-9][0-9,]*|\*)(?: people)?")
_DOLLARS = ("dollars", "dollar", "$", "usd")


@dataclass(frozen=True, slots=True)
class Said:
    """What a typed line holds; a part that was not said is empty. `people`: how many the value is of."""

    measure: str = ""
    value: str = ""
    month: str = ""
    population: str = ""
    kind: str = ""
    people: str = ""


def read_line(text: str, today: date) -> Said:
    """Takes a line apart: measure, value, data month, then a group's name. The first words name the measure; the value
    is the first number after them, or, so that it can be refused by name, what stands before the month."""
    tokens = re.sub(r"\s+%", "%", text.replace("−", "-")).split()
    at = next((i for i in range(1, len(tokens)) if looks_like_value(tokens[i])), None)
    if at is None:
        begin, length = next(
            ((i, n) for i in range(1, len(tokens)) if (n := _month_words(tokens[i:], today))), (len(tokens), 0)
        )
        at = begin - 1 if length and begin > 1 else begin
        rest = tokens[begin:]
    else:
        begin, rest = at + 1, tokens[at + 1 :]
    rest = rest[1:] if rest and rest[0].lower() in ("for", "in") else rest
    length = _month_words(rest, today)
    population, people = " ".join(rest[length:]), ""
    if match := _OF_PEOPLE.fullmatch(population):
        population, people = match.groups()
    name, kind = split_population(population)
    return Said(" ".join(tokens[:at]), " ".join(tokens[at:begin]), " ".join(rest[:length]), name, kind, people)


def _month_words(tokens: list[str], today: date) -> int:
    """How many of the first tokens name a month: 0, 1 or 2."""
    lengths = range(min(_MOST_MONTH_WORDS, len(tokens)), 0, -1)
    return next((length for length in lengths if is_month(" ".join(tokens[:length]), today)), 0)


def is_month(text: str, today: date) -> bool:
    """Whether the words name a month, as `parse_period` reads them."""
    try:
        return isinstance(parse_period(text, today), Month)
    except ValueError:
        return False


def looks_like_value(text: str) -> bool:
    """Whether the words are written as values are: `*`, `47.5%`, `1,240`."""
    return _LOOKS_LIKE_VALUE.fullmatch(text) is not None


def parse_data_month(text: str, today: date) -> Month:
    """The data month; raises ValueError for a quarter, for what is no month, and for one that has not begun or is too
    long ago."""
    period = parse_period(text, today)
    if not isinstance(period, Month):
        raise ValueError(f"“{text.strip()}” is a quarter. A reading belongs to one month, for example {today:%Y-%m}.")
    return begun(period, today)


def begun(month: Month, today: date) -> Month:
    """The month, if it has begun and its year is no slip; raises ValueError with a sentence."""
    check_year(month, today)
    if month.first > today:
        raise ValueError(f"{month.title} has not begun. Give the month the number was measured in.")
    return month


def parse_value(text: str, unit: str) -> float | None:
    """The value in the measure's unit; None for `*`. Raises ValueError with a sentence for anything doubtful."""
    said = text.strip().replace("−", "-")
    if said == NOT_SHOWN_MARK or said.lower() == "not shown":
        return None
    match = _NUMBER.fullmatch(said) if len(said) <= _LONGEST else None
    if match is None:
        wrong = f"“{said}” is not a number." if said else "There is no value."
        raise ValueError(f"{wrong} Write for example {_example(unit)}, or * for “not shown”.")
    minus, dollar, whole, fraction, percent = match.groups()
    value = float(f"{whole.replace(',', '')}{fraction or ''}") * (-1 if minus else 1)
    _check_unit(said, value, _kind(unit), bool(dollar), bool(percent))
    return value


def _kind(unit: str) -> Literal["percent", "dollars", "other"]:
    folded = unit.strip().lower()
    if folded in _PERCENT:
        return "percent"
    return "dollars" if folded in _DOLLARS else "other"


def _check_unit(said: str, value: float, kind: str, dollar: bool, percent: bool) -> None:
    if percent and kind != "percent":
        raise ValueError(f"This measure is not a percent, so “{said}” does not fit. Leave out the %.")
    if dollar and kind != "dollars":
        raise ValueError(f"This measure is not in dollars, so “{said}” does not fit. Leave out the $.")
    if kind == "percent" and not 0 <= value <= 100:
        raise ValueError(f"A percent lies between 0 and 100, and “{said}” does not. Please check it.")
    if kind == "percent" and 0 < value < 1 and not percent:
        raise ValueError(f"Do you mean {value * 100:g}% or {value:g}%? Write it with the %.")


def parse_people(text: str) -> int | None:
    """How many people were heard; None for `*`. Raises ValueError with a sentence."""
    said = text.strip().replace(",", "")
    if said in (NOT_SHOWN_MARK, "") or said.lower() == "not shown":
        return None
    if not (said.isascii() and said.isdigit()) or len(said) > 7:
        raise ValueError(f"“{text.strip()}” is not a number of people. Write for example 24, or * for “not shown”.")
    return int(said)


def split_population(text: str, kind: str = "") -> tuple[str, str]:
    """A group as it is written, `Spanish (language)`, to its name and kind; names of everybody give ("", "")."""
    name = " ".join(text.split())
    if not kind and (match := _WITH_KIND.fullmatch(name)):
        name, kind = match[1], match[2]
    if name.lower() in _STATE_NAMES or (kind.lower() == STATE and name):
        return STATE_AVERAGE, STATE
    return ("", "") if name.lower() in _EVERYBODY else (name, " ".join(kind.split()))


def longest_names(population: str, kind: str) -> None:
    """Raises ValueError with a sentence where a name is too long to be kept."""
    if len(population) > LONGEST_NAME:
        raise ValueError(f"A group's name holds {LONGEST_NAME} characters. Shorten it, please.")
    if len(kind) > LONGEST_KIND:
        raise ValueError(f"The kind of a group holds {LONGEST_KIND} characters. Shorten it, please.")


def _example(unit: str) -> str:
    return {"percent": "47.5%", "dollars": "$3,200"}.get(_kind(unit), "12")
