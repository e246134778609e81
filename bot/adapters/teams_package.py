"""The Teams app package: what an administrator uploads. The manifest says what the adapter uses, no more.

https://learn.microsoft.com/microsoft-365/extensibility/schema/
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.adapters import teams_icons

SCHEMA_VERSION = "1.30"
ACCENT = "#{:02x}{:02x}{:02x}".format(*teams_icons.GREEN)
WIN = "win"  # the message extension's command is the verb
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/create-a-bot-commands-menu
MAX_DESCRIPTION = 128
# What fits into a menu: what a member needs, in the order of need, then what a coordinator uses most.
MENU = (
    "help",
    "update",
    "win",
    "me",
    "steps",
    "agenda",
    "meeting",
    "undo",
    "report",
    "stories",
    "newsletter",
    "settings",
)
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_STORED_AT = (1980, 1, 1, 0, 0, 0)  # the same package from the same settings, byte for byte

Commands = Sequence[tuple[str, str]]


def package(app_id: str, public_url: str, version: str, commands: Commands) -> bytes:
    """The package as a zip file. `commands`: (verb, summary), of which the menus hold twelve.

    Raises ValueError in words for settings that no package can be made of.
    """
    files = {
        "manifest.json": json.dumps(manifest(app_id, public_url, version, commands), indent=2).encode(),
        "color.png": teams_icons.colour(),
        "outline.png": teams_icons.outline(),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _STORED_AT), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def manifest(app_id: str, public_url: str, version: str, commands: Commands) -> dict[str, Any]:
    """The manifest for one registration. `public_url` is where people reach this server (`https://sip.example.org`);
    `version` like 1.2.3: Teams takes an update only with a new one. Raises ValueError in words."""
    address = urlsplit(public_url)
    if not _GUID.fullmatch(app_id):
        raise ValueError("TEAMS_APP_ID is the registration's Application (client) ID, like 01234567-89ab-…")
    if address.scheme != "https" or not address.hostname:
        raise ValueError("Teams must reach sipbot over https: set PUBLIC_URL, like https://sip.example.org")
    if not _VERSION.fullmatch(version):
        raise ValueError(f"the version {version!r} is not like 1.2.3")
    schema = f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}/MicrosoftTeams.schema.json"
    return {
        "$schema": schema,
        "manifestVersion": SCHEMA_VERSION,
        "version": version,
        "id": app_id.lower(),
        "developer": _developer(public_url.rstrip("/")),
        "name": {"short": "sipbot", "full": "sipbot: the System Improvement Plan in chat"},
        "description": {
            "short": "Keeps the county's System Improvement Plan alive where people already talk.",
            "full": (
                "sipbot prepares workgroup meetings from the plan, takes progress on action steps and success stories "
                "in a few words or a short form, and posts the monthly roll-up and the quarterly newsletter. "
                "It reads only what is said to it: mentions, replies to it, and its own chats."
            ),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "defaultInstallScope": "team",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        "bots": [_bot(app_id.lower(), commands)],
        "composeExtensions": [_extension(app_id.lower())],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [address.hostname],
    }


def _developer(url: str) -> dict[str, str]:
    """The county runs its own server, so all three are its own."""
    return {"name": "sipbot", "websiteUrl": url, "privacyUrl": f"{url}/privacy", "termsOfUseUrl": f"{url}/terms"}


def _bot(app_id: str, commands: Commands) -> dict[str, Any]:
    known = dict(commands)
    menu = [{"title": verb, "description": _short(known[verb])} for verb in MENU if verb in known]
    return {
        "botId": app_id,
        "scopes": ["personal", "team", "groupChat"],
        "isNotificationOnly": False,
        "supportsFiles": False,
        "supportsTargetedMessages": True,
        "commandLists": [
            {"scopes": ["personal"], "commands": menu},
            {"scopes": ["team", "groupChat"], "triggers": ["mention", "slash"], "commands": menu},
        ],
    }


def _extension(app_id: str) -> dict[str, Any]:
    tell_a_win = {
        "id": WIN,
        "type": "action",
        "title": "Tell a win",
        "description": "Make a success story of this message, or tell a new one",
        "context": ["message", "compose"],
        "fetchTask": True,
    }
    return {"botId": app_id, "commands": [tell_a_win]}


def _short(text: str) -> str:
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1].rstrip() + "…"
