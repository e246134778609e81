"""What stands before the word of a status: a shape of its own for each kind, which a colour only repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.chat.messages import Block, Spans, reworded
from bot.chat.statuses import BAD, CAUTION, DONE, GOOD, UNKNOWN

SHAPES = {GOOD: "●", DONE: "✔", CAUTION: "◆", BAD: "▼", UNKNOWN: "○"}
_IN_CHAT = {GOOD: "🟢", DONE: "✅", CAUTION: "🔶", BAD: "🔻", UNKNOWN: "⚪"}


def with_signs(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks for a chat, whose only colours are its emoji: one before each status."""
    return tuple(reworded(block, _signed) for block in blocks)


def _signed(found: Spans) -> Spans:
    return tuple(
        replace(span, text=f"{_IN_CHAT[span.status]} {span.text}") if span.status in _IN_CHAT else span
        for span in found
    )
