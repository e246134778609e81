"""The document's lines made ready to read: mark-up taken off, table cells split, page furniture dropped.

A row keeps the number of its line. What a row means (goal, strategy, step) is left to `markers` and `outline`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.plan_import.markers import is_structural
from bot.domain.plan_import.model import Line
from bot.domain.plan_import.owners import read_labelled

# Each of these ends where it would begin anew, so that a long line takes no longer than many short ones.
_TAGS = re.compile(r"</?(?:i|b|u|em|strong|span|p|div|font|sup|sub)(?:\s[^<>]*)?>", re.I)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")
_BR = re.compile(r"<br\s*/?>", re.I)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_BOLD = re.compile(r"(\*\*|__)(?=\S)((?:(?!\1).)+)(?<=\S)\1")
_ITALIC = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+?)(?<=\S)\1(?![\w*])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!$|&<>~])")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad\u2060"))
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u202f"), " ")
_SEPARATOR = re.compile(r"^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$")
_RULE = re.compile(r"^\s*(?:[-*_=~–—]\s?){3,}$")
_LEADERS = re.compile(r"(?:\.{4,}|…{2,}|(?:\s\.){3,}|_{4,})\s*\d{1,3}\s*$")
_CONTENTS = re.compile(r"^(?:table of )?contents:?$", re.I)
_PAGE = re.compile(
    r"^\W*(?:page|pg\.?)\s*\|?\s*\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?\W*$|^\W*\d{1,3}\s*(?:of|/)\s*\d{1,3}\W*$"
    r"|^\d{1,3}\s*\|\s*page\W*$|^[-–—|\s]*\d{1,3}[-–—|\s]*$",
    re.I,
)
_PAGE_IN_LINE = re.compile(r"\bpage\s*\|?\s*\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?\b|\d{1,3}\s*\|\s*page\b", re.I)
_REPORT = r"\b(?:cal-?sip|system improvement plan|cal-?oar)\b"
_RUNNING_TITLE = re.compile(
    rf"^(?=.*{_REPORT}).{{0,90}}(?:[|•·]|\s[–—-]\s).{{2,90}}$|^[^.;:()]{{0,50}}\bcounty\b[^.;:()]{{0,20}}{_REPORT}[^.;:()]{{0,20}}$",
    re.I,
)
_NAMES_ITS_MAKER = re.compile(
    r"\b(?:county|agency|department|division|services|plan|report|cal-?sip|draft|confidential|revised|rev)\b"
)
_COUNTY_ALONE = re.compile(r"county of [^\W\d_][\w' ]{2,24}|[^\W\d_][\w' ]{2,24} county")
_LABEL_WAITING = re.compile(r"^\W*(?:goal|strategy|baseline|target|goal #|strategy #)\W*$", re.I)
_FURNITURE_LENGTH = 110


@dataclass(frozen=True, slots=True)
class Row:
    """One line to read. `cells` when it is a table row; `heading` is the Markdown or Word level, 0 for text.

    `gap`: a blank line came before; `broken`: page furniture was taken out just before; `raw`: the line as it was.
    """

    number: int
    text: str
    indent: int = 0
    heading: int = 0
    cells: tuple[str, ...] = ()
    gap: bool = False
    broken: bool = False
    raw: str = ""


def strip_markup(text: str) -> str:
    """`text` without Markdown emphasis, links' brackets, HTML tags and backslash escapes."""
    if "<" in text:
        text = _TAGS.sub("", _AUTOLINK.sub(r"\1", text))
    if "*" in text or "_" in text:
        text = _ITALIC.sub(r"\2", _BOLD.sub(r"\2", text))
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def _split_cells(text: str) -> tuple[str, ...]:
    if "|" in text and (text.startswith("|") or text.count("|") >= 2):
        inner = text.strip().removeprefix("|")
        inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
        return tuple(strip_markup(_BR.sub("\v", c)).strip(" \t") for c in re.split(r"(?<!\\)\|", inner))
    if "\t" in text.strip():
        return tuple(strip_markup(c).strip() for c in text.strip("\n ").split("\t"))
    if len(wide := re.split(r"\s{3,}", text.strip())) > 1:
        return tuple(strip_markup(c).strip() for c in wide)
    return ()


def _row(number: int, raw: str) -> Row:
    raw = raw.translate(_SPACES).translate(_INVISIBLE).rstrip()
    body = raw.lstrip(" \t")
    indent = len(raw[: len(raw) - len(body)].expandtabs(4))
    if body.startswith(">"):
        body = body.lstrip("> ")
    heading = 0
    if match := _HEADING.match(body):
        heading, body = len(match[1]), match[2]
    cells = _split_cells(body)
    text = re.sub(r"\s+", " ", strip_markup(_BR.sub(" ", body))).strip()
    return Row(number, text, indent, heading, cells, raw=raw)


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower()).strip(" |-–—")


def _is_page_number(text: str, previous: str) -> bool:
    if not _PAGE.match(text):
        return False
    return not (text.strip().isdigit() and _LABEL_WAITING.match(previous))


def _repeated_shapes(rows: Sequence[Row]) -> set[str]:
    """Shapes of short unstructured lines that come back as a page's header or footer does.

    A wrapped sentence may end with the same words three times over; so a shape counts only where it also stands next
    to a page number or page break, names the report, or stands alone each time and names the county or agency:
    paragraphs of Word all stand alone, and a step may be told three times.
    """
    at = [i for i, row in enumerate(rows) if _may_be_furniture(row)]
    counts = Counter(_shape(rows[i].text) for i in at)
    alone = Counter(_shape(rows[i].text) for i in at if _stands_alone(rows, i))
    running = {
        _shape(rows[i].text) for i in at if _RUNNING_TITLE.match(rows[i].text) or _PAGE_IN_LINE.search(rows[i].text)
    }
    beside = Counter(_shape(rows[i].text) for i in _beside_page_numbers(rows))

    def repeated(shape: str, n: int) -> bool:
        if beside[shape] and _COUNTY_ALONE.fullmatch(shape):
            return True
        by_chance = beside[shape] * 2 <= n and not re.search(_REPORT, shape)  # as any line of a step may stand there
        at_page_end = bool(beside[shape]) and not by_chance
        if shape in running or at_page_end:
            return n >= 2 or (shape in running and at_page_end)
        return n >= 3 and alone[shape] == n and bool(_NAMES_ITS_MAKER.search(shape))

    return {shape for shape, n in counts.items() if sum(c.isalpha() for c in shape) > 3 and repeated(shape, n)}


def _may_be_furniture(row: Row) -> bool:
    text = row.text
    if not text or text[0].islower() or len(text) > _FURNITURE_LENGTH or is_structural(text):
        return False
    if _LABEL_WAITING.match(text) or read_labelled(text) or text.count(")") > text.count("("):
        return False
    return len(row.cells) < 3 or bool(_PAGE_IN_LINE.search(text))


def _stands_alone(rows: Sequence[Row], i: int) -> bool:
    return all(not 0 <= k < len(rows) or rows[k].text in ("", "\f") for k in (i - 1, i + 1))


def _beside_page_numbers(rows: Sequence[Row]) -> set[int]:
    """Indexes of the written lines next to a page number or a page's end, blank lines not counted."""
    written = [i for i, row in enumerate(rows) if row.text]
    beside: set[int] = set()
    for at, i in enumerate(written):
        if rows[i].text == "\f" or _PAGE.match(rows[i].text):
            beside.update(written[max(0, at - 1) : at + 2])
    return beside


def _page_tail(row: Row) -> bool:
    """A line of the contents: a title and, after a tab or wide space, its page."""
    return len(row.cells) >= 2 and row.cells[-1].isdigit()


def _drop_furniture(rows: list[Row]) -> list[Row]:
    repeated = _repeated_shapes(rows)
    kept: list[Row] = []
    gap = broken = in_contents = False
    for row in rows:
        if row.text == "\f" or _is_furniture(row, repeated, kept):
            broken = True
        elif (
            not row.text
            or _RULE.match(row.text)
            or _LEADERS.search(row.text[-200:])
            or (in_contents and _page_tail(row))
        ):
            gap = True
        elif _SEPARATOR.match(row.text) and "-" in row.text:
            continue
        else:
            in_contents = bool(_CONTENTS.match(row.text))
            kept.append(replace(row, gap=gap, broken=broken))
            gap = broken = False
    return kept


def _is_furniture(row: Row, repeated: set[str], kept: list[Row]) -> bool:
    if not row.text or len(row.text) > _FURNITURE_LENGTH:
        return False
    previous = kept[-1].text if kept else ""
    if _is_page_number(row.text, previous):
        return True
    if is_structural(row.text):
        return False
    if _shape(row.text) in repeated:
        return True
    return bool(_PAGE_IN_LINE.search(row.text) and _RUNNING_TITLE.match(row.text))


def read_rows(lines: Sequence[Line]) -> list[Row]:
    """Rows of a document in order, blank lines and furniture gone (remembered as `gap` and `broken`)."""
    rows: list[Row] = []
    for line in lines:
        parts = line.text.split("\f")
        for i, part in enumerate(parts):
            if i:
                rows.append(Row(line.number, "\f"))
            if i == 0 or part.strip():
                rows.append(_row(line.number, part))
    return _drop_furniture(rows)
