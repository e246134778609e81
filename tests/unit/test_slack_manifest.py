"""The Slack manifest asks for exactly what the adapter uses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.adapters.slack.scopes import SCOPES
from bot.adapters.slack_manifest import EVENTS, manifest

ADAPTER = Path(__file__).parents[2] / "bot" / "adapters" / "slack"
# https://docs.slack.dev/reference/methods and /events: the bot scopes, any of which is enough for a method
METHODS = {
    "auth.test": set(),  # any token may
    "chat.postMessage": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "reactions.add": {"reactions:write"},
    "users.info": {"users:read", "users:read.email"},
    "views.open": set(),
    "views.publish": set(),
}
EVENT_SCOPES = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "tokens_revoked": set(),
}


def used_methods() -> set[str]:
    """Every Web API method named in the adapter."""
    text = "".join(path.read_text("utf-8") for path in ADAPTER.glob("*.py"))
    return set(re.findall(r'"((?:chat|conversations|reactions|users|views|auth|team|files)\.[a-zA-Z.]+)"', text))


def test_scopes_are_those_of_the_methods_and_events_in_use() -> None:
    assert used_methods() == set(METHODS)
    assert set(EVENTS) == set(EVENT_SCOPES)
    needed = {"commands", "files:read"}.union(*METHODS.values(), *EVENT_SCOPES.values())
    assert set(SCOPES) == needed
    assert manifest("https://sip.example.org", False)["oauth_config"]["scopes"]["bot"] == sorted(needed)


def test_every_reason_for_a_scope_is_real() -> None:
    features = {"slash_commands", "shortcuts", "file_input"}
    for scope, reasons in SCOPES.items():
        for reason in reasons:
            assert reason in features or scope in (METHODS | EVENT_SCOPES)[reason]


def test_slack_is_told_where_to_reach_us() -> None:
    found = manifest("https://sip.example.org/", False)
    urls = set(re.findall(r'"(https://[^"]+)"', json.dumps(found)))
    assert urls == {"https://sip.example.org/slack/events"}
    assert found["features"]["slash_commands"][0]["should_escape"] is True


def test_socket_mode_needs_no_address() -> None:
    found = manifest(None, True)
    assert found["settings"]["socket_mode_enabled"] is True
    assert "https://" not in json.dumps(found)


def test_without_an_address_and_a_socket_slack_cannot_reach_us() -> None:
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        manifest(None, False)


@pytest.mark.parametrize(("url", "socket"), [("https://sip.example.org", False), (None, True)])
def test_the_manifest_is_valid_by_slacks_schema(shared: Path, url: str | None, socket: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((shared / "slack" / "manifest.schema.2.0.0.json").read_text("utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(manifest(url, socket))


@pytest.mark.parametrize("socket_mode", [False, True])
def test_people_who_install_it_in_their_workspaces_are_led_back_to_us(socket_mode: bool) -> None:
    found = manifest("https://sip.example.org/", socket_mode, many=True)
    assert found["oauth_config"]["redirect_urls"] == ["https://sip.example.org/slack/oauth_redirect"]
    assert "redirect_urls" not in manifest("https://sip.example.org/", socket_mode)["oauth_config"]
