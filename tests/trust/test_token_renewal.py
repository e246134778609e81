"""Slack's tokens that end: renewed once however many replicas and threads want them, before they end, and what is left
when a replica dies in between. Slack takes a refresh token once; the fake counts a second use."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import OperationalError

from bot.adapters.slack import OAuth, Workspaces
from bot.chat.clock import MovableClock
from bot.chat.errors import SendError
from bot.chat.grants import Tokens
from bot.keys import Keys
from storage.installations import Installations
from storage.models import slack_installation
from tests.install_house import KEY, LARKSPUR, House, install_house
from tests.slack_oauth import CLIENT, CLIENT_SECRET
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
REPLICAS, THREADS, ROUNDS = (8, 4, 20) if FULL else (3, 4, 3)
HALF_A_DAY = 12 * 3600


@pytest.fixture
async def house(engine: Engine) -> AsyncIterator[House]:
    """Larkspur is installed, with a token that lives twelve hours."""
    async with install_house(engine, MovableClock(datetime.now(UTC))) as found:
        found.desk.lives = HALF_A_DAY
        status, page = await found.install(LARKSPUR, "Larkspur", "U0ANN00001", found.invite())
        assert status == 200, page
        yield found


def store_of(house: House) -> Installations:
    return Installations(house.app.engine, house.app.clock, Keys.of(KEY), "UTC")


def workspaces_of(house: House, store: Installations | None = None) -> Workspaces:
    """Another replica's."""
    oauth = OAuth(CLIENT, CLIENT_SECRET, house.slack.api_url)
    return Workspaces(store or store_of(house), oauth, house.app.clock)


async def replica(house: House) -> asyncio.subprocess.Process:
    url = house.app.engine.url.render_as_string(hide_password=False)
    arguments = (url, house.slack.api_url, LARKSPUR, str(THREADS))
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    made = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.trust.renewing", *arguments, **pipes)
    assert made.stdout is not None
    assert await made.stdout.readline() == b"ready\n"
    return made


async def test_many_replicas_and_threads_renew_a_token_once(house: House) -> None:
    wrong = 0
    for _ in range(ROUNDS):
        before = house.desk.renewals
        with house.app.engine.begin() as connection:
            ended = datetime.now(UTC) - timedelta(seconds=1)
            connection.execute(update(slack_installation).values(expires_at=ended))
        replicas = await asyncio.gather(*(replica(house) for _ in range(REPLICAS)))
        answers = await asyncio.gather(*(one.communicate(b"go\n") for one in replicas))
        tokens = {token for out, _ in answers for token in json.loads(out)}
        wrong += (house.desk.renewals - before != 1) + (tokens != {house.desk.token_of(LARKSPUR)})
    record(
        "a Slack token ends while every replica wants it",
        f"{house.app.engine.dialect.name}, {ROUNDS} times, {REPLICAS} processes of {THREADS} threads",
        f"{house.desk.renewals} renewals, {house.desk.refused} with a used refresh token, {wrong} wrong",
    )
    assert (house.desk.renewals, house.desk.refused, wrong) == (ROUNDS, 0, 0)


async def test_a_token_is_renewed_before_it_ends_and_nobody_waits_for_it(house: House) -> None:
    first = house.desk.token_of(LARKSPUR)
    one, two = workspaces_of(house), workspaces_of(house)
    assert await one.token(LARKSPUR) == first
    await house.pass_time(hours=10, minutes=1)
    assert {await one.token(LARKSPUR), await two.token(LARKSPUR)} == {first}
    await one.stop()
    await two.stop()
    assert house.desk.renewals == 1
    second = house.desk.token_of(LARKSPUR)
    assert second != first
    assert await workspaces_of(house).token(LARKSPUR) == second


async def test_a_replica_that_dies_with_the_next_token_leaves_the_old_one_until_its_end(house: House) -> None:
    first = house.desk.token_of(LARKSPUR)

    class Dies(Installations):
        def renewed(self, workspace_id: str, generation: int, tokens: object) -> None:
            raise SystemError("killed")

    await house.pass_time(hours=10, minutes=1)
    dying = workspaces_of(house, Dies(house.app.engine, house.app.clock, Keys.of(KEY), "UTC"))
    assert await dying.token(LARKSPUR) == first
    await dying.stop()
    assert house.desk.renewals == 1
    early = workspaces_of(house)
    assert await early.token(LARKSPUR) == first
    await early.stop()
    assert house.desk.refused == 0  # the lease still stands: nobody asks Slack
    await house.pass_time(minutes=2)
    late = workspaces_of(house)
    assert await late.token(LARKSPUR) == first
    await late.stop()
    assert house.desk.refused == 1
    await house.pass_time(hours=2)
    with pytest.raises(SendError, match="install sipbot there again") as caught:
        await workspaces_of(house).token(LARKSPUR)
    assert caught.value.permanent
    assert "secret" not in str(caught.value)
    assert (await house.install(LARKSPUR, "Larkspur", "U0ANN00001", house.invite(1)))[0] == 200
    assert await workspaces_of(house).token(LARKSPUR) == house.desk.token_of(LARKSPUR)


class Hiccups(Installations):
    """The database is away when the next tokens come, as often as `away` says."""

    away, storing = 3, False

    def renewed(self, workspace_id: str, generation: int, tokens: Tokens) -> None:
        self.storing = True
        super().renewed(workspace_id, generation, tokens)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self.storing and self.away:
            self.away -= 1
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        with super()._writing() as connection:
            yield connection


def hiccups(house: House) -> Hiccups:
    return Hiccups(house.app.engine, house.app.clock, Keys.of(KEY), "UTC")


async def test_a_database_that_is_away_for_a_moment_loses_no_token(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.slack.installed.FIRST_PAUSE", 0.01)
    first = house.desk.token_of(LARKSPUR)
    await house.pass_time(hours=10, minutes=1)
    one = workspaces_of(house, hiccups(house))
    assert await one.token(LARKSPUR) == first
    await one.stop()
    second = house.desk.token_of(LARKSPUR)
    assert second != first
    await house.pass_time(hours=2)
    assert await workspaces_of(house).token(LARKSPUR) == second
    assert (house.desk.renewals, house.desk.refused) == (1, 0)


async def test_nobody_waits_for_ever_for_a_token_that_is_not_stored(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("FIRST_PAUSE", 0.2), ("PATIENCE", 0.1), ("TIMEOUT", 0.1)):
        monkeypatch.setattr(f"bot.adapters.slack.installed.{name}", seconds)
    await house.pass_time(hours=12, minutes=1)
    one = workspaces_of(house, hiccups(house))
    with pytest.raises(SendError, match="is being renewed") as caught:
        await one.token(LARKSPUR)
    assert caught.value.retry_after
    await one.stop()
    assert await workspaces_of(house).token(LARKSPUR) == house.desk.token_of(LARKSPUR)
    assert house.desk.renewals == 1


async def test_a_stop_waits_for_a_database_that_stays_away_so_long_and_no_longer(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.adapters.slack.installed.STOPPING", 0.3)
    await house.pass_time(hours=10, minutes=1)
    store = hiccups(house)
    store.away = 1000
    one = workspaces_of(house, store)
    await one.token(LARKSPUR)
    async with asyncio.timeout(5):
        await one.stop()
    assert f"the next token of the Slack workspace {LARKSPUR} is lost" in caplog.text
    assert "secret" not in caplog.text


async def test_an_installation_during_a_renewal_wins(house: House) -> None:
    store = store_of(house)
    kept = store.token(LARKSPUR)
    assert kept is not None
    assert store.begin_renewal(LARKSPUR, kept.generation)
    assert store.begin_renewal(LARKSPUR, kept.generation) is None
    assert (await house.install(LARKSPUR, "Larkspur", "U0ANN00001", house.invite(1)))[0] == 200
    newest = house.desk.token_of(LARKSPUR)
    grant = await workspaces_of(house).exchange(house.desk.code(LARKSPUR, "L", "U0ANN00001"), "https://x.example")
    store.renewed(LARKSPUR, kept.generation, grant.tokens)
    again = store.token(LARKSPUR)
    assert again is not None
    assert again.bot == newest


async def test_new_keys_during_a_renewal_lose_nothing(house: House) -> None:
    store = store_of(house)
    kept = store.token(LARKSPUR)
    assert kept is not None
    assert store.begin_renewal(LARKSPUR, kept.generation)
    assert store.reseal() == (1, 0)
    grant = await workspaces_of(house).exchange(house.desk.code(LARKSPUR, "L", "U0ANN00001"), "https://x.example")
    store.renewed(LARKSPUR, kept.generation, grant.tokens)
    again = store.token(LARKSPUR)
    assert again is not None
    assert again.bot == house.desk.token_of(LARKSPUR)


async def test_a_token_slack_says_has_ended_is_renewed_whatever_our_clock_says(house: House) -> None:
    first = house.desk.token_of(LARKSPUR)
    found = await workspaces_of(house).token(LARKSPUR, refused=first)
    assert found == house.desk.token_of(LARKSPUR) != first
