"""Message -> an e-mail: plain text, HTML that mail programs show alike, and its charts as pictures inside the mail.

The HTML asks nothing from anywhere and carries its styles in every element, for some programs drop style sheets.
Buttons that only a chat can press are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from bot.chat.messages import Actions, Block, Chart, Image, Message, Progress, Spans, Table, Text, plain
from bot.renderers.chart import chart_png
from bot.renderers.html import STYLES, spans_html, to_html, words
from bot.renderers.safety import one_line, safe_url
from bot.renderers.text import to_text

if TYPE_CHECKING:
    from css_inline import CSSInliner

_PREHEADER = 110  # characters that inboxes show beside the subject
_CHART_WIDTH = 552  # pixels: the page's 600 without its margins
_BAR_WIDTH = 320
# A phone is 375 to 400 pixels wide, the text on it some 350; of a table each column takes its longest word.
_PHONE_PIXELS, _COLUMN_PIXELS, _CHARACTER_PIXELS = 350, 12, 7.5
_WEB = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent, without who sends and receives it. `images`: (content id without angle brackets, PNG) of what the
    HTML shows as `cid:<content id>`."""

    subject: str
    text: str
    html: str
    images: tuple[tuple[str, bytes], ...] = ()


def to_mail(message: Message) -> Mail:
    """The message as a mail; its summary is the subject. Raises TypeError for a block it does not know."""
    blocks = tuple(block for found in message.blocks if (block := _for_mail(found)) is not None)
    subject = one_line(message.short())
    number = count(1)
    body = "\n".join(_block(block, number) for block in blocks)
    charts = (block for block in blocks if isinstance(block, Chart))
    images = tuple((_content_id(at), chart_png(chart)) for at, chart in enumerate(charts, 1))
    html = _inliner().inline(_document(subject, _preheader(blocks), body))
    return Mail(subject, to_text(Message(blocks)) + "\n", html, images)


def _for_mail(block: Block) -> Block | None:
    """The block, with those of its buttons that open a page."""
    if not isinstance(block, Actions):
        return block
    buttons = tuple(button for button in block.buttons if button.url.lower().startswith(_WEB) and safe_url(button.url))
    return Actions(buttons) if buttons else None


def _preheader(blocks: tuple[Block, ...]) -> str:
    first = next((plain(block.spans) for block in blocks if isinstance(block, Text)), "")
    return one_line(first)[:_PREHEADER]


def _block(block: Block, number: Iterator[int]) -> str:
    match block:
        case Chart(title, alt=alt):
            said = words(f"{one_line(title)}. {one_line(alt)}")
            return f'<img class="chart" src="cid:{_content_id(next(number))}" width="{_CHART_WIDTH}" alt="{said}">'
        case Table():
            return _table(block)
        case Image(url, alt):  # a picture from elsewhere would tell its server who reads
            where = f' (<a href="{words(url)}">open it</a>)' if url.lower().startswith("http") and safe_url(url) else ""
            return f"<p>Picture: {words(one_line(alt))}{where}</p>"
        case Progress(label, done, total):
            return f"<p><strong>{words(one_line(label))}</strong><br>{done} of {total}</p>{_bar(done, total)}"
        case Actions(buttons):
            links = (f'<a class="button" href="{words(one.url)}">{words(one_line(one.label))}</a>' for one in buttons)
            return f'<p class="go">{"&nbsp; ".join(links)}</p>'
    return to_html(Message((block,)))


def _content_id(number: int) -> str:
    return f"chart-{number}@sipbot"


def _table(table: Table) -> str:
    """A table where a phone has room for it; otherwise its rows as paragraphs."""
    if not table.rows:
        return f"<p>{words(' / '.join(map(one_line, table.columns)))}: nothing to show</p>"
    if not _fits_a_phone(table):
        return "\n".join(_entry(table.columns, row) for row in table.rows)
    head = "".join(f'<th scope="col">{words(one_line(column))}</th>' for column in table.columns)
    rows = (
        "".join(
            f'<th scope="row">{spans_html(cell)}</th>' if not at else f"<td>{spans_html(cell)}</td>"
            for at, cell in enumerate(row)
        )
        for row in table.rows
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="numbers"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _fits_a_phone(table: Table) -> bool:
    texts = zip(table.columns, *(map(plain, row) for row in table.rows), strict=True)
    least = (max((len(word) for text in column for word in text.split()), default=1) for column in texts)
    return sum(_COLUMN_PIXELS + _CHARACTER_PIXELS * longest for longest in least) <= _PHONE_PIXELS


def _entry(columns: tuple[str, ...], row: tuple[Spans, ...]) -> str:
    """The first cell in bold, under it `column: value` for the others that say something."""
    others = " · ".join(
        f"{words(one_line(column))}: {spans_html(cell)}"
        for column, cell in zip(columns[1:], row[1:], strict=True)
        if plain(cell).strip()
    )
    return f"<p><strong>{spans_html(row[0])}</strong><br>{others}</p>"


def _bar(done: int, total: int) -> str:
    """A bar for the eye out of two cells; the words above it say the same."""
    filled = max(0, min(_BAR_WIDTH, round(_BAR_WIDTH * done / total))) if total > 0 else 0
    parts = (("filled", filled), ("rest", _BAR_WIDTH - filled))
    cells = "".join(f'<td class="{name}" width="{width}">&nbsp;</td>' for name, width in parts if width)
    return f'<table class="bar" role="presentation" aria-hidden="true"><tr>{cells}</tr></table>'


def _document(subject: str, preheader: str, body: str) -> str:
    styles = (STYLES / "email.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{words(subject)}</title>\n<style>\n{styles}</style>\n</head>\n"
        f'<body>\n<div class="preheader">{words(preheader)}</div>\n'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>\n'
        '<td class="around" align="center">\n'
        '<table role="presentation" class="page" cellpadding="0" cellspacing="0"><tr><td class="inside">\n'
        f"{body}\n</td></tr></table>\n</td></tr></table>\n</body>\n</html>\n"
    )


@cache
def _inliner() -> CSSInliner:
    from css_inline import CSSInliner

    return CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
