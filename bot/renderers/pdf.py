"""Message -> PDF for paper and for screen readers: US Letter, tagged, PDF/UA-1 (ISO 14289-1), set by Typst.

The page's looks are in `templates/typst/report.typ`. It is handed data, never markup: what people typed cannot become
an instruction. Buttons that only a chat can press are left out; charts bring their numbers, at the end of the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.chat.messages import (
    Actions,
    Block,
    Bullets,
    Button,
    Chart,
    Context,
    Divider,
    Facts,
    Heading,
    Image,
    Message,
    Progress,
    Span,
    Spans,
    Table,
    Text,
    plain,
)
from bot.chat.statuses import BAD, CAUTION, DONE, GOOD, UNKNOWN
from bot.renderers.chart import chart_svg
from bot.renderers.chart_words import numbers
from bot.renderers.safety import clean, one_line, safe_url
from bot.renderers.signs import SHAPES

if TYPE_CHECKING:
    import typst

TEMPLATE = Path(__file__).resolve().parents[2] / "templates" / "typst" / "report.typ"
Data = dict[str, Any]

_INDENT = "\u2003"  # bot.chat.markdown indents the items of an inner list by this
_NUMBER = re.compile(r"\s*[-+−±]?\$?\d[\d,]*(?:\.\d+)?\s*(?:%|[a-z]+)?\s*\Z|\s*[-–—*]?\s*\Z")
_LONG_WORD = re.compile(r"\S{30}(?=\S)")  # letters; a longer word would run off the paper
_BREAK = "\u200b"
_NARROW = 14  # characters up to which a column is as wide as its contents
_SHORT = 70  # characters up to which a whole table is
_WIDEST = 40  # characters beyond which more width does not make a column easier to read
_WEB = ("http://", "https://", "mailto:")
# The colours of the page, told from each other in black and white by their shapes.
_COLOURS = {GOOD: "#17624a", DONE: "#17624a", CAUTION: "#8a5a00", BAD: "#a3261b", UNKNOWN: "#56605a"}


def to_pdf(message: Message, lang: str = "en") -> bytes:
    """The message as a PDF document. `lang`: its language as in HTML. The same message gives the same bytes. Raises
    TypeError for a block it does not know."""
    title = one_line(next((block.text for block in message.blocks if isinstance(block, Heading)), message.short()))
    report = {
        "title": _breakable(title) or "Report",
        "lang": lang,
        "banner": _words(one_line(message.banner)),
        "compact": message.compact,
        "blocks": _levelled(_charts_in_a_row(_blocks(message))),
    }
    return _typeset(json.dumps(report, ensure_ascii=False))


def _typeset(report: str) -> bytes:
    import typst

    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": report},
        pdf_standards="ua-1",
    )
    return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    """The fonts Typst has in it, and DejaVu, which matplotlib brings, for charts and for what the others lack."""
    import typst
    from matplotlib import get_data_path

    return typst.Fonts(include_system_fonts=False, font_paths=[Path(get_data_path(), "fonts", "ttf")])


def _blocks(message: Message) -> list[Data]:
    """The message, and what its charts were drawn from: after a closely set page on a page of its own."""
    body = [made for block in message.blocks for made in _in_language(block)]
    numbers = [made for block in _numbers(message) for made in _in_language(block)]
    return body + [{"kind": "page", "lang": ""}] * (message.compact and bool(numbers)) + numbers


def _in_language(block: Block) -> list[Data]:
    return [{**made, "lang": getattr(block, "lang", "")} for made in _block(block)]


def _numbers(message: Message) -> Iterable[Block]:
    """What the charts were drawn from, for whoever cannot see them and whoever wants to know exactly."""
    charts = [block for block in message.blocks if isinstance(block, Chart)]
    if charts:
        yield Heading("The numbers behind the charts", 2)
    for chart in charts:
        yield Heading(chart.title, 3)
        yield Text((Span(chart.alt),))
        yield numbers(chart)


def _levelled(blocks: list[Data]) -> list[Data]:
    """The blocks with headings whose levels begin at 1 and skip none, as PDF/UA-1 wants them (7.4.2)."""
    last = 0
    for block in blocks:
        if block["kind"] == "heading":
            last = block["level"] = min(max(block["level"], 1), last + 1)
    return blocks


def _charts_in_a_row(blocks: list[Data]) -> list[Data]:
    """The blocks with charts that follow each other as one block of them."""
    found: list[Data] = []
    for block in blocks:
        if block["kind"] != "charts" or not found or found[-1]["kind"] != "charts":
            found.append(block)
        else:
            found[-1]["charts"] += block["charts"]
    return found


def _block(block: Block) -> list[Data]:
    match block:
        case Heading(text, level):
            said = _words(one_line(text))
            return [{"kind": "heading", "text": said, "level": level}] if said else []
        case Text(spans):
            return _paragraph("text", spans)
        case Context(spans):
            return _paragraph("context", spans)
        case Bullets(items, ordered):
            return [{"kind": "list", "items": _items(items), "ordered": ordered}] if items else []
        case Facts(rows):
            found = [{"label": _words(one_line(label)), "value": _cell(value)} for label, value in rows]
            return [{"kind": "facts", "rows": found}] if rows else []
        case Table():
            return [_table(block)]
        case Image(url, alt):
            return _paragraph("text", (Span(f"Picture: {one_line(alt)} ("), Span(url, href=url), Span(")")))
        case Chart(title, alt=alt):
            words = {"title": _words(one_line(title)), "alt": one_line(alt) or one_line(title) or "Chart"}
            return [{"kind": "charts", "charts": [{"svg": chart_svg(block), **words}]}]
        case Progress(label, done, total):
            words = {"label": _words(one_line(label)), "words": f"{done} of {total}"}
            return [{"kind": "progress", "done": min(max(done, 0), total), "total": total, **words}]
        case Actions(buttons):
            return [made for button in buttons if button.url for made in _page_of(button)]
        case Divider():
            return [{"kind": "rule"}]
    raise TypeError(f"the pdf renderer does not know {type(block).__name__}")


def _page_of(button: Button) -> list[Data]:
    return _paragraph("text", (Span(f"{button.label}: "), Span(button.url, href=button.url)))


def _paragraph(kind: str, spans: Spans) -> list[Data]:
    return [{"kind": kind, "spans": _spans(spans)}] if plain(spans).strip() else []


def _spans(spans: Spans) -> list[Data]:
    return [found for span in spans for found in _span(span)]


def _span(span: Span) -> Iterable[Data]:
    """The run; an address that may not be followed, or not from paper, is shown as text."""
    is_link = bool(safe_url(span.href)) and span.href.lower().startswith(_WEB)
    text = span.text if is_link or not span.href or span.href == span.text else f"{span.text} ({one_line(span.href)})"
    if text:
        yield {
            "text": _words(clean(text)),
            "bold": span.bold or span.person is not None,
            "italic": span.italic,
            "code": span.code,
            "href": span.href if is_link else "",
            "sign": {"shape": SHAPES[span.status], "colour": _COLOURS[span.status]} if span.status in SHAPES else None,
        }


def _words(text: str) -> str:
    return _breakable(text.replace("\t", " "))


def _breakable(text: str) -> str:
    return _LONG_WORD.sub(rf"\g<0>{_BREAK}", text)


def _items(items: Sequence[Spans]) -> list[Data]:
    """The items as a tree: inner ones begin with em spaces."""
    top: list[Data] = []
    path = [top]
    for item in filter(None, items):
        depth = min(len(item[0].text) - len(item[0].text.lstrip(_INDENT)), len(path) - 1 + bool(path[-1]), 3)
        while len(path) <= depth:
            path.append(path[-1][-1]["inner"])
        del path[depth + 1 :]
        first = _spans(item)
        if first:
            first[0]["text"] = first[0]["text"].lstrip(_INDENT)
        path[-1].append({"spans": first, "inner": []})
    return top


def _cell(spans: Spans) -> list[Data]:
    return _spans(spans or (Span("–"),))


def _table(table: Table) -> Data:
    texts = [[one_line(name), *(plain(row[at]) for row in table.rows)] for at, name in enumerate(table.columns)]
    longest = [max(map(len, column)) for column in texts]
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    if not rows:
        rows = [[_cell((Span("Nothing to show"),)), *(_cell((Span(" "),)) for _ in table.columns[1:])]]
    return {
        "kind": "table",
        "columns": [_words(column[0]) or "–" for column in texts],
        "rows": rows,
        "widths": [0 if length <= _NARROW or sum(longest) <= _SHORT else min(length, _WIDEST) for length in longest],
        "numbers": [bool(table.rows) and all(map(_NUMBER.match, column[1:])) for column in texts],
    }
