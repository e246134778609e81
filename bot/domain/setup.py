"""Setting up a county, as pure rules: names, times, zones and dates as people write them, and what is still missing.

Everything refused here is a ValueError whose sentence says what to write instead; who may change what, and storing it,
is the handlers' business.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from zoneinfo import available_timezones

from rapidfuzz import process

from bot.domain.cadence import Cadence, WorkCalendar, meeting_date, parse_cadence
from bot.domain.periods import Month, parse_period

NAME_LENGTH = 80  # what a button, a heading and a phone's line still show; the columns hold 200
COLUMN_LENGTH = 200  # no name is longer (storage/models): what comes after it in a text cannot belong to one
TITLE_LENGTH = 60  # of a workgroup named after its strategy
DAYS = range(1, 16)
CLOSURES = 60  # extra days off kept at once: several years of them

_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029]+")
_WEAK_ENDS = re.compile(
    r"(?:a|an|and|all|as|at|by|for|from|in|into|is|its|of|on|or|that|the|their|this|those|through|to|which|with"
    r"|include|includes|including|requested)[,;:]?",
    re.I,
)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*([ap])?\.?m?\.?", re.I)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_FROM = re.compile(r",?\s*\b(?:counted from|starting(?: in| from)?|from)\s+(.+)$", re.I)
_OLD = ("US/", "Canada/", "Brazil/", "Chile/", "Mexico/", "Etc/", "SystemV/")  # former names of other zones
_US_ZONES = {
    "pacific": "America/Los_Angeles",
    "california": "America/Los_Angeles",
    "mountain": "America/Denver",
    "central": "America/Chicago",
    "eastern": "America/New_York",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
}


class NearestZones(ValueError):
    """An unknown time zone; `near` are the names that come closest, best first."""

    def __init__(self, sentence: str, near: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.near = near


def one_line(text: str, longest: int = COLUMN_LENGTH) -> str:
    """What a platform calls somebody or something: one line, no control characters, cut to fit."""
    return _BLANKS.sub(" ", text).strip()[:longest]


def clean_name(text: str, longest: int = NAME_LENGTH) -> str:
    """The name on one line, single spaces, no control characters. ValueError when it is empty or too long."""
    name = one_line(text, len(text))
    if not any(character.isalnum() for character in name):
        raise ValueError("Give a name with at least one letter or digit.")
    if len(name) > longest:
        raise ValueError(f"That name has {len(name):,} characters; please use at most {longest}.")
    return name


def name_from_title(title: str, taken: Collection[str], ref: str = "") -> str:
    """A workgroup's name from its strategy's title: the first sentence, cut at a word, at most 60 characters and, case
    apart, not among `taken`. `ref` tells apart what would be the same, then a number does."""
    sentence = re.split(r"(?<=\w)\.(?:\s|$)", _BLANKS.sub(" ", title).strip())[0].strip(" .,;:")
    base = _cut(sentence, TITLE_LENGTH) or f"Workgroup {ref}".strip()
    used = {name.casefold() for name in taken}
    suffixes = ["", *([f" ({ref})"] if ref else []), *(f" ({number})" for number in range(2, len(used) + 3))]
    names = (_cut(base, TITLE_LENGTH - len(suffix)) + suffix for suffix in suffixes)
    return next(name for name in names if name.casefold() not in used)


def _cut(text: str, length: int) -> str:
    """At most `length` characters, without a last word that only leads on to the next one."""
    if len(text) <= length:
        return text
    words = text[: length + 1].rsplit(" ", 1)[0][:length].split(" ")
    while len(words) > 1 and _WEAK_ENDS.fullmatch(words[-1]):
        words.pop()
    return " ".join(words).rstrip(" ,;:/-(")


def read_cadence(text: str, today: date, calendar: WorkCalendar) -> Cadence:
    """`second Tuesday`, `quarterly, third Wednesday from April`: the months are counted from the one named, else from
    the first meeting that is not over. Reads back what `Cadence.describe` wrote. ValueError with what to write."""
    if len(text) > COLUMN_LENGTH:
        raise ValueError("That is too long to be a meeting day. Write for example “second Tuesday”.")
    named = _FROM.search(text)
    if named:
        month = parse_period(named[1], today)
        if not isinstance(month, Month):
            raise ValueError("Name the month of one meeting, for example “quarterly, third Wednesday from April 2026”.")
        if month < Month.of(today) and not re.search(r"\d{4}", named[1]):
            month = month.plus(12)  # a month without a year is one to come; every rhythm fits twelve months
        return parse_cadence(text[: named.start()], month)
    found = parse_cadence(text, Month.of(today))
    day = meeting_date(found, Month.of(today), calendar)
    return found if day is None or day >= today else parse_cadence(text, Month.of(today).next())


def next_meeting(cadence: Cadence, today: date, calendar: WorkCalendar) -> date | None:
    """The first meeting day from `today` on; None if there is none within a year."""
    days = (meeting_date(cadence, Month.of(today).plus(ahead), calendar) for ahead in range(13))
    return next((day for day in days if day is not None and day >= today), None)


def read_time(text: str) -> time:
    """`9:00`, `9am`, `4.30 pm`, `noon`. ValueError for anything else."""
    words = text.strip().lower()
    if words in ("noon", "midday"):
        return time(12)
    match = _TIME.fullmatch(words)
    if match:
        hour, minute = int(match[1]), int(match[2] or 0)
        half = match[3]
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
            half = None
        if half is None and hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError(f"I do not understand “{text[:40]}” as a time of day. Write for example 9:00 or 4:30 pm.")


def read_days(text: str) -> int:
    """`3`, `3 days`, `3 working days`: 1 to 15. ValueError for anything else."""
    match = re.fullmatch(r"(\d{1,3})(?:\s+(?:working\s+)?days?)?", text.strip().lower())
    if match is None or int(match[1]) not in DAYS:
        raise ValueError(f"Write a number of working days from {DAYS[0]} to {DAYS[-1]}, for example 3.")
    return int(match[1])


def read_dates(text: str) -> tuple[date, ...]:
    """Days as `2026-12-24` or `12/24/2026`, separated by commas or spaces, in time order. ValueError names the first
    one that is no date."""
    found = {_date(word) for word in re.split(r"[\s,;]+|\band\b", text) if word}
    if len(found) > CLOSURES:
        raise ValueError(f"Those are {len(found)} days; please keep at most {CLOSURES}.")
    return tuple(sorted(found))


def _date(word: str) -> date:
    iso, american = _ISO.fullmatch(word), _AMERICAN.fullmatch(word)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if american:
            return date(int(american[3]), int(american[1]), int(american[2]))
    except ValueError:
        pass
    raise ValueError(f"“{word[:40]}” is not a date I understand. Write dates like 2026-12-24, separated by commas.")


def read_zone(text: str) -> str:
    """An IANA time zone by its name in any case, or a US one by its everyday name. NearestZones for anything else."""
    words = _BLANKS.sub(" ", text).strip()[:60]
    folded = words.casefold().replace(" ", "_")
    everyday = folded.removesuffix("_time").removesuffix("_standard")
    found = _zones().get(folded) or _US_ZONES.get(everyday)
    if found:
        return found
    by_city = {key.rsplit("/", 1)[-1]: name for key, name in _zones().items() if not name.startswith(_OLD)}
    if folded in by_city:
        return by_city[folded]
    offered = {**{key: name for key, name in _zones().items() if not name.startswith(_OLD)}, **by_city, **_US_ZONES}
    matches = process.extract(everyday, list(offered), limit=6, score_cutoff=60)
    near = tuple(dict.fromkeys(offered[match[0]] for match in matches))[:3]
    hint = f"Did you mean {' or '.join(near)}?" if near else "Write for example America/Los_Angeles."
    raise NearestZones(f"I know no time zone “{words}”. {hint}", near)


@cache
def _zones() -> dict[str, str]:
    """Time zones by their folded names; the ones without a region are files of the machine, not places."""
    return {name.casefold(): name for name in sorted(available_timezones()) if "/" in name or name == "UTC"}


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One step of setting up, in words short enough for a button; `verb` is the command that does it."""

    done: bool
    words: str
    verb: str


@dataclass(frozen=True, slots=True)
class SetupCounts:
    """What there is: `open_strategies` have no workgroup; `without_channel`, `without_leader` count workgroups."""

    strategies: int
    open_strategies: int
    executive_channels: int
    workgroups: int
    without_channel: int
    without_leader: int
    people: int


def setup_checklist(counts: SetupCounts) -> tuple[ChecklistItem, ...]:
    """The steps from an empty county to one whose prompts and roll-ups arrive, in the order to do them."""
    groups = counts.workgroups > 0
    return (
        ChecklistItem(counts.strategies > 0, "Import the plan (IT does this)", "plan"),
        ChecklistItem(counts.executive_channels > 0, "Choose the roll-up's channel", "settings edit"),
        ChecklistItem(groups and not counts.open_strategies, "Give every strategy a workgroup", "workgroup setup"),
        ChecklistItem(groups and not counts.without_channel, "Give every workgroup a channel", "workgroup"),
        ChecklistItem(groups and not counts.without_leader, "Give every workgroup a leader", "workgroup member"),
        ChecklistItem(counts.people > 1, "Add the people", "people add"),
    )


def matching(words: str, names: Iterable[str]) -> list[str]:
    """The names that `words` mean: the same one; else those that begin with them; else those with a word that does.
    Case, dashes and extra spaces do not count."""
    wanted = _folded(words)
    folded = {name: _folded(name) for name in names}
    if not wanted:
        return []
    same = [name for name, known in folded.items() if known == wanted]
    begin = [name for name, known in folded.items() if known.startswith(wanted)]
    return same or begin or [name for name, known in folded.items() if f" {wanted}" in f" {known}"]


def leading_name(text: str, names: Collection[str]) -> tuple[str, str]:
    """`Forms team second Tuesday` -> (`Forms team`, `second Tuesday`): the most words from the start that mean exactly
    one of the names, and the rest. ("", text) when none do."""
    breaks = [match.start() for match in re.finditer(r"\s+|$", text[:COLUMN_LENGTH])]
    for end in sorted({at for at in breaks if at}, reverse=True):
        found = matching(text[:end].strip(" :,;"), names)
        if len(found) == 1:
            return found[0], text[end:].lstrip(" :,;").strip()
    return "", text.strip()


def nearest(words: str, names: Collection[str], limit: int = 4) -> list[str]:
    """The names that come closest to what was typed, best first: to be offered, never to be taken."""
    folded = {name: _folded(name) for name in names}
    found = process.extract(_folded(words[:COLUMN_LENGTH]), folded, limit=limit, score_cutoff=55)
    return [name for _, _, name in found]


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[\s_–—-]+", " ", text.casefold()).split())
