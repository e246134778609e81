"""People write and the calendar posts while their database has trouble; then what they were told is held against what
is there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine, select

import bot.delivery
import bot.scheduler
from bot.adapters.slack.adapter import SlackAdapter
from bot.app import App, build
from bot.chat.clock import SystemClock, TravellingClock
from bot.config import load
from bot.dispatch import NOT_SAVED
from storage.db import open_engine, reading
from storage.migrate import migrate
from storage.models import outbox, update
from tests.fake_slack import FakeSlack
from tests.slack_county import serve
from tests.slack_people import BOT_USER
from tests.trust.chaos import Size, a_county
from tests.trust.replicas import AT, PACE, SECRET

AT_ONCE = 4  # people who write at the same time
AGAIN = 0.1  # seconds after which Slack delivers a refused event again; in life a minute


@dataclass
class Told:
    """What people were told, by the number of their update."""

    saved: set[int] = field(default_factory=set)
    not_saved: set[int] = field(default_factory=set)
    not_known: set[int] = field(default_factory=set)
    else_: list[str] = field(default_factory=list)
    events: set[int] = field(default_factory=set)  # taken with a 200

    @property
    def commands(self) -> int:
        return len(self.saved) + len(self.not_saved) + len(self.not_known) + len(self.else_)


@dataclass(frozen=True)
class Found:
    """What is not as it was said; all but `unknown` must be 0."""

    receipts_without_a_row: int
    rows_called_not_saved: int
    doubled: int
    events_lost: int
    prompts_lost: int
    prompts_doubled: int


@dataclass
class House:
    """The whole application on one database, and its Slack."""

    app: App
    slack: FakeSlack
    told: Told = field(default_factory=Told)

    async def tell(self, number: int) -> None:
        """Somebody types an update, or types it again."""
        who = self.slack.person(f"U{number:08d}", f"user{number}")
        before = len(who.seen)
        await who.types(f"/sip update 1.1.1 in progress note {number} of many")
        await self.slack.until(lambda: len(who.seen) > before, 30)
        said = who.seen[-1]["text"] + str(who.seen[-1].get("blocks"))
        if NOT_SAVED in said:
            self.told.not_saved.add(number)
        elif "I cannot tell" in said:
            self.told.not_known.add(number)
        elif "Saved" in said:
            self.told.saved.add(number)
        else:
            self.told.else_.append(said)

    async def mention(self, number: int, tries: int = 300) -> None:
        """An update in an event: Slack delivers it again until it is taken."""
        text = f"<@{BOT_USER}> update 1.1.1 in progress note {number} of many"
        event = {"type": "app_mention", "user": f"UE{number % 5}", "text": text, "channel": "CGROUP-0"}
        event |= {"ts": self.slack.timestamp()}
        for _ in range(tries):
            status, _answer = await self.slack.event(event, f"Ev{number}")
            if status == 200:
                self.told.events.add(number)
                return
            await asyncio.sleep(AGAIN)

    async def settled(self, enough: Callable[[], bool], seconds: float = 60.0) -> None:
        """Until it is delivered."""
        await self.slack.until(enough, seconds)


@asynccontextmanager
async def a_house(url: str) -> AsyncIterator[House]:
    """Served on a free port, with calendar and delivery running, on the Thursday on which prompts are due."""
    clock = TravellingClock(SystemClock())
    clock.move_to(AT)
    async with FakeSlack(SECRET) as slack:
        settings = load(
            _env_file=None,
            database_url=url,
            slack_bot_token=slack.token,
            slack_signing_secret=SECRET,
            slack_api_url=slack.api_url,
        )
        app = build(settings, clock=clock)
        runner, slack.app_url = await serve(app.web)
        await app.start()
        try:
            yield House(app, slack)
        finally:
            await runner.cleanup()
            await app.stop()


def prepare(url: str, prompts: int) -> Engine:
    """Tables, and workgroups whose prompt is due."""
    engine = open_engine(url)
    migrate(engine)
    a_county(engine, Size(prompts, 0))
    return engine


def hurry(monkeypatch) -> None:
    """As tests/trust/replicas.py does, within this process."""
    monkeypatch.setattr(bot.scheduler, "TICK_SECONDS", 0.25)
    monkeypatch.setattr(bot.scheduler, "REST", timedelta(seconds=0.1))
    monkeypatch.setattr(bot.delivery, "LEASE", timedelta(seconds=4))
    monkeypatch.setattr(bot.delivery, "LONGEST_SEND", timedelta(seconds=2.5))
    monkeypatch.setattr(bot.delivery, "FIRST_BACKOFF", 0.05)
    monkeypatch.setattr(SlackAdapter, "pace", PACE)


async def each(work: Callable[[int], object], numbers: Iterable[int], pause: float = 0.0) -> None:
    """Do it for every number, a few at the same time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with room:
            await work(number)  # type: ignore[misc]
            await asyncio.sleep(pause)

    await asyncio.gather(*(one(number) for number in numbers))


def prompts_sent(engine: Engine, prompts: int) -> Callable[[], bool]:
    """Whether all of them are marked and nothing waits."""

    def enough() -> bool:
        with reading(engine) as connection:
            states = Counter(connection.execute(select(outbox.c.kind, outbox.c.state)).all())
        return states["prompt", "sent"] == prompts and not any(state == "pending" for _, state in states)

    return enough


def compared(engine: Engine, house: House, prompts: int, events: Iterable[int] = ()) -> Found:
    """What people were told against the rows, what was posted against what was due."""
    told = house.told
    with reading(engine) as connection:
        notes = Counter(connection.execute(select(update.c.note)).scalars())
    rows = {int(note.split()[1]): count for note, count in notes.items()}
    posted = Counter(
        message["metadata"]["event_payload"]["key"]
        for channel, messages in house.slack.channels.items()
        if not channel.startswith("reactions:")
        for message in messages
    )
    keys = {key: count for key, count in posted.items() if ":prompt:" in key}
    return Found(
        receipts_without_a_row=sum(number not in rows for number in told.saved),
        rows_called_not_saved=sum(number in rows for number in told.not_saved),
        doubled=sum(count - 1 for count in rows.values()),
        events_lost=sum(number not in rows for number in events),
        prompts_lost=prompts - len(keys),
        prompts_doubled=sum(count - 1 for count in keys.values()),
    )


NOTHING_WRONG = Found(0, 0, 0, 0, 0, 0)
