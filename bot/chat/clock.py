"""The only place that reads the time. Everything else is handed an aware UTC datetime."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time: `read()` gives an aware datetime in UTC. `sleep` waits for some seconds of it."""

    def read(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def read(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class MovableClock:
    """A clock that stands still until it is moved: the demo's, the simulation's and the tests'."""

    def __init__(self, at: datetime) -> None:
        self.move_to(at)

    def read(self) -> datetime:
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Nobody waits for a clock that stands still."""
        await asyncio.sleep(0)

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

    def move_to(self, at: datetime) -> None:
        """Be at `at` now. Raises ValueError for a naive datetime."""
        if at.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self._shift = at.astimezone(UTC) - self._base.read()
