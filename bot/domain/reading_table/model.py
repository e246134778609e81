"""What a table holds, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.periods import Month

Cell = str | float | date | None


@dataclass(frozen=True, slots=True)
class Row:
    """A reading of a table: `line` is its row there, from 1; `population` "" is the whole; the rest as in a reading."""

    line: int
    month: Month
    population: str
    kind: str
    value: float | None
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row of the table; line 0: with the table as a whole."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"Row {self.line}: {self.text}" if self.line else self.text


@dataclass(frozen=True, slots=True)
class Table:
    """The readings that can be read, and what cannot. `fractions`: numbers such as 0.475 were taken for 47.5%, because
    a spreadsheet keeps percents so. `sheet`: the one that was read, where a workbook has several."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    fractions: bool = False
    sheet: str = ""
