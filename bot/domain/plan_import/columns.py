"""Tables drawn with spaces, as a PDF's layout gives them, folded into rows with cells.

Only a table of action steps is folded: its header says where each column starts. A row that wraps over several lines
becomes one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.plan_import.markers import GOAL, STEP, STEPS, STRATEGY, is_structural, list_item
from bot.domain.plan_import.owners import read_labelled
from bot.domain.plan_import.rows import Row
from bot.domain.plan_import.tables import StepTable

_CHUNK = re.compile(r"\S+(?: \S+)*")
_LABEL_ALONE = re.compile(r"(?:goal|strategy|action step)\s*[:#]?", re.I)
_NUMBER_ALONE = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,2}[.:]?")
_LOOSE = 3  # characters a cell may start left of its header


def fold_columns(rows: Sequence[Row]) -> list[Row]:
    """The same rows, with every spaced table's lines replaced by one row for each row of the table."""
    folded: list[Row] = []
    i = 0
    while i < len(rows):
        starts = _header(rows[i])
        folded.append(rows[i])
        i += 1
        if not starts:
            continue
        end = i
        while end < len(rows) and _belongs(rows[end], starts):
            end += 1
        folded += _fold(rows[i:end], starts, folded[-1].cells)
        i = end
    return folded


def join_split_labels(rows: Sequence[Row]) -> list[Row]:
    """The same rows, with "Goal" and "1" on two lines, as some PDF files give them, made "Goal 1"."""
    joined: list[Row] = []
    for row in rows:
        if joined and _LABEL_ALONE.fullmatch(joined[-1].text) and _NUMBER_ALONE.fullmatch(row.text):
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text.rstrip(' :')} {row.text}")
        else:
            joined.append(row)
    return joined


def open_label_cells(rows: Sequence[Row]) -> list[Row]:
    """The same rows, with "| Strategy 3 | Field visits |" made the line "Strategy 3: Field visits".

    A list in the second cell ("| Action Steps | 1. Train / 2. Visit |") becomes a line for each of its paragraphs,
    those below an action step its sub-items.
    """
    opened: list[Row] = []
    for row in rows:
        filled = [c for c in row.cells if c]
        if len(filled) != 2 or "|" not in row.raw or not _is_label(row, filled[0]):
            opened.append(row)
            continue
        first, *more = [p.strip() for p in filled[1].split("\v") if p.strip()]
        label = filled[0].rstrip(" :")
        if STEPS.match(label):
            opened.append(replace(row, text=f"{label}:", cells=()))
            more = [first, *more]
        else:
            opened.append(replace(row, text=f"{label}: {first}", cells=()))
        if STEP.match(label):
            more = [part if list_item(part) else f"• {part}" for part in more]
        opened += [replace(row, text=part, cells=(), gap=False, indent=2 * bool(STEP.match(label))) for part in more]
    return opened


def _is_label(row: Row, cell: str) -> bool:
    if StepTable.from_header(row):
        return False
    match = GOAL.match(cell) or STRATEGY.match(cell) or STEP.match(cell)
    return bool(
        STEPS.match(cell)
        or read_labelled(f"{cell.rstrip(' :')}: x")
        or (match and not match["rest"].strip() and match["num"])
    )


def _header(row: Row) -> list[int]:
    """Where the columns start when the row is a spaced table's header, else nothing."""
    if not row.cells or "|" in row.raw or "\t" in row.raw or StepTable.from_header(row) is None:
        return []
    return [m.start() for m in _CHUNK.finditer(row.raw)] if len(_CHUNK.findall(row.raw)) == len(row.cells) else []


def _belongs(row: Row, starts: list[int]) -> bool:
    if row.heading or "|" in row.raw or row.indent < starts[0] - _LOOSE:
        return False
    chunks = list(_CHUNK.finditer(row.raw))
    if len(chunks) == 1 and is_structural(row.text) and not list_item(row.text):
        return False
    fits = all(any(abs(chunk.start() - start) <= _LOOSE for start in starts) for chunk in chunks)
    return fits and not (
        row.gap and len(chunks) == 1 and chunks[0].start() <= starts[0] + _LOOSE and not list_item(row.text)
    )


def _cells(row: Row, starts: list[int]) -> list[str]:
    cells = [""] * len(starts)
    for chunk in _CHUNK.finditer(row.raw):
        column = max((i for i, start in enumerate(starts) if chunk.start() >= start - _LOOSE), default=0)
        cells[column] = f"{cells[column]} {chunk[0]}".strip()
    return cells


def _fold(rows: Sequence[Row], starts: list[int], titles: tuple[str, ...]) -> list[Row]:
    step = StepTable.from_header(Row(0, "", cells=titles))
    column = step.roles.index("step") if step else 0
    folded: list[Row] = []
    for row in rows:
        cells = _cells(row, starts)
        if folded and not _is_new(row, cells, column, folded[-1]):
            joined = tuple(f"{a} {b}".strip() for a, b in zip(folded[-1].cells, cells, strict=True))
            folded[-1] = replace(folded[-1], cells=joined, text=" ".join(filter(None, joined)))
        else:
            folded.append(replace(row, cells=tuple(cells)))
    return folded


def _is_new(row: Row, cells: list[str], column: int, above: Row) -> bool:
    """A new table row: its step cell starts a text while the row above already has its other cells."""
    text = cells[column]
    if not text or text[:1].islower():
        return False
    complete = any(cell for i, cell in enumerate(above.cells) if i != column)
    return row.gap or list_item(text) is not None or complete
