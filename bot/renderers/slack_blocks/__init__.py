"""Messages and forms as Slack's Block Kit. Pure functions; the only place where text is escaped, cut or split for
Slack. Who is told what, and by which call, is the adapter's."""

from __future__ import annotations

from bot.chat.messages import Message
from bot.renderers.slack_blocks import limits
from bot.renderers.slack_blocks.blocks import message_blocks
from bot.renderers.slack_blocks.text import clean, cut, escape
from bot.renderers.slack_blocks.views import home, read_metadata, state_files, state_values, view

__all__ = ["fallback_text", "home", "message_blocks", "read_metadata", "state_files", "state_values", "view"]


def fallback_text(message: Message) -> str:
    """What notifications and screen readers say: never empty."""
    return escape(cut(clean(message.short()).strip(), limits.FALLBACK // 5)) or "A new message"
