"""Payloads at random, signed so that they get past the door, and requests at random to every address: no fault, no
traceback, and nothing kept of what is no command. `SIPBOT_TRUST=full` sends others each time."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
import yaml
from aiohttp.http_exceptions import HttpProcessingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, literal, select, union_all

import bot.adapters.waiting
import bot.limits
from bot.chat.clock import SystemClock
from storage.audit_log import READ
from storage.models import audit, ledger, metadata, person
from tests.chat import done
from tests.trust.house import FAULTS, SECRET, House, open_house
from tests.trust.payloads import content_types, junk, raw, slack_bodies, teams_bodies, texts
from tests.trust.signing import signature
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
SLACK, TEAMS, PAGES = 4_000, 3_500, 2_500
OPENAPI = Path(__file__).parent / "openapi.yaml"
# What Bot Framework wants an invoke answered with that a bot knows nothing of.
NOT_KNOWN = 501
NOT_READY = '{"status": "not ready", "reason": "the database is empty: run sipbot migrate"}'
# What a person leaves who says something the bot does not understand: who they are, where they are reached, and the
# answer to them. Nothing of it is what the county works with.
OF_A_STRANGER = {"person", "identity", "inbox", "outbox", "channel", "conversation_reference"}


# What may be stored of a request behind a page's own link.
THEIR_OWN = {"survey": frozenset({"survey_answer"}), "review": frozenset({"audit", "ledger"})}


@contextmanager
def a_house(engine: Engine) -> Iterator[House]:
    """Served in another thread, so that requests come one after the other from this one."""
    opening = open_house(engine)
    house = done(opening.__aenter__())
    done(house.teams.until(lambda: house.teams.key_looks))
    try:
        yield house
    finally:
        done(opening.__aexit__(None, None, None))


def some(examples: int) -> Callable[[Any], Any]:
    """So many examples: the same ones each time, but in the full setting."""
    return settings(
        max_examples=examples,
        derandomize=not FULL,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def rows(engine: Engine) -> Counter[str]:
    """Table -> rows, in one question."""
    each = [select(literal(name), func.count()).select_from(table) for name, table in metadata.tables.items()]
    with engine.connect() as connection:
        return Counter(dict(tuple(row) for row in connection.execute(union_all(*each))))


def contents(engine: Engine) -> Counter[tuple[str, str]]:
    """(table, all that is in a row) -> how many such rows."""
    with engine.connect() as connection:
        return Counter(
            (name, repr(tuple(row)))
            for name, table in metadata.tables.items()
            for row in connection.execute(select(table))
        )


class Tally:
    """What the answers were. `check` raises AssertionError at the first that must not be."""

    def __init__(self, house: House) -> None:
        self.house, self.statuses, self.faults = house, Counter[int](), 0
        self.before = contents(house.engine)
        self.count = rows(house.engine)

    def check(
        self,
        status: int,
        text: str,
        *,
        of_a_stranger: bool = True,
        may: frozenset[str] = frozenset(),
        meant: frozenset[int] = frozenset({NOT_KNOWN}),
    ) -> None:
        """`may`: tables that this request may add rows to, whatever its status. `meant`: statuses from 500 up that are
        its answer."""
        self.statuses[status] += 1
        fault = status >= 500 and status not in meant and text != NOT_READY
        self.faults += fault
        assert not fault, (status, text[:300])
        assert not FAULTS.search(text), text[:300]
        done(self.house.settle())
        now = rows(self.house.engine)
        more = {name for name in now if now[name] != self.count[name]}
        stranger = of_a_stranger and (status < 400 or status == NOT_KNOWN)
        assert more - may <= (OF_A_STRANGER if stranger else set()), (status, more)
        self.count = now

    @contextmanager
    def telling(
        self, fault: str, may: frozenset[str] = frozenset(), what: str = "who they are and the answers to them"
    ) -> Iterator[None]:
        """The row of the table, whatever came of it, and that no row of the county's own was changed in place either.
        `may`: tables whose new rows the test looks at itself; they and a stranger's rows are counted as `what`."""
        try:
            yield
        finally:
            after = contents(self.house.engine)
            changed = (after - self.before) + (self.before - after)
            aside = OF_A_STRANGER | may
            own = sum(number for (name, _), number in changed.items() if name not in aside)
            others = changed.total() - own
            as_meant = {one: number for one, number in sorted(self.statuses.items()) if one >= 500}
            told = "".join(f", {number:,} × {one} as meant" for one, number in as_meant.items() if not self.faults)
            record(
                fault,
                f"{self.house.engine.dialect.name}, {self.statuses.total():,}",
                f"{self.faults} faults of status 5xx{told}, {own} of the county's rows; {others:,} rows of {what}",
            )
        assert own == 0
        assert len(self.statuses) > 1, "all were answered alike: did they get past the door?"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are not what is tested here; they would hide what is behind them. Nor is how long we wait before an
    answer to an address made at random is tried again."""
    monkeypatch.setattr(bot.adapters.waiting, "LONGEST_WAIT", 0.0)
    monkeypatch.setattr(bot.limits, "COMMANDS", 10**9)
    monkeypatch.setattr(bot.limits, "PAGES", 10**9)


@pytest.mark.slow
def test_signed_slack_payloads_of_any_shape(engine, unhurried, caplog):
    with a_house(engine) as house:
        tally = Tally(house)

        @some(SLACK)
        @given(slack_bodies())
        def send(sent: tuple[bytes, str]) -> None:
            body, kind = sent
            headers = {**signature(SECRET, body), "Content-Type": kind}
            tally.check(*done(house.knock("POST", "/slack/events", data=body, headers=headers)))

        with tally.telling("fuzzed Slack payloads, rightly signed"):
            send()
            done(house.settle())
    assert faults(caplog) == []


@pytest.mark.slow
def test_signed_teams_activities_of_any_shape(engine, unhurried, caplog):
    with a_house(engine) as house:
        tally = Tally(house)

        @some(TEAMS)
        @given(teams_bodies())
        def send(body: bytes) -> None:
            # A good token is for the address that the activity names, where it names one.
            named = body.replace(b'"channelId"', f'"serviceUrl": "{house.teams.service_url}", "channelId"'.encode(), 1)
            headers = {"Authorization": f"Bearer {house.teams.token()}", "Content-Type": "application/json"}
            tally.check(*done(house.knock("POST", "/api/messages", data=named, headers=headers)))

        with tally.telling("fuzzed Teams activities, rightly signed"):
            send()
            done(house.settle())
    assert faults(caplog) == []


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Tracebacks in the log: a fault that nobody was shown is one too. What aiohttp refuses before it is a request is
    none of ours."""
    errors = [(found.getMessage(), found.exc_info[1]) for found in caplog.records if found.exc_info]
    return [f"{words}: {error!r}" for words, error in errors if not isinstance(error, HttpProcessingError)]


@pytest.mark.slow
def test_requests_at_random_to_every_address(engine, unhurried, caplog):
    with a_house(engine) as house:
        tally = Tally(house)
        schema = schemathesis.openapi.from_path(str(OPENAPI))
        operations = [found.ok() for found in schema.get_all_operations()]
        each = PAGES // len(operations)
        with tally.telling("requests at random to every address (schemathesis)"):
            for operation in operations:

                @some(each)
                @given(operation.as_strategy())
                def send(case: Any) -> None:
                    answer = case.call(base_url=house.url, allow_redirects=False)
                    tally.check(answer.status_code, answer.text, of_a_stranger=False)

                send()
    assert faults(caplog) == []


FIELDS = [
    "form",
    "lang",
    "delivery",
    "text_letter",
    "base_letter",
    "win_1",
    "base_wins_order",
    "trust",
    "helped",
    "said",
]


@pytest.mark.slow
def test_forms_of_any_content_behind_links_that_are_right(engine, unhurried, caplog):
    """What the random requests never guess: the pages' own tokens. Whoever has the link may answer, so only the
    survey's answers may be stored, and no fault be shown. Whoever has the link to the editing page is shown it, also
    with what was wrong in the form, and that they read it is noted, once an hour: that and nothing else."""
    fields = st.dictionaries(st.one_of(st.sampled_from(FIELDS), texts), texts, max_size=6)
    bodies = st.one_of(fields, raw)
    with a_house(engine) as house:
        tally = Tally(house)

        @some(PAGES // 2)
        @given(st.sampled_from(["survey", "review"]), bodies, content_types, st.one_of(st.just(""), texts))
        def send(page: str, body: Any, kind: str, query: str) -> None:
            # The form is written here: the client refuses names that a browser, or an attacker, may send.
            form = isinstance(body, dict)
            data = urlencode(body, errors="replace").encode() if form else body
            headers = {"Content-Type": "application/x-www-form-urlencoded" if form else kind}
            params = {"lang": query.encode("utf-8", "replace").decode()}
            path = f"/{page}/{house.tokens[page]}"
            may = THEIR_OWN[page]
            sent = done(house.knock("POST", path, data=data, headers=headers, params=params))
            tally.check(*sent, of_a_stranger=False, may=may)
            tally.check(*done(house.knock("GET", path, params=params)), of_a_stranger=False, may=may)

        before, began = reads(engine), SystemClock().read()
        of_pages = frozenset().union(*THEIR_OWN.values())
        what = "survey answers and of reads that are noted"
        with tally.telling("forms of any content to the pages' own addresses", of_pages, what):
            send()
        noted = reads(engine) - before
        hours = int((SystemClock().read() - began).total_seconds() // 3600) + 2
    assert faults(caplog) == []
    assert {(action, who) for action, who, _ in noted} == {("newsletter draft read", "Cora Diaz"), (READ, "")}
    assert len(noted) % 2 == 0
    assert len(noted) <= 2 * hours


@pytest.mark.slow
def test_ways_back_from_slack_with_anything_in_them(engine, unhurried, caplog):
    """Somebody who was led to Slack comes back with any code, any error and any answer of Slack's: nobody is let in by
    it, and nothing is kept but that their state was used."""
    words = st.one_of(texts, st.sampled_from(["access_denied", "invalid_code", "x" * 400]))
    with a_house(engine) as house:
        tally = Tally(house)

        @some(PAGES // 2)
        @given(st.sampled_from(["code", "error"]), words, junk)
        def send(name: str, word: str, answer: Any) -> None:
            state, cookies = done(house.installing())
            said = word.encode("utf-8", "replace").decode()
            house.desk.codes[said] = answer if isinstance(answer, dict) else {"team": answer}
            query = {"state": state, name: said}
            headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
            sent = done(house.knock("GET", "/slack/oauth_redirect", params=query, headers=headers))
            assert sent[0] >= 400
            slacks = frozenset({502})  # its fault, said on a page of ours
            tally.check(*sent, of_a_stranger=False, may=frozenset({"inbox"}), meant=slacks)

        with tally.telling("ways back from Slack with anything in them", what="states that were used"):
            send()
    assert faults(caplog) == []


def reads(engine: Engine) -> set[tuple[str, str, str]]:
    """Every row of the audit log and of the ledger: what, who, which row."""
    done_by = select(audit.c.action, person.c.name, audit.c.id).outerjoin(person, person.c.id == audit.c.person_id)
    decided = select(ledger.c.job, literal(""), ledger.c.id)
    with engine.connect() as connection:
        found = [*connection.execute(done_by), *connection.execute(decided)]
    return {(str(row[0]), str(row[1]), str(row[2])) for row in found}


async def test_the_document_names_every_address_and_no_other(engine):
    document = yaml.safe_load(OPENAPI.read_text("utf-8"))
    written = {(method.upper(), path) for path, found in document["paths"].items() for method in found}
    async with open_house(engine) as house:
        routes = house.app.web.router.routes()
        assert written == {(r.method, r.resource.canonical) for r in routes if r.resource and r.method != "HEAD"}
