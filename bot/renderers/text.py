"""Message -> plain text that holds all its words: notifications, e-mail bodies, terminals, screen readers.

No shortening here: a place with a limit cuts the result itself.
"""

from __future__ import annotations

import re
from unicodedata import combining, east_asian_width

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
from bot.renderers.chart_words import numbers
from bot.renderers.safety import clean, one_line

WIDTH = 78  # characters: an 80-column terminal and e-mail's recommended line (RFC 5322, 2.1.1)
_INDENT = re.compile("^\u2003+")


def to_text(message: Message) -> str:
    """The message as lines; blocks are separated by an empty line. Raises TypeError for a block it does not know."""
    parts = (_block(block) for block in message.blocks)
    return "\n\n".join(part for part in parts if part)


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return _heading(one_line(text), level)
        case Text(spans) | Context(spans):
            return _spans(spans).strip("\n")
        case Bullets(items, ordered):
            return "\n".join(_item(item, f"{n}." if ordered else "-") for n, item in enumerate(items, 1))
        case Facts(rows):
            return "\n".join(_labelled(label, value) for label, value in rows)
        case Table():
            return _table(block)
        case Image(url, alt):
            return f"Picture: {one_line(alt)} ({one_line(url)})"
        case Chart(title, alt=alt):
            return f"{one_line(title)}\n{one_line(alt)}\n\n{_table(numbers(block))}"
        case Progress(label, done, total):
            return f"{one_line(label)}: {done} of {total}"
        case Actions(buttons):
            return " ".join(_button(button) for button in buttons)
        case Divider():
            return "-" * 20
    raise TypeError(f"the text renderer does not know {type(block).__name__}")


def _spans(spans: Spans) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    text = clean(span.text)
    href = one_line(span.href)
    return f"{text} ({href})" if href and href != text else text


def _heading(text: str, level: int) -> str:
    if not text or level > 2:
        return text
    return f"{text}\n{('=' if level == 1 else '-') * min(width(text), WIDTH)}"


def _item(item: Spans, mark: str) -> str:
    """A list item; leading em spaces are how an inner list's items come, its further lines are indented."""
    text = _spans(item)
    inner = _INDENT.match(text)
    depth = inner.end() if inner else 0
    margin = "  " * depth
    return _hanging(f"{margin}{mark} ", text[depth:], " " * (len(margin) + len(mark) + 1))


def _labelled(label: str, value: Spans) -> str:
    return _hanging(f"{one_line(label)}: ", _spans(value), "  ").rstrip()


def _hanging(start: str, text: str, indent: str) -> str:
    return start + text.replace("\n", f"\n{indent}")


def _button(button: Button) -> str:
    label = one_line(button.label)
    return f"{label} ({one_line(button.url)})" if button.url else f"[{label}]"


def _table(table: Table) -> str:
    """Aligned columns where they fit, otherwise a paragraph of "label: value" lines for each row."""
    columns = [one_line(column) for column in table.columns]
    if not table.rows:
        return f"{' / '.join(columns)}: nothing to show"
    rows = [[_spans(cell) for cell in row] for row in table.rows]
    widths = [max(width(cell) for cell in cells) for cells in zip(columns, *rows, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > WIDTH or any("\n" in cell for row in rows for cell in row):
        return "\n\n".join(
            "\n".join(_labelled(column, cell) for column, cell in zip(table.columns, row, strict=True) if plain(cell))
            for row in table.rows
        )
    lines = [columns, ["-" * size for size in widths], *rows]
    return "\n".join("  ".join(map(_padded, line, widths)).rstrip() for line in lines)


def width(text: str) -> int:
    """Columns the text takes in a fixed-width font: East Asian wide characters take two, combining marks none."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, size: int) -> str:
    return text + " " * (size - width(text))
