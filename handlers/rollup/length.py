"""How long a roll-up is: the words a reader meets, and the lines it takes on a sheet of US Letter paper.

The lines are an estimate, a little on the safe side, of what the PDF and a browser's printer make of it; tests hold it
against both.
"""

from __future__ import annotations

from math import ceil

from bot.chat.messages import Block, Bullets, Chart, Context, Facts, Heading, Message, Progress, Table, Text, plain
from bot.domain.rollup import PAGE_WORDS

PAGE_LINES = 74
_LINE = 110  # characters
_CHARTS = 16  # lines of a row of them
_HEADING = {1: 3, 2: 2}


def is_one_page(message: Message) -> bool:
    """Whether it can be read in three minutes and printed on one sheet."""
    return count_words(message) <= PAGE_WORDS and count_lines(message) <= PAGE_LINES


def count_words(message: Message) -> int:
    """The words a reader meets; buttons and what a chart says to a screen reader are left out."""
    return sum(len(text.split()) for block in message.blocks for text in _texts(block))


def count_lines(message: Message) -> int:
    """The lines of its blocks; charts stand side by side."""
    charts = any(isinstance(block, Chart) for block in message.blocks)
    return sum(map(_lines, message.blocks)) + _CHARTS * charts


def _lines(block: Block) -> int:
    match block:
        case Heading(_, level):
            return _HEADING.get(level, 2)
        case Table():
            return 2 + _rows(block)
    return sum(ceil(len(text) / _LINE) for text in _texts(block))


def _rows(table: Table) -> int:
    """The lines of a table's rows: its columns share the sheet by their longest cells, up to a third of it each."""
    cells = [[len(plain(cell)) for cell in row] for row in table.rows]
    longest = [min(max(lengths), _LINE // 3) for lengths in zip(*cells, strict=True)]
    most = max(sum(longest), 1)
    return sum(
        max(ceil(n * most / (at * _LINE)) if at else 1 for n, at in zip(row, longest, strict=True)) for row in cells
    )


def _texts(block: Block) -> list[str]:
    """What stands on the page, a text for each row, item and paragraph."""
    match block:
        case Heading(text, _) | Progress(text, _, _):
            return [text]
        case Text(found) | Context(found):
            return [plain(found)]
        case Bullets(items, _):
            return [plain(item) for item in items]
        case Facts(rows):
            return [f"{label} {plain(value)}" for label, value in rows]
        case Table(columns, cells):
            return [" ".join(columns), *(" ".join(map(plain, row)) for row in cells)]
    return []
