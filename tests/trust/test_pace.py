"""429 with Retry-After, 500, no answer, accepted with the reply lost: of everything that several replicas post nothing
is lost, nothing doubled, every channel has it in the order it was queued, and the pace is kept. Measured at the sink.

The pace is Slack's own, conversation and workspace made quicker in the same proportion. A moment is given out by the
database and a post needs some time from there to the sink, so two posts may come closer than they were sent: any two of
the calls that came, however many between them, may be LATE seconds too close and no more. Together the channels are
held up by the workspace's pace; one of them has MORE to say when the others are done, and is held up by its own. A
hold is broken by a call that comes later than UNDER_WAY after its 429 was given and before it ends: what was under way
when the 429 was answered cannot be called back.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.chat.compose import built_in
from bot.chat.messages import say
from bot.chat.ports import Pace
from storage.queries import people
from storage.uow import Destination, unit_of_work
from tests.builders import an_organization
from tests.slack_people import TEAM
from tests.trust.chaos import LATE, Size, served, settled
from tests.trust.replicas import AT, CALM, PACE
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
CHANNELS, EACH, MORE, SEEDS = (50, 30, 60, range(1, 4)) if FULL else (12, 4, 12, (1,))
UNDER_WAY = 1.0
HELD = 2  # the sink's Retry-After, seconds


@dataclass(frozen=True)
class Kept:
    """`late`: how much too close any calls came, seconds, in one conversation and in the workspace. `holds`, `broken`:
    429s given, and calls that came while one lasted."""

    lost: int
    doubled: int
    disordered: int
    late_conversation: float
    late_workspace: float
    holds: int
    broken: int


def queued(engine: Engine) -> dict[str, list[str]]:
    """Posts for every channel, queued in turns, and MORE for the first -> channel: the keys in their order."""
    wanted: dict[str, list[str]] = defaultdict(list)
    with unit_of_work(engine, AT, built_in()) as uow:
        an_organization(uow)
        people.add_workspace(uow.connection, uow.organization.id, "slack", TEAM)
        channels = {
            f"C{number}": people.channel_for(uow, "slack", TEAM, f"C{number}", f"c{number}").id
            for number in range(CHANNELS)
        }
        for turn in range(EACH + MORE):
            for external, channel_id in channels.items() if turn < EACH else [("C0", channels["C0"])]:
                key = f"{external}:{turn}"
                uow.post("report", Destination(channel_id=channel_id), say(f"Number {turn}"), key=key)
                wanted[external].append(f"{uow.organization.id}:{key}")
    return wanted


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("how", ["calm", "killed"])
def test_order_and_pace_are_kept_whatever_goes_wrong(engine, seed, how):
    wanted = queued(engine)
    size = Size(CHANNELS * EACH + MORE, 0)
    url = engine.url.render_as_string(hide_password=False)
    more = ("calm",) if how == "calm" else ()
    with served(engine, url, seed, size.share, *more, held=HELD) as house:
        settled(engine, size, time.monotonic())
        stats, killed = house.end()
    kept = measured(wanted, stats, CALM if how == "calm" else PACE)
    setting = f"Slack, {engine.dialect.name}, {size.prompts:,} posts to {CHANNELS} channels, seed {seed}, {how}"
    record("429, 500, no answer, reply lost, 5 % each", setting, f"{killed} replicas killed: {in_words(kept)}")
    assert (kept.lost, kept.doubled, kept.disordered) == (0, 0, 0)
    assert max(kept.late_conversation, kept.late_workspace) <= LATE
    assert kept.holds
    if how == "calm":  # a replica that is killed may not have noted the 429 it was given
        assert kept.broken == 0


def in_words(kept: Kept) -> str:
    return (
        f"{kept.lost} lost, {kept.doubled} doubled, {kept.disordered} channels out of order; closest calls "
        f"{kept.late_conversation * 1000:.0f} ms (channel) and {kept.late_workspace * 1000:.0f} ms (workspace) early; "
        f"{kept.broken} calls within {kept.holds} Retry-Afters"
    )


def measured(wanted: dict[str, list[str]], stats: Any, pace: Pace) -> Kept:
    there: dict[str, list[str]] = stats["channels"]
    copies = [stats["posts"].get(key, 0) for keys in wanted.values() for key in keys]
    firsts = {channel: list(dict.fromkeys(keys)) for channel, keys in there.items()}
    moments = sorted((at, channel, fault) for at, channel, fault in stats["calls"])
    of_channel: dict[str, list[float]] = defaultdict(list)
    for at, channel, _ in moments:
        of_channel[channel].append(at)
    limits = [at for at, _, fault in moments if fault == "429"]
    return Kept(
        lost=copies.count(0),
        doubled=sum(max(0, found - 1) for found in copies),
        disordered=sum(firsts.get(channel) != keys for channel, keys in wanted.items()),
        late_conversation=max(too_close(found, pace.conversation) for found in of_channel.values()),
        late_workspace=too_close([at for at, _, _ in moments], pace.workspace),
        holds=len(limits),
        broken=sum(any(at + UNDER_WAY < one < at + HELD for at in limits) for one, _, _ in moments),
    )


def too_close(moments: list[float], gap: float) -> float:
    """The most seconds by which any two of the moments are closer than all the gaps between them."""
    most = latest = 0.0
    for number, moment in enumerate(moments):
        slack = moment - number * gap  # falls where calls come faster than the pace
        latest = slack if number == 0 else max(latest, slack)
        most = max(most, latest - slack)
    return most


def test_a_window_with_too_many_calls_is_seen():
    assert too_close([0.0, 1.0, 2.0, 3.0], 1.0) == 0.0
    assert too_close([0.0, 1.0, 1.5, 3.0], 1.0) == 0.5
    assert too_close([0.0, 5.0, 5.5, 6.0, 6.5], 1.0) == 1.5
