"""Message -> GitHub-flavoured Markdown (https://github.github.com/gfm/) for files: what people typed stays text."""

from __future__ import annotations

import re
from urllib.parse import quote

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
from bot.renderers.chart_words import numbers
from bot.renderers.safety import clean, one_line, safe_url

# `!` matters before a bracket, which may be the next span's; `&` only where it begins an entity.
_ANYWHERE = re.compile(r"([\\`*_\[\]<|~]|!(?=\[|$)|&(?=#?\w+;))")
# What starts a heading, a list, a rule, a table or a quote, only where a line begins.
_LINE_START = re.compile(r"^[ \t]*(?:([#+\-=:>])|(\d+)([.)])(?=\s|$))", re.M)
_MARGIN = re.compile(r"^[ \t]+|[ \t]+$", re.M)
_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.S)
_INDENT = re.compile("^\u2003+")
_LISTS = (Bullets, Facts)
_URL_CHARS = "/:?#[]@!$&'()*+,;=%~-._"  # RFC 3986: reserved and unreserved, and what is encoded already


def to_markdown(message: Message) -> str:
    """The message as Markdown, ending in a line end. Raises TypeError for a block it does not know."""
    parts: list[str] = []
    before: Block | None = None
    for block in message.blocks:
        text = _block(block)
        if not text:
            continue
        if isinstance(before, _LISTS) and isinstance(block, _LISTS):
            parts.append("<!-- -->")  # two lists in a row would become one
        parts.append(text)
        before = block
    return "\n\n".join(parts) + "\n" if parts else ""


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * min(max(level, 1), 6)} {escape(one_line(text))}" if text.strip() else ""
        case Text(spans):
            return _hard_breaks(_spans(spans))
        case Context(spans):
            return "\n".join(f"> {line}" for line in _hard_breaks(_spans(spans)).split("\n")) if spans else ""
        case Bullets(items, ordered):
            return "\n".join(_item(item, f"{n}." if ordered else "-") for n, item in enumerate(items, 1))
        case Facts(rows):
            return "\n".join(
                f"- **{escape(one_line(label))}:** {_hard_breaks(_spans(value), '  ')}" for label, value in rows
            )
        case Table():
            return _table(block)
        case Image(url, alt):
            shown = escape(one_line(alt))
            return f"!{_link(shown, url)}" if safe_url(url) else f"Picture: {_link(shown, url)}"
        case Chart(title, alt=alt):
            said = _hard_breaks(escape(one_line(alt)))
            return f"**{escape(one_line(title))}**\n\n{said}\n\n{_table(numbers(block))}"
        case Progress(label, done, total):
            return f"**{escape(one_line(label))}:** {done} of {total}"
        case Actions(buttons):
            return " ".join(_button(button) for button in buttons)
        case Divider():
            return "* * *"
    raise TypeError(f"the markdown renderer does not know {type(block).__name__}")


def escape(text: str) -> str:
    """Text in which no character means anything to Markdown."""
    text = _ANYWHERE.sub(r"\\\1", _MARGIN.sub("", clean(text)))
    return _LINE_START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)


def _spans(spans: Spans) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    """One run; marks must touch the words (CommonMark 6.2), so spaces at the edges go outside."""
    found = _EDGES.fullmatch(clean(span.text))
    left, words, right = found.groups() if found else ("", span.text, "")
    if not words:
        return left
    text = _code(words) if span.code else escape(words)
    mark = "**" * span.bold + "*" * span.italic
    text = f"{mark}{text}{mark[::-1]}"
    return f"{left}{_link(text, span.href) if span.href else text}{right}"


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{one_line(text)}{pad}{fence}"


def _link(label: str, url: str) -> str:
    """`label` is Markdown already."""
    if not safe_url(url):
        return f"{label} ({escape(one_line(url))})"
    return f"[{label}](<{quote(url, safe=_URL_CHARS)}>)"


def _hard_breaks(text: str, indent: str = "") -> str:
    return text.strip().replace("\n", f"\\\n{indent}")


def _item(item: Spans, mark: str) -> str:
    text = _spans(item)
    inner = _INDENT.match(text)
    depth = inner.end() if inner else 0
    margin = "  " * depth
    return f"{margin}{mark} {_hard_breaks(text[depth:], margin + ' ' * (len(mark) + 1))}"


def _button(button: Button) -> str:
    label = escape(one_line(button.label))
    return _link(label, button.url) if button.url else f"\\[{label}\\]"


def _table(table: Table) -> str:
    lines = [_row([escape(one_line(column)) for column in table.columns]), _row(["---"] * len(table.columns))]
    lines += [_row([_cell(cell) for cell in row]) for row in table.rows]
    return "\n".join(lines)


def _cell(spans: Spans) -> str:
    # A bar splits cells even inside code (GFM 4.10); in other text it is escaped already.
    return (
        "".join(_span(span).replace("|", "\\|") if span.code else _span(span) for span in spans)
        .strip()
        .replace("\n", "<br>")
    )


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
