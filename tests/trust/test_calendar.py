"""The calendar in twelve time zones, through changed clocks, missed ticks, days on which nobody ran and clocks that jump:
each thing once, in its local day."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

import handlers
from bot.chat.clock import MovableClock
from bot.chat.commands import Role
from bot.chat.compose import built_in
from bot.chat.jobs import Due, JobSpec
from bot.domain.frozen_data import to_data
from bot.domain.periods import Month
from bot.domain.survey import QUESTIONS
from bot.scheduler import JobRunner
from storage.db import open_engine
from storage.models import ledger, outbox, person, report, step, survey, update, workgroup
from storage.queries.people import organizations
from storage.queries.settings import change_setting, work_calendar
from storage.queries.windows import last_moment
from storage.uow import UnitOfWork, unit_of_work
from tests.builders import a_person, a_plan, a_workgroup, an_organization, owns
from tests.trust.due import County, Item, month_after
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
YEARS = 5
# Zone -> (the first month of the short setting, when posts go out). In Cairo reminders are due on 24 April at a time
# that the change to daylight saving time skips; in Havana 1 November has two midnights.
ZONES = {
    "America/Los_Angeles": (date(2026, 3, 1), time(9)),
    "America/Phoenix": (date(2026, 12, 1), time(9)),
    "Pacific/Honolulu": (date(2026, 6, 1), time(16)),
    "America/Anchorage": (date(2026, 9, 1), time(0)),
    "Asia/Kathmandu": (date(2026, 9, 1), time(0)),
    "Australia/Lord_Howe": (date(2026, 3, 1), time(1, 45)),
    "Pacific/Apia": (date(2026, 12, 1), time(23, 45)),
    "America/Sao_Paulo": (date(2026, 2, 1), time(9)),
    "Europe/London": (date(2026, 3, 1), time(1, 30)),
    "Pacific/Chatham": (date(2026, 9, 1), time(2, 50)),
    "Africa/Cairo": (date(2026, 3, 1), time(0, 30)),
    "America/Havana": (date(2026, 9, 1), time(0, 30)),
}
# By the calendar; what else the scheduler does is done as soon as something happened, whatever the hour.
CALENDAR = {
    "month_close", "rollup", "rollup_revision", "nudge", "prompt", "no_channel", "missed_meeting", "newsletter_draft",
    "survey_closed", "retention",
}  # fmt: skip
AS_IT_HAPPENS = {"newsletter_without", "newsletter_mail", "same person"}
# One post each, to the one person or channel there is.
POSTS = {"prompt", "nudge", "missed_meeting", "newsletter_draft", "rollup", "survey_closed"}


def a_county(uow: UnitOfWork, zone: str, send_at: time, surveys: list[date]) -> County:
    """With one of everything that is due by the calendar."""
    elsewhere = list(ZONES)[list(ZONES).index(zone) - 1]
    an_organization(uow, zone=zone)
    change_setting(uow, "send_at", f"{send_at:%H:%M}")
    rows, ann = a_plan(uow), a_person(uow, "Ann Ortiz")
    cora = a_person(uow, "Cora Diaz", Role.COORDINATOR)
    owns(uow, ann, rows.steps["1.1.1"])
    forms = a_workgroup(uow, "Forms", (rows.strategies["1.1"],), ((ann, "leader"),))
    data = a_workgroup(uow, "Data", (rows.strategies["1.2"],), ((ann, "leader"),), "monthly:-1:4:2026-01")
    uow.change(workgroup, workgroup.c.id == data, channel_id=None, zone=elsewhere)
    for number, day in enumerate(surveys):
        made = {
            "title": f"Lobby {number}",
            "questions": to_data(QUESTIONS),
            "created_at": uow.at,
            "created_by": cora.id,
        }
        uow.insert(survey, token=f"survey-{number}", closes_on=day, **made)
    tz, off = ZoneInfo(zone), work_calendar(uow).is_day_off
    return County(tz, ZoneInfo(elsewhere), send_at, uow.at, off, str(forms), str(data), str(ann.id))


def outages(county: County, months: list[date], chance: random.Random) -> list[tuple[datetime, datetime]]:
    """Days over a month's end on which nobody runs: in every sixth month, in the short setting in half of the zones."""
    found = []
    for first in months[chance.randrange(2) :: 6]:
        after = month_after(first, 1)
        long = timedelta(days=chance.randrange(2, 9))
        back = county.at(after + timedelta(days=chance.randrange(1, 5)), county.tz, time(13))
        found.append((back - long, back))
    return found


def readings(county: County, items: list[Item], months: list[date], chance: random.Random) -> list[datetime]:
    """What the clock shows one after the other: around each moment, two hours forward and back again; here and there
    not before the evening; and every hour around the days on which the clocks are changed."""
    found = []
    for due in sorted({item.due for item in items}):
        evening = datetime.combine(due.astimezone(county.tz).date(), time(23, 50), county.tz).astimezone(UTC)
        late = due if chance.random() < 0.75 else max(due, min(due + timedelta(hours=9), evening))
        jumps = (due + timedelta(hours=hours) for hours in (-2, 2))
        found.append((due, [due - timedelta(hours=2.01), due - timedelta(seconds=1), late, *jumps]))
    found += [(at, [at]) for at in county.changes_of_clocks(months[0], month_after(months[-1], 1))]
    away = outages(county, months, chance)
    kept = [
        (due, [one for one in ones if not any(gone <= one < back for gone, back in away)])
        for due, ones in sorted(found)
    ]
    return [one for _, ones in sorted([*kept, *((back, [back]) for _, back in away)]) for one in ones]


class Life:
    """What two replicas do at the readings of the clock, and what they should have done by the calendar."""

    def __init__(self, engine: Engine, county: County, items: list[Item], readings: list[datetime]) -> None:
        self.engine, self.county, self.items, self.readings = engine, county, list(items), readings
        self.clock = MovableClock(county.since)
        self.replicas = [JobRunner(engine, self.clock, handlers.JOBS, composer=built_in()) for _ in range(2)]

    def live(self, chance: random.Random) -> None:
        """Both look where something is due, in any order; else one of them does."""
        wanted = {one.done_at(self.readings): one for one in self.items if one.job == "rollup"}
        moments = {one.due for one in self.items} | {one.done_at(self.readings) for one in self.items}
        for number, reading in enumerate(self.readings):
            self.clock.move_to(reading)
            self.look(chance.sample(self.replicas, 2 if reading in moments else 1))
            if reading in wanted and self.readings.index(reading) == number:
                self.tell_late(wanted[reading].period, number)

    def look(self, replicas: list[JobRunner]) -> None:
        for replica in replicas:
            replica.tick()

    def tell_late(self, month: str, number: int) -> None:
        """Somebody says something about a month whose roll-up is out."""
        with unit_of_work(self.engine, self.clock.read(), built_in()) as uow:
            uow.organization = organizations(uow.connection)[0]
            said = {"at": last_moment(uow, Month.parse(month)), "told_at": uow.at, "note": month, "source": "command"}
            ann, step_id = uow.scalar(select(person.c.id).limit(1)), uow.scalar(select(step.c.id).offset(1).limit(1))
            uow.insert(update, step_id=step_id, person_id=ann, **said)
        later = self.county.revised(month, self.clock.read(), self.readings[number:])
        self.items += [later] if later else []

    def nights(self) -> list[Item]:
        days = {reading.astimezone(self.county.tz).date() for reading in self.readings}
        return [self.county.night(day) for day in sorted(days)]


class Race(Life):
    """Both look at once, and have asked what is due before either does any of it. `found` and `did`: how often each
    (job, subject, period) was found, and done."""

    def __init__(self, engine: Engine, county: County, items: list[Item], readings: list[datetime]) -> None:
        super().__init__(engine, county, items, readings)
        self.found: Counter[tuple[str, str, str]] = Counter()
        self.did: Counter[tuple[str, str, str]] = Counter()
        self._asked = Barrier(2, timeout=30)
        jobs = [replace(job, due=self._together(job), run=self._noted(job)) for job in handlers.JOBS]
        self.replicas = [JobRunner(engine, self.clock, jobs, composer=built_in()) for _ in range(2)]

    def _together(self, job: JobSpec) -> Callable[[UnitOfWork], list[Due]]:
        def due(uow: UnitOfWork) -> list[Due]:
            found = list(job.due(uow))
            self._asked.wait()
            self.found.update((job.name, one.subject, one.period) for one in found)
            return found

        return due

    def _noted(self, job: JobSpec) -> Callable[[UnitOfWork, Due], None]:
        def run(uow: UnitOfWork, due: Due) -> None:
            self.did[job.name, due.subject, due.period] += 1
            job.run(uow, due)

        return run

    def look(self, replicas: list[JobRunner]) -> None:
        with ThreadPoolExecutor(2) as both:
            list(both.map(JobRunner.tick, self.replicas))


def compared(life: Life) -> tuple[dict[tuple[str, str, str], datetime], dict[tuple[str, str, str], datetime]]:
    """(job, subject, period) -> when it should have been done; and when it was, by the ledger."""
    should = {
        (one.job, one.subject, one.period): at
        for one in [*life.items, *life.nights()]
        if (at := one.done_at(life.readings)) is not None
    }
    with life.engine.connect() as connection:
        found = connection.execute(select(ledger.c.job, ledger.c.subject, ledger.c.period, ledger.c.at)).all()
    return should, {(job, subject, period): at for job, subject, period, at in found if subject[:5] != "keep_"}


def posted(engine: Engine) -> tuple[Counter[str], int]:
    """How many posts of each kind there are, and how many posts and reports there are twice."""
    with engine.connect() as connection:
        destination = (outbox.c.channel_id, outbox.c.person_id, outbox.c.message)
        posts = Counter(connection.execute(select(outbox.c.kind, outbox.c.period, *destination)).all())
        made = Counter(connection.execute(select(report.c.kind, report.c.period, report.c.revision)).all())
    kinds = Counter(kind for kind, *_ in posts.elements())
    once = [count for (kind, *_), count in posts.items() if kind in POSTS] + list(made.values())
    return kinds, sum(count - 1 for count in once)


@pytest.mark.parametrize("zone", ZONES)
def test_each_thing_once_in_its_local_day(zone, tmp_path, empty_sqlite):
    assert {job.name for job in handlers.JOBS} == CALENDAR | AS_IT_HAPPENS
    path = tmp_path / "sipbot.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    engine, chance = open_engine(f"sqlite:///{path}", durable=False), random.Random(zone)
    first, send_at = ZONES[zone]
    first = date(2026, 1, 1) if FULL else first
    months = [month_after(first, number) for number in range(12 * YEARS if FULL else 2)]
    surveys = [day + timedelta(days=chance.randrange(28)) for day in months]
    with unit_of_work(engine, datetime.combine(first, time(12), ZoneInfo(zone)), built_in()) as uow:
        county = a_county(uow, zone, send_at, surveys)
    items = [item for day in months for item in county.month(day)]
    items += [county.survey(number, day) for number, day in enumerate(surveys, 1)]
    seen = readings(county, items, months, chance)
    items += county.month(month_after(months[-1], 1))
    life = Life(engine, county, items, seen)
    life.live(chance)
    (should, done), (kinds, doubled) = compared(life), posted(engine)
    engine.dispose()
    wrong = {key for key, at in done.items() if should.get(key) != at}
    silent = {kind: sum(job == kind for job, *_ in should) - kinds[kind] for kind in POSTS}
    record(
        "month ends, DST, missed ticks, days without anybody and clock jumps of ±2 h: every job of the calendar",
        f"SQLite, {len(months)} months, two replicas one after the other",
        f"in {len(seen)} looks {len(should.keys() & done.keys())} of {len(should)} done, {doubled} doubled, {sum(silent.values())} without "
        f"their post, {len(wrong)} early, late or on another day",
        part=f"zone {zone}",
    )
    assert should.keys() - done.keys() == set()
    assert {key: (done[key], should.get(key)) for key in wrong} == {}
    assert (doubled, silent) == (0, dict.fromkeys(POSTS, 0))
    assert {job for job, *_ in should} == CALENDAR


def test_two_replicas_that_find_the_same_due_do_it_once(engine):
    zone, chance = "America/Los_Angeles", random.Random(1)
    first, send_at = ZONES[zone]
    with unit_of_work(engine, datetime.combine(first, time(12), ZoneInfo(zone)), built_in()) as uow:
        county = a_county(uow, zone, send_at, [first])
    items = [item for day in (first, month_after(first, 1)) for item in county.month(day)]
    items.append(county.survey(1, first))
    race = Race(engine, county, items, sorted({item.due for item in items}))
    race.live(chance)
    (should, done), (_, doubled) = compared(race), posted(engine)
    twice = sum(race.did.values()) - len(race.did)
    raced = {key for key, count in race.found.items() if count > 1}
    record(
        "two replicas find the same due at once: every job of the calendar",
        f"{engine.dialect.name}, {len(raced)} things of {len({job for job, *_ in raced})} jobs",
        f"{len(should.keys() & done.keys())} of {len(should)} done, {twice} twice, {doubled} posts doubled",
    )
    assert done.keys() == should.keys()
    assert (twice, doubled) == (0, 0)
    assert {job for job, *_ in raced} == CALENDAR


def test_a_clock_put_back_between_the_question_and_the_doing_loses_nothing(engine, work, clock):
    """A job that is too early does nothing; it must not be noted as done then."""
    with work() as uow:
        rows, ann = a_plan(uow), a_person(uow, "Ann Ortiz")
        owns(uow, ann, rows.steps["1.1.1"])
    nudge = next(job for job in handlers.JOBS if job.name == "nudge")

    def then_put_back(uow: UnitOfWork) -> list[Due]:
        found = list(nudge.due(uow))
        clock.move_to(clock.read() - timedelta(hours=2))
        return found

    for due in (then_put_back, nudge.due):
        clock.move_to(datetime(2026, 3, 24, 16, 30, tzinfo=UTC))  # 09:30 in California; reminders are due since 09:00
        JobRunner(engine, clock, [replace(nudge, due=due)], composer=built_in()).tick()
    assert posted(engine)[0]["nudge"] == 1
