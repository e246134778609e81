"""The only place that reads the time. Everything else is handed an aware UTC datetime."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Protocol

JUMP = timedelta(seconds=2)  # what a clock is put right by without being said to have jumped
# Goes on while the machine sleeps, where there is such a one: https://man7.org/linux/man-pages/man2/clock_gettime.2.html
_seconds = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock(Protocol):
    """Something that tells the time: `read()` gives an aware datetime in UTC. `sleep` waits for some seconds of it.
    `steady_for()`: for how many seconds it has gone on without a jump."""

    def read(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...

    def steady_for(self) -> float: ...


class SystemClock:
    """The machine's clock, for what is done and over in a moment: nobody lives long enough by it to see it jump."""

    def read(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def steady_for(self) -> float:
        return math.inf


class SteadyClock:
    """A server's clock (docs/decisions/0014): between two looks at its `source` it goes on by itself, so that nobody
    who puts the machine's clock forward or back moves it in the middle of something. `source` gives the time all
    replicas go by, aware, and may take its time about it; `seconds` any that never jump."""

    def __init__(self, source: Callable[[], datetime], seconds: Callable[[], float] = _seconds) -> None:
        self._source, self._seconds, self._setting = source, seconds, Lock()
        self._since = seconds()
        self._set = self._since, SystemClock().read()  # until the source is asked

    def read(self) -> datetime:
        return self._at(self._seconds())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def steady_for(self) -> float:
        """Put it right by its source -> for how many seconds it needed no more than JUMP; what was before the start is
        not known and counts as a jump. May wait for the database, and raises what that raises."""
        with self._setting:
            asked = self._seconds()
            said = self._source()
            answered = self._seconds()
            # It was `said` at some moment between the two. Where that can be by our clock, our clock is right.
            latest = said + timedelta(seconds=answered - asked)
            ours = self._at(answered)
            right = min(max(ours, said), latest)
            if abs(right - ours) > JUMP:
                self._since = answered
            self._set = answered, right
            return answered - self._since

    def _at(self, seconds: float) -> datetime:
        then, at = self._set
        return at + timedelta(seconds=seconds - then)


class MovableClock:
    """A clock that stands still until it is moved: the demo's, the simulation's and the tests'."""

    def __init__(self, at: datetime) -> None:
        self.move_to(at)

    def read(self) -> datetime:
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Nobody waits for a clock that stands still."""
        await asyncio.sleep(0)

    def steady_for(self) -> float:
        """It is moved on purpose."""
        return math.inf

    def move_to(self, at: datetime) -> None:
        """Set the time. Raises ValueError for a naive datetime."""
        if at.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self._at = at.astimezone(UTC)


class TravellingClock:
    """Another clock shifted by as much as it was moved: time goes on, from wherever we are. The demo's."""

    def __init__(self, base: Clock) -> None:
        self._base, self._shift = base, timedelta(0)

    def read(self) -> datetime:
        return self._base.read() + self._shift

    async def sleep(self, seconds: float) -> None:
        await self._base.sleep(seconds)

    def steady_for(self) -> float:
        return self._base.steady_for()

    def move_to(self, at: datetime) -> None:
        """Be at `at` now. Raises ValueError for a naive datetime."""
        if at.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self._shift = at.astimezone(UTC) - self._base.read()
