"""Every kind of chat block as Adaptive Card elements, and a whole message cut to what Teams takes.

A message that is too long ends between two elements with a line that says how much is missing and, where there is a
page, a button that opens it; its last buttons stay, unless they belong to a part between dividers that is left out
whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.chat import messages
from bot.chat.messages import Button, Message, Span, Spans, plain
from bot.renderers.adaptive_card import limits
from bot.renderers.adaptive_card.tables import table_elements
from bot.renderers.adaptive_card.text import (
    Element,
    Mentions,
    cut,
    heading,
    is_web,
    markdown,
    paragraph,
    quiet_line,
    size,
    words,
)
from bot.renderers.chart_words import latest
from bot.renderers.safety import one_line
from bot.renderers.signs import with_signs

VERB = "sipbot"  # of every Action.Execute: the card's data says what is meant
_INDENT = "\u2003"  # bot.chat.markdown indents the items of an inner list by this
_BAR = 20
_NO_ONE: Mapping[int, str] = {}
_STYLES = {"primary": "positive", "danger": "destructive"}


def message_card(message: Message, mentions: Mapping[int, str] = _NO_ONE, *, page_url: str = "") -> dict[str, Any]:
    """The message as a card of at most 25 KB.

    mentions: person id -> Teams user id (`29:…`, Entra object id or user principal name); the name shown is the span's.
    page_url: where the whole message can be read, for one that does not fit.
    """
    known = Mentions(mentions)
    body = elements(with_signs(message.blocks), known) or [words(one_line(message.short()) or "A new message")]
    made = card(body, known, summary(message))
    if size(made) <= limits.CARD:
        return made
    room = limits.CARD - size(made | {"body": []})
    return card(_shortened(body, room, page_url), known, summary(message))


def summary(message: Message) -> str:
    """What notifications and screen readers say first: one line, never empty, no markup in any reading."""
    return quiet_line(cut(one_line(message.short()), limits.FALLBACK)) or "A new message"


def card(body: list[Element], mentions: Mentions, fallback: str, actions: Iterable[Element] = ()) -> dict[str, Any]:
    """The card around a body; it takes the width there is."""
    teams: Element = {"width": "Full"}
    if entities := mentions.entities(body):
        teams["entities"] = entities
    made: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": limits.VERSION,
        "fallbackText": fallback,
        "body": body,
        "msteams": teams,
    }
    if found := list(actions):
        made["actions"] = found
    return made


def elements(blocks: Iterable[messages.Block], mentions: Mentions) -> list[Element]:
    """The elements of all blocks. A divider is a line above what follows it; the last block divides nothing."""
    body: list[Element] = []
    divided = False
    for block in blocks:
        if isinstance(block, messages.Divider):
            divided = bool(body)
            continue
        found = _elements(block, mentions)
        if found and divided:
            found[0] |= {"separator": True, "spacing": "Medium"}
            divided = False
        body += found
    return body


def _elements(block: messages.Block, mentions: Mentions) -> list[Element]:
    match block:
        case messages.Heading(text, level):
            return [heading(text, level)] if one_line(text) else []
        case messages.Text(spans):
            return paragraph(spans, mentions)
        case messages.Bullets(items, ordered):
            return _bullets(items, ordered, mentions)
        case messages.Facts(rows):
            return _facts(rows, mentions)
        case messages.Table():
            return table_elements(block, mentions)
        case messages.Image(url, alt):
            return _image(url, alt)
        case messages.Chart():
            return _chart(block, mentions)
        case messages.Progress(label, done, total):
            return [_progress(label, done, total)]
        case messages.Actions(buttons):
            return _actions(buttons)
        case messages.Context(spans):
            return paragraph(spans, mentions, size="Small", isSubtle=True)
    raise TypeError(f"no Adaptive Card form for {type(block).__name__}")


def _bullets(items: tuple[Spans, ...], ordered: bool, mentions: Mentions) -> list[Element]:
    found: list[Element] = []
    number = 0
    for item in filter(None, items):
        depth = len(item[0].text) - len(item[0].text.lstrip(_INDENT))
        number += not depth
        mark = f"{number}. " if ordered and not depth else "• "
        lines = paragraph((Span(_INDENT * depth + mark), *_unindented(item, depth)), mentions)
        lines[0]["spacing"] = "Small" if found else "Default"
        found += lines
    return found


def _unindented(item: Spans, depth: int) -> Spans:
    first = item[0]
    text = first.text[depth:]
    return (replace(first, text=text), *item[1:])


def _facts(rows: tuple[tuple[str, Spans], ...], mentions: Mentions) -> list[Element]:
    """Two columns where a phone has room for both; otherwise a paragraph for each."""
    if not all(_fits_two_columns(label, value) for label, value in rows):
        lines = [(Span(f"{one_line(label)}: ", bold=True), *(value or (Span("–"),))) for label, value in rows]
        found = [paragraph(line, mentions) for line in lines]
        return [element | ({} if at else {"spacing": "Small"}) for group in found for at, element in enumerate(group)]
    facts = [{"title": quiet_line(label) or "–", "value": markdown(value, mentions) or "–"} for label, value in rows]
    return [{"type": "FactSet", "facts": facts}] if facts else []


def _fits_two_columns(label: str, value: Spans) -> bool:
    """Whether the label takes a line or two beside the value, and the value's longest word is not cut off."""
    longest = max(map(len, plain(value).split()), default=0)
    return len(one_line(label)) <= limits.FACT_TITLE and longest <= limits.FACT_WORD


def _image(url: str, alt: str) -> list[Element]:
    if not url.lower().startswith("http") or not is_web(url):
        return [words(f"Picture: {alt} ({url})")]
    return [{"type": "Image", "url": url, "altText": one_line(alt), "size": "Auto", "spacing": "Medium"}]


def _chart(chart: messages.Chart, mentions: Mentions) -> list[Element]:
    """Its picture, which has the title in it; without an address of one, its words and latest values."""
    if chart.url.lower().startswith("http") and is_web(chart.url):
        return _image(chart.url, f"{chart.title}. {chart.alt}")
    said = [words(chart.title, weight="Bolder"), words(chart.alt) | {"spacing": "None"}]
    return [*said, *_bullets(latest(chart), False, mentions)]


def _progress(label: str, done: int, total: int) -> Element:
    """What is done in words, and a bar for the eye. Filled columns would be three lines high: styles bring padding."""
    said: Spans = (Span(f"{one_line(label)}: ", bold=True),) if label.strip() else ()
    line = paragraph((*said, Span(f"{done} of {total}")), Mentions(_NO_ONE))
    filled = max(0, min(_BAR, round(_BAR * done / total))) if total > 0 else 0
    if 0 < done < total:
        filled = max(1, min(_BAR - 1, filled))  # something done never looks like nothing, nor unfinished like finished
    parts = (("█" * filled, {"color": "Accent"}), ("░" * (_BAR - filled), {"isSubtle": True}))
    runs = [{"type": "TextRun", "text": text, "fontType": "Monospace", **look} for text, look in parts if text]
    bar = {"type": "RichTextBlock", "inlines": runs, "spacing": "None"}
    return {"type": "Container", "items": [*line, bar]}


def _actions(buttons: tuple[Button, ...]) -> list[Element]:
    shown = [_button(button) for button in buttons if not button.url or is_web(button.url)]
    lost = [button for button in buttons if button.url and not is_web(button.url)]
    return [
        *({"type": "ActionSet", "actions": row} for row in _rows(shown)),
        *(words(f"{button.label}: {button.url}") for button in lost),
    ]


def _rows(actions: list[Element]) -> list[list[Element]]:
    """Buttons in rows that fit a phone: clients that keep a row in one line cut its titles short."""
    rows: list[list[Element]] = []
    room = 0
    for action in actions:
        width = limits.BUTTON_POINTS + limits.CHARACTER_POINTS * len(action["title"])
        if width > room or len(rows[-1]) == limits.ACTIONS:
            rows.append([])
            room = limits.PHONE_POINTS
        rows[-1].append(action)
        room -= width
    return rows


def _button(button: Button) -> Element:
    if button.url:
        return _titled({"type": "Action.OpenUrl", "url": button.url}, button.label, button.style)
    data = {"verb": button.verb, "values": dict(button.values)}
    return execute(button.label, data, button.style)


def execute(label: str, data: dict[str, Any], style: str = "") -> Element:
    """A button whose answer can replace the card; where that is not known, one that sends the same data."""
    action = _titled({"type": "Action.Execute", "verb": VERB, "data": data}, label, style)
    return action | {"fallback": submit(label, data, style)}


def submit(label: str, data: dict[str, Any], style: str = "") -> Element:
    """A button that sends its data as a message, or out of a dialog."""
    return _titled({"type": "Action.Submit", "data": data}, label, style)


def _titled(action: Element, label: str, style: str) -> Element:
    whole = one_line(label) or "…"
    action["title"] = cut(whole, limits.BUTTON_TITLE)
    if action["title"] != whole:
        action["tooltip"] = whole
    if style in _STYLES:
        action["style"] = _STYLES[style]
    return action


def _shortened(body: list[Element], room: int, page_url: str) -> list[Element]:
    """As many elements as fit, a line about the rest, the message's last buttons, unless nothing is shown of the part
    they belong to."""
    last = _last_actions(body, room)
    part = max((at for at, element in enumerate(body) if element.get("separator")), default=0)
    body = body[: len(body) - len(last)]
    room -= sum(map(_cost, _ending(len(body), last, page_url)))
    kept = 0
    while kept < len(body) and (room := room - _cost(body[kept])) >= 0:
        kept += 1
    while kept and body[kept - 1].get("style") == "heading":
        kept -= 1
    if 0 < part < len(body) and kept <= part:
        last = []
    return [*body[:kept], *_ending(len(body) - kept, last, page_url)]


def _cost(element: Element) -> int:
    return size(element) + len(", ")


def _last_actions(body: list[Element], room: int) -> list[Element]:
    """The buttons a message ends with, unless they alone are what is too long."""
    first = len(body)
    while first and body[first - 1]["type"] == "ActionSet" and not any(row.get("separator") for row in body[first:]):
        first -= 1
    last = body[first:]
    return last if sum(map(_cost, last)) <= room // 2 else []


def _ending(left_out: int, last: list[Element], page_url: str) -> list[Element]:
    parts = "1 more part" if left_out == 1 else f"{left_out} more parts"
    found = is_web(page_url)
    where = "on the page" if found else "left out: this is more than Teams shows in one message"
    line = words(f"… {parts} {where}.", italic=True) | {"separator": True}
    whole = [Button("Read the whole page", url=page_url)] if found else []
    return [line, *_actions(tuple(whole)), *last]
