"""Tables: Slack's own table block once a message, if it fits a phone; else monospaced lines, or one entry a row.

A table wider than the screen hides its last columns, which tend to matter most, behind a sideways scroll.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from bot.chat.messages import Span, Spans, Table, plain
from bot.renderers.slack_blocks import limits
from bot.renderers.slack_blocks.text import Mentions, elements, length

Block = dict[str, Any]

# A phone is 375 to 400 points wide, a message on it some 320: 38 monospaced characters, or the columns of a table with
# 25 of rules and padding each and 8 a character of their longest word.
PHONE_CHARACTERS = 38
PHONE_POINTS = 325
CELL_POINTS, CHARACTER_POINTS = 25, 8
_NUMBER = re.compile(r"\s*[-+−±]?\$?\d[\d,]*(?:\.\d+)?\s*%?\s*\Z|\s*[-–—*]?\s*\Z")


def native_fits(table: Table) -> bool:
    """Whether the table is within the limits of a table block and of a phone."""
    characters = sum(map(len, table.columns)) + sum(length(cell) for row in table.rows for cell in row)
    return (
        0 < len(table.columns) <= limits.TABLE_COLUMNS
        and len(table.rows) < limits.TABLE_ROWS
        and characters <= limits.TABLE_TEXT
        and _points(table) <= PHONE_POINTS
    )


def _points(table: Table) -> int:
    """The least width of the table when every cell wraps between words."""
    texts = [table.columns, *(tuple(map(plain, row)) for row in table.rows)]
    longest = (
        max((_width(word) for text in column for word in text.split()), default=0)
        for column in zip(*texts, strict=True)
    )
    return sum(CELL_POINTS + CHARACTER_POINTS * width for width in longest)


def native(table: Table, mentions: Mentions) -> Block:
    """A table block: bold header, numbers to the right, everything wrapped."""
    head = [_cell((Span(name, bold=True),), mentions) for name in table.columns]
    settings = [{"align": "right" if is_number else "left", "is_wrapped": True} for is_number in _number_columns(table)]
    rows = [[_cell(cell, mentions) for cell in row] for row in table.rows]
    return {"type": "table", "column_settings": settings, "rows": [head, *rows]}


def _cell(spans: Spans, mentions: Mentions) -> Block:
    # raw_text cells have been answered with internal errors (https://github.com/soxtoby/SlackNet/issues/246), and an
    # empty text element is refused.
    inner = elements(spans, mentions) or [{"type": "text", "text": " "}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inner}]}


def _number_columns(table: Table) -> list[bool]:
    """Per column, whether every cell is a number, a dash or nothing."""
    return [
        bool(table.rows) and all(_NUMBER.match(plain(row[at])) for row in table.rows)
        for at in range(len(table.columns))
    ]


def monospaced(table: Table) -> list[str] | None:
    """Aligned lines with a rule under the header, or None when they would not fit a phone."""
    texts = [list(table.columns), *([" ".join(plain(cell).split()) for cell in row] for row in table.rows)]
    widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > PHONE_CHARACTERS:
        return None
    right = _number_columns(table)
    lines = ["  ".join(map(_pad, row, widths, right)).rstrip() for row in texts]
    return [lines[0], "─" * max(map(_width, lines)), *lines[1:]]


def _pad(text: str, width: int, right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap


def _width(text: str) -> int:
    """Monospaced columns: wide East Asian characters and emoji take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def entries(table: Table) -> list[Spans]:
    """A row as an item: the first cell in bold, under it `column: value` for the others that say something."""
    return [_entry(table.columns, row) for row in table.rows]


def _entry(columns: tuple[str, ...], row: tuple[Spans, ...]) -> Spans:
    spans: list[Span] = [Span(plain(row[0]), bold=True)]
    for name, cell in zip(columns[1:], row[1:], strict=True):
        if plain(cell).strip():
            spans += [Span(" · " if len(spans) > 1 else "\n"), Span(f"{name}: " if name else ""), *cell]
    return tuple(spans)
