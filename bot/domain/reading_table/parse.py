"""Cells to readings: finds the table's shape, then reads it row by row and notes every fault with its row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from bot.chat.units import is_percent
from bot.domain.periods import Month, parse_period
from bot.domain.reading_table.model import Cell, Fault, Row, Table
from bot.domain.readings import begun, longest_names, looks_like_value, parse_people, parse_value, split_population

MOST_ROWS = 20_000
MOST_COLUMNS = 600
_COLUMNS = {
    "month": ("month", "data month", "period", "date", "reporting month", "report month"),
    "value": ("value", "rate", "percent", "%", "reading", "result", "amount"),
    "group": ("group", "population", "subgroup", "name"),
    "kind": ("kind", "kind of group", "dimension", "group type", "category"),
    "people": ("people", "denominator", "n", "of", "number of people", "clients"),
}
_NAMED = {word: name for name, words in _COLUMNS.items() for word in words}
_NO_GROUPS = {*_NAMED, "numerator", "count", "target", "baseline"}  # they stand beside values and look like them
_BY_PLACE = {2: ("month", "value"), 3: ("month", "group", "value"), 4: ("month", "group", "value", "people")}
_SHORT_YEAR = re.compile(r"([a-z]{3,9})[-'’ /]([0-9]{2})", re.I)
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-[0-9]{1,2}(?:[T ].*)?")
_US_DAY = re.compile(r"([0-9]{1,2})/[0-9]{1,2}/([0-9]{4})")
_YEAR = re.compile(r"[0-9]{4}")
_SHAPE = (
    "I cannot find months in this table. Begin it with a row of headings, such as month, group, value; "
    "or put the months down the first column and the groups across the first row, or the other way round."
)


def read_text(text: str, unit: str, today: date, measure: str = "") -> Table:
    """A pasted table or the text of a CSV file: columns parted by tabs, semicolons or commas, whichever comes first."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").lstrip("\ufeff")
    heading = next((line for line in lines.split("\n") if line.strip()), "")
    between = next((mark for mark in "\t;," if mark in heading), ",")
    try:
        cells = list(csv.reader(io.StringIO(lines, newline=""), delimiter=between))
    except csv.Error as error:
        return Table((), (Fault(0, f"This table cannot be read: {error}."),))
    return read_cells(cells, unit, today, measure)


def read_cells(cells: Sequence[Sequence[Cell]], unit: str, today: date, measure: str = "") -> Table:
    """A table of cells as a spreadsheet gives them; `unit` is the measure's, and a heading that is its name stands for
    everybody. Never raises for what is in a cell."""
    lines = [(number, _trimmed(row)) for number, row in enumerate(cells, 1)]
    lines = [(number, row) for number, row in lines if row]
    if not lines:
        return Table((), (Fault(0, "The table is empty."),))
    if len(lines) > MOST_ROWS or max(len(row) for _, row in lines) > MOST_COLUMNS:
        most = f"{MOST_ROWS:,} rows and {MOST_COLUMNS} columns"
        return Table((), (Fault(0, f"A table may have {most}; this one has more. Split it, please."),))
    fractions = is_percent(unit) and _are_fractions(lines)
    found = _Reader(unit, today, fractions, measure).read(lines)
    return Table(found.rows, found.faults, fractions)


def _trimmed(row: Sequence[Cell]) -> list[Cell]:
    """The row without the empty cells at its end."""
    kept = [cell.strip() if isinstance(cell, str) else cell for cell in row]
    while kept and kept[-1] in (None, ""):
        kept.pop()
    return kept


def _are_fractions(lines: Iterable[tuple[int, list[Cell]]]) -> bool:
    """Whether all the numbers a spreadsheet gave lie between 0 and 1, as it keeps what it shows as percents."""
    numbers = [cell for _, row in lines for cell in row if isinstance(cell, float)]
    return any(0 < number < 1 for number in numbers) and all(0 <= number <= 1 for number in numbers)


class _Reader:
    """Reads one table; keeps what it has read so far to find what is said twice."""

    def __init__(self, unit: str, today: date, fractions: bool, measure: str) -> None:
        self._unit, self._today, self._fractions, self._measure = unit, today, fractions, measure.lower()
        self._rows: dict[tuple[Month, str], Row] = {}
        self._faults: list[Fault] = []
        self._month = cache(self._checked_month)

    def read(self, lines: Sequence[tuple[int, list[Cell]]]) -> Table:
        number, first = lines[0]
        names = self._names(first)
        if "month" in names and "value" in names:
            self._check_columns(number, names, [_words(cell) for cell in first], lines[1:])
            self._long(names, lines[1:])
        elif self._is_month(first[0]) and len(first) in _BY_PLACE:
            names = list(_BY_PLACE[len(first)])
            self._check_columns(number, names, [], lines)
            if "group" in names:
                self._check_groups(names.index("group"), lines)
            self._long(names, lines)
        elif len(first) > 1 and sum(self._is_month(cell) for cell in first[1:]) > len(first[1:]) / 2:
            if self._is_month(first[0]):
                self._faults.append(Fault(number, _no_corner(first[0])))
            else:
                self._across(number, first, lines[1:], months_across=True)
        elif any(row and self._is_month(row[0]) for _, row in lines[1:]):
            self._across(number, first, lines[1:], months_across=False)
        else:
            self._faults.append(Fault(0, _SHAPE))
        faults = sorted(self._faults, key=lambda fault: fault.line)
        return Table(tuple(self._rows.values()), tuple(faults))

    def _names(self, heading: list[Cell]) -> list[str]:
        """What is in each column, "" where its heading does not tell. Where no group has a column, the measure's name
        stands above its values."""
        words = [_words(cell).lower() for cell in heading]
        names = [_NAMED.get(word, "") for word in words]
        others = {word for word, name in zip(words, names, strict=True) if not name}
        measure_alone = bool(self._measure) and others == {self._measure}
        return [name or "value" for name in names] if measure_alone else names

    def _check_columns(
        self, number: int, names: Sequence[str], headings: Sequence[str], lines: Sequence[tuple[int, list[Cell]]]
    ) -> None:
        """A fault for each column that holds something and would not be read."""
        for place in sorted({at for _, row in lines for at, cell in enumerate(row) if cell not in (None, "")}):
            heading = headings[place] if place < len(headings) else ""
            name = names[place] if place < len(names) else ""
            if not name and not heading:
                self._faults.append(Fault(number, _no_heading(place)))
            elif not name:
                value = headings[names.index("value")]
                what = f"I do not know what “{heading}” is beside “{value}”."
                fault = f"{what} If it is a group, write All in place of “{value}”; else leave it out."
                self._faults.append(Fault(number, fault))
            elif name in names[:place]:
                fault = f"“{headings[names.index(name)]}” and “{heading}” are both the {name}. Leave one of them out."
                self._faults.append(Fault(number, fault))

    def _check_groups(self, place: int, lines: Iterable[tuple[int, list[Cell]]]) -> None:
        """A fault at the first row that has a number where, without headings, its group belongs: the comma of its
        thousands put it there, or another order of columns."""
        for number, row in lines:
            if len(row) > place + 1 and looks_like_value(_words(row[place])):
                self._faults.append(Fault(number, _no_group(_words(row[place]))))
                return

    def _long(self, names: Sequence[str], lines: Iterable[tuple[int, list[Cell]]]) -> None:
        at = {name: names.index(name) for name in names if name}

        def cell(row: list[Cell], name: str) -> Cell:
            return row[at[name]] if name in at and at[name] < len(row) else None

        for number, row in lines:
            try:
                people = parse_people(_words(cell(row, "people")))
                kind = _words(cell(row, "kind"))
                group = (_words(cell(row, "group")), kind)
                self._add(number, self._month(cell(row, "month")), group, cell(row, "value"), people)
            except ValueError as error:
                self._faults.append(Fault(number, str(error)))

    def _across(
        self, number: int, heading: list[Cell], lines: Sequence[tuple[int, list[Cell]]], *, months_across: bool
    ) -> None:
        """A grid: one reading a cell; empty cells are no readings."""
        heads: list[Month | str | None] = []
        for cell in heading[1:]:
            try:
                heads.append(self._month(cell) if months_across else self._group(cell))
            except ValueError as error:
                heads.append(None)  # told here once, so its column is passed over
                self._faults.append(Fault(number, str(error)))
        for line, row in lines:
            for place, cell in enumerate(row[1:]):
                head = heads[place] if place < len(heads) else ""
                if cell in (None, "") or head is None:
                    continue
                try:
                    if head == "" and place > 0:
                        raise ValueError(_no_heading(place + 1))
                    month = head if isinstance(head, Month) else self._month(row[0])
                    group = self._group(row[0]) if isinstance(head, Month) else head
                    self._add(line, month, (group, ""), cell, None)
                except ValueError as error:
                    self._fault_once(Fault(line, str(error)))

    def _group(self, cell: Cell) -> str:
        """The group that a cell beside values names. Raises ValueError for what is none."""
        words = _words(cell)
        if words.lower() in _NO_GROUPS and words.lower() != self._measure:
            raise ValueError(
                f"“{words}” is no group. Leave it out, or write one reading a row, below the headings month, group, "
                f"value and people."
            )
        return words

    def _fault_once(self, fault: Fault) -> None:
        """A wrong month at the beginning of a row is one fault, however many cells the row has."""
        if not self._faults or self._faults[-1] != fault:
            self._faults.append(fault)

    def _add(self, line: int, month: Month, group: tuple[str, str], cell: Cell, people: int | None) -> None:
        population, kind = split_population("" if group[0].lower() == self._measure else group[0], group[1])
        longest_names(population, kind)
        row = Row(line, month, population, kind, self._value(cell), people)
        key = (month, population.lower())
        if key in self._rows:
            name = population or "everybody"
            raise ValueError(f"{month.title}, {name}, stands in row {self._rows[key].line} already. Keep one of them.")
        self._rows[key] = row

    def _value(self, cell: Cell) -> float | None:
        if isinstance(cell, float):
            if self._fractions:
                return round(cell * 100, 4)
            return parse_value(f"{cell:f}".rstrip("0").rstrip(".")[:20], self._unit)
        return parse_value(_words(cell), self._unit)

    def _is_month(self, cell: Cell) -> bool:
        try:
            _month_in(cell, self._today)
        except ValueError:
            return False
        return True

    def _checked_month(self, cell: Cell) -> Month:
        return begun(_month_in(cell, self._today), self._today)


def _month_in(cell: Cell, today: date) -> Month:
    """The month a cell names, also by one of its days. Raises ValueError with a sentence; a month without its year
    could be any, so it is not taken."""
    text = _words(cell)
    if match := _ISO_DAY.fullmatch(text):
        text = f"{match[1]}-{match[2]}"
    elif match := _US_DAY.fullmatch(text):
        text = f"{match[2]}-{match[1]}"
    elif match := _SHORT_YEAR.fullmatch(text):
        text = f"{match[1]} 20{match[2]}"
    if not text:
        raise ValueError(f"There is no month. Write it like {today:%Y-%m}.")
    try:
        period = parse_period(text, today)
    except ValueError:
        raise ValueError(f"“{text}” is not a month. Write it like {today:%Y-%m}.") from None
    if not isinstance(period, Month):
        raise ValueError(f"“{text}” is a quarter. A reading belongs to one month, for example {today:%Y-%m}.")
    if not _YEAR.search(text):
        raise ValueError(f"“{text}” has no year. Write it like {today:%Y-%m}.")
    return period


def _no_heading(place: int) -> str:
    return f"Column {place + 1} has no heading, so I do not know what it is of."


def _no_group(words: str) -> str:
    return (
        f"“{words}” stands where I look for a group. Begin the table with a row of headings, such as month, value, "
        f"people; and write a number like 1,240 without its comma."
    )


def _no_corner(cell: Cell) -> str:
    where = f"“{_words(cell)}” stands above the groups, so I do not know which month is above which value."
    return f"{where} Write Group there, and the months beside it."


def _words(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:f}".rstrip("0").rstrip(".")
    return f"{cell:%Y-%m-%d}" if isinstance(cell, date) else " ".join(cell.split())
