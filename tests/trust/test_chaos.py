"""Replicas killed with SIGKILL every 0.05-0.35 s, posts refused, delayed and answered into nowhere: nothing is lost and
nothing is doubled. `SIPBOT_TRUST=full` runs the whole of it."""

from __future__ import annotations

import os

import pytest

from tests.trust.chaos import Size, run

FULL = os.environ.get("SIPBOT_TRUST") == "full"
SIZE = Size(1500, 500) if FULL else Size(120, 60)
SEEDS = range(1, 11) if FULL else (1,)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_doubled_whatever_is_killed(engine, seed, capsys):
    figures = run(engine, engine.url.render_as_string(hide_password=False), SIZE, seed)
    with capsys.disabled():
        print(f"\n{engine.dialect.name}, seed {seed}: {figures}")
    assert (figures.prompts_lost, figures.updates_lost, figures.unanswered) == (0, 0, 0)
    assert (figures.prompts_doubled, figures.updates_doubled) == (0, 0)
    assert figures.killed > 5
