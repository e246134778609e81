"""Word documents: paragraphs and table rows in document order, with the numbers Word writes itself.

A numbered list keeps its numbers in `numbering.xml`, not in its text: they are counted here. A table row becomes one
line "| cell | cell |"; paragraphs inside a cell are parted by a vertical tab. Empty cells follow one that goes over
several columns, so that what stands below it keeps its place.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from bot.domain.plan_import.model import Line, NotAPlan

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LIST_STYLE = re.compile(r"list (?:bullet|number|continue) (\d)", re.I)  # Word's second-level list styles
_INDENT = "  "  # per list level, as an indented text would have it
_MOST_BYTES = 200_000_000  # unpacked, with its pictures
_MOST_TEXT = 20_000_000  # of that the XML; a hundred pages have about two million
_MOST_LINES = 50_000
_TOO_LARGE = "The Word file is far larger than a plan once it is unpacked. Copy its text to a new file and import that."
_BROKEN = (
    OpcError, SyntaxError, KeyError, ValueError, TypeError, AttributeError, OSError, RecursionError,
    NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_MOST_COLUMNS = 63  # of a table in Word
_NARROWEST = 216  # twentieths of a point: the margins of a cell alone take as much
_HIGHEST_ROMAN = 3999
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def read_docx(path: Path) -> list[Line]:
    """One line for each paragraph or table row, numbered from 1; a blank line follows each ordinary paragraph.

    The text of the pages' header comes first, as line 0: it stands in no line, but often alone names the county.

    Raises NotAPlan when the file is not a Word document or is damaged.
    """
    try:
        _measure(path)
        return _lines(docx.Document(str(path)))
    except _BROKEN as error:
        raise NotAPlan(
            f"{path.name} is not a Word document that can be opened. Open it in Word, save it as .docx and import that."
        ) from error


def _measure(path: Path) -> None:
    """A file of 1 MB can ask for gigabytes: NotAPlan before anything is unpacked. zipfile gives no more of a part than
    it is said to have."""
    with zipfile.ZipFile(path) as packed:
        parts = packed.infolist()
    text = sum(part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels")))
    if text > _MOST_TEXT or sum(part.file_size for part in parts) > _MOST_BYTES:
        raise NotAPlan(_TOO_LARGE)


def _lines(document: Any) -> list[Line]:
    numbering = _Numbering(document)
    lines = [Line(0, text) for text in _page_headers(document)]
    number = 0
    for element in _blocks(document.element.body, "w:p", "w:tbl"):
        number += 1
        if len(lines) > _MOST_LINES:
            raise NotAPlan(_TOO_LARGE)
        if element.tag == qn("w:p"):
            text = _paragraph(element, numbering)
            lines += [Line(number, piece) for piece in text.split("\v")]
            if text.strip() and not numbering.is_list(element):
                lines.append(Line(number, ""))
            continue
        for i, texts in enumerate(_table(element, numbering)):
            number += i > 0
            lines += [Line(number, text) for text in texts]
        lines.append(Line(number, ""))
    return lines


def _page_headers(document: Any) -> list[str]:
    """The different texts of the headers and footers of the first section, title page included."""
    section = document.sections[0]
    parts = (section.first_page_header, section.header, section.first_page_footer, section.footer)
    texts = [_text(p).replace("\v", " ").strip() for part in parts for p in part._element.iter(qn("w:p"))]
    return list(dict.fromkeys(t for t in texts if t))


def _blocks(parent: Any, *tags: str) -> Iterator[Any]:
    """The children with these tags, those inside content controls too."""
    wanted = [qn(tag) for tag in tags]
    for child in parent.iterchildren():
        if child.tag in wanted:
            yield child
        elif child.tag == qn("w:sdt"):
            content = child.find(qn("w:sdtContent"))
            if content is not None:
                yield from _blocks(content, *tags)


def _table(table: Any, numbering: _Numbering) -> Iterator[list[str]]:
    """The lines of each row; the rows of a table inside a cell follow the row it stands in.

    As many cells in each row are its columns, wherever the borders are; else the table's grid says what is below what.
    """
    rows = [(row, list(_blocks(row, "w:tc"))) for row in _blocks(table, "w:tr")]
    in_grid = len({len(cells) for _, cells in rows if len(cells) > 1}) > 1
    columns = _columns(table)
    for row, cells in rows:
        texts = [_cell(cell, numbering) for cell in cells]
        yield _row(texts, _in_grid(row, cells, texts, columns) if in_grid else texts)
        for cell in cells:
            for inner in _blocks(cell, "w:tbl"):
                yield from _table(inner, numbering)


def _columns(table: Any) -> list[bool]:
    """Of each column whether it has room for words: a border drawn askew makes one that has none."""
    widths = [column.get(qn("w:w")) or "" for column in table.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
    roomy = [not (width.isdecimal() and 0 < int(width) < _NARROWEST) for width in widths]
    return (roomy + [True] * _MOST_COLUMNS)[:_MOST_COLUMNS]


def _in_grid(row: Any, cells: list[Any], texts: list[str], columns: list[bool]) -> list[str]:
    """The texts with an empty one for each further column a cell goes over, and for those the row leaves out first."""
    at = max(0, row.grid_before)
    placed = [""] * sum(columns[:at])
    for cell, text in zip(cells, texts, strict=True):
        end = at + max(1, cell.grid_span)
        placed += [text] + [""] * (sum(columns[at:end]) - 1)
        at = end
    return placed


def _row(texts: list[str], placed: list[str]) -> list[str]:
    """One line "| cell | cell |"; a row with a single filled cell is text: one line for each paragraph."""
    filled = [text for text in texts if text]
    if len(filled) == 1 and ("\v" in filled[0] or len(texts) == 1):
        return filled[0].replace("\\|", "|").split("\v")
    return ["| " + " | ".join(placed) + " |"]


def _cell(cell: Any, numbering: _Numbering) -> str:
    paragraphs = [_paragraph(p, numbering, in_table=True).strip() for p in _blocks(cell, "w:p")]
    return "\v".join(p for p in paragraphs if p).replace("|", "\\|")


def _paragraph(paragraph: Any, numbering: _Numbering, in_table: bool = False) -> str:
    text = _text(paragraph).strip("\n")
    label, level = numbering.label(paragraph)
    if not text.strip():
        return "\f" if _has_page_break(paragraph) else ""
    if label:
        text = f"{_INDENT * level}{label} {text.strip()}"
    heading = "" if in_table else numbering.heading(paragraph)
    return ("\f" if not in_table and _has_page_break(paragraph) else "") + heading + text


def _text(paragraph: Any) -> str:
    """The paragraph's text as a reader sees it: without deleted text and a drawing's fallback, with its text boxes."""
    parts: list[str] = []
    skipped = {qn("w:del"), qn("w:pPr"), qn("w:rPr"), qn("w:instrText"), qn("w:moveFrom"), _FALLBACK}

    def walk(element: Any) -> None:
        for child in element:
            if child.tag in skipped or not isinstance(child.tag, str):
                continue
            if child.tag == qn("w:p"):  # of a text box
                parts.append("\v")
            if child.tag == qn("w:t"):
                parts.append(child.text or "")
            elif child.tag == qn("w:tab"):
                parts.append("\t")
            elif child.tag in (qn("w:br"), qn("w:cr")):
                parts.append("\v")
            elif child.tag == qn("w:noBreakHyphen"):
                parts.append("-")
            else:
                walk(child)

    walk(paragraph)
    return re.sub(r"(?<=\S) {2,}", " ", "".join(parts)).strip("\v")


def _has_page_break(paragraph: Any) -> bool:
    return any(br.get(qn("w:type")) == "page" for br in paragraph.iter(qn("w:br")))


class _Numbering:
    """The document's list definitions and the counters of its lists."""

    def __init__(self, document: Any) -> None:
        self._styles = {s.style_id: s for s in document.styles}
        self._counts: dict[tuple[str, int], int] = {}
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._abstract: dict[str, str] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        for abstract in root.iter(qn("w:abstractNum")):
            levels = {int(lvl.get(qn("w:ilvl"))): _level(lvl) for lvl in abstract.iter(qn("w:lvl"))}
            self._levels[abstract.get(qn("w:abstractNumId"))] = levels
        for num in root.iter(qn("w:num")):
            link = num.find(qn("w:abstractNumId"))
            if link is not None:
                self._abstract[num.get(qn("w:numId"))] = link.get(qn("w:val"))

    def is_list(self, paragraph: Any) -> bool:
        """True for an item of a Word list."""
        return self._num(paragraph) is not None

    def heading(self, paragraph: Any) -> str:
        """Markdown marks for a heading style ("Heading 2" gives "## "), else ""."""
        style = self._style(paragraph)
        name = (style.name or "") if style is not None else ""
        match = re.match(r"(?:heading (\d)|title)", name, re.I)
        return "#" * int(match[1] or 1) + " " if match else ""

    def label(self, paragraph: Any) -> tuple[str, int]:
        """(what Word shows before the text, depth): "3.", "b)", "•", or "" when it is no list item."""
        num = self._num(paragraph)
        if num is None:
            return "", 0
        style = self._style(paragraph)
        by_style = _LIST_STYLE.match((style.name or "") if style is not None else "")
        text, level = self._counted(*num)
        return text, max(level, int(by_style[1]) - 1 if by_style else 0)

    def _counted(self, num_id: str, level: int) -> tuple[str, int]:
        levels = self._levels.get(self._abstract.get(num_id, ""), {})
        kind, pattern, start = levels.get(level, ("bullet", "•", 1))
        if kind in ("bullet", "none"):
            return ("•" if kind == "bullet" else ""), level
        key = self._abstract.get(num_id, num_id) if num_id in self._abstract else num_id
        counter = (f"{key}/{num_id}", level)
        self._counts[counter] = self._counts.get(counter, start - 1) + 1
        for deeper in [c for c in self._counts if c[0] == counter[0] and c[1] > level]:
            del self._counts[deeper]
        return self._filled(pattern, counter[0], levels), level

    def _filled(self, pattern: str, key: str, levels: dict[int, tuple[str, str, int]]) -> str:
        def value(match: re.Match[str]) -> str:
            level = int(match[1]) - 1
            kind, _, start = levels.get(level, ("decimal", "", 1))
            return _format(self._counts.get((key, level), start), kind)

        return re.sub(r"%(\d)", value, pattern)

    def _style(self, paragraph: Any) -> Any:
        properties = paragraph.find(qn("w:pPr"))
        style = properties.find(qn("w:pStyle")) if properties is not None else None
        return self._styles.get(style.get(qn("w:val"))) if style is not None else None

    def _num(self, paragraph: Any) -> tuple[str, int] | None:
        properties = paragraph.find(qn("w:pPr"))
        found = properties.find(qn("w:numPr")) if properties is not None else None
        style, seen = self._style(paragraph), set()
        while found is None and style is not None and style.style_id not in seen:
            seen.add(style.style_id)  # a style may say that it is based on itself
            style_properties = style.element.find(qn("w:pPr"))
            found = style_properties.find(qn("w:numPr")) if style_properties is not None else None
            style = style.base_style
        if found is None:
            return None
        num_id, level = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
        if num_id is None or num_id.get(qn("w:val")) == "0":
            return None
        return num_id.get(qn("w:val")), int(level.get(qn("w:val"))) if level is not None else 0


def _level(level: Any) -> tuple[str, str, int]:
    def value(tag: str, default: str) -> str:
        found = level.find(qn(tag))
        return str(found.get(qn("w:val"))) if found is not None else default

    return value("w:numFmt", "decimal"), value("w:lvlText", "%1."), int(value("w:start", "1"))


def _format(number: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and number <= _HIGHEST_ROMAN:
        text, rest = "", number
        for worth, sign in _ROMAN:
            while rest >= worth:
                text, rest = text + sign, rest - worth
        return text.upper() if kind == "upperRoman" else text
    return str(number)
