"""The Slack app manifest: what the adapter uses, no more. An administrator pastes it at https://api.slack.com/apps.

https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from typing import Any

from bot.adapters.slack.inbound import GLOBAL_SHORTCUT, MESSAGE_SHORTCUT
from bot.adapters.slack.scopes import SCOPES

COMMAND = "/sip"

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)


REDIRECT = "/slack/oauth_redirect"  # where Slack leads people back to who install it in their workspace


def manifest(public_url: str | None, socket_mode: bool, many: bool = False) -> dict[str, Any]:
    """The manifest for one installation. `public_url` is where Slack reaches us (`https://sip.example.org`); with
    `socket_mode` it is not needed. `many`: people install it in their workspaces at our own page."""
    if not public_url and not socket_mode:
        raise ValueError("Slack must know where to reach sipbot: set PUBLIC_URL, or use Socket Mode")
    url = None if socket_mode or not public_url else f"{public_url.rstrip('/')}/slack/events"
    request_url = {"request_url": url} if url else {}
    redirects = {"redirect_urls": [f"{public_url.rstrip('/')}{REDIRECT}"]} if many and public_url else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": "sipbot",
            "description": "Keeps the county's System Improvement Plan alive where people already talk.",
            "background_color": "#1d3f5e",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "sipbot", "always_online": True},
            "shortcuts": _shortcuts(),
            "slash_commands": [_slash_command(url)],
        },
        "oauth_config": {**redirects, "scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _slash_command(url: str | None) -> dict[str, Any]:
    return {
        "command": COMMAND,
        "description": "Record progress, tell a win, see the plan",
        "usage_hint": "update 1.2.3 done Form piloted | win … | steps | help",
        "should_escape": True,
        **({"url": url} if url else {}),
    }


def _shortcuts() -> list[dict[str, str]]:
    return [
        {
            "name": "Tell a win",
            "type": "message",
            "callback_id": MESSAGE_SHORTCUT,
            "description": "Make a success story of this message",
        },
        {
            "name": "Give an update",
            "type": "global",
            "callback_id": GLOBAL_SHORTCUT,
            "description": "Record progress on an action step",
        },
    ]
