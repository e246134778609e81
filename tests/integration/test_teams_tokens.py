"""Who gets in: whatever is wrong with a request's token is a 401 at once, and nothing of ours runs."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.adapters.teams import TeamsSettings
from storage.models import outbox
from tests import teams_house
from tests.fake_teams import APP, ISSUER, FakeTeams
from tests.teams_house import House
from tests.teams_people import TENANT, Json, Person

# Fixtures: in this file the house is a Teams adapter's.
house, open_house, ann = teams_house.house, teams_house.open_house, teams_house.ann

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
QUICK = 0.05  # seconds of CPU, client and server together: a machine that is busy with something else is no fault


def now() -> int:
    return int(time.time())


def unsigned(teams: FakeTeams) -> str:
    claims = {"iss": ISSUER, "aud": APP, "serviceurl": teams.service_url, "exp": now() + 600}
    return jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"})


def with_a_shared_secret(teams: FakeTeams) -> str:
    """Signed with what everybody knows: the public key as if it were a password."""
    claims = {"iss": ISSUER, "aud": APP, "serviceurl": teams.service_url, "exp": now() + 600}
    return jwt.encode(claims, "k1" * 32, algorithm="HS256", headers={"kid": "k1"})


def tampered(teams: FakeTeams) -> str:
    head, _, signature = teams.token().split(".")
    claims = {"iss": ISSUER, "aud": APP, "serviceurl": teams.service_url, "exp": now() + 99999}
    return ".".join((head, base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), signature))


def from_the_emulator(teams: FakeTeams) -> str:
    """The SDK would take it without comparing the service address."""
    issuer = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
    return teams.token(iss=issuer, ver="1.0", appid=APP, serviceurl=None)


BAD: dict[str, Callable[[FakeTeams], str]] = {
    "empty": lambda teams: "",
    "garbage": lambda teams: "abc",
    "garbage in three parts": lambda teams: "a.b.c",
    "unsigned": unsigned,
    "another algorithm": with_a_shared_secret,
    "tampered": tampered,
    "another key": lambda teams: teams.token(OTHER_KEY),
    "unknown key id": lambda teams: teams.token(headers={"kid": "zzz"}),
    "no key id": lambda teams: teams.token(headers={}),
    "no issuer": lambda teams: teams.token(iss=None),
    "another issuer": lambda teams: teams.token(iss="https://evil.example"),
    "the emulator": from_the_emulator,
    "another audience": lambda teams: teams.token(aud="someone-else"),
    "no audience": lambda teams: teams.token(aud=None),
    "several audiences": lambda teams: teams.token(aud=[APP, "someone-else"]),
    "expired": lambda teams: teams.token(exp=now() - 3600),
    "no expiry": lambda teams: teams.token(exp=None),
    "expiry that is no number": lambda teams: teams.token(exp="soon"),
    "not valid yet": lambda teams: teams.token(nbf=now() + 3600),
    "another service address": lambda teams: teams.token(serviceurl="https://evil.example/"),
    "no service address": lambda teams: teams.token(serviceurl=None),
}


async def refused(house: House, ann: Person, headers: Json, activity: Json | None = None) -> None:
    body = json.dumps(activity or ann.activity(type="message", text="update 1.2.3 done"))
    began = time.process_time()
    status, _ = await house.teams.post_raw(body, headers)
    took = time.process_time() - began
    assert status == 401
    assert took < QUICK
    assert house.commands == []
    assert house.store.found == {}
    assert house.teams.calls == []


@pytest.fixture
async def ready(house: House) -> House:
    """With the keys there: they are fetched when the adapter starts."""
    await house.teams.until(lambda: house.teams.key_looks)
    await asyncio.sleep(0.02)
    return house


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_token_is_refused(ready: House, ann: Person, kind: str) -> None:
    await refused(ready, ann, {"Authorization": f"Bearer {BAD[kind](ready.teams)}"})


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "bearer {}", "{}", "Bearer {} more"])
async def test_a_header_that_is_no_bearer_token_is_refused(ready: House, ann: Person, header: str) -> None:
    await refused(ready, ann, {"Authorization": header.format(ready.teams.token())})


async def test_no_header_is_refused(ready: House, ann: Person) -> None:
    await refused(ready, ann, {})


CHANGES: dict[str, Json] = {
    "no service address": {"serviceUrl": None},
    "an empty service address": {"serviceUrl": ""},
    "another service address": {"serviceUrl": "https://evil.example/"},
    "a channel that Teams does not sign for": {"channelId": "slack"},
    "no channel": {"channelId": None},
    "another tenant": {"channelData": {"tenant": {"id": "another"}}},
    "no tenant": {"channelData": None, "conversation": {"id": "a:1", "conversationType": "personal"}},
    "another tenant's conversation": {"conversation": {"id": "a:1", "tenantId": "another"}},
    "a tenant that is no text": {"channelData": {"tenant": {"id": 7}}},
}


@pytest.mark.parametrize("kind", CHANGES)
async def test_an_activity_that_is_not_our_teams_own_is_refused(ready: House, ann: Person, kind: str) -> None:
    activity = {**ann.activity(type="message", text="update 1.2.3 done"), **CHANGES[kind]}
    await refused(ready, ann, {"Authorization": f"Bearer {ready.teams.token()}"}, activity)


async def test_an_invoke_is_refused_in_the_same_way(ready: House, ann: Person) -> None:
    value = {"action": {"data": {"verb": "update", "values": {}}}}
    activity = ann.activity(type="invoke", name="adaptiveCard/action", value=value)
    await refused(ready, ann, {"Authorization": f"Bearer {ready.teams.token(exp=None)}"}, activity)


async def test_a_good_token_gets_in(ready: House, ann: Person) -> None:
    await ann.says("update 1.2.3 done")
    assert [command.text for command in ready.commands] == ["update 1.2.3 done"]


async def test_several_tenants_are_heard_as_themselves_and_no_other_is() -> None:
    second = "1f0e0d0c-1111-4222-8333-444455556666"
    async with FakeTeams() as teams:
        async for house in teams_house.a_house(teams, replace(teams.settings, guests=(second,))):
            ann = teams.person("ann-object-id", "Ann Ortiz")
            heard = ann.activity(type="message", text="me")
            for number, (tenant, told, expected) in enumerate(
                ((TENANT, TENANT, 200), (second, second, 200), (second, TENANT, 401), ("third", "third", 401))
            ):
                where = {**heard["conversation"], "tenantId": told}
                sent = {**heard, "id": f"m{number}", "conversation": where, "channelData": {"tenant": {"id": tenant}}}
                status, _ = await teams.post_raw(json.dumps(sent), {"Authorization": f"Bearer {teams.token()}"})
                assert status == expected, tenant
            await house.settled()
            assert [command.actor.workspace for command in house.commands] == [TENANT, second]


BODIES: list[tuple[Any, int]] = [
    ("{", 400),
    ("null", 400),
    ("[]", 400),
    ('"x"', 400),
    ("{}", 400),
    ("[" * 100_000, 400),
    (b"\xff\xfe", 400),
    ('{"type": "message"}', 400),
    ('{"type": "message", "conversation": "c", "from": {"id": "u"}, "recipient": {"id": "b"}}', 400),
    ('{"type": ["message"], "conversation": {"id": "c"}, "from": {"id": "u"}, "recipient": {"id": "b"}}', 400),
    (" " * 600_000, 413),
]


@pytest.mark.parametrize(("body", "wanted"), BODIES, ids=range(len(BODIES)))
async def test_a_body_that_is_no_activity_is_refused_without_a_fault(ready: House, body: Any, wanted: int) -> None:
    status, _ = await ready.teams.post_raw(body, {"Authorization": f"Bearer {ready.teams.token()}"})
    assert status == wanted
    assert ready.commands == []


@pytest.mark.parametrize("nothing", [{}, [], False, 0])
@pytest.mark.parametrize("name", ["text", "name", "replyToId"])
async def test_an_empty_part_of_another_kind_is_refused_too(ready: House, ann: Person, name: str, nothing: Any) -> None:
    sent = {**ann.activity(type="message", text="me"), name: nothing}
    assert (await ready.teams.post(sent, ready.teams.token()))[0] == 400
    inside = {**sent, name: "", "conversation": {**sent["conversation"], "conversationType": nothing}}
    assert (await ready.teams.post(inside, ready.teams.token()))[0] == 400
    assert ready.commands == []


@pytest.mark.parametrize(
    "way", [("serviceUrl",), ("conversation", "id"), ("from", "id"), ("from", "aadObjectId"), ("recipient", "id")]
)
async def test_an_id_that_is_longer_than_any_is_refused(ready: House, ann: Person, way: tuple[str, ...]) -> None:
    sent = ann.activity(type="message", text="me")
    part = sent if len(way) == 1 else sent[way[0]]
    part[way[-1]] = part[way[-1]] + "x" * 400
    assert (await ready.teams.post(sent, ready.teams.token(serviceurl=sent["serviceUrl"])))[0] == 400
    assert ready.commands == []


@pytest.mark.parametrize("length", [60, 110, 130, 180])
async def test_the_answer_to_a_long_conversation_fits_its_key(ready: House, ann: Person, length: int) -> None:
    sent = ann.activity(type="message", text="me")
    sent["conversation"]["id"] = sent["conversation"]["id"].ljust(length, "x")
    assert (await ready.teams.post(sent, ready.teams.token()))[0] == 200
    await ready.settled()
    key = f"2147483647:reaction:{ready.commands[-1].delivery_id}"  # as bot.dispatch and UnitOfWork.post make it
    assert len(key) <= outbox.c.dedupe_key.type.length


async def test_another_content_type_is_refused(ready: House) -> None:
    headers = {"Authorization": f"Bearer {ready.teams.token()}"}
    status, _ = await ready.teams.post_raw("a=b", headers, "application/x-www-form-urlencoded")
    assert status == 415


async def test_the_keys_are_fetched_once_and_not_again_for_invented_key_ids(ready: House, ann: Person) -> None:
    for _ in range(3):
        await ann.says("me")
        await ready.teams.post(ann.activity(type="message", text="me"), ready.teams.token(headers={"kid": "zzz"}))
    assert ready.teams.key_looks == 1


async def test_fetching_the_keys_does_not_hold_up_anything_else() -> None:
    async with FakeTeams(keys_delay=0.3) as teams:
        async for house in teams_house.a_house(teams, teams.settings):
            saying = asyncio.create_task(teams.person("ann").says("me"))
            slowest, last = 0.0, time.perf_counter()
            while not saying.done():
                await asyncio.sleep(0.005)
                slowest, last = max(slowest, time.perf_counter() - last), time.perf_counter()
            await saying
            assert slowest < 0.15
            assert [command.text for command in house.commands] == ["me"]


async def test_without_any_keys_nothing_is_verified_and_teams_is_asked_to_come_again() -> None:
    async with FakeTeams() as teams:
        nowhere = replace(teams.settings, metadata_url=f"{teams.url}/nowhere")
        async for house in teams_house.a_house(teams, nowhere):
            status, _ = await teams.post(teams.person("ann").activity(type="message", text="me"))
            assert status == 503
            assert house.commands == []


async def test_without_a_registration_this_machine_is_heard(open_house: House) -> None:
    ann = open_house.teams.person("ann")
    status, _ = await open_house.teams.post_raw(json.dumps(ann.activity(type="message", text="me")), {})
    assert status == 200
    assert [command.text for command in open_house.commands] == ["me"]


async def test_without_a_registration_a_web_page_under_another_name_is_not_heard(open_house: House) -> None:
    words = json.dumps(open_house.teams.person("ann").activity(type="message", text="me"))
    status, _ = await open_house.teams.post_raw(words, {"Host": "rebound.example"})
    assert status == 401
    assert open_house.commands == []


def test_a_registration_must_be_whole() -> None:
    for wrong in ({"app_id": APP}, {"app_id": APP, "app_password": "x"}, {"app_id": APP, "tenant_id": "t"}):
        with pytest.raises(ValueError, match="tenant"):
            TeamsSettings(**wrong)


def test_the_secret_is_not_in_what_is_logged() -> None:
    assert "hush" not in repr(TeamsSettings(APP, "hush", "t"))
