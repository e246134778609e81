"""Prompts, questions about missed meetings and the month's close: once, in time, also after a pause of the bot."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.chat.commands import Role
from handlers import meetings
from storage.models import (
    ledger,
    meeting,
    organization,
    outbox,
    workgroup,
)
from storage.queries import meetings as queries
from storage.queries import workgroups
from tests.builders import a_person, a_workgroup, month
from tests.desk import Desk, buttons, words
from tests.unit.handlers.meeting_county import OTHERS, PROMPT_TIME, make_county, the_meeting


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, meetings, OTHERS)


@pytest.fixture
def county(work):
    return make_county(work)


def settings(engine, **values):
    with engine.begin() as connection:
        connection.execute(organization.update().values(settings=values))


# The prompt


def test_the_prompt_is_posted_in_time_and_once(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 5, 16, 59, tzinfo=UTC))
    assert desk.tick() == 0
    clock.move_to(PROMPT_TIME)
    assert desk.tick() == 1
    assert desk.tick() == 0
    assert len(desk.queued()) == 1
    row = the_meeting(work, county.group)
    assert (row.state, row.held_on) == ("prompted", date(2026, 3, 10))
    with work() as uow:
        assert uow.decided("prompt", "2026-03") == {str(county.group)}


def test_a_missed_tick_is_made_good_until_the_end_of_the_meetings_day(desk, clock, county):
    clock.move_to(datetime(2026, 3, 11, 6, 30, tzinfo=UTC))  # the 10th, 23:30 in California
    desk.tick()
    assert [q.kind for q in desk.queued()] == ["prompt"]


def test_a_prompt_is_not_posted_after_the_meetings_day(desk, clock, county):
    clock.move_to(datetime(2026, 3, 11, 7, 30, tzinfo=UTC))
    assert desk.tick() == 0
    clock.move_to(datetime(2026, 3, 27, 18, tzinfo=UTC))
    desk.tick()
    assert [q.kind for q in desk.queued()] == ["missed_meeting"]


def test_a_workgroup_made_after_the_due_time_gets_its_prompt(desk, clock, work):
    clock.move_to(datetime(2026, 3, 9, 18, tzinfo=UTC))
    with work() as uow:
        a_workgroup(uow, "Late starters")
    desk.tick()
    assert [q.to for q in desk.queued("prompt")] == ["#late-starters"]


def test_a_workgroup_made_after_the_meetings_day_neither_misses_nor_is_asked(desk, clock, work):
    clock.move_to(datetime(2026, 3, 12, 18, tzinfo=UTC))
    with work() as uow:
        group = a_workgroup(uow, "Late starters")
    for day in (12, 27, 31):
        clock.move_to(datetime(2026, 3, day, 18, tzinfo=UTC))
        desk.tick()
    clock.move_to(datetime(2026, 4, 1, 18, tzinfo=UTC))
    desk.tick()
    assert desk.queued() == []
    assert the_meeting(work, group) is None


def test_a_workgroup_that_meets_every_two_months_is_left_alone_in_between(desk, clock, work):
    with work() as uow:
        group = a_workgroup(uow, "Slow", cadence="every_two_months:2:1:2026-02")
    for day in range(2, 32):
        clock.move_to(datetime(2026, 3, day, 18, tzinfo=UTC))
        desk.tick()
    clock.move_to(datetime(2026, 4, 14, 18, tzinfo=UTC))
    desk.tick()
    assert [(q.kind, q.period) for q in desk.queued()] == [("prompt", "2026-04")]
    assert the_meeting(work, group) is None


def test_the_prompt_follows_the_workgroups_own_zone_also_when_clocks_change(desk, clock, work):
    # Meeting on Wednesday 11 March: due on Friday the 6th, before clocks go forward; in New York that is 14:00 UTC.
    with work() as uow:
        group = a_workgroup(uow, "East", cadence="monthly:2:2:2026-01")
        uow.change(workgroup, workgroup.c.id == group, zone="America/New_York")
        a_workgroup(uow, "West", cadence="monthly:2:2:2026-01")
    clock.move_to(datetime(2026, 3, 6, 14, 0, tzinfo=UTC))
    desk.tick()
    assert [q.to for q in desk.queued("prompt")] == ["#east"]
    clock.move_to(datetime(2026, 3, 6, 17, 0, tzinfo=UTC))
    desk.tick()
    assert [q.to for q in desk.queued("prompt")] == ["#east", "#west"]


def test_after_the_clocks_change_nine_o_clock_is_an_hour_earlier_in_utc(desk, clock, work):
    with work() as uow:
        a_workgroup(uow, "Third", cadence="monthly:3:2:2026-01")  # 18 March: due on Friday 13 March, daylight time
    clock.move_to(datetime(2026, 3, 13, 15, 59, tzinfo=UTC))
    assert desk.tick() == 0
    clock.move_to(datetime(2026, 3, 13, 16, 0, tzinfo=UTC))
    assert desk.tick() == 1


def test_a_prompt_for_the_first_days_of_january_comes_in_december(desk, clock, work):
    with work() as uow:
        group = a_workgroup(uow, "Early", cadence="monthly:1:1:2026-01")  # Tuesday 5 January 2027
    clock.move_to(datetime(2026, 12, 30, 16, 59, tzinfo=UTC))
    desk.tick()
    assert "2027-01" not in {q.period for q in desk.queued()}
    clock.move_to(datetime(2026, 12, 30, 17, 0, tzinfo=UTC))
    desk.tick()
    assert [q.period for q in desk.queued("prompt")][-1] == "2027-01"
    assert the_meeting(work, group, "2027-01").held_on == date(2027, 1, 5)


def test_the_settings_move_the_prompt(desk, clock, engine, county):
    settings(engine, prompt_days="1", send_at="13:00")
    clock.move_to(datetime(2026, 3, 9, 19, 59, tzinfo=UTC))
    assert desk.tick() == 0
    clock.move_to(datetime(2026, 3, 9, 20, 0, tzinfo=UTC))
    assert desk.tick() == 1


def test_a_missing_channel_is_told_to_the_leader_once_and_the_prompt_comes_when_it_is_set(desk, clock, work, county):
    with work() as uow:
        channel_id = workgroups.workgroup_by_id(uow, county.group).channel_id
        uow.change(workgroup, workgroup.c.id == county.group, channel_id=None)
    clock.move_to(PROMPT_TIME)
    desk.tick()
    desk.tick()
    (told,) = desk.queued()
    assert (told.kind, told.to) == ("notice", "Ann Ortiz")
    assert "has no chat channel" in words(told.message)
    assert "Forms: agenda" in words(desk.presses("Ann Ortiz", told.message, "See the agenda").message)
    with work() as uow:
        uow.change(workgroup, workgroup.c.id == county.group, channel_id=channel_id)
    desk.tick()
    assert [q.kind for q in desk.queued()] == ["notice", "prompt"]


def test_an_excused_month_is_not_prompted(desk, clock, county):
    desk.says("Ann Ortiz", "/sip meeting excused Forms everybody is at a training")
    clock.move_to(PROMPT_TIME)
    assert desk.tick() == 0
    assert desk.queued("prompt") == []


# Missed


def test_a_meeting_nobody_recorded_is_asked_about_and_then_missed(desk, clock, work, county):
    clock.move_to(PROMPT_TIME)
    desk.tick()
    clock.move_to(datetime(2026, 3, 26, 15, 59, tzinfo=UTC))  # 31 March is a holiday: 26, 27, 30 remain
    assert desk.tick() == 0
    clock.move_to(datetime(2026, 3, 26, 16, 0, tzinfo=UTC))
    assert desk.tick() == 1
    assert desk.tick() == 0
    (asked,) = desk.queued("missed_meeting")
    assert asked.to == "Ann Ortiz"
    assert [b.label for b in buttons(asked.message)] == ["We met", "Not meeting this month"]
    assert desk.presses("Ann Ortiz", asked.message, "We met").form is not None
    clock.move_to(datetime(2026, 4, 1, 6, 59, tzinfo=UTC))
    assert desk.tick() == 0
    clock.move_to(datetime(2026, 4, 1, 7, 0, tzinfo=UTC))
    assert desk.tick() == 1
    assert desk.tick() == 0
    assert the_meeting(work, county.group).state == "missed"


def test_a_meeting_that_is_still_ahead_is_not_asked_about(desk, clock, work):
    with work() as uow:
        ann = a_person(uow, "Ann Ortiz")
        a_workgroup(uow, "Last", members=((ann, "leader"),), cadence="monthly:-1:4:2026-01")  # Friday 27 March
    clock.move_to(datetime(2026, 3, 27, 23, tzinfo=UTC))
    desk.tick()
    assert desk.queued("missed_meeting") == []
    clock.move_to(datetime(2026, 3, 30, 16, tzinfo=UTC))  # the working day after it
    desk.tick()
    assert len(desk.queued("missed_meeting")) == 1


@pytest.mark.parametrize("roles", [("manager", "staff"), ("staff", "staff")])
def test_without_a_leader_the_managers_or_coordinators_are_asked(desk, clock, work, roles):
    with work() as uow:
        ann, lee = a_person(uow, "Ann Ortiz"), a_person(uow, "Lee Park")
        a_person(uow, "Cleo Diaz", Role.COORDINATOR)
        a_workgroup(uow, "Forms", members=((ann, roles[0]), (lee, roles[1])))
    clock.move_to(datetime(2026, 3, 26, 18, tzinfo=UTC))
    desk.tick()
    assert [q.to for q in desk.queued("missed_meeting")] == ["Ann Ortiz" if "manager" in roles else "Cleo Diaz"]


@pytest.mark.parametrize("answer", ["held", "excused"])
def test_an_answered_meeting_is_neither_asked_about_nor_missed(desk, clock, work, county, answer):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    if answer == "held":
        desk.submits("Ann Ortiz", desk.says("Ann Ortiz", "/sip meeting held"))
    else:
        desk.says("Ann Ortiz", "/sip meeting excused Forms flood")
    clock.move_to(datetime(2026, 3, 31, 18, tzinfo=UTC))
    desk.tick()
    clock.move_to(datetime(2026, 4, 2, 18, tzinfo=UTC))
    desk.tick()
    assert desk.queued("missed_meeting") == []
    assert the_meeting(work, county.group).state == answer


def test_months_that_ended_while_the_bot_was_down_are_closed_once(desk, clock, work, county):
    clock.move_to(datetime(2027, 1, 1, 8, 0, tzinfo=UTC))
    desk.tick()
    assert desk.tick() == 0
    assert [the_meeting(work, county.group, f"2026-{n:02}").state for n in range(3, 13)] == ["missed"] * 10
    assert the_meeting(work, county.group, "2026-02") is None
    with work() as uow:
        closed = uow.rows(select(ledger.c.period).where(ledger.c.job == "month_close")).scalars().all()
    assert sorted(closed) == [f"2026-{n:02}" for n in range(3, 13)]


def test_december_ends_at_midnight_where_the_organization_is(desk, clock, work):
    clock.move_to(datetime(2026, 12, 1, 18, tzinfo=UTC))
    with work() as uow:
        group = a_workgroup(uow, "Forms")
    clock.move_to(datetime(2027, 1, 1, 7, 59, tzinfo=UTC))
    desk.tick()
    assert the_meeting(work, group, "2026-12") is None
    clock.move_to(datetime(2027, 1, 1, 8, 0, tzinfo=UTC))
    desk.tick()
    assert the_meeting(work, group, "2026-12").state == "missed"


def test_planned_gives_each_workgroups_date_for_reports(work, county):
    with work() as uow:
        a_workgroup(uow, "Slow", cadence="quarterly:1:0:2026-05")
        found = queries.planned(uow, month("2026-03"), month("2026-05"))
    assert [(p.workgroup.name, p.on) for p in found] == [
        ("Forms", date(2026, 3, 10)), ("Forms", date(2026, 5, 12)), ("Slow", date(2026, 5, 4))
    ]  # fmt: skip


def test_two_replicas_that_tick_at_once_post_one_prompt(engine, clock, county):
    clock.move_to(PROMPT_TIME)
    replicas = [Desk(engine, clock, meetings, OTHERS) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        assert sum(pool.map(Desk.tick, replicas)) == 1
    with engine.connect() as connection:
        assert len(connection.execute(select(meeting)).all()) == 1
        assert len(connection.execute(select(outbox)).all()) == 1
