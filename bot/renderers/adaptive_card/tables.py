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
    return len(table.rows) <= limits.TABLE_ROWS and sum(map(_least, _texts(table))) <= limits.PHONE_POINTS


def _least(texts: tuple[str, ...]) -> int:
    """Points in which no word of the column breaks."""
    longest_word = max((_width(word) for text in texts for word in text.split()), default=1)
    return limits.COLUMN_POINTS + limits.CHARACTER_POINTS * longest_word


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _native(table: Table, mentions: Mentions) -> Element:
    """A Table: bold header, numbers to the right, each column as wide as its longest word and then as what it holds."""
    texts = _texts(table)
    columns = [_column(column, width) for column, width in zip(texts, _widths(texts), strict=True)]
    head = [[_header(name)] for name in table.columns]
    rows = [[paragraph(cell, mentions) or [words("–")] for cell in row] for row in table.rows]
    return {"type": "Table", "columns": columns, "rows": [_row(cells) for cells in (head, *rows)], "spacing": "Medium"}


def _widths(columns: list[tuple[str, ...]]) -> list[int]:
    """How a phone's points are shared out; wider screens keep the proportions."""
    least = [_least(texts) for texts in columns]
    longest = [min(max(map(_width, texts)), _WIDEST) for texts in columns]
    spare = limits.PHONE_POINTS - sum(least)
    return [one + spare * length // max(1, sum(longest)) for one, length in zip(least, longest, strict=True)]


def _column(texts: tuple[str, ...], width: int) -> Element:
    column: Element = {"width": width}
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
