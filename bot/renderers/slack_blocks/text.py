"""Spans of chat text as Slack's text elements. What people typed is text here, never markup.

rich_text elements are literal: `*`, `<!channel>` or `&amp;` in them mean nothing. Only small print, notifications and
plain_text objects need what stands below. A word joiner has no width: it takes the meaning from what stands before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bot.chat.calls import CALL, SLASH
from bot.chat.messages import Span, Spans, plain

Element = dict[str, Any]
Mentions = Mapping[int, str]

_WEB = re.compile(r"(?:https?://|mailto:)\S+\Z", re.I)
_JOINER = "\u2060"
_CONTROL = re.compile(r"&(?=(?:amp|lt|gt);)|<(?=\S)")
_CALL = re.compile(r"(?<!\w)[@#](?=\w)")
_MARK = re.compile(r"(?<!\w)[*_~`]|[*_~`](?!\w)")
_LOOKS_LIKE = str.maketrans("*_~`", "∗ˍ∼ˋ")
_IN_A_URL = ":/?#[]@!$&'()*+,;=%~"
# Control characters, and those that turn the direction of what follows them.
_UNSEEN: dict[int, str | None] = dict.fromkeys((*range(9), *range(11, 32), 127, *range(8234, 8239), *range(8294, 8298)))
_UNSEEN[ord(CALL)] = SLASH
_CUTS = ("\n", ". ", " ")


def is_web(url: str, most: int = 3000) -> bool:
    """Slack refuses a whole message for one address that is not complete or is too long."""
    return len(url) <= most and _WEB.match(url) is not None


def escape(text: str) -> str:
    """For mrkdwn (https://docs.slack.dev/messaging/formatting-message-text#escaping)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quiet(text: str) -> str:
    """`escape`, and what mrkdwn has no escape for: `@channel` and `#general` call nobody, and marks that would start or
    end a style become characters that look like them."""
    text = _MARK.sub(lambda found: found.group().translate(_LOOKS_LIKE), text)
    return escape(_CALL.sub(lambda found: found.group() + _JOINER, clean(text)))


def plain_text(text: str, most: int) -> Element:
    """A plain_text object of at most `most` characters, never empty. Nothing in it can be read as an entity or as a
    control sequence, whether Slack decodes those here or not."""
    safe = _CONTROL.sub(lambda found: found.group() + _JOINER, " ".join(clean(text).split()) or "–")
    return {"type": "plain_text", "text": cut(safe, most), "emoji": False}


def carried(data: dict[str, Any]) -> str:
    """JSON that Slack keeps for us and sends back. It may send back &, < and > as entities, so they are written as JSON
    escapes (https://github.com/slackapi/bolt-python/issues/513)."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def cut(text: str, most: int) -> str:
    """At most `most` characters; an ellipsis shows that there was more."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def clean(text: str) -> str:
    """Without characters that are not text: those that control a terminal or turn the direction of what follows."""
    return text.translate(_UNSEEN)


def elements(spans: Iterable[Span], mentions: Mentions) -> list[Element]:
    """rich_text elements: literal text, links and people."""
    return [_element(span, text, mentions) for span in spans if (text := clean(span.text))]


def _element(span: Span, text: str, mentions: Mentions) -> Element:
    style = {name: True for name in ("bold", "italic", "code") if getattr(span, name)}
    if span.person is not None:
        if span.person in mentions:
            return {"type": "user", "user_id": mentions[span.person]}
        style["bold"] = True
    if is_web(span.href):
        found: Element = {"type": "link", "url": span.href, "text": text}
    else:
        found = {"type": "text", "text": text}
    if style:
        found["style"] = style
    return found


def mrkdwn(spans: Spans, mentions: Mentions) -> str:
    """The spans as mrkdwn, for the small print of a context block, which takes no rich_text."""
    return "".join(_marked(span, mentions) for span in spans)


def _marked(span: Span, mentions: Mentions) -> str:
    if span.person is not None and span.person in mentions:
        return f"<@{mentions[span.person]}>"
    text = quiet(span.text)
    if is_web(span.href):
        return f"<{quote(span.href, safe=_IN_A_URL)}|{text}>"
    mark = "`" if span.code else "*" if span.bold or span.person is not None else "_" if span.italic else ""
    return f"{mark}{text}{mark}" if mark and text == text.strip() else text


def is_unstyled(spans: Spans, mentions: Mentions) -> bool:
    """Whether plain text says it all."""
    return not any(
        span.bold or span.italic or span.code or is_web(span.href) or span.person in mentions for span in spans
    )


def split(spans: Spans, most: int) -> list[Spans]:
    """Cut into pieces of at most `most` characters, between lines, sentences or words where possible."""
    pieces: list[Spans] = []
    current: list[Span] = []
    room = most
    for span in spans:
        text = span.text
        while len(text) > room:
            at = _cut_at(text, room, fresh=not current)
            pieces.append((*current, replace(span, text=text[:at])) if at else tuple(current))
            current, room, text = [], most, text[at:]
        if text:
            current.append(span if text is span.text else replace(span, text=text))
            room -= len(text)
    return [*pieces, tuple(current)] if current else pieces


def _cut_at(text: str, room: int, *, fresh: bool) -> int:
    """Where to cut `text` so that the first part fits; 0: before it."""
    for mark in _CUTS:
        at = text.rfind(mark, room // 2, room - len(mark) + 1)
        if at >= 0:
            return at + len(mark)
    return room if fresh else 0


def length(spans: Spans) -> int:
    """Characters of the text alone."""
    return len(plain(spans))
