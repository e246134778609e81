"""Messages and forms as Adaptive Cards 1.5 for Microsoft Teams, and back. Pure functions; the only place where text is
escaped, cut or split for Teams. Who is told what, and by which call, is the adapter's."""

from __future__ import annotations

from bot.renderers.adaptive_card.blocks import VERB, message_card
from bot.renderers.adaptive_card.blocks import summary as fallback_text
from bot.renderers.adaptive_card.forms import card_values, dialog_card, form_card, read_action

__all__ = ["VERB", "card_values", "dialog_card", "fallback_text", "form_card", "message_card", "read_action"]
