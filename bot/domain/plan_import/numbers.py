"""The numbers of a goal: baseline, target, pace, unit and direction, from its statement or a labelled value.

"1.0% every month" means one percentage point: no relative change is ever computed. Which line is a goal's
statement or a labelled row is decided in `outline` and `fields`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.trajectory import Direction

_UNIT = (
    r"%|pp\b|per\s?cent(?:age)?(?:\s+points?)?|percentage\s+points?|pts?\b|points?\b|dollars?\b"
    r"|(?:calendar |business |working )?days?\b"
    r"|weeks?\b|months?\b|hours?\b|families\b|clients?\b|cases?\b|people\b|participants?\b"
    r"|households?\b|individuals?\b|customers?\b|re-?entries\b|sanctions?\b"
)
NUMBER = (
    r"(?P<dollar{0}>\$\s?)?(?P<value{0}>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d\w])\.\d+)"
    r"(?!\d|/\d)\s?(?P<unit{0}>" + _UNIT + r")?"
)
_FILL = (  # no two ways to read the same words, and not words without end: an import would try them all
    r"(?:(?:an?|the|its|our|their|current|currently|baseline|rate|level|of|about|approximately|around|roughly|average|"
    r"median|at|least|most|no|more|less|than|fewer|under|below|above|over|or|target|result|value"
    r"|starting|point|measure|county|"
    r"existing|reported|goal|up|down|as|low|high|only|estimated|minimum|maximum|total|mean|is|:)\s+"
    r"|[~≤≥<>=(]\s*){0,20}"
)
_FROM = re.compile(r"\bfrom\s+" + _FILL + NUMBER.format(""), re.I)
_TO = re.compile(
    r"\b(?:to|reach(?:es|ing)?|achiev(?:e|es|ing)|attain(?:ing)?|below|under|until it is)\s+"
    + _FILL
    + NUMBER.format(""),
    re.I,
)
_BASELINE_OF = re.compile(
    r"\b(?:baseline|current(?:ly)?(?: rate)?)\s*(?:of|is|was|at|:|=|\()?\s*" + _FILL + NUMBER.format(""), re.I
)
_TARGET_OF = re.compile(r"\btarget(?: rate)?\s*(?:of|is|:|=|\()?\s*" + _FILL + NUMBER.format(""), re.I)
_ANY = re.compile(NUMBER.format(""), re.I)
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9, "twelve": 12, "other": 2,
}  # fmt: skip
_PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12, "semester": 6, "half-year": 6}
_ADVERB_MONTHS = {
    "monthly": 1,
    "quarterly": 3,
    "yearly": 12,
    "annually": 12,
    "annual": 12,
    "semiannually": 6,
    "semi-annually": 6,
}
_EVERY = (
    r"\s*(?:(?:increase|decrease|reduction|improvement|change|decline|gain"
    r"|points?)\s+)?(?:\(?(?:on average|average)\)?\s+)?"
    r"(?:(?:per|every|each|an?|/)\s*(?:(?P<count>\d+|"
    + "|".join(_COUNTS)
    + r")\s+)?(?P<period>month|quarter|year|semester|half-year)s?\b"
    r"|(?P<adverb>" + "|".join(_ADVERB_MONTHS) + r")\b)"
)
_PACE_IN_PROSE = re.compile(
    r"\b(?:by|rate of|pace of|improvement of|reduction of|increase of|decrease of|steps? of"
    r"|rise of|drop of|gain of|growth of|decline of|change of"
    r"|average of|improving|increasing|decreasing|reducing|declining)\s+"
    + _FILL + NUMBER.format("") + _EVERY,
    re.I,
)  # fmt: skip
_PACE_ANYWHERE = re.compile(NUMBER.format("") + r"\)?" + _EVERY, re.I)
_PACE_OF_UNIT = re.compile(  # without a verb, a share or a sum a month is a pace, "from 4% a month" a level
    r"(?<!from )(?<!to )(?<!of )(?<!is )(?<![\d.$])(?=\$|[\d.,]+\s?(?:%|pp\b|per\s?cent|points?\b|pts?\b))"
    + NUMBER.format("") + r"\)?" + _EVERY,
    re.I,
)  # fmt: skip
_PERIODIC = re.compile(  # "a monthly decrease of 0.25%"
    r"\b(?P<adverb>monthly|quarterly|yearly|annual)\s+(?:rate of\s+)?(?:increase|decrease|reduction|improvement|change"
    r"|gain|decline)s?\s+of\s+" + _FILL + NUMBER.format(""),
    re.I,
)  # fmt: skip
_IN_WORDS = re.compile(
    r"\b(?P<word>one[- ]half(?: of)?(?: an?| one)?|half an?|one and (?:a|one)[- ]half|a quarter of an?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|twelve|an?)\s+(?=(?:percentage\s+)?points?\b|per\s?cent\b|days?\b|dollars?\b|famil)",
    re.I,
)
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12,
}  # fmt: skip
_FRACTIONS = {"¼": ".25", "½": ".5", "¾": ".75"}
_PAIR = re.compile(NUMBER.format("") + r"\s+to\s+(?=\$?\d)", re.I)
_BY = re.compile(r"\bby\s+" + _FILL + NUMBER.format("") + r"(?!\s*(?:per|every|each|/|a\s|monthly|quarterly))", re.I)

_DOWN = (
    r"reduc\w*|decreas\w*|lower\w*|lessen\w*|cut(?:ting)?|shorten\w*|minimi[sz]\w*|declin\w*|drop\w*"
    r"|shrink\w*|limit\w*|diminish\w*"
)
_UP = r"increas\w*|rais\w*|grow\w*|boost\w*|expand\w*|rise|lift\w*|strengthen\w*"
_IMPROVE = r"improv\w*|enhanc\w*|mov(?:e|ing)|chang\w+|bring\w*|maintain\w*|achiev\w*|reach\w*"
_VERB = re.compile(rf"\b(?:(?P<down>{_DOWN})|(?P<up>{_UP})|(?P<either>{_IMPROVE}))\b", re.I)
_LOWER_IS_BETTER = re.compile(
    r"\b(?:sanction rate|sanctions|re-?entr\w+|reentry|denials?|no-?shows?|wait(?:ing)? (?:time|days)"
    r"|days to|time to)\b",
    re.I,
)
_MEASURE_END = re.compile(
    r"\s+(?:(?:up|down)\s+)?(?:from|to|at|reaching)\s+"
    + _FILL
    + r"\$?\d|\s+(?:by|within|over|so that|through|in order)\b|\.(?=\s|$)|[;:,(]|\s[-–—]\s",
    re.I,
)
_MEASURE_LEAD = re.compile(r"^(?:(?:the|our|its|overall|county'?s|county’s|percentage of the|rate of the)\s+)+", re.I)


@dataclass(frozen=True, slots=True)
class Amount:
    """A written number: its value and its unit ("percent", "dollars", "days", ... or None)."""

    value: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class StatementNumbers:
    """What a goal's statement says in numbers; None where it is silent."""

    baseline: Amount | None
    target: Amount | None
    change: Amount | None
    pace_per_month: float | None


def _amount(match: re.Match[str]) -> Amount:
    raw = (match["unit"] or "").lower()
    unit: str | None = None
    if match["dollar"] or raw.startswith("dollar"):
        unit = "dollars"
    elif raw.startswith(("%", "pp", "percent", "per cent", "point", "pt")):
        unit = "percent"
    elif raw:
        word = raw.split()[-1]
        unit = "days" if word.startswith("day") else word
    return Amount(float(match["value"].replace(",", "")), unit)


def _is_year(amount: Amount, text: str) -> bool:
    return amount.unit is None and 1990 <= amount.value <= 2100 and "," not in text


def _first(pattern: re.Pattern[str], text: str) -> Amount | None:
    """The first amount that is not a year; one with a unit wins over one without."""
    amounts = [_amount(m) for m in pattern.finditer(text) if not _is_year(_amount(m), m["value"])]
    return next((a for a in amounts if a.unit), amounts[0] if amounts else None)


def read_amount(text: str) -> Amount | None:
    """The first number of a labelled value ("40%", "$3,200 (FY 23)"); dates and years are not amounts."""
    without_dates = re.sub(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b(?:FY|SFY|Q[1-4])\s*\d\S*", " ", text)
    return _first(_ANY, without_dates)


def _months(match: re.Match[str]) -> float:
    if match.groupdict().get("adverb"):
        return _ADVERB_MONTHS[match["adverb"].lower()]
    count = match["count"]
    times = 1 if not count else int(count) if count.isdigit() else _COUNTS[count.lower()]
    return times * _PERIOD_MONTHS[match["period"].lower()]


def _in_digits(text: str) -> str:
    """ "half a percentage point" and "½ percentage point" as "0.5 percentage point", an arrow as "to"."""

    def digits(match: re.Match[str]) -> str:
        word = match["word"].lower()
        value = _WORDS.get(word) or (1.5 if "and" in word else 0.25 if "quarter" in word else 0.5)
        return f"{value:g} "

    text = re.sub(r"\s*(?:→|⟶|⇒|->|=>)\s*", " to ", text)
    text = re.sub("(\\d*)([¼½¾])", lambda m: f"{m[1] or 0}{_FRACTIONS[m[2]]}", text)
    return _IN_WORDS.sub(digits, text)


def read_pace(text: str, labelled: bool = False) -> float | None:
    """Change a month in the measure's unit: "1.5% every quarter" is 0.5. `labelled`: the text is only a pace."""
    text = _in_digits(text)
    match = (
        _PACE_IN_PROSE.search(text)
        or _PERIODIC.search(text)
        or (_PACE_ANYWHERE if labelled else _PACE_OF_UNIT).search(text)
    )
    if not match:
        return None
    return round(_amount(match).value / max(_months(match), 1), 4)


def read_statement(text: str) -> StatementNumbers:
    """Baseline and target in either word order ("from 40% to 64%", "to 64% from 40%"), and the pace."""
    prose = _in_digits(re.sub(r"\s+", " ", text))
    without_pace = _PACE_OF_UNIT.sub(" ", _PACE_IN_PROSE.sub(" ", prose))
    baseline = _first(_FROM, without_pace) or _first(_BASELINE_OF, without_pace) or _first(_PAIR, without_pace)
    target = _first(_TO, without_pace) or _first(_TARGET_OF, without_pace)
    return StatementNumbers(baseline, target, _first(_BY, without_pace), read_pace(prose))


def read_named_numbers(text: str) -> tuple[Amount | None, Amount | None]:
    """(baseline, target) where a sentence calls them so: "Currently 32.5%; target 25.0%"."""
    return _first(_BASELINE_OF, text), _first(_TARGET_OF, text)


def read_direction(statement: str, baseline: float | None, target: float | None) -> tuple[Direction | None, bool]:
    """(direction, agrees): the verb decides, "improve" leaves it to the numbers; agrees is False on a conflict."""
    verb = _VERB.search(statement)
    by_numbers: Direction | None = None
    if baseline is not None and target is not None and baseline != target:
        by_numbers = "increase" if target > baseline else "decrease"
    if verb and not verb["either"]:
        by_verb: Direction = "decrease" if verb["down"] else "increase"
        return by_verb, by_numbers in (None, by_verb)
    if by_numbers:
        return by_numbers, True
    return ("decrease" if _LOWER_IS_BETTER.search(statement) else None), True


def measure_in(statement: str) -> str | None:
    """The measure's name inside a statement: "Reduce the Sanction Rate from 32% ..." gives "Sanction Rate"."""
    verb = _VERB.search(statement)
    rest = statement[verb.end() :] if verb and verb.start() < 40 else statement
    end = _MEASURE_END.search(rest.strip())
    name = rest.strip()[: end.start()] if end else rest.strip()
    name = _MEASURE_LEAD.sub("", name).strip(" .,:;-–—")
    return name if 2 < len(name) <= 120 else None
