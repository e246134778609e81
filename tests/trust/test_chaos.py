"""Replicas killed with SIGKILL every 0.05-0.35 s, posts refused, delayed and answered into nowhere: nothing is lost and
nothing is doubled. `SIPBOT_TRUST=full` runs the whole of it."""

from __future__ import annotations

import os

import pytest

from tests.trust.chaos import Figures, Size, run
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
SIZE = Size(1500, 500) if FULL else Size(120, 60)
SELDOM = Size(150, 60, seconds=200)
SEEDS = range(1, 11) if FULL else (1,)
DONE: dict[str, list[Figures]] = {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_doubled_whatever_is_killed(engine, seed, capsys):
    figures = run(engine, engine.url.render_as_string(hide_password=False), SIZE, seed)
    with capsys.disabled():
        print(f"\n{engine.dialect.name}, seed {seed}: {figures}")
    told(engine.dialect.name, figures)
    assert (figures.prompts_lost, figures.updates_lost, figures.unanswered) == (0, 0, 0)
    assert (figures.prompts_doubled, figures.updates_doubled) == (0, 0)
    assert figures.killed > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11) if FULL else (1,))
def test_what_a_killed_replica_had_is_taken_over_by_the_clock_of_life(engine, seed):
    """Where replicas live longer than a lease, and only those that do take over."""
    figures = run(engine, engine.url.render_as_string(hide_password=False), SELDOM, seed, "seldom")
    record(
        "replicas killed every 1–3 s, by the clock of life",
        f"Slack, {engine.dialect.name}, {SELDOM.prompts} prompts and {SELDOM.updates} updates each",
        f"{figures.killed} kills: {figures.prompts_lost + figures.updates_lost + figures.unanswered} lost, "
        f"{figures.prompts_doubled + figures.updates_doubled} doubled",
        part=f"seed {seed}",
    )
    assert (figures.prompts_lost, figures.updates_lost, figures.unanswered) == (0, 0, 0)
    assert (figures.prompts_doubled, figures.updates_doubled) == (0, 0)
    assert figures.killed > 5


def told(database: str, figures: Figures) -> None:
    """The row of all seeds so far."""
    found = DONE.setdefault(database, [])
    found.append(figures)
    setting = f"Slack, {database}, {SIZE.prompts:,} prompts and {SIZE.updates:,} updates a seed"
    lost = sum(one.prompts_lost + one.updates_lost + one.unanswered for one in found)
    doubled = sum(one.prompts_doubled + one.updates_doubled for one in found)
    killed = sum(one.killed for one in found)
    record(
        "replicas killed every 0.05–0.35 s",
        setting,
        f"{len(found)} seeds, {killed:,} kills: {lost} lost, {doubled} doubled",
    )
