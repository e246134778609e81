"""A server's clock goes on by itself and is put right by the time everybody goes by; where that jumps, it says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.clock import JUMP, MovableClock, SteadyClock, SystemClock, TravellingClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class World:
    """The time everybody goes by, and seconds that never jump; an answer about the time takes `delay` of them."""

    def __init__(self) -> None:
        self.passed = self.delay = 0.0
        self.shift = timedelta(0)

    def time(self) -> datetime:
        said = self.true()
        self.passed += self.delay
        return said

    def true(self) -> datetime:
        return NOON + timedelta(seconds=self.passed) + self.shift

    def seconds(self) -> float:
        return 5_000.0 + self.passed


@pytest.fixture
def world():
    return World()


@pytest.fixture
def clock(world):
    """One that has lived for an hour."""
    made = SteadyClock(world.time, world.seconds)
    made.steady_for()
    world.passed += 3600
    return made


def test_it_goes_by_its_source_and_on_by_itself(clock, world):
    assert clock.read() == world.true()
    world.passed += 10
    assert clock.read() == world.true()
    assert clock.steady_for() == 3610


def test_before_its_source_is_asked_it_is_the_machines(world):
    before = SystemClock().read()
    assert before <= SteadyClock(world.time, world.seconds).read() <= SystemClock().read()


def test_a_beginning_counts_as_a_jump(world):
    made = SteadyClock(world.time, world.seconds)
    assert made.steady_for() == 0
    world.passed += 20
    assert made.steady_for() == 20


@pytest.mark.parametrize("shift", [timedelta(hours=2), timedelta(hours=-2), JUMP * 1.01, JUMP * -1.01])
def test_a_jump_is_followed_at_the_next_look_and_remembered(clock, world, shift):
    world.shift = shift
    assert clock.read() == world.true() - shift  # nothing moves in the middle of something
    assert clock.steady_for() == 0
    assert clock.read() == world.true()
    world.passed += 59
    assert clock.steady_for() == 59


@pytest.mark.parametrize("shift", [JUMP * 0.99, JUMP * -0.99])
def test_what_a_clock_is_always_put_right_by_is_no_jump(clock, world, shift):
    world.shift = shift
    assert clock.steady_for() == 3600
    assert clock.read() == world.true()


def test_an_answer_that_takes_long_does_not_move_a_clock_that_may_be_right(clock, world):
    world.delay = 30.0
    assert clock.steady_for() == 3630
    assert clock.read() == world.true()


def test_a_source_that_does_not_answer_leaves_it_as_it_is(clock, world):
    def gone() -> datetime:
        raise OSError("gone")

    clock._source = gone
    with pytest.raises(OSError, match="gone"):
        clock.steady_for()
    assert clock.read() == world.true()


def test_a_clock_that_is_moved_on_purpose_does_not_jump():
    moved = MovableClock(NOON)
    moved.move_to(NOON + timedelta(hours=2))
    assert moved.steady_for() > 10**9
    assert TravellingClock(SystemClock()).steady_for() > 10**9
