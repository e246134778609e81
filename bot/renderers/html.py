"""Message -> safe, semantic HTML fragments, and a whole page around them. Forms are in `html_forms`.

Everything is escaped; only http(s), mailto and same-site addresses become links. Looks come from
`templates/html/*.css`; what a button does is the page's business: it carries `data-verb` and `data-values`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

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
)
from bot.renderers.chart import chart_svg_for_page
from bot.renderers.chart_words import numbers
from bot.renderers.safety import clean, one_line, safe_url
from bot.renderers.signs import SHAPES

STYLES = Path(__file__).resolve().parents[2] / "templates" / "html"


def to_html(message: Message, top: int = 1) -> str:
    """The message's blocks as HTML. `top` is the level (1-6) of the page's heading a `Heading(level=1)` becomes.

    Raises TypeError for a block it does not know.
    """
    parts = []
    for lang, blocks in groupby(message.blocks, key=lambda block: getattr(block, "lang", "")):
        part = "\n".join(html for block in blocks if (html := _block(block, top)))
        parts.append(f'<div lang="{escape(lang)}">\n{part}\n</div>' if lang and part else part)
    return "\n".join(filter(None, parts))


def page(title: str, body: str, lang: str = "en", nonce: str = "", look: str = "page.css") -> str:
    """A whole document with its styles inside, which loads nothing. `body` is HTML; `nonce` is the CSP's for styles;
    `look` is the style sheet beside the blocks' own."""
    allowed = f' nonce="{escape(nonce)}"' if nonce else ""
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        '<link rel="icon" href="data:,">\n'  # else the browser asks for /favicon.ico
        f"<title>{words(one_line(title))}</title>\n<style{allowed}>\n{_styles(look)}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def file_links(links: Sequence[tuple[str, str]]) -> str:
    """The same report in other formats: (label, address relative to the page)."""
    items = "".join(f'<li><a href="{words(address)}">{words(label)}</a></li>' for label, address in links)
    return f'\n<nav class="files" aria-label="This report as a file"><ul>{items}</ul></nav>'


@cache
def _styles(look: str) -> str:
    return "".join((STYLES / name).read_text("utf-8") for name in ("blocks.css", look))


def words(text: str) -> str:
    """Text as HTML, for element contents and quoted attributes alike."""
    return escape(clean(text))


def spans_html(spans: Spans) -> str:
    """Runs of text as inline HTML; line ends become `<br>`."""
    return "".join(_span(span) for span in spans)


def _block(block: Block, top: int) -> str:
    match block:
        case Heading(text, level):
            size = min(max(level, 1) + top - 1, 6)
            return f"<h{size}>{words(one_line(text))}</h{size}>" if text.strip() else ""
        case Text(spans):
            return f"<p>{spans_html(spans)}</p>" if spans else ""
        case Context(spans):
            return f'<p class="context">{spans_html(spans)}</p>' if spans else ""
        case Bullets(items, ordered):
            return _bullets(items, "ol" if ordered else "ul")
        case Facts(rows):
            return _facts(rows)
        case Table():
            return _table(block)
        case Image(url, alt):
            return _image(url, alt)
        case Chart():
            return _chart(block)
        case Progress(label, done, total):
            return _progress(label, done, total)
        case Actions(buttons):
            return f'<div class="actions">{"".join(map(_button, buttons))}</div>' if buttons else ""
        case Divider():
            return "<hr>"
    raise TypeError(f"the html renderer does not know {type(block).__name__}")


def _span(span: Span) -> str:
    html = words(span.text).replace("\n", "<br>")
    if span.code:
        html = f"<code>{html}</code>"
    if span.italic:
        html = f"<em>{html}</em>"
    if span.bold:
        html = f"<strong>{html}</strong>"
    if span.person is not None:
        html = f'<span class="mention">{html}</span>'
    if span.status:
        sign = f'<span class="sign" aria-hidden="true">{SHAPES.get(span.status, "")}</span>'
        html = f'<span class="status {words(span.status)}">{sign}{html}</span>'
    return _link(html, span.href) if span.href else html


def _link(html: str, url: str, attributes: str = "") -> str:
    """`html` as a link, or with its address as visible text where that address may not be followed."""
    if not safe_url(url):
        return f"{html} ({words(one_line(url))})"
    return f'<a{attributes} href="{words(url)}" rel="noopener noreferrer">{html}</a>'


def _bullets(items: tuple[Spans, ...], tag: str) -> str:
    """A list; items that begin with em spaces are an inner list's and are indented by their class."""
    return f"<{tag}>{''.join(map(_item, items))}</{tag}>" if items else ""


def _item(item: Spans) -> str:
    if not item:
        return "<li></li>"
    first, *others = item
    words_only = first.text.lstrip("\u2003")
    depth = min(len(first.text) - len(words_only), 3)
    kind = f' class="inner-{depth}"' if depth else ""
    return f"<li{kind}>{spans_html((replace(first, text=words_only), *others))}</li>"


def _facts(rows: tuple[tuple[str, Spans], ...]) -> str:
    pairs = "".join(
        f"<div><dt>{words(one_line(label))}</dt><dd>{spans_html(value) or '–'}</dd></div>" for label, value in rows
    )
    return f'<dl class="facts">{pairs}</dl>' if pairs else ""


def _table(table: Table) -> str:
    """A table that scrolls inside its own box, which the keyboard can reach; the first cell names its row."""
    head = "".join(f'<th scope="col">{words(one_line(column))}</th>' for column in table.columns)
    rows = "".join(_row(row) for row in table.rows)
    if not rows:
        rows = f'<tr><td colspan="{len(table.columns)}">Nothing to show</td></tr>'
    name = words("Table: " + ", ".join(one_line(column) for column in table.columns if column))
    return (
        f'<div class="table" role="group" aria-label="{name}" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(row: tuple[Spans, ...]) -> str:
    first, *others = row
    return (
        f'<tr><th scope="row">{spans_html(first)}</th>{"".join(f"<td>{spans_html(cell)}</td>" for cell in others)}</tr>'
    )


def _image(url: str, alt: str) -> str:
    if not safe_url(url):
        return f"<p>Picture: {words(one_line(alt))} ({words(one_line(url))})</p>"
    return f'<figure><img src="{words(url)}" alt="{words(one_line(alt))}" loading="lazy"></figure>'


def _chart(chart: Chart) -> str:
    """The picture, drawn into the page, and what it was drawn from for whoever wants the numbers."""
    title = words(one_line(chart.title))
    return (
        f'<figure class="chart"><figcaption>{title}</figcaption>{chart_svg_for_page(chart)}'
        f"<details><summary>The numbers</summary>{_table(numbers(chart))}</details></figure>"
    )


def _progress(label: str, done: int, total: int) -> str:
    name = words(one_line(label))
    return (
        f'<div class="progress"><span>{name}</span> <span>{done} of {total}</span>'
        f'<progress value="{done}" max="{max(total, 1)}" aria-label="{name}"></progress></div>'
    )


def _button(button: Button) -> str:
    label = words(one_line(button.label))
    style = f" {button.style}" if button.style in ("primary", "danger") else ""
    if button.url:
        return _link(label, button.url, f' class="button{style}"')
    values = words(json.dumps(dict(button.values), ensure_ascii=False))
    return (
        f'<button type="button" class="button{style}" data-verb="{words(button.verb)}" data-values="{values}">'
        f"{label}</button>"
    )
