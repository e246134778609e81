"""The agenda has every open step once and no closed one, fits a chat message, and says what is asked of whom."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from bot.chat.messages import Bullets, Heading, plain
from bot.renderers.slack_blocks import message_blocks
from handlers import meetings
from storage.models import (
    follow_up,
    meeting,
    person,
    reading,
    step,
    story,
    strategy,
    workgroup_strategy,
)
from storage.queries.facts import month_facts
from storage.queries.plan import CLOSED, STATUSES
from tests.builders import a_person, a_plan, a_workgroup, month, owns
from tests.desk import Desk, buttons, words
from tests.unit.handlers.meeting_county import OTHERS, PROMPT_TIME, make_county, report_step


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, meetings, OTHERS)


@pytest.fixture
def county(work):
    return make_county(work)


def step_bullets(message):
    """The words of the bullets under the headings of step groups."""
    found, counts = [], False
    for block in message.blocks:
        if isinstance(block, Heading):
            counts = block.text.split(" (")[0] in (
                "Blocked", "Overdue", "Carried over from last time", "In progress", "Not started"
            )  # fmt: skip
        elif isinstance(block, Bullets) and counts:
            found += [plain(item) for item in block.items]
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_agenda_has_every_open_step_of_the_workgroup_once_and_no_closed_one(desk, work, seed):
    dice = random.Random(seed)
    with work() as uow:
        rows = a_plan(uow, {"1.1": 25, "1.2": 12, "2.1": 9, "2.2": -1, "3.1": 5})
        people = [a_person(uow, name) for name in ("Ann Ortiz", "Lee Park", "Mei Chan")]
        mine = {rows.strategies["1.1"], rows.strategies["1.2"], rows.strategies["2.1"]}
        a_workgroup(uow, "Forms", tuple(mine), tuple((p, "staff") for p in people))
        still_open = []
        for ref, step_id in rows.steps.items():
            long = " ".join(dice.choices(["pilot", "review", "the", "appointment", "letter", "with", "staff"], k=40))
            due = dice.choice([None, date(2026, 1, 31), date(2026, 9, 30)])
            uow.change(step, step.c.id == step_id, text=f"{ref}* {long}", due=due)
            owns(uow, dice.choice(people), *([step_id] if dice.random() < 0.8 else []))
            status = dice.choice((None, *STATUSES))
            if status:
                report_step(uow, step_id, people[0], status, "x" * 50)
            if status not in CLOSED and not ref.startswith("3."):
                still_open.append(ref)
    desk.clock.move_to(PROMPT_TIME)
    desk.tick()
    (prompt,) = desk.queued("prompt")
    for message in (prompt.message, desk.says("Ann Ortiz", "/sip agenda").message):
        lines = step_bullets(message)
        named = Counter(ref for line in lines for ref in rows.steps if f" {ref}* " in line)
        assert named == Counter(still_open)
        assert len(lines) == len(still_open)


def test_forty_long_steps_and_all_the_rest_fit_one_slack_message(desk, work):
    with work() as uow:
        rows = a_plan(uow, {"1.10": 40, "2.10": -1, "3.10": -1})
        owners = [a_person(uow, f"Bartholomew Featherstonehaugh {n}") for n in range(12)]
        group = a_workgroup(uow, "Forms", (rows.strategies["1.10"],), ((owners[0], "leader"),))
        last = uow.insert(meeting, workgroup_id=group, month="2026-02", held_on=date(2026, 2, 10), state="held")
        for n in range(12):
            text = f"follow-up {n} " + "wordy " * 100
            uow.insert(
                follow_up, workgroup_id=group, meeting_id=last, owner_id=owners[n].id, text=text,
                due=date(2026, 9, 30), created_at=uow.at,
            )  # fmt: skip
            uow.insert(
                story, person_id=owners[n].id, workgroup_id=group, at=uow.at, text=text, original_text=text,
                consent="staff", verdict="ok", findings=[], reviewed_at=uow.at, state="approved",
            )  # fmt: skip
        for n, (ref, step_id) in enumerate(rows.steps.items()):
            uow.change(step, step.c.id == step_id, text=f"{ref}* {'wordy ' * 200}", due=date(2026, 9, 30))
            owns(uow, owners[n % 12], step_id)
            owns(uow, owners[(n + 5) % 12], step_id)
            report_step(uow, step_id, owners[0], "in progress", "noted " * 300, at=datetime(2026, 2, 1, tzinfo=UTC))
    desk.clock.move_to(PROMPT_TIME)
    desk.tick()
    blocks = message_blocks(desk.queued("prompt")[0].message)
    text = str(blocks)
    assert len(blocks) <= 50
    assert "left out" not in text
    assert all(f"{ref}* " in text for ref in rows.steps)
    assert "noted" in text
    assert "And 4 more" in text


def test_the_agenda_says_what_is_asked_of_whom_and_where_measures_stand(desk, work, county):
    with work() as uow:
        report_step(uow, county.rows.steps["1.1.1"], county.ann, "blocked", "waiting for the print shop")
        report_step(uow, county.rows.steps["1.1.3"], county.lee, "in progress", at=datetime(2026, 2, 1, tzinfo=UTC))
        for data_month, value in (("2025-12", 40.0), ("2026-02", 40.5)):
            uow.insert(
                reading, measure_id=county.rows.measures[1], month=data_month, population="", value=value,
                person_id=county.cleo.id, at=uow.at,
            )  # fmt: skip
        uow.insert(
            reading, measure_id=county.rows.measures[1], month="2026-02", population="Spanish speakers", value=1.0,
            person_id=county.cleo.id, at=uow.at,
        )  # fmt: skip
        told = {"person_id": county.ann.id, "workgroup_id": county.group, "at": uow.at, "original_text": "",
                "consent": "staff", "verdict": "ok", "findings": [], "reviewed_at": uow.at}  # fmt: skip
        uow.insert(story, text="Staff cut two pages", state="approved", **told)
        uow.insert(story, text="Not yet looked at", state="in review", **told)
    desk.clock.move_to(PROMPT_TIME)
    desk.tick()
    (prompt,) = desk.queued("prompt")
    said = words(prompt.message)
    assert (prompt.to, prompt.period, prompt.row.subject_id) == ("#forms", "2026-03", county.group)
    assert prompt.row.dedupe_key.endswith(f":prompt:{county.group}:2026-03")
    assert "We meet on Tuesday 10 March 2026. 3 steps are open: 1 blocked." in said
    assert "Measure 1 Rate: 40.5% in February 2026; 41% expected (−0.5 points): behind" in said
    assert "waiting for the print shop" in said
    assert "Ann Ortiz: please add a word on 1 step" in said
    assert "Lee Park: please add a word on 1 step" in said
    assert prompt.message.people() == {county.ann.id, county.lee.id}
    assert "Staff cut two pages" in said
    assert "Not yet looked at" not in said
    assert "“1.1.1 done piloted the form”" in said
    assert [b.label for b in buttons(prompt.message)] == [
        "Update a step", "Tell a win", "Record the meeting", "Not meeting this month"
    ]  # fmt: skip


def test_a_measure_without_a_reading_and_a_step_without_an_owner_say_so(desk, work, county):
    with work() as uow:
        uow.insert(workgroup_strategy, workgroup_id=county.group, strategy_id=county.rows.strategies["1.2"])
    said = words(desk.says("Ann Ortiz", "/sip agenda").message)
    assert "Measure 1 Rate: no reading yet; 42% expected by now" in said
    assert "1.2.1 Do thing 1.2.1 · no owner yet" in said
    assert "2 steps have no owner yet" in said


def test_a_fall_is_said_as_in_the_roll_up_also_where_a_month_between_is_not_shown(desk, work, county):
    """The first year is that of any strategy of the goal, whichever workgroup has it."""
    with work() as uow:
        uow.change(strategy, strategy.c.id == county.rows.strategies["1.1"], started_on=None)
        for period, value in (("2026-01", 45.0), ("2026-02", None), ("2026-03", 41.0)):
            uow.insert(
                reading,
                measure_id=county.rows.measures[1],
                month=period,
                value=value,
                person_id=county.ann.id,
                at=uow.at,
            )
        (goal,) = (one for one in month_facts(uow, month("2026-03")).goals if one.number == 1)
    assert goal.note == "settling in"
    assert "behind, settling in" in words(desk.says("Ann Ortiz", "/sip agenda").message)


def test_people_of_one_name_are_both_asked(desk, work, county):
    with work() as uow:
        other = a_person(uow, "Ann the Second")
        uow.change(person, person.c.id == other.id, name="Ann Ortiz")
        owns(uow, other, county.rows.steps["1.1.3"])
    desk.clock.move_to(PROMPT_TIME)
    desk.tick()
    assert {county.ann.id, other.id} <= desk.queued("prompt")[0].message.people()


def test_the_agenda_of_several_workgroups_offers_a_button_for_each(desk, work, county):
    with work() as uow:
        a_workgroup(uow, "Letters", (county.rows.strategies["1.2"],), ((county.ann, "staff"),))
    reply = desk.says("Ann Ortiz", "/sip agenda")
    assert [b.label for b in buttons(reply.message)] == ["Forms", "Letters"]
    assert "Letters: agenda" in words(desk.presses("Ann Ortiz", reply.message, "Letters").message)
    assert "Letters: agenda" in words(desk.says("Lee Park", "/sip agenda letters").message)
    assert "Forms: agenda" in words(desk.says("Ann Ortiz", "/sip agenda", channel="CFORMS").message)


def test_who_is_in_no_workgroup_is_told_how_to_join(desk, county):
    reply = desk.says("Gus Hall", "/sip agenda")
    assert "You are in no workgroup yet. Join the one you work with" in words(reply.message)
    assert not reply.public
    assert [(b.label, b.verb) for b in buttons(reply.message)] == [("Join Forms", "workgroup join")]
    assert "Forms: agenda" in words(desk.says("Gus Hall", "/sip agenda forms").message)
    assert "I know no workgroup “Dragons”" in words(desk.says("Ann Ortiz", "/sip agenda Dragons").message)


def test_the_agenda_after_this_months_meeting_is_for_the_next_one(desk, clock, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    reply = desk.says("Ann Ortiz", "/sip agenda")
    assert "Next meeting: Tuesday 14 April 2026" in words(reply.message)
    assert "No update yet this month: Ann Ortiz (2 steps), Lee Park (1 step)." in words(reply.message)
    assert reply.message.people() == frozenset()
    assert "in April 2026" in buttons(reply.message)[-1].label
