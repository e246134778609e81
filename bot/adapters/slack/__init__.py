"""The Slack adapter; the only place that imports slack_bolt and slack_sdk."""

from __future__ import annotations

from bot.adapters.slack.adapter import SlackAdapter, SlackSettings

__all__ = ["SlackAdapter", "SlackSettings"]
