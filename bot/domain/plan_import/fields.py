"""A goal's labelled values ("Baseline Result: 40%") and its table of dates, wherever on the line they stand.

Reading the number inside a value is left to `numbers`, choosing between two values to `goals`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.domain.plan_import.dates import WrittenDate, find_dates
from bot.domain.plan_import.rows import Row

_LABELS: dict[str, str] = {
    "statement": (
        r"(?:cal-?sip |sip |smart |measurable |performance )?goal(?: statement| description)?|objective"
        r"|measurable objective"
    ),
    "target": (
        r"goal\s*/\s*target|target\s*/\s*goal|(?:performance |improvement |cycle )?target(?: (?:result"
        r"|rate|value|goal|measure|performance|level|percentage|by [^:|]{3,25}|at [^:|]{3,25}))?"
        r"|(?:target|goal) (?:measure|rate|value|result)|desired (?:result|rate|outcome)"
    ),
    "measure": (
        r"(?:(?:cal-?oar|target|targeted|outcome|priority|selected|county"
        r"|focus)\s+)*(?:performance )?measure(?: name| selected| for improvement| title)?"
        r"|performance indicator|indicator|outcome measure"
    ),
    "baseline": (
        r"(?:current |county |cal-?oar )?baseline(?: (?:result|rate|value|measure|performance|data|level"
        r"|percentage|period result)s?)?"
        r"|current (?:rate|performance|value|level|result|status|measure)|starting (?:point|rate|value|level)"
    ),
    "pace": (
        r"(?:[a-z]+ )?(?:pace|rate of (?:improvement|change|reduction|increase))(?: of (?:improvement|change))?"
        r"|(?:(?:expected|planned|monthly|quarterly|annual|incremental|interim) )+(?:improvement|progress"
        r"|change|increase|decrease|reduction|pace|target)(?: rate)?|increments?|incremental (?:goal"
        r"|improvement)"
    ),
    "direction": r"(?:desired |target )?direction(?: of (?:improvement|change))?|(?:better|desired trend)",
}  # fmt: skip
_ORDER = ("pace", "baseline", "target", "measure", "direction", "statement")
_ANY = "|".join(f"(?P<{name}>{_LABELS[name]})" for name in _ORDER)
_QUALIFIER = r"(?:\s*\([^)]*\))?"
_LABEL = re.compile(rf"(?:^|(?<=[;|,.\t])\s*|(?<=\s))(?:{_ANY}){_QUALIFIER}\s*(?:[:=|]|\s[–—-]\s)\s*", re.I)
_WHOLE = re.compile(rf"(?:{_ANY}){_QUALIFIER}\s*[:=]?", re.I)
_SPACED = re.compile(rf"(?:{_ANY}){_QUALIFIER}\s+(?=\$?\d)", re.I)

_DATE_LABEL = re.compile(
    r"(?P<end>(?:current )?(?:cycle|cal-?sip|sip|plan)\s+(?:end|completion|close)(?:\s+(?:date"
    r"|time))?|end\s+of\s+(?:the\s+)?(?:cycle|plan)|end\s+date|cycle\s+ends?)"
    r"|(?P<pr>(?:(?P<ord>first|second|1st|2nd)\s+)?(?:cal-?sip\s+)?(?:progress\s+report|pr(?=\s*#?\s*[12]\b))(?:\s+(?:due"
    r"|date)){0,2}\s*(?:#|no\.?|number)?\s*(?P<n>[12]\b|one\b|two\b|i{1,2}\b)?)"
    r"|(?P<start>(?:cal-?sip|sip|plan)\s+(?:start|begin\w*|effective)(?:\s+(?:time|date))?"
    r"|start\s+(?:date|time)|(?:^|(?<=[;|:]\s))start(?=\s*[:|]|\s+(?:\d|[a-z]{3,9}\.?\s\d))|implementation\s+start(?:\s+date)?)",
    re.I,
)
_PERIOD = re.compile(
    r"^(?:(?:cal-?sip|sip|plan(?:ning)?|cycle|performance|implementation|project)\s+)*"
    r"(?:period|dates|cycle|term|time\s?(?:frame|line))\b",
    re.I,
)
_BOTH_REPORTS = re.compile(r"^(?:due dates (?:of|for) )?progress reports\b", re.I)
_HASH = re.compile(r"#\s*([12])\s*:?")
_NOISE = re.compile(r"\b(?:time|date|due|report|on|by|the|is|of|start|end)\b|[\W\d_]+", re.I)
_SECOND = {"2", "two", "ii", "second", "2nd"}
_FIRST = {"1", "one", "i", "first", "1st"}
_MOST_OTHER_LETTERS = 30  # of a line that starts with a label; beyond it is prose about a date


@dataclass(frozen=True, slots=True)
class Value:
    """A labelled value as written; `name` is a key of GoalDocument, `label` what stood before it."""

    name: str
    label: str
    text: str
    line: int


def _name(match: re.Match[str]) -> str:
    return next(name for name in _ORDER if match[name])


def label_of(text: str) -> str | None:
    """The field a whole cell names ("Baseline Result:"), or None."""
    match = _WHOLE.fullmatch(text.strip())
    return _name(match) if match else None


def read_values(row: Row) -> list[Value]:
    """The labelled values of one row; a label with nothing after it gives an empty text."""
    if row.cells and len(row.cells) >= 2 and (cells := _pairs(row)):
        return cells
    match = _LABEL.match(row.text) or _SPACED.match(row.text)
    if not match:
        name = label_of(row.text) if not row.text.lower().startswith("goal") else None
        return [Value(name, row.text, "", row.number)] if name else []
    found = [match] + [m for m in _LABEL.finditer(row.text, match.end()) if _name(m) != "statement"]
    ends = [m.start() for m in found[1:]] + [len(row.text)]
    return [
        Value(_name(m), m[0].strip(), row.text[m.end() : end].strip(" ;|,\t"), row.number)
        for m, end in zip(found, ends, strict=True)
    ]


def _pairs(row: Row) -> list[Value]:
    """Label, value, label, value ... cells; nothing when a label stands where a value should."""
    cells = [c for c in row.cells if c]
    if len(cells) < 2 or len(cells) % 2:
        return []
    values = []
    for label, text in zip(cells[::2], cells[1::2], strict=True):
        name = label_of(label)
        if name is None or label_of(text):
            return []
        values.append(Value(name, label, text.replace("\v", " "), row.number))
    return values


def header_names(row: Row) -> list[str | None] | None:
    """The fields of a table's header row (None for a column that is none), or None if it is no header."""
    if _pairs(row):
        return None
    names = [label_of(cell) for cell in row.cells]
    return names if sum(name is not None for name in names) >= 2 else None


@dataclass
class DateTable:
    """Pairs date labels with dates in reading order, however rows and columns are laid out.

    A label waits until a date (or "TBD") comes; so a header row followed by a row of dates, label and date on one
    line, and a label split over two rows ("Progress Report" / "#1: 02/21/2025") are all the same thing.
    """

    waiting: list[str] = field(default_factory=list)
    found: dict[str, tuple[WrittenDate | None, int]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def feed(self, row: Row) -> bool:
        """Read one row; False (and nothing changed) when it is not part of a date table."""
        text = " | ".join(row.cells) if row.cells else row.text
        if self._two_dates(text, row.number):
            return True
        labels = list(_DATE_LABEL.finditer(text))
        dates = [d for d in find_dates(text) if not any(m.start() <= d.start < m.end() for m in labels)]
        if not labels and not (self.waiting and (dates or _HASH.search(text))):
            return False
        rest = text
        for start, end in sorted(
            [(m.start(), m.end()) for m in labels] + [(d.start, d.end) for d in dates], reverse=True
        ):
            rest = rest[:start] + " " + rest[end:]
        if len(_NOISE.sub("", rest)) > (_MOST_OTHER_LETTERS if labels and labels[0].start() < 4 and dates else 8):
            return False
        if not labels and self._row_of_cells(row):
            return True
        self._in_order(text, labels, dates, row.number)
        return True

    def _two_dates(self, text: str, line: int) -> bool:
        """ "Plan period: July 1, 2024 through June 30, 2026", "Progress Reports: 2/21/2025 and 3/27/2026"."""
        days = [d for d in find_dates(text) if d.kind == "day"]
        names = (
            ("start", "cycle_end")
            if _PERIOD.match(text)
            else ("progress_report_1", "progress_report_2")
            if _BOTH_REPORTS.match(text)
            else ()
        )
        if len(days) != 2 or not names:
            return False
        for name, day in zip(names, days, strict=True):
            self._keep(name, day, line)
        return True

    def _row_of_cells(self, row: Row) -> bool:
        """A value row with one cell for each waiting label: an empty cell leaves its label without a date."""
        if not row.cells or len(row.cells) != len(self.waiting):
            return False
        for name, cell in zip(self._resolved(row.cells), row.cells, strict=True):
            dates = find_dates(cell)
            self._keep(name, dates[0] if dates else None, row.number)
        self.waiting.clear()
        return True

    def _resolved(self, cells: tuple[str, ...]) -> list[str]:
        names = []
        for name, cell in zip(self.waiting, cells, strict=True):
            number = _HASH.search(cell)
            names.append(f"progress_report_{number[1]}" if number and name.startswith("progress") else name)
        return names

    def _in_order(self, text: str, labels: list[re.Match[str]], dates: list[WrittenDate], line: int) -> None:
        """Labels and dates of one row: of labels followed by fewer dates, the first ones have none."""
        events: list[tuple[int, re.Match[str] | WrittenDate]] = [(m.start(), m) for m in labels]
        events += [(d.start, d) for d in dates]
        run: list[str] = []  # labels of this row that wait for a date
        kinds = [isinstance(event, WrittenDate) for _, event in sorted(events, key=lambda e: e[0])]
        for at, (position, event) in enumerate(sorted(events, key=lambda e: e[0])):
            if isinstance(event, re.Match):
                run.append(self._label_name(event, run))
                self.lines.setdefault(run[-1], line)
                continue
            if run and not kinds[at - 1]:
                ahead = next((k for k, kind in enumerate(kinds[at:]) if not kind), len(kinds) - at)
                run = run[-ahead:]
            if not (run or self.waiting):
                continue
            name = (run or self.waiting).pop(0)
            before = _HASH.search(text, max(0, position - 6), position)
            if before and name.startswith("progress"):
                name = f"progress_report_{before[1]}"
            self._keep(name, event, line)
        self.waiting += run

    def _label_name(self, match: re.Match[str], run: list[str]) -> str:
        if match["start"]:
            return "start"
        if match["end"]:
            return "cycle_end"
        number = (match["n"] or match["ord"] or "").lower()
        if number in _SECOND:
            return "progress_report_2"
        taken = "progress_report_1" in (*self.waiting, *run, *self.found)
        return "progress_report_2" if number not in _FIRST and taken else "progress_report_1"

    def _keep(self, name: str, when: WrittenDate | None, line: int) -> None:
        if name not in self.found:
            self.found[name] = (when, line)
