"""Tables: the platform's own where it is readable on a phone, otherwise an entry for every row.

A table wider than the screen squeezes its columns until words break in the middle.
"""

from __future__ import annotations

import re
from unicodedata import east_asian_width

from bot.chat.messages import Span, Spans, Table, plain
from bot.renderers.adaptive_card import limits
from bot.renderers.adaptive_card.text import Element, Mentions, paragraph, words
from bot.renderers.safety import one_line

_WIDEST = 24  # characters beyond which more width does not make a column easier to read
_NUMBER = re.compile(r"\s*[-+−±]?\$?\d[\d,]*(?:\.\d+)?\s*%?\s*\Z|\s*[-–—*]?\s*\Z")


def table_elements(table: Table, mentions: Mentions) -> list[Element]:
    """The table as card elements; one without rows says so."""
    if not table.rows:
        columns = " / ".join(one_line(column) for column in table.columns)
        return [words(f"{columns}: nothing to show")]
    if _fits_a_phone(table):
        return [_native(table, mentions)]
    return [element for row in table.rows for element in _entry(table.columns, row, mentions)]


def _texts(table: Table) -> list[tuple[str, ...]]:
    """The table's words by column, the header first."""
    rows = [table.columns, *(tuple(map(plain, row)) for row in table.rows)]
    return list(zip(*rows, strict=True))


def _fits_a_phone(table: Table) -> bool:
    least = (max((_width(word) for text in column for word in text.split()), default=1) for column in _texts(table))
    points = sum(limits.COLUMN_POINTS + limits.CHARACTER_POINTS * width for width in least)
    return len(table.rows) <= limits.TABLE_ROWS and points <= limits.PHONE_POINTS


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _native(table: Table, mentions: Mentions) -> Element:
    """A Table: bold header, numbers to the right, width in proportion to what a column holds."""
    columns = [_column(texts) for texts in _texts(table)]
    head = [[_header(name)] for name in table.columns]
    rows = [[paragraph(cell, mentions) or [words("–")] for cell in row] for row in table.rows]
    return {"type": "Table", "columns": columns, "rows": [_row(cells) for cells in (head, *rows)], "spacing": "Medium"}


def _column(texts: tuple[str, ...]) -> Element:
    longest_word = max((_width(word) for text in texts for word in text.split()), default=1)
    longest = min(max(map(_width, texts)), _WIDEST)
    column: Element = {"width": 2 + max(longest_word, longest)}
    if all(map(_NUMBER.match, texts[1:])):
        column["horizontalCellContentAlignment"] = "Right"
    return column


def _header(name: str) -> Element:
    return words(name or "–", weight="Bolder")


def _row(cells: list[list[Element]]) -> Element:
    return {"type": "TableRow", "cells": [{"type": "TableCell", "items": items} for items in cells]}


def _entry(columns: tuple[str, ...], row: tuple[Spans, ...], mentions: Mentions) -> list[Element]:
    """The first cell in bold, under it `column: value` for the others that say something."""
    name = tuple(Span(span.text, bold=True, href=span.href, person=span.person) for span in row[0])
    elements = paragraph(name or (Span("–", bold=True),), mentions)
    others: list[Span] = []
    for label, cell in zip(columns[1:], row[1:], strict=True):
        if plain(cell).strip():
            others += [Span(" · ")] * bool(others) + [Span(f"{one_line(label)}: " if label else ""), *cell]
    for element in paragraph(tuple(others), mentions):
        elements.append({**element, "spacing": "None"})
    return elements
