"""Replicas killed with SIGKILL every 0.05-0.35 s, posts refused, delayed and answered into nowhere: nothing is lost and
nothing is doubled, and the pace is kept. `SIPBOT_TRUST=full` runs the whole of it."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import Engine

from tests.trust.chaos import Figures, Size, run
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
SIZE = Size(1500, 500, seconds=1800) if FULL else Size(120, 60)
SELDOM = Size(150, 60, seconds=200)
SEEDS = range(1, 11) if FULL else (1,)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_doubled_whatever_is_killed(engine, seed, capsys):
    figures = run(engine, engine.url.render_as_string(hide_password=False), SIZE, seed)
    with capsys.disabled():
        print(f"\n{engine.dialect.name}, seed {seed}: {figures}")
    noted("replicas killed every 0.05–0.35 s", engine, SIZE, seed, figures)
    assert (figures.prompts_lost, figures.updates_lost, figures.unanswered) == (0, 0, 0)
    assert (figures.prompts_doubled, figures.updates_doubled) == (0, 0)
    assert figures.killed > 5
    assert figures.busiest <= figures.allowed


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11) if FULL else (1,))
def test_what_a_killed_replica_had_is_taken_over_by_the_clock_of_life(engine, seed):
    """Where replicas live longer than a lease, and only those that do take over."""
    figures = run(engine, engine.url.render_as_string(hide_password=False), SELDOM, seed, "seldom")
    noted("replicas killed every 1–3 s, by the clock of life", engine, SELDOM, seed, figures)
    assert (figures.prompts_lost, figures.updates_lost, figures.unanswered) == (0, 0, 0)
    assert (figures.prompts_doubled, figures.updates_doubled) == (0, 0)
    assert figures.killed > 5
    assert figures.busiest <= figures.allowed


def noted(fault: str, engine: Engine, size: Size, seed: int, figures: Figures) -> None:
    lost = figures.prompts_lost + figures.updates_lost + figures.unanswered
    setting = f"Slack, {engine.dialect.name}, {size.prompts:,} prompts and {size.updates:,} updates each"
    doubled = figures.prompts_doubled + figures.updates_doubled
    quick = max(0, figures.busiest - int(figures.allowed))
    words = f"{figures.killed:,} kills: {lost} lost, {doubled} doubled, {quick} a second more than the pace allows"
    record(fault, setting, words, part=f"seed {seed}")
