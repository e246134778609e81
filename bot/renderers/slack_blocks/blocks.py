"""Every kind of chat block as Block Kit blocks, and a whole message cut to what Slack takes.

A message that is too long ends at a block boundary with a line that says how much is missing; its last buttons stay,
unless they belong to a part between dividers that is left out whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bot.chat import messages
from bot.chat.messages import Button, Message, Span, Spans, plain
from bot.renderers.chart_words import latest
from bot.renderers.signs import with_signs
from bot.renderers.slack_blocks import limits, tables
from bot.renderers.slack_blocks.text import (
    Element,
    Mentions,
    carried,
    clean,
    cut,
    elements,
    is_unstyled,
    is_web,
    length,
    mrkdwn,
    plain_text,
    split,
)

Block = dict[str, Any]

_INDENT = "\u2003"  # bot.chat.markdown indents the items of an inner list by this
_BAR = 20
_COUNTED = ("text", "url", "value", "alt_text", "image_url")
_NO_ONE: Mentions = {}


def message_blocks(message: Message, mentions: Mentions = _NO_ONE) -> list[Block]:
    """The blocks of a message: at most 50, within Slack's total size. `mentions`: person id -> Slack user id."""
    blocks = render(with_signs(message.blocks), mentions, with_table=True)
    return _fit(blocks, limits.MESSAGE_BLOCKS, limits.MESSAGE_SIZE)


def view_blocks(found: Sequence[messages.Block], most: int) -> list[Block]:
    """The blocks of a modal or of App Home, where there are no tables: at most `most`."""
    return _fit(render(found, _NO_ONE, with_table=False), most, None)


def render(found: Iterable[messages.Block], mentions: Mentions, *, with_table: bool) -> list[Block]:
    """All blocks, as many as it takes. The first table is Slack's own if `with_table`."""
    blocks: list[Block] = []
    for block in found:
        if isinstance(block, messages.Table) and with_table and tables.native_fits(block):
            blocks.append(tables.native(block, mentions))
            with_table = False
        else:
            blocks += _render_one(block, mentions)
    return blocks


def _render_one(block: messages.Block, mentions: Mentions) -> list[Block]:
    match block:
        case messages.Heading(text, level):
            return _heading(text, level)
        case messages.Text(spans):
            return _paragraphs([spans], mentions)
        case messages.Bullets(items, ordered):
            return _bullets(items, ordered, mentions)
        case messages.Facts(rows):
            return _paragraphs([(Span(f"{label}: ", bold=True), *value) for label, value in rows], mentions)
        case messages.Table():
            return _table(block, mentions)
        case messages.Image(url, alt):
            return _image(url, alt)
        case messages.Chart():
            return _chart(block)
        case messages.Progress(label, done, total):
            return _paragraphs([_progress(label, done, total)], mentions)
        case messages.Actions(buttons):
            return _actions(buttons)
        case messages.Divider():
            return [{"type": "divider"}]
        case messages.Context(spans):
            return _context(spans, mentions)
    raise TypeError(f"no Slack form for {type(block).__name__}")


def _heading(text: str, level: int) -> list[Block]:
    if level == 1 and 0 < len(text.strip()) <= limits.HEADER - 10:  # room for what plain_text escapes
        return [{"type": "header", "text": plain_text(text, limits.HEADER)}]
    return _paragraphs([(Span(text, bold=True),)], _NO_ONE)


def _rich(*parts: Element) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def _section(inner: list[Element]) -> Element:
    return {"type": "rich_text_section", "elements": inner}


def _paragraphs(lines: Iterable[Spans], mentions: Mentions) -> list[Block]:
    """Lines under each other, in as many blocks as the text needs."""
    return [_rich(_section(elements(_joined(group), mentions))) for group in _grouped(lines)]


def _joined(lines: list[Spans]) -> Spans:
    spans: list[Span] = []
    for line in lines:
        spans += [Span("\n"), *line] if spans else line
    return tuple(spans)


def _grouped(lines: Iterable[Spans]) -> list[list[Spans]]:
    """Lines in groups that fit one block; a line that is longer by itself is split. Empty lines go."""
    groups: list[list[Spans]] = []
    room = 0
    for line in lines:
        for piece in split(line, limits.TEXT):
            if not clean(plain(piece)):
                continue
            needed = length(piece) + 1
            if needed > room:
                groups.append([])
                room = limits.TEXT + 1
            groups[-1].append(piece)
            room -= needed
    return groups


def _bullets(items: tuple[Spans, ...], ordered: bool, mentions: Mentions) -> list[Block]:
    if ordered and (any(map(_depth, filter(None, items))) or sum(map(length, items)) > limits.TEXT):
        # Slack numbers every list from 1, so a list in several parts has to carry its numbers.
        return _paragraphs(_numbered(items), mentions)
    style = "ordered" if ordered else "bullet"
    return [_rich(*_lists(group, style, mentions)) for group in _grouped(items)]


def _lists(items: list[Spans], style: str, mentions: Mentions) -> list[Element]:
    """rich_text_list elements; neighbours of the same depth share one."""
    lists: list[Element] = []
    for item in items:
        depth = _depth(item)
        section = _section(elements((replace(item[0], text=item[0].text[depth:]), *item[1:]), mentions))
        if lists and lists[-1]["indent"] == depth:
            lists[-1]["elements"].append(section)
        else:
            lists.append({"type": "rich_text_list", "style": style, "indent": depth, "elements": [section]})
    return lists


def _depth(item: Spans) -> int:
    first = item[0].text
    return len(first) - len(first.lstrip(_INDENT))


def _numbered(items: tuple[Spans, ...]) -> list[Spans]:
    lines: list[Spans] = []
    number = 0
    for item in filter(None, items):
        if depth := _depth(item):
            inner = replace(item[0], text=item[0].text[depth:])
            lines.append((Span(_INDENT * depth + "• "), inner, *item[1:]))
        else:
            number += 1
            lines.append((Span(f"{number}. "), *item))
    return lines


def _table(table: messages.Table, mentions: Mentions) -> list[Block]:
    lines = tables.monospaced(table)
    if lines is None:
        return _bullets(tuple(tables.entries(table)), False, mentions)
    groups = _grouped((Span(line),) for line in lines)
    return [
        _rich({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": clean(plain(_joined(group)))}]})
        for group in groups
    ]


def _image(url: str, alt: str) -> list[Block]:
    if not is_web(url, limits.IMAGE_URL):
        return _paragraphs([(Span(alt, italic=True),)], _NO_ONE)
    return [{"type": "image", "image_url": url, "alt_text": cut(clean(alt), limits.IMAGE_ALT)}]


def _chart(chart: messages.Chart) -> list[Block]:
    """Its picture, which has the title in it; without an address of one, its words and latest values."""
    if is_web(chart.url, limits.IMAGE_URL):
        return _image(chart.url, f"{chart.title}. {chart.alt}")
    said = [(Span(chart.title, bold=True),), (Span(chart.alt),)]
    return [*_paragraphs(said, _NO_ONE), *_bullets(latest(chart), False, _NO_ONE)]


def _progress(label: str, done: int, total: int) -> Spans:
    filled = max(0, min(_BAR, round(_BAR * done / total))) if total > 0 else 0
    if 0 < done < total:
        filled = max(1, min(_BAR - 1, filled))  # something done never looks like nothing, nor unfinished like finished
    bar = "█" * filled + "░" * (_BAR - filled)
    return Span(label, bold=True), Span("\n" if label else ""), Span(bar), Span(f"  {done} of {total}")


def _context(spans: Spans, mentions: Mentions) -> list[Block]:
    # A mark costs up to five characters as an entity: pieces are small enough for the worst case.
    pieces = split(spans, limits.CONTEXT // 5)
    return [{"type": "context", "elements": [_small(piece, mentions)]} for piece in pieces if plain(piece).strip()]


def _small(spans: Spans, mentions: Mentions) -> Element:
    if is_unstyled(spans, mentions):
        return plain_text(plain(spans), limits.CONTEXT)
    return {"type": "mrkdwn", "text": mrkdwn(spans, mentions)}


def _actions(buttons: tuple[Button, ...]) -> list[Block]:
    shown: list[Element] = []
    words: list[Spans] = []
    for at, button in enumerate(buttons):
        element = _button(at, button)
        if element is None:
            words.append(_button_in_words(button))
        else:
            shown.append(element)
    rows = [shown[at : at + limits.ACTIONS] for at in range(0, len(shown), limits.ACTIONS)]
    return [*({"type": "actions", "elements": row} for row in rows), *_paragraphs(words, _NO_ONE)]


def _button(at: int, button: Button) -> Element | None:
    """A button, or None where Slack cannot hold what it carries."""
    element: Element = {"type": "button", "text": plain_text(button.label, limits.BUTTON_LABEL)}
    if button.style in ("primary", "danger"):
        element["style"] = button.style
    if button.url:
        found = {"action_id": f"open:{at}", "url": button.url}
        return element | found if is_web(button.url, limits.BUTTON_URL) else None
    value = carried({"verb": button.verb, "values": dict(button.values)})
    if len(value) > limits.BUTTON_VALUE:
        return None
    return element | {"action_id": f"do:{at}:{button.verb}"[: limits.ACTION_ID], "value": value}


def _button_in_words(button: Button) -> Spans:
    if button.url:
        return Span(f"{button.label}: ", bold=True), Span(button.url)
    return Span(f"{button.label}: ", bold=True), Span("type "), Span(f"/sip {button.verb}", code=True)


def _fit(blocks: list[Block], most: int, size: int | None) -> list[Block]:
    """All blocks, if need be with paragraphs put together; else as many as fit, then a line about the rest, then the
    message's last buttons, unless nothing is shown of the part they belong to."""
    if _fits(blocks, most, size) or _fits(blocks := _merged(blocks), most, size):
        return blocks
    last = blocks[-1:] if blocks[-1]["type"] == "actions" else []
    body = blocks[: len(blocks) - len(last)]
    room = (size or 0) - sum(map(_size, last)) - 2 * limits.BLOCK_OVERHEAD
    kept = 0
    while kept < min(len(body), most - len(last) - 1) and (size is None or (room := room - _size(body[kept])) >= 0):
        kept += 1
    part = max((at + 1 for at, block in enumerate(body) if block["type"] == "divider"), default=0)
    if 0 < part < len(body) and kept <= part:
        last = []
    return [*body[:kept], _left_out(body[kept:]), *last]


def _fits(blocks: list[Block], most: int, size: int | None) -> bool:
    return len(blocks) <= most and (size is None or sum(map(_size, blocks)) <= size)


def _merged(blocks: list[Block]) -> list[Block]:
    """Neighbouring rich_text blocks as one, as far as a block's text goes."""
    merged: list[Block] = []
    for block in blocks:
        last: Block = merged[-1] if merged else {"type": ""}
        if block["type"] == last["type"] == "rich_text" and _text_in(last) + _text_in(block) <= limits.TEXT:
            merged[-1] = _rich(*_glued(last["elements"], block["elements"]))
        else:
            merged.append(block)
    return merged


def _glued(first: list[Element], second: list[Element]) -> list[Element]:
    """Parts of one rich_text block; two paragraphs that meet keep an empty line between them."""
    if first[-1]["type"] == second[0]["type"] == "rich_text_section":
        gap = {"type": "text", "text": "\n\n"}
        middle = _section([*first[-1]["elements"], gap, *second[0]["elements"]])
        return [*first[:-1], middle, *second[1:]]
    return [*first, *second]


def _left_out(blocks: list[Block]) -> Block:
    characters = sum(_size(block) - limits.BLOCK_OVERHEAD for block in blocks)
    parts = "1 more part" if len(blocks) == 1 else f"{len(blocks)} more parts"
    words = f"… {parts} (about {characters:,} characters) left out: this is more than Slack shows in one message."
    return _rich(_section([{"type": "text", "text": words, "style": {"italic": True}}]))


def _size(block: Block) -> int:
    return limits.BLOCK_OVERHEAD + _text_in(block)


def _text_in(node: Any) -> int:
    """Characters of all texts, addresses and button values inside."""
    if isinstance(node, list):
        return sum(map(_text_in, node))
    if not isinstance(node, dict):
        return 0
    own = sum(len(node[key]) for key in _COUNTED if isinstance(node.get(key), str))
    return own + sum(_text_in(child) for child in node.values())
