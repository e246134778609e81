"""Requests that are not from whom they say, or from another time: none is heard, none is a fault, none leaves a row."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.install_pages import COOKIE
from bot.keys import STATE, Keys
from storage.models import update
from storage.tokens import digest_of
from tests.fake_teams import APP, ISSUER, KEY
from tests.install_house import KEY as INSTALL_KEY
from tests.slack_people import TEAM
from tests.trust.house import ANN, FAULTS, SECRET, House, open_house
from tests.trust.signing import signature
from tests.trust.table import record

KNOCKS = 10_000
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = "the public key, as if it were a password: " + str(KEY.public_key().public_numbers().n)
SLACK, TEAMS = "/slack/events", "/api/messages"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_ids = count(1)

Knock = tuple[str, str, dict[str, Any]]  # method, path, what aiohttp's request takes


def command(text: str = "update 1.1.1 done forged") -> bytes:
    """A slash command that would be stored if it were believed."""
    number = next(_ids)
    form = {
        "command": "/sip", "text": f"{text} {number}", "team_id": TEAM, "user_id": ANN, "user_name": "ann",
        "channel_id": "C0INTAKE01", "channel_name": "intake", "trigger_id": f"forged-{number}",
        "response_url": "http://127.0.0.1:1/x",
    }  # fmt: skip
    return urlencode(form).encode()


def slack_forgeries(chance: random.Random) -> Iterator[tuple[str, Knock]]:
    """One of every kind, with the particulars left to chance."""
    body, now = command(), time.time()
    good = signature(SECRET, body)
    stamp, signed = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
    at = chance.randrange(len(signed) - 3) + 3
    wrong_digit = signed[:at] + chance.choice([c for c in "0123456789abcdef" if c != signed[at]]) + signed[at + 1 :]
    spot = chance.randrange(len(body))
    old, early = (now + sign * chance.uniform(310, 10 ** chance.randint(3, 9)) for sign in (-1, 1))
    kinds: dict[str, tuple[bytes, dict[str, str]]] = {
        "another secret": (body, signature(f"secret {chance.random()}", body)),
        "no secret": (body, signature("", body)),
        "one digit of the signature": (body, {**good, "X-Slack-Signature": wrong_digit}),
        "one byte of the body": (body[:spot] + bytes([body[spot] ^ 1 or 65]) + body[spot + 1 :], good),
        "another body's signature": (body, signature(SECRET, command())),
        "a body with more": (body + b"&text=update+1.1.1+done", good),
        "an old time": (body, signature(SECRET, body, old)),
        "a time to come": (body, signature(SECRET, body, early)),
        "an old signature with a new time": (
            body, {**signature(SECRET, body, old), "X-Slack-Request-Timestamp": stamp}
        ),
        "a time nobody signed": (body, {**good, "X-Slack-Request-Timestamp": str(int(now) + 1)}),
        "no prefix": (body, {**good, "X-Slack-Signature": signed.removeprefix("v0=")}),
        "another prefix": (body, {**good, "X-Slack-Signature": chance.choice(["v1=", "V0=", "v0", "v00="]) + signed[3:]}),
        "capitals": (body, {**good, "X-Slack-Signature": "v0=" + signed[3:].upper() + "A"}),
        "no signature": (body, {k: v for k, v in good.items() if k != "X-Slack-Signature"}),
        "no time": (body, {k: v for k, v in good.items() if k != "X-Slack-Request-Timestamp"}),
        "an empty signature": (body, {**good, "X-Slack-Signature": ""}),
        "no headers": (body, {"Content-Type": good["Content-Type"]}),
        "no body": (b"", good),
    }  # fmt: skip
    for kind, (sent, headers) in kinds.items():
        yield f"Slack: {kind}", ("POST", SLACK, {"data": sent, "headers": headers})
    for odd in (
        "",
        "soon",
        "1e9",
        "-1",
        "NaN",
        "٣٤٥",
        "9" * 400,
        f"{stamp}.5",
        f" {stamp}0",
        f"{stamp},{stamp}",
        "0x10",
    ):
        forged = {**signature(SECRET, body), "X-Slack-Request-Timestamp": odd}
        yield "Slack: a time that is none", ("POST", SLACK, {"data": body, "headers": forged})
        signed_too = {**odd_signature(body, odd), "Content-Type": good["Content-Type"]}
        if odd.strip() not in (f"{stamp}0",):
            yield "Slack: a time that is none, signed", ("POST", SLACK, {"data": body, "headers": signed_too})


def odd_signature(body: bytes, stamp: str) -> dict[str, str]:
    """Signed with the right secret, over a time that is no time of ours."""
    import hashlib
    import hmac

    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def teams_forgeries(house: House, chance: random.Random) -> Iterator[tuple[str, Knock]]:
    """Tokens that are not Microsoft's, not for us, or not for now; and good ones with another's activity."""
    ann = house.teams.person("ann")
    activity = ann.activity(type="message", text=f"update 1.1.1 done forged {next(_ids)}")
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": APP, "serviceurl": house.teams.service_url, "exp": now + 600, "nbf": now - 60}
    token, teams = house.teams.token, house.teams
    head, middle, end = token().split(".")
    at = chance.randrange(10, len(end) - 10)
    tokens: dict[str, str] = {
        "no algorithm": jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"}),
        "the public key as a password": jwt.encode(claims, PUBLIC_PEM, algorithm="HS256", headers={"kid": "k1"}),
        "another key": token(OTHER_KEY),
        "one letter of the signature": ".".join((head, middle, end[:at] + ("A" if end[at] != "A" else "B") + end[at + 1 :])),
        "another's claims": ".".join((token(exp=now + 99).split(".")[0], jwt.encode({**claims, "exp": now + 9999}, OTHER_KEY, algorithm="RS256").split(".")[1], end)),
        "no signature": f"{head}.{middle}.",
        "expired": token(exp=now - chance.randint(600, 10**8)),
        "not valid yet": token(nbf=now + chance.randint(600, 10**8)),
        "no end": token(exp=None),
        "an end that is no number": token(exp="soon"),
        "an issuer elsewhere": token(iss=f"https://evil{chance.random()}.example"),
        "no issuer": token(iss=None),
        "another bot": token(aud=str(chance.random())),
        "several bots": token(aud=[APP, "another"]),
        "another service": token(serviceurl="https://evil.example/"),
        "an unknown key": token(headers={"kid": str(chance.random())}),
        "a key of a file": token(headers={"kid": "../../../../etc/passwd"}),
        "a key of an address": token(headers={"kid": "k1", "jku": "https://evil.example/k", "x5u": "https://evil.example/"}, key=OTHER_KEY),
        "no key": token(headers={}),
        "garbage": "".join(chance.choices("abc.=-_", k=30)),
        "a very long one": "a" * 6000,
    }  # fmt: skip
    for kind, forged in tokens.items():
        how = {"json": activity, "headers": {"Authorization": f"Bearer {forged}"}}
        yield f"Teams: {kind}", ("POST", TEAMS, how)
    for header in ("", "Bearer", f"Basic {token()}", f"bearer {token()}", f"Bearer {token()} {token()}", token()):
        yield "Teams: no bearer", ("POST", TEAMS, {"json": activity, "headers": {"Authorization": header}})
    strange: list[dict[str, Any]] = [
        {"channelData": {"tenant": {"id": "another"}}},
        {"channelData": None, "conversation": {"id": "a:1"}},
        {"conversation": {"id": "a:1", "tenantId": "another"}},
        {"serviceUrl": "https://evil.example/"},
        {"serviceUrl": None},
        {"channelId": chance.choice(["slack", "webchat", "emulator", "directline"])},
    ]
    for change in strange:
        how = {"json": {**activity, **change}, "headers": {"Authorization": f"Bearer {teams.token()}"}}
        yield "Teams: a good token for another's activity", ("POST", TEAMS, how)


def console_forgeries(house: House, chance: random.Random) -> Iterator[tuple[str, Knock]]:
    """Another name that leads here (DNS rebinding), another page's script, and no token of the page."""
    said = {"as": "UDEVRAO", "in": "dm:UDEVRAO", "text": "/sip update 1.1.1 done", "delivery_id": f"f{next(_ids)}"}
    port = house.url.rpartition(":")[2]
    for host in (
        f"evil{chance.random()}.example",
        f"evil.example:{port}",
        f"127.0.0.1.evil.example:{port}",
        "10.0.0.1",
    ):
        for path in ("/console", "/console/state", "/console/assets/console.js"):
            yield "console: another name", ("GET", path, {"headers": {"Host": host}})
        yield "console: another name", ("POST", "/console/say", {"json": said, "headers": {"Host": host}})
    for path in ("say", "press", "submit", "win", "home", "read", "travel"):
        forged = {"X-CSRF-Token": chance.choice(["", "x" * 43, str(chance.random())])}
        yield "console: without the page's token", ("POST", f"/console/{path}", {"json": said, "headers": forged})
        away = chance.choice([{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
        yield "console: from another page", ("POST", f"/console/{path}", {"json": said, "headers": away})


def page_forgeries(house: House, chance: random.Random) -> Iterator[tuple[str, Knock]]:
    """Links nobody was given, and forms that other pages send in a visitor's name."""
    guessed = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789-_", k=32))
    form = {"delivery": guessed, "text_letter": "Forged words.", "form": guessed, "List-Unsubscribe": "One-Click"}
    for page in ("survey", "unsubscribe", "review"):
        yield f"{page}: a guessed link", ("POST", f"/{page}/{guessed}", {"data": form})
        altered = house.tokens[page][:-1] + ("x" if house.tokens[page][-1] != "x" else "y")
        yield f"{page}: a link with one letter changed", ("POST", f"/{page}/{altered}", {"data": form})
    for site in ("cross-site", "same-site", "none"):
        crossed = {"headers": {"Sec-Fetch-Site": site, "Origin": "https://evil.example"}, "data": form}
        yield "review: from another page", ("POST", f"/review/{house.tokens['review']}", crossed)
        yield "survey: from another page", ("POST", f"/survey/{house.tokens['survey']}", crossed)
    for page in ("r", "archive", "review"):
        yield f"{page}: a guessed link", ("GET", f"/{page}/{guessed}", {})


def install_forgeries(house: House, chance: random.Random) -> Iterator[tuple[str, Knock]]:
    """Invitations nobody was given, and ways back from Slack that nobody of ours went: another's, changed, old."""
    guessed = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789-_", k=32))
    invite = house.tokens["install"]
    at = chance.randrange(len(invite))
    other = invite[:at] + ("x" if invite[at] != "x" else "y") + invite[at + 1 :]
    for kind, token in {"guessed": guessed, "with one letter changed": other, "cut": invite[:-1], "none": ""}.items():
        yield f"install: an invitation, {kind}", ("GET", "/slack/install", {"params": {"invite": token}})
    state, browser = house.tokens["state"], house.tokens["browser"]
    number, until, salt, owner, signed = state.split(".")
    keys, other_keys = Keys.of(INSTALL_KEY), Keys.of(INSTALL_KEY.swapcase())
    old = f"{number}.{int(time.time()) - chance.randint(1, 10**6)}.{salt}.{owner}"
    spot = chance.randrange(len(signed) - 1)
    tampered = signed[:spot] + ("A" if signed[spot] != "A" else "B") + signed[spot + 1 :]
    whole = state.rpartition(".")[0]
    states = {
        "of another invitation": f"{int(number) + 1}.{until}.{salt}.{owner}.{signed}",
        "with more time": f"{number}.{int(until) + 10**6}.{salt}.{owner}.{signed}",
        "of another browser": f"{number}.{until}.{salt}.{digest_of(guessed)}.{signed}",
        "with one letter changed": f"{whole}.{tampered}",
        "signed by another": f"{whole}.{other_keys.sign(STATE, whole)}",
        "signed for something else": f"{whole}.{keys.sign('token', whole)}",
        "that is over": f"{old}.{keys.sign(STATE, old)}",
        "without a signature": whole,
        "that is none": guessed,
        "of other numerals": f"{number.translate(ARABIC)}.{until}.{salt}.{owner}.{signed}",
        "missing": "",
    }
    good = {"Cookie": f"{COOKIE}={browser}"}
    for kind, forged in states.items():
        query = {"state": forged, **chance.choice([{"code": house.tokens["code"]}, {"error": "access_denied"}])}
        yield f"install: a state {kind}", ("GET", "/slack/oauth_redirect", {"params": query, "headers": good})
    for kind, cookie in {"another": guessed, "no": "", "a cut": browser[:-1], "the state as": state}.items():
        query = {"state": state, "code": house.tokens["code"]}
        headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        yield f"install: {kind} cookie", ("GET", "/slack/oauth_redirect", {"params": query, "headers": headers})


async def on_the_way(house: House) -> None:
    """Somebody is at Slack: their state, cookie and code are there to be stolen in part."""
    state, cookies = await house.installing()
    house.tokens |= {"state": state, "browser": cookies[COOKIE], "code": house.desk.code("T0EVIL", "Evil", "U0EVE")}


def forgeries(house: House, chance: random.Random, most: int) -> Iterator[tuple[str, Knock]]:
    """Round after round of every kind."""
    sources: tuple[Callable[[], Iterator[tuple[str, Knock]]], ...] = (
        lambda: slack_forgeries(chance),
        lambda: teams_forgeries(house, chance),
        lambda: console_forgeries(house, chance),
        lambda: page_forgeries(house, chance),
        lambda: install_forgeries(house, chance),
    )
    made = 0
    while made < most:
        for source in sources:
            for forgery in source():
                made += 1
                yield forgery


def accepted(kind: str, status: int, text: str) -> bool:
    """Whether somebody was let in. The way out of the mailing list says the same to every link: the rows tell."""
    return status < 400 and not kind.startswith("unsubscribe")


@pytest.mark.slow
async def test_nothing_forged_or_stale_is_heard(engine):
    async with open_house(engine) as house:
        await house.teams.until(lambda: house.teams.key_looks)
        await on_the_way(house)
        before, kinds, statuses = house.digest(), Counter[str](), Counter[int]()
        let_in, faults = [], []
        for kind, (method, path, how) in forgeries(house, random.Random(5), KNOCKS):
            status, text = await house.knock(method, path, **how)
            kinds[kind] += 1
            statuses[status] += 1
            let_in += [(kind, status, text[:80])] if accepted(kind, status, text) else []
            faults += [(kind, status, text[:80])] if status >= 500 or FAULTS.search(text) else []
        await house.settle()
        changed = house.changed(before)
        record(
            "forged, stale or tampered requests to every door",
            f"{engine.dialect.name}, {sum(kinds.values()):,} of {len(kinds)} kinds",
            f"{len(let_in)} accepted, {len(faults)} of status 500, {sum(map(abs, changed.values()))} rows",
        )
        assert let_in == []
        assert faults == []
        assert changed == {}
        assert min(kinds.values()) > 1
        assert house.desk.codes.keys() == {house.tokens["code"]}, "the code was given to Slack"
        assert set(statuses) <= {400, 401, 403, 404, 415, 422, 200}


async def test_one_of_every_kind_of_forgery_is_refused(engine):
    """What the mutants are held against: quick."""
    async with open_house(engine) as house:
        await house.teams.until(lambda: house.teams.key_looks)
        await on_the_way(house)
        before = house.digest()
        for kind, (method, path, how) in forgeries(house, random.Random(1), 1):
            status, text = await house.knock(method, path, **how)
            assert not accepted(kind, status, text), (kind, status, text)
            assert status < 500, kind
        await house.settle()
        assert house.changed(before) == {}
        body = command()
        assert (await house.knock("POST", SLACK, data=body, headers=signature(SECRET, body)))[0] == 200, (
            "nothing gets in"
        )


async def test_a_request_sent_again_within_its_five_minutes_has_its_effect_once(engine):
    copies = 200
    async with open_house(engine) as house:
        body = command("update 1.1.1 done once")
        headers = signature(SECRET, body)
        answers = {await house.knock("POST", SLACK, data=body, headers=headers) for _ in range(copies)}
        with engine.connect() as connection:
            stored = len(connection.execute(update.select()).all())
        ages = (301, 600, 86_400, -301)  # seconds
        stale = [signature(SECRET, body, time.time() - age) for age in ages]
        refused = [(await house.knock("POST", SLACK, data=body, headers=one))[0] for one in stale].count(401)
        record(
            "a signed request replayed",
            f"{engine.dialect.name}, {copies} copies",
            f"{stored} effect; {refused} of {len(ages)} refused with a stale time",
        )
        assert stored == 1
        assert len(answers) == 1
        assert "1.1.1" in json.dumps(answers.pop())
        assert refused == len(ages)
