"""Text for Adaptive Cards. What people typed is text here, never markup.

A TextRun is literal, so paragraphs are RichTextBlocks. Links and mentions only work in a TextBlock, which reads
Markdown, as do facts, headings, and the titles of choices. Teams' clients differ in whether a backslash takes a mark's
meaning away (https://github.com/microsoft/AdaptiveCards/issues/5590), so none is used: marks become characters that
look like them, and a word joiner, which has no width, takes the meaning from sequences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bot.chat.messages import Span, Spans, plain
from bot.renderers.adaptive_card import limits
from bot.renderers.safety import clean, one_line, safe_url

Element = dict[str, Any]

_JOINER = "\u2060"
_WEB = re.compile(r"(?:https?://|mailto:)", re.I)
# {{DATE(…)}} and {{TIME(…)}} are replaced in every text (https://learn.microsoft.com/adaptive-cards/create/textfeatures),
# `<at>` where a card has mentions.
_CALL = re.compile(r"\{(?=\{)|<(?=/?at\b)", re.I)
_MARK = re.compile(r"[*`]|(?<!\w)_|_(?!\w)|~(?=~|\Z)|(?<=~)~")
_LOOKS_LIKE = str.maketrans("*_~`", "∗ˍ∼ˋ")
# What must not meet what follows it, be that in the same text or the start of the next one.
_SEQUENCE = re.compile(r"[{](?=[{]|\Z)|<(?=\S|\Z)|&(?=#?\w*(?:;|\Z))|\](?=[(:\[]|\Z)|!(?=\[|\Z)|\\(?=[^\w\s]|\Z)")
_STARTS_A_BLOCK = re.compile(r"\s|[#>+=|-]|\d+[.)](?:\s|\Z)")
_BREAK = "\u200b"
_LONG_WORD = re.compile(rf"\S{{{limits.WORD}}}(?=\S)")
_BRACKETS = str.maketrans("[]", "()")
_IN_A_URL = ":/?#@!$&'+,;=%~"
_CUTS = ("\n", ". ", " ")


class Mentions:
    """Who can be mentioned in one card, and who was. `users`: person id -> Teams user id (`29:…`, Entra object id or
    user principal name)."""

    def __init__(self, users: Mapping[int, str]) -> None:
        self._users = users
        self._texts: dict[int, str] = {}
        self._entities: dict[str, Element] = {}

    def __contains__(self, person: object) -> bool:
        return person in self._users

    def at(self, person: int, name: str) -> str:
        """`<at>Name</at>`, as the card's entities have it. People of the same name get texts that only look alike."""
        if person not in self._texts:
            shown = quiet(one_line(name).translate(dict.fromkeys(map(ord, "<>&")))) or "someone"
            while (text := f"<at>{shown}</at>") in self._entities:
                shown += _JOINER
            mentioned = {"id": self._users[person], "name": one_line(name) or "someone"}
            self._entities[text] = {"type": "mention", "text": text, "mentioned": mentioned}
            self._texts[person] = text
        return self._texts[person]

    def entities(self, body: list[Element]) -> list[Element]:
        """The `msteams.entities` of a card with this body; Teams refuses those whose text it does not find."""
        shown = json.dumps(body) if self._entities else ""
        return [entity for text, entity in self._entities.items() if json.dumps(text)[1:-1] in shown]


def literal(text: str) -> str:
    """For places that take no Markdown."""
    return _CALL.sub(lambda found: found.group() + _JOINER, clean(text))


def quiet(text: str) -> str:
    """For places that read Markdown: text that looks the same and means nothing, alone or beside other text."""
    text = _MARK.sub(lambda found: found.group().translate(_LOOKS_LIKE), clean(text))
    return _SEQUENCE.sub(lambda found: found.group() + _JOINER, text)


def quiet_line(text: str) -> str:
    """`quiet` for a single line that stands alone: it starts no list, quotation or rule either."""
    return _as_line(quiet(one_line(text)))


def cut(text: str, most: int) -> str:
    """At most `most` characters; an ellipsis shows that there was more."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def is_web(url: str) -> bool:
    """Whether Teams can open the address; it knows no addresses relative to ours."""
    return _WEB.match(url) is not None and bool(safe_url(url))


def size(data: object) -> int:
    """Bytes as JSON in the longest way a client may write it (everything beyond ASCII escaped)."""
    return len(json.dumps(data))


def heading(text: str, level: int) -> Element:
    """A heading that screen readers know as one."""
    sizes = {1: "Large", 2: "Medium"}
    return {
        "type": "TextBlock",
        "style": "heading",
        "text": quiet_line(text),
        "size": sizes.get(level, "Default"),
        "weight": "Bolder",
        "wrap": True,
        "spacing": "Medium",
    }


def paragraph(spans: Spans, mentions: Mentions, **look: Any) -> list[Element]:
    """One block a line, for not every client breaks lines within one. `look`: size, color and isSubtle of the text."""
    blocks: list[Element] = []
    for line in _lines(spans):
        blocks.append(_block(line, mentions, look))
        if len(blocks) > 1:
            blocks[-1]["spacing"] = "None"
    return blocks


def markdown(spans: Spans, mentions: Mentions) -> str:
    """The spans for a place that reads Markdown; its lines are paragraphs."""
    return "\n\n".join(_as_line(_marked_line(line, mentions)) for line in _lines(spans))


def words(text: str, **look: Any) -> Element:
    """A paragraph of our own words, or of anybody's, in one style."""
    return _block((Span(one_line(text) or "–"),), Mentions({}), look)


def _block(line: Spans, mentions: Mentions, look: Mapping[str, Any]) -> Element:
    if any(is_web(span.href) or span.person in mentions for span in line):
        text = _as_line(_marked_line(line, mentions))
        return {"type": "TextBlock", "text": text, "wrap": True, **look}
    return {"type": "RichTextBlock", "inlines": [run for span in line for run in _runs(span, look)]}


def _runs(span: Span, look: Mapping[str, Any]) -> list[Element]:
    text = _breakable(literal(_with_address(span)))
    if not text:
        return []
    run: Element = {"type": "TextRun", "text": text, **look}
    if span.bold or span.person is not None:
        run["weight"] = "Bolder"
    if span.italic:
        run["italic"] = True
    if span.code:
        run["fontType"] = "Monospace"
    return [run]


def _breakable(text: str) -> str:
    """Words longer than a phone is wide, such as addresses, with places where a line may end."""
    return _LONG_WORD.sub(rf"\g<0>{_BREAK}", text)


def _with_address(span: Span) -> str:
    """The text, followed by an address that cannot be opened from here."""
    if span.href and not is_web(span.href) and span.href != span.text:
        return f"{span.text} ({one_line(span.href)})"
    return span.text


def _marked_line(line: Spans, mentions: Mentions) -> str:
    return "".join(_marked(span, mentions) for span in line)


def _marked(span: Span, mentions: Mentions) -> str:
    if span.person is not None and span.person in mentions:
        return mentions.at(span.person, span.text)
    if is_web(span.href):
        return f"[{quiet(span.text.translate(_BRACKETS)).strip() or 'page'}]({_address(span.href)})"
    text = quiet(_with_address(span))
    # Markdown here knows no code: bold sets it apart. Italics are lost beside a link; `_` means nothing inside a word.
    if (span.bold or span.code or span.person is not None) and text.strip():
        inner = text.strip()
        lead, _, trail = text.partition(inner)
        # The joiners make the marks open and close whatever stands beside them.
        return f"{lead}{_JOINER}**{_JOINER}{inner}{_JOINER}**{_JOINER}{trail}"
    return text


def _address(url: str) -> str:
    return quote(url, safe=_IN_A_URL)


def _as_line(text: str) -> str:
    return _JOINER + text if _STARTS_A_BLOCK.match(text) else text


def _lines(spans: Spans) -> list[Spans]:
    """The spans of every line that says something; very long lines in pieces."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        for at, part in enumerate(clean(span.text).split("\n")):
            if at:
                lines.append([])
            if part:
                lines[-1].append(replace(span, text=part))
    return [piece for line in lines if plain(tuple(line)).strip() for piece in _pieces(tuple(line))]


def _pieces(line: Spans) -> list[Spans]:
    pieces: list[list[Span]] = [[]]
    room = limits.PIECE
    for span in line:
        text = span.text
        while len(text) > room:
            at = _cut_at(text, room)
            pieces[-1].append(replace(span, text=text[:at]))
            pieces.append([])
            text, room = text[at:], limits.PIECE
        pieces[-1].append(replace(span, text=text))
        room -= len(text)
    return [tuple(piece) for piece in pieces if plain(tuple(piece)).strip()]


def _cut_at(text: str, room: int) -> int:
    """Where to cut `text` so that at most `room` characters come first: after a sentence or word if possible."""
    for mark in _CUTS:
        at = text.rfind(mark, room // 2, room)
        if at >= 0:
            return at + len(mark)
    return room
