"""What the console shows around the chat: people, channels, commands; and how the demo's clock is moved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Row, Select, exists, select

from bot.adapters.console import DIRECT, ConsoleChannel, ConsolePerson
from bot.chat.clock import Clock, TravellingClock
from bot.chat.commands import CommandSpec, Role
from bot.domain.cadence import local_time
from storage.db import reading
from storage.models import channel, identity, organization, outbox, person, workgroup
from storage.queries.people import organizations, workspace_owner
from storage.tenancy import within

PLATFORM, WORKSPACE = "console", "local"
STOPS = (0, 6, 9, 12, 15)  # hours at which the travelling clock looks what is due
# What each button waits for, the longest it may take, and what it says when that came.
TRAVELS = {
    "prompt": ("prompt", timedelta(days=100), "A meeting prompt was posted"),
    "month_end": ("rollup", timedelta(days=40), "The month ended and its roll-up was published"),
    "quarter": ("newsletter_draft", timedelta(days=110), "The quarter ended and its newsletter draft went"),
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
        rows = self._read(lambda here: statement.where(identity.c.organization_id == here))
        return [ConsolePerson(row.external_id, row.name, Role(row.role).word) for row in rows]

    def channels(self, user: str) -> list[ConsoleChannel]:
        """All console channels, the workgroups' first, by name; everyone sees every one of them here. Direct messages
        are not channels."""
        del user
        statement = (
            select(channel.c.external_id, channel.c.name)
            .where(channel.c.platform == PLATFORM, channel.c.external_id.not_like(f"{DIRECT}%"))
            .order_by(~exists().where(workgroup.c.channel_id == channel.c.id), channel.c.name)
        )
        rows = self._read(lambda here: statement.where(channel.c.organization_id == here))
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
        before, end = self._newest(awaited)[0], clock.read() + most
        while (newest := self._newest(awaited))[0] == before:
            if clock.read() >= end:
                return f"Nothing happened until {self.time():%d %B %Y}."
            await self._until(clock, self._next_stop())
        return f"{words} {newest[1]}. It is now {self.time():%A, %d %B %Y}."

    async def _until(self, clock: TravellingClock, end: datetime) -> None:
        """Stop by stop, so that everything happens in its order and (nearly) at its time."""
        while clock.read() < end:
            clock.move_to(min(end, self._next_stop()))
            await self._tick()

    def _next_stop(self) -> datetime:
        """The next of the day's stops that is yet to come."""
        here, zone = self.time(), self._zone()
        stops = (local_time(here.date() + timedelta(days=days), time(hour), zone) for days in (0, 1) for hour in STOPS)
        return next(stop for stop in stops if stop > here)

    def _next_morning(self) -> datetime:
        here = self.time()
        return local_time(here.date() + timedelta(days=1), time(9), self._zone())

    def _newest(self, kind: str) -> tuple[int, str]:
        """Id of the newest post of a kind, 0 for none, and the words for where it went."""
        statement = (
            select(outbox.c.id, channel.c.name.label("place"), person.c.name.label("who"))
            .select_from(outbox)
            .outerjoin(channel, channel.c.id == outbox.c.channel_id)
            .outerjoin(person, person.c.id == outbox.c.person_id)
            .where(outbox.c.kind == kind)
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        rows = self._read(lambda here: statement.where(outbox.c.organization_id == here))
        if not rows:
            return 0, ""
        (row,) = rows
        return row.id, f"in #{row.place}" if row.place else f"to {row.who}"

    def _zone(self) -> ZoneInfo:
        rows = self._read(lambda here: select(organization.c.zone).where(organization.c.id == here))
        return ZoneInfo(rows[0].zone if rows else "UTC")

    def _read(self, of: Callable[[int], Select[Any]]) -> Sequence[Row[Any]]:
        """The rows of `of(the organization that has the console)`; none before there is one. That is the one whose
        workspace the console is, else the oldest."""
        with reading(self._engine) as connection:
            here = workspace_owner(connection, PLATFORM, WORKSPACE)
            if here is None:
                here = next((one.id for one in organizations(connection)), None)
            if here is None:
                return []
            within(connection, here)
            return connection.execute(of(here)).all()
