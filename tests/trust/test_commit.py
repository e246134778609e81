"""A receipt is only ever given after the commit: where COMMIT itself fails nobody is told that anything is saved, in
whatever way it was said, and saying it again saves it once."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import psycopg
import pytest
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import OperationalError

from storage.db import is_read_only
from storage.models import inbox, outbox
from tests.fake_slack import FakeSlack
from tests.fake_teams import FakeTeams
from tests.trust import test_once
from tests.trust.replicas import SECRET, TOKEN
from tests.trust.signing import signature
from tests.trust.table import record

EVENTS = {
    "slack mention",
    "slack thread reply",
    "teams thread reply",
}  # the platforms deliver these again by themselves
PAGES = {"survey answer", "review save"}  # people see that it is not saved


@contextmanager
def broken_commits(engine: Engine) -> Iterator[None]:
    """PostgreSQL: the connection is ended before each COMMIT. SQLite: its disk fails."""

    def breaks(connection: Connection) -> None:
        if is_read_only(connection):
            return
        if connection.dialect.name == "sqlite":
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))
        pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
        with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(False), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))

    event.listen(Engine, "commit", breaks)
    try:
        yield
    finally:
        event.remove(Engine, "commit", breaks)


@pytest.mark.slow
async def test_nobody_is_told_that_it_is_saved_when_the_commit_fails(engine, clock, monkeypatch):
    monkeypatch.setattr(test_once, "REPLICAS", 1)
    kinds = [make for make in test_once.KINDS if make is not test_once.unsubscription]
    async with FakeSlack(SECRET, token=TOKEN) as slack, FakeTeams() as teams:
        slack.person("U0ANN00001", "ann", "CFIRST")
        made = [make(slack, teams, f"note 1 {make.__name__}") for make in kinds]
        test_once.a_county(engine, clock, made)
        url = engine.url.render_as_string(hide_password=False)
        async with test_once.replicas(url, clock, slack, teams) as (base,), aiohttp.ClientSession() as session:
            with broken_commits(engine):
                broken = {one.kind: await sent(session, base, one, teams.token()) for one in made}
                await asyncio.sleep(0.5)  # answers that follow the response
            told = [body for _, body in broken.values()] + [everything_shown(slack, teams)]
            receipts = sum(text.count("Saved") for text in told)
            refused = {kind for kind, (status, _) in broken.items() if status == 503}
            stored, effects = rows(engine), sum(test_once.counted(engine, made).values())
            again = [await test_once.delivered(session, base, one, teams.token()) for one in made]
    setting = f"{engine.dialect.name}, {len(made)} kinds of requests"
    once = sum(found == 1 for found in test_once.counted(engine, made).values())
    result = f"{receipts} receipts, {effects} stored; delivered again: {once} of {len(made)} stored"
    record("COMMIT fails", setting, result)
    assert (receipts, effects) == (0, 0)
    assert stored == (0, 1 + 1)  # the two prompts that were there
    assert refused == EVENTS | PAGES
    # PostgreSQL's backend was gone at the COMMIT: nobody can say whether it was saved, and nobody says so.
    honest = re.compile("Not saved|I cannot tell whether this was saved")
    assert len(honest.findall(everything_shown(slack, teams))) + sum(map(bool, map(honest.search, told[:-1]))) >= 5
    assert {status for status, _ in again} == {200, 303}
    assert once == len(made)


async def sent(session: aiohttp.ClientSession, base: str, request: test_once.Request, bearer: str) -> tuple[int, str]:
    """Once -> (status, body)."""
    headers = {"Content-Type": request.content_type, "Authorization": f"Bearer {bearer}"}
    if request.path == "/slack/events":
        headers = {**signature(SECRET, request.body), "Content-Type": request.content_type}
    async with session.post(base + request.path, data=request.body, headers=headers) as answer:
        return answer.status, await answer.text()


def everything_shown(slack: FakeSlack, teams: FakeTeams) -> str:
    """All that anybody was shown by calls of ours."""
    seen = [person.seen for person in slack.people.values()]
    return json.dumps([slack.channels, slack.responses, seen, teams.conversations], default=str)


def rows(engine: Engine) -> tuple[int, int]:
    """Deliveries answered, and posts queued."""
    with engine.connect() as connection:
        found = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (inbox, outbox)]
    return found[0], found[1]
