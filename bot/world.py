"""What the console shows around the chat: people, channels, commands; and how the demo's clock is moved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select

from bot.adapters.console import DIRECT, ConsoleChannel, ConsolePerson
from bot.chat.clock import Clock, TravellingClock
from bot.chat.commands import CommandSpec, Role
from bot.domain.cadence import local_time
from storage.models import channel, identity, organization, outbox, person

PLATFORM = "console"
HOUR = timedelta(hours=1)
# What each button waits for, the longest it may take, and what it says when that came.
TRAVELS = {
    "prompt": ("prompt", timedelta(days=100), "A meeting prompt was posted."),
    "month_end": ("rollup", timedelta(days=40), "The month ended and its roll-up was published."),
    "quarter": ("newsletter_draft", timedelta(days=110), "The quarter ended and its newsletter draft is ready."),
}


class World:
    """The console's view of the organization."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        specs: Iterable[CommandSpec],
        tick: Callable[[], Awaitable[None]],
        travelling: TravellingClock | None,
    ) -> None:
        self._engine, self._clock, self._tick, self._travelling = engine, clock, tick, travelling
        self._commands = [(spec.usage, spec.summary) for spec in specs if not spec.hidden]

    def people(self) -> list[ConsolePerson]:
        """Everyone with a console account; coordinators first."""
        statement = (
            select(identity.c.external_id, person.c.name, person.c.role)
            .select_from(identity)
            .join(person, person.c.id == identity.c.person_id)
            .where(identity.c.platform == PLATFORM, person.c.active)
            .order_by(person.c.role.desc(), person.c.name)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
        return [ConsolePerson(row.external_id, row.name, Role(row.role).word) for row in rows]

    def channels(self, user: str) -> list[ConsoleChannel]:
        """All console channels by name; everyone sees every one of them here. Direct messages are not channels."""
        del user
        statement = select(channel.c.external_id, channel.c.name).where(
            channel.c.platform == PLATFORM, channel.c.external_id.not_like(f"{DIRECT}%")
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement.order_by(channel.c.name)).all()
        return [ConsoleChannel(row.external_id, row.name) for row in rows]

    def commands(self) -> list[tuple[str, str]]:
        """(usage, summary) of every verb."""
        return self._commands

    def time(self) -> datetime:
        """The time in the chat, in the organization's zone."""
        return self._clock.read().astimezone(self._zone())

    async def travel(self, kind: str) -> str:
        """Let time pass until something happens (or for a day) and say what did."""
        clock = self._travelling
        if clock is None:
            return "The clock here is the real one and cannot be moved."
        if kind == "day":
            await self._until(clock, self._next_morning())
            return f"It is now {self.time():%A, %d %B %Y}."
        if kind not in TRAVELS:
            return "I do not know that journey."
        awaited, most, words = TRAVELS[kind]
        before, end = self._posted(awaited), self._clock.read() + most
        while self._posted(awaited) == before:
            if self._clock.read() >= end:
                return f"Nothing happened until {self.time():%d %B %Y}."
            await self._until(clock, clock.read() + HOUR)
        return f"{words} It is now {self.time():%A, %d %B %Y}."

    async def _until(self, clock: TravellingClock, end: datetime) -> None:
        """Hour by hour, so that everything happens in its order and at its time."""
        while (at := clock.read()) < end:
            whole = at.replace(minute=0, second=0, microsecond=0) + HOUR
            clock.move_to(min(end, whole))
            await self._tick()

    def _next_morning(self) -> datetime:
        here = self.time()
        return local_time(here.date() + timedelta(days=1), time(9), self._zone())

    def _posted(self, kind: str) -> int:
        with self._engine.connect() as connection:
            statement = select(func.count()).select_from(outbox).where(outbox.c.kind == kind)
            return connection.execute(statement).scalar_one()

    def _zone(self) -> ZoneInfo:
        with self._engine.connect() as connection:
            zone = connection.execute(select(organization.c.zone).order_by(organization.c.id).limit(1)).scalar()
        return ZoneInfo(zone or "UTC")
