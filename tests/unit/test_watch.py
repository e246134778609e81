"""What waits too long or came late is told once when it begins and once when it is over, and nothing else is."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select, update

import handlers
from bot import watch
from bot.chat.codec import from_json
from bot.chat.commands import Role
from bot.chat.compose import built_in
from bot.chat.jobs import Due, JobSpec
from bot.chat.messages import say
from bot.renderers.text import to_text
from bot.scheduler import REST, JobRunner
from storage.models import outbox
from storage.queries import people
from storage.uow import Destination
from storage.watching import ALERT, beat, queue
from tests.builders import a_person

_keys = itertools.count()


class Agency:
    """An organization with a coordinator, an administrator and a member; jobs by hand; the clock moves as told."""

    def __init__(self, engine, clock, work) -> None:
        self.engine, self.clock, self.work = engine, clock, work
        self.due: list[Due] = []
        self.fails = False
        self.sound = True
        job = JobSpec("rollup", self._due, self._run)
        self.runner = JobRunner(engine, clock, [job], composer=built_in())
        with work() as uow:
            self.people = [a_person(uow, name, role) for name, role in
                           (("Cora", Role.COORDINATOR), ("Ida", Role.ADMIN), ("Ann", Role.MEMBER))]  # fmt: skip
        self.ticks(1)

    def _due(self, uow):
        if not self.sound:
            raise RuntimeError("cannot say")
        return [due for due in self.due if due.subject not in uow.decided("rollup", due.period)]

    def _run(self, uow, due):
        if self.fails:
            raise RuntimeError("broken")

    def ticks(self, minutes: int, times: int = 1) -> None:
        """So many times: let minutes pass, then look."""
        for _ in range(times):
            self.clock.move_to(self.clock.read() + timedelta(minutes=minutes))
            self.runner.watchful_tick()

    def post(self, count: int = 1, **changed) -> None:
        with self.work() as uow:
            for _ in range(count):
                uow.post("notice", Destination(person_id=self.people[2].id), say("x"), key=f"{next(_keys)}")
            if changed:
                uow.rows(update(outbox).where(outbox.c.kind == "notice").values(**changed))

    def sent(self, how_many: int) -> None:
        """The oldest so many go out now."""
        with self.work() as uow:
            ids = select(outbox.c.id).where(outbox.c.kind == "notice", outbox.c.state == "pending")
            chosen = list(uow.rows(ids.order_by(outbox.c.id).limit(how_many)).scalars())
            uow.rows(update(outbox).where(outbox.c.id.in_(chosen)).values(state="sent", sent_at=uow.at))

    def told(self) -> list[str]:
        """What the first of those who are told has heard; all of them hear the same."""
        with self.work() as uow:
            rows = uow.rows(
                select(outbox).where(outbox.c.kind == ALERT, outbox.c.state == "pending").order_by(outbox.c.id)
            ).all()
        heard = {
            who.id: [to_text(from_json(row.message)) for row in rows if row.person_id == who.id] for who in self.people
        }
        cora, ida, ann = heard.values()
        assert cora == ida
        assert ann == []
        return cora


@pytest.fixture
def agency(engine, clock, work) -> Agency:
    return Agency(engine, clock, work)


def test_messages_that_wait_are_told_once_and_once_when_it_is_over(agency):
    agency.post()
    agency.ticks(29)
    assert agency.told() == []
    agency.ticks(5, 4)
    (alert,) = agency.told()
    assert "Messages have been waiting to be delivered for 3" in alert
    assert "minutes" in alert
    agency.sent(1)
    agency.ticks(1, 5)
    (over,) = agency.told()  # the news that it began never got out, so it is taken back
    assert "Messages go out again." in over
    agency.post()
    agency.ticks(5, 12)
    assert len(agency.told()) == 2  # another incident is told anew


def test_any_number_of_replicas_tell_it_once(agency, engine, clock):
    agency.post()
    agency.ticks(10, 4)
    for _ in range(3):
        clock.move_to(clock.read() + REST)
        JobRunner(engine, clock, [], composer=built_in()).watchful_tick()
    assert len(agency.told()) == 1


def test_replicas_share_the_organizations_and_one_that_is_gone_costs_them_one_look(engine, clock, work):
    with work() as uow:
        for number in range(45):
            people.create_organization(uow.connection, f"County {number}", "UTC", clock.read())
    looked = []
    job = JobSpec("rollup", lambda uow: looked.append(uow.organization.id) or [], lambda uow, due: None)
    replicas = [JobRunner(engine, clock, [job], composer=built_in()) for _ in range(3)]
    for runner in replicas:
        runner.watchful_tick()
    assert sorted(looked) == sorted({*looked})
    assert len(looked) == 46
    clock.move_to(clock.read() + REST)
    looked.clear()
    replicas[1].watchful_tick()
    assert len(looked) == 46
    clock.move_to(clock.read() - timedelta(hours=2))  # was wrong, and is put right
    looked.clear()
    replicas[2].watchful_tick()
    assert len(looked) == 46


def test_a_long_queue_that_moves_is_in_order_for_hours_and_not_for_ever(agency):
    agency.post(30)
    for _ in range(19):
        agency.ticks(9)
        agency.sent(1)
    assert agency.told() == []
    for _ in range(3):
        agency.ticks(9)
        agency.sent(1)
    assert len(agency.told()) == 1


def test_one_message_that_fails_again_and_again_is_told_though_others_go_out(agency):
    agency.post(1, error="Slack answered 500", attempts=4)
    agency.post(20)
    for _ in range(4):
        agency.ticks(10)
        agency.post(1)
        with agency.work() as uow:
            new = select(outbox.c.id).where(outbox.c.error == "", outbox.c.kind == "notice").limit(1)
            uow.rows(update(outbox).where(outbox.c.id.in_(new.scalar_subquery())).values(state="sent", sent_at=uow.at))
    assert len(agency.told()) == 1


def test_what_an_alert_waits_for_is_no_news(agency):
    agency.post()
    agency.ticks(10, 4)
    agency.sent(1)
    with agency.work() as uow:
        uow.rows(update(outbox).where(outbox.c.kind == ALERT).values(error="no"))
    agency.ticks(10, 12)
    assert [text.split(".")[0] for text in agency.told()] == ["Messages go out again"]


def test_a_job_that_fails_is_told_when_it_is_late_and_when_it_is_done(agency):
    agency.due = [Due("all", "2026-02", agency.clock.read())]
    agency.fails = True
    agency.ticks(15, 2)
    assert agency.told() == []
    agency.ticks(15, 4)
    assert len(agency.told()) == 1
    assert (
        "The roll-up for February 2026 was due on Monday 2 March 2026 at 10:01 and has not been made."
        in agency.told()[0]
    )
    agency.fails, agency.sound = False, False
    agency.ticks(1, 5)
    assert len(agency.told()) == 1  # a job that cannot say what is due has not said that it is done
    agency.sound = True
    agency.ticks(1, 5)
    assert agency.told()[1] == "The roll-up for February 2026, which was late, is done now."


def test_many_that_fail_are_one_alert(agency):
    agency.due = [Due(str(number), "2026-02", agency.clock.read()) for number in range(40)]
    agency.fails = True
    agency.ticks(10, 6)
    (alert,) = agency.told()
    assert "for 40 workgroups or people" in alert


def test_after_a_weekend_there_is_one_alert_with_all_that_was_caught_up(agency):
    agency.post(3)
    at = agency.clock.read()
    agency.due = [Due(str(n), f"2026-0{m}", at + timedelta(hours=n)) for n in range(1, 30) for m in (1, 2)]
    agency.ticks(60 * 64)
    agency.sent(3)
    agency.ticks(1, 5)
    (alert,) = agency.told()
    assert "sipbot did not run from Monday 2 March 2026, 10:01, until now" in alert
    assert alert.count("the roll-up for") == 2
    agency.ticks(15, 6)
    assert len(agency.told()) == 1


def test_the_end_of_a_standstill_is_told_though_another_replica_noticed_it(agency, engine, clock):
    agency.due = [Due("all", "2026-02", clock.read() + timedelta(hours=1))]
    clock.move_to(clock.read() + timedelta(hours=64))
    beat(engine, clock.read(), watch.GAP)  # it looks at another county first, and at ours no more
    agency.ticks(1)
    (alert,) = agency.told()
    assert "sipbot did not run from Monday 2 March 2026, 10:01, until now" in alert


def test_a_standstill_that_made_nothing_late_is_no_news(agency):
    agency.ticks(60 * 64)
    agency.ticks(15, 3)
    assert agency.told() == []


def test_ticks_by_hand_and_of_a_clock_that_is_moved_tell_nothing(agency):
    agency.post()
    for _ in range(5):
        agency.clock.move_to(agency.clock.read() + timedelta(days=1))
        agency.runner.tick()
    assert agency.told() == []


def test_the_queue_at_a_glance(agency, engine, clock):
    agency.post(3)
    agency.post(1, available_at=clock.read() + timedelta(hours=1))
    seen = queue(engine, clock.read())
    assert (seen.pending, seen.due, seen.dead, seen.oldest_due) == (4, 0, 0, None)
    assert seen.oldest_pending == clock.read() == seen.ticked


def test_names_of_all_jobs_are_words_people_know():
    assert {job.name for job in handlers.JOBS} <= watch._WORDS.keys()
