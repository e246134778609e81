"""The Slack adapter; the only place that imports slack_bolt and slack_sdk."""

from __future__ import annotations

from bot.adapters.slack.adapter import SlackAdapter, SlackSettings
from bot.adapters.slack.installed import Workspaces
from bot.adapters.slack.oauth import Declined, OAuth

__all__ = ["Declined", "OAuth", "SlackAdapter", "SlackSettings", "Workspaces"]
