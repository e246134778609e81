"""The Microsoft Teams adapter; the only place that imports botbuilder and botframework."""

from __future__ import annotations

from bot.adapters.teams.adapter import TeamsAdapter
from bot.adapters.teams.known import ReferenceStore
from bot.adapters.teams.settings import TeamsSettings

__all__ = ["ReferenceStore", "TeamsAdapter", "TeamsSettings"]
