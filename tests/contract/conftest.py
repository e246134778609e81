"""The county every journey begins in, on the platform that the test is run for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Engine

from bot.chat.clock import MovableClock
from tests.contract.console import console_county
from tests.contract.driver import PEOPLE, County
from tests.contract.slack import in_slack
from tests.contract.teams import teams_county
from tests.larkspur import store_the_plan

PLATFORMS = {"console": console_county, "slack": in_slack, "teams": teams_county}


@pytest.fixture
async def county(platform: str, engine: Engine, clock: MovableClock) -> AsyncIterator[County]:
    """Larkspur County as `organize` leaves it, on Monday 2 March 2026; at the end no channel may show anything that
    was for one person."""
    async with PLATFORMS[platform](engine, clock) as found:
        await organize(found)
        yield found
        found.assert_nothing_private_is_public()


async def organize(county: County) -> None:
    """Ida from IT makes Cora coordinator and imports the plan; the rest is Cora's typing."""
    ida, cora, ann, ben = (county.person(name) for name in ("ida", "cora", "ann", "ben"))
    await ida.types(f"people add {cora.mention} coordinator", "intake")
    store_the_plan(county.app.engine, county.clock.read())
    await cora.types("settings name Larkspur County", "intake")
    await cora.types("settings executive channel here", "executives")
    await cora.types("settings newsletter channels here", "intake")
    await cora.types("workgroup add First contact", "forms")
    await cora.submits(strategies=["1.1 ", "1.2 "], leader=ann)
    await cora.types(f"workgroup member First contact {ben.mention} equity member", "forms")
    for member in (cora, ann, ben):
        await cora.types(f"people rename {member.mention} {PEOPLE[member.name]}", "forms")
    await cora.types(f"assign 1.1.2 {ann.mention}", "forms")
    await cora.types(f"assign 1.1.3 {ben.mention}", "forms")
    await cora.types(f"assign 1.2.2 {ann.mention}", "forms")
