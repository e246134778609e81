"""What Slack and Teams could send if they sent anything: their own shapes with a part that is missing, doubled, or of
another kind, and bodies that are no shape at all. For hypothesis."""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import quote_plus, urlencode

from hypothesis import strategies as st

from tests.slack_people import BOT_USER, TEAM
from tests.teams_people import BOT, CHANNEL, TENANT

Json = Any
NO_VERB = "xyzzy-is-no-verb"  # what nobody can mean: so nothing of it may be kept

# Characters with a meaning somewhere: NUL, halves of characters, directions, terminals, lines, markup.
ODD = [
    "\0",
    "\ud800",
    "\udfff",
    "\u202e",
    "\u200b",
    "\x1b[31m",
    "\r\n",
    "\ufffe",
    "<!channel>",
    "%00",
    "🏳️‍🌈",
    "\U00100000",
]
texts = st.one_of(st.text(max_size=40), st.sampled_from(ODD), st.sampled_from(ODD).map(lambda odd: odd * 300))
numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**300, 1e308, float("nan"), float("inf")]),
)
leaves = st.one_of(st.none(), st.booleans(), numbers, texts, st.just("x" * 5000))
junk = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
deep = st.sampled_from(["[", '{"a":']).map(lambda opening: opening * 3000)


def slack_shapes(number: int) -> dict[str, Json]:
    """A payload of every kind, from somebody of their own each, that asks for nothing there is."""
    user = {"id": f"U0FUZZ{number:05d}", "username": "fuzz", "team_id": TEAM}
    base = {"team": {"id": TEAM, "domain": "larkspur"}, "user": user, "trigger_id": f"fuzz.{number}", "token": "t"}
    here = {
        "channel": {"id": "C0INTAKE01", "name": "intake"},
        "message": {"ts": "1700000000.000100", "text": NO_VERB, "user": BOT_USER},
        "container": {"type": "message", "message_ts": "1700000000.000100", "channel_id": "C0INTAKE01"},
        "response_url": "http://127.0.0.1:1/respond",
    }
    value = json.dumps({"verb": NO_VERB, "values": {"ref": "1.1.1"}})
    action = {
        "type": "button",
        "action_id": "a",
        "block_id": "b",
        "value": value,
        "text": {"type": "plain_text", "text": "x"},
    }
    state = {
        "values": {
            "note": {"note": {"type": "plain_text_input", "value": "words"}},
            "status": {"status": {"type": "static_select", "selected_option": {"value": "done"}}},
            "file": {"file": {"type": "file_input", "files": [{"id": "F1", "name": "a.csv", "size": 3}]}},
        }
    }
    view = {"id": f"V{number}", "type": "modal", "callback_id": NO_VERB, "state": state, "hash": "1.a",
            "private_metadata": json.dumps({"verb": NO_VERB, "values": {}, "own": ""}), "blocks": [{"type": "input", "block_id": "note"}]}  # fmt: skip
    return {
        "block_actions": {**base, **here, "type": "block_actions", "actions": [action]},
        "view_submission": {**base, "type": "view_submission", "view": view},
        "view_closed": {**base, "type": "view_closed", "view": view, "is_cleared": True},
        "shortcut": {**base, "type": "shortcut", "callback_id": NO_VERB},
        "message_action": {**base, **here, "type": "message_action", "callback_id": NO_VERB},
        "block_suggestion": {**base, "type": "block_suggestion", "action_id": "a", "value": "x"},
        "interactive_message": {**base, "type": "interactive_message", "callback_id": NO_VERB, "actions": [action]},
    }


EVENTS = (
    "message", "app_mention", "app_home_opened", "reaction_added", "member_joined_channel", "channel_archive", "team_join",
    "tokens_revoked", "app_uninstalled", "link_shared", "file_shared", "user_change", "assistant_thread_started", "pin_added",
)  # fmt: skip


def slack_event(number: int, kind: str) -> Json:
    """In a channel, in a thread that is nobody's of ours."""
    event = {
        "type": kind, "user": f"U0FUZZ{number:05d}", "text": NO_VERB, "channel": "C0INTAKE01", "channel_type": "channel",
        "ts": f"{1700000000 + number}.000100", "thread_ts": "1600000000.000100", "team": TEAM, "tab": "messages",
    }  # fmt: skip
    return {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": f"EvFuzz{number}", "event_time": 1700000000,
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}], "event": event,
    }  # fmt: skip


def slack_command(number: int) -> dict[str, str]:
    return {
        "command": "/sip", "text": NO_VERB, "team_id": TEAM, "user_id": f"U0FUZZ{number:05d}", "user_name": "fuzz",
        "channel_id": "C0INTAKE01", "channel_name": "intake", "trigger_id": f"fuzz.{number}", "token": "t",
        "response_url": "http://127.0.0.1:1/respond", "enterprise_id": "E1", "is_enterprise_install": "false",
    }  # fmt: skip


def teams_activity(number: int, kind: str, name: str) -> Json:
    """From somebody of their own each, in a channel's thread that is nobody's of ours."""
    user = f"00000000-0000-4000-8000-{number:012d}"
    action = {"action": {"type": "Action.Execute", "verb": NO_VERB, "data": {"verb": NO_VERB, "values": {}}}}
    value: Json = (
        {"data": {"verb": NO_VERB, "values": {}}, "commandId": NO_VERB, **action} if kind == "invoke" else None
    )
    return {
        "type": kind, "id": f"{1700000000000 + number}", "name": name, "text": f"<at>sipbot</at> {NO_VERB}", "value": value,
        "channelId": "msteams", "from": {"id": f"29:{number}", "aadObjectId": user, "name": "Fuzz"},
        "recipient": {"id": BOT, "name": "sipbot"},
        "conversation": {"id": f"{CHANNEL};messageid=1600000000000", "tenantId": TENANT, "conversationType": "channel"},
        "channelData": {"tenant": {"id": TENANT}, "team": {"id": "19:team@thread.tacv2"}, "channel": {"id": CHANNEL}},
        "entities": [{"type": "mention", "text": "<at>sipbot</at>", "mentioned": {"id": BOT, "name": "sipbot"}}],
        "membersAdded": [{"id": BOT}], "reactionsAdded": [{"type": "like"}], "action": "add",
    }  # fmt: skip


ACTIVITIES = [
    *(("invoke", name) for name in (
        "adaptiveCard/action", "task/fetch", "task/submit", "composeExtension/fetchTask", "composeExtension/submitAction",
        "composeExtension/query", "signin/verifyState", "fileConsent/invoke", "actionableMessage/executeAction", "nothing",
    )),
    *((kind, "") for kind in (
        "message", "conversationUpdate", "installationUpdate", "messageReaction", "messageUpdate", "messageDelete", "event",
        "typing", "endOfConversation", "contactRelationUpdate", "trace", "handoff", "command", "invokeResponse", "nothing",
    )),
]  # fmt: skip


def places(node: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a payload."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, value in inner for place in ((*path, key), *places(value, (*path, key)))]


@st.composite
def mutated(draw: st.DrawFn, shape: Json) -> Json:
    """The payload with one to three of its parts missing, or of any other kind."""
    found = copy.deepcopy(shape)
    for _ in range(draw(st.integers(1, 3))):
        known = places(found)
        if not known:
            break
        *way, last = draw(st.sampled_from(known))
        node = found
        for key in way:
            node = node[key]
        if draw(st.booleans()):
            del node[last]
        else:
            node[last] = draw(junk)
    return found


raw = st.one_of(
    st.binary(max_size=200),
    texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    deep.map(str.encode),
    junk.map(lambda found: json.dumps(found).encode()),
    st.sampled_from([
        b"", b"payload=", b"payload=%ff%fe", b"payload=[]", b"payload=null", b"payload=1", b"payload={", b"%", b"&&&", b"=",
        b"command=/sip", b"ssl_check=1", b'{"type":"url_verification"}', b'{"type":"url_verification","challenge":"x"}',
        b'{"type":"event_callback"}', b'{"type":"event_callback","event":[]}', b'{"type":"event_callback","type":1}',
        b"payload=" + b"%5B" * 20000, b"command=%00&text=%00", b"text=a;text=b&command=/sip&command=/other", b"\xff" * 50,
    ]),
)  # fmt: skip
FORM, AS_JSON = "application/x-www-form-urlencoded", "application/json"
content_types = st.sampled_from(
    [
        FORM,
        AS_JSON,
        "",
        "text/plain",
        "multipart/form-data",
        f"{FORM}; charset=utf-16",
        f"{AS_JSON}; charset=nothing",
        "a/b/c",
    ]
)


@st.composite
def slack_bodies(draw: st.DrawFn) -> tuple[bytes, str]:
    """(body, content type)"""
    number = draw(st.integers(0, 99_999))
    kind = draw(st.sampled_from(["interaction", "interaction", "event", "event", "command", "raw"]))
    if kind == "interaction":
        shapes = slack_shapes(number)
        found = draw(mutated(shapes[draw(st.sampled_from(sorted(shapes)))]))
        return urlencode({"payload": json.dumps(found)}).encode(), FORM
    if kind == "event":
        found = draw(mutated(slack_event(number, draw(st.sampled_from(EVENTS)))))
        return json.dumps(found).encode(), AS_JSON
    if kind == "command":
        form = draw(mutated(slack_command(number)))
        pairs = [f"{quote_plus(name)}={quote_plus(str(value), errors='replace')}" for name, value in form.items()]
        return "&".join(pairs * draw(st.integers(1, 2))).encode(), FORM
    return draw(raw), draw(content_types)


@st.composite
def teams_bodies(draw: st.DrawFn) -> bytes:
    """An activity's body."""
    if draw(st.integers(0, 9)) == 0:
        return draw(raw)
    number = draw(st.integers(0, 99_999))
    return json.dumps(draw(mutated(teams_activity(number, *draw(st.sampled_from(ACTIVITIES)))))).encode()
