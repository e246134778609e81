"""The same on Teams, which cannot be asked what is there: nothing is lost; a prompt is there twice only where its reply
was lost or a replica was killed while it was under way, which are few, and the copies are counted."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import Counter
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Engine, insert, select

from bot.chat.compose import built_in
from storage.db import reading
from storage.models import channel, conversation_reference, update
from storage.queries import people
from storage.uow import unit_of_work
from tests.builders import a_plan, a_workgroup, an_organization
from tests.fake_teams import FakeTeams
from tests.teams_people import BOT, TENANT, Person
from tests.trust.chaos import AT_ONCE, Size, fetch, served, settled
from tests.trust.replicas import AT
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
SIZE = Size(1500, 500, seconds=1800) if FULL else Size(60, 30)
SEEDS = range(1, 11) if FULL else (1,)


def a_county(engine: Engine, size: Size) -> dict[int, str]:
    """Workgroups whose prompt is due, each with a Teams channel -> its id by the group's number."""
    with unit_of_work(engine, AT, built_in()) as uow:
        an_organization(uow)
        people.add_workspace(uow.connection, uow.organization.id, "teams", TENANT)
        rows = a_plan(uow)
        for number in range(size.prompts):
            a_workgroup(uow, f"Group {number}", (rows.strategies["1.1"],) if number == 0 else ())
        uow.change(channel, platform="teams", workspace=TENANT)
        return {row.id: row.external_id for row in uow.rows(select(channel.c.id, channel.c.external_id))}


def reachable(engine: Engine, channels: list[str], service_url: str) -> None:
    """As if the app had been added to the team: every channel is known."""
    way = {"workspace": TENANT, "kind": "channel", "service_url": service_url, "bot_id": BOT}
    with engine.begin() as connection:
        connection.execute(
            insert(conversation_reference), [{**way, "external_id": one, "conversation_id": one} for one in channels]
        )


async def tell(ports: range, size: Size, seed: int, sink: str) -> list[str]:
    """Every update, pressed on a card, delivered one to four times to whichever replica; the first answer of each."""
    chance, room = random.Random(seed + 1), asyncio.Semaphore(AT_ONCE)
    ben = Person(FakeTeams(), "b0b0b0b0-1111-4222-8333-444455556666", "Ben Okafor")
    ben.teams.service_url = f"{sink}/amer/"
    ben.teams.next_id = lambda: "1700000000001"  # type: ignore[method-assign]
    bearer = await when_up(f"{sink}/token")
    until = time.monotonic() + size.seconds
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:

        async def one(number: int) -> str:
            values = {"ref": "1.1.1", "status": "in progress", "note": f"note {number} of many"}
            data = {"verb": "update", "values": values}
            value = {"action": {"type": "Action.Execute", "verb": "sipbot", "data": data}, "trigger": "manual"}
            press = ben.activity(type="invoke", name="adaptiveCard/action", value=value, id=f"a{number}")
            async with room:
                copies = range(chance.randint(1, 4))
                told = (delivered(session, ports, chance, press, bearer, until) for _ in copies)
                return (await asyncio.gather(*told))[0]

        return list(await asyncio.gather(*(one(number) for number in range(size.updates))))


async def when_up(url: str) -> Any:
    """What is at an address, once somebody is there."""
    for _ in range(600):
        try:
            return await fetch(url)
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)
    raise TimeoutError(url)


async def delivered(
    session: aiohttp.ClientSession,
    ports: range,
    chance: random.Random,
    activity: dict[str, Any],
    bearer: str,
    until: float,
) -> str:
    """Teams delivers an activity again that was not answered."""
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
    while time.monotonic() < until:
        url = f"http://127.0.0.1:{chance.choice(ports)}/api/messages"
        try:
            async with session.post(url, data=json.dumps(activity), headers=headers) as answer:
                text = await answer.text()
                if answer.status == 200 and "1.1.1" in text:
                    return text
        except (aiohttp.ClientError, TimeoutError):
            pass
        await asyncio.sleep(0.05)
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_on_teams_nothing_is_lost_and_what_is_there_twice_is_counted(engine, seed):
    channels = list(a_county(engine, SIZE).values())
    began = time.monotonic()
    url = engine.url.render_as_string(hide_password=False)
    with served(engine, url, seed, SIZE.share, platform="teams") as house:
        reachable(engine, channels, f"{house.sink}/amer/")
        engine.dispose()
        answers = asyncio.run(tell(house.ports, SIZE, seed, house.sink))
        settled(engine, SIZE, began)
        stats, killed = house.end()
    with reading(engine) as connection:
        notes = Counter(connection.execute(select(update.c.note)).scalars())
    told = [notes[f"note {number} of many"] for number in range(SIZE.updates)]
    copies = [stats["posts"].get(one, 0) for one in channels]
    doubled, lost_replies = sum(max(0, found - 1) for found in copies), stats["wrong"].get("reply lost", 0)
    record(
        "replicas killed every 0.05–0.35 s",
        f"Teams, {engine.dialect.name}, {SIZE.prompts:,} prompts and {SIZE.updates:,} updates each",
        f"{killed} kills, {lost_replies} replies lost: {copies.count(0) + told.count(0)} lost, "
        f"{sum(max(0, found - 1) for found in told)} updates doubled, {doubled} prompts doubled",
        part=f"seed {seed}",
    )
    assert (copies.count(0), told.count(0), answers.count("")) == (0, 0, 0)
    assert max(told) == 1
    assert doubled <= min(lost_replies + killed, SIZE.prompts // 2)  # most are not under way when a replica is killed
