"""What only shows how things stand: the home page, `me`, the plan, one workgroup, the audit log."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.chat.commands import Role
from handlers import home, learning, meetings, plan, records, stories, updates, workgroups
from storage.models import meeting_note, step
from tests.builders import a_person, a_plan, a_workgroup, owns
from tests.desk import Desk, buttons, words

ANN, CORA = "Ann Ortiz", "Cora Diaz"
WIN = "Staff built one shared call list, and nobody waits over lunch now."


@pytest.fixture
def desk(engine, clock, work) -> Desk:
    """Ann leads Engagement with strategy 1.1 and owns two of its steps, one of them overdue; Cora coordinates."""
    with work() as uow:
        found = a_plan(uow)
        ann = a_person(uow, ANN)
        a_person(uow, CORA, Role.COORDINATOR)
        a_workgroup(uow, "Engagement", (found.strategies["1.1"],), ((ann, "leader"),))
        owns(uow, ann, found.steps["1.1.1"], found.steps["1.1.2"])
        uow.change(step, step.c.id == found.steps["1.1.2"], due=date(2026, 2, 20))
    return Desk(engine, clock, home, plan, records, stories, updates, workgroups)


def test_me_shows_open_steps_with_the_overdue_first_and_where_a_win_is(desk):
    desk.submits(ANN, desk.says(ANN, f"/sip win {WIN}"), consent="staff")
    message = desk.says(ANN, "/sip me").message
    assert "Your open steps (1 overdue)" in words(message)
    assert words(message).index("1.1.2") < words(message).index("1.1.1")
    assert "due 20 February (overdue)" in words(message)
    assert "Your win is in review" in words(message)
    assert "Workgroups: Engagement" in words(message)
    assert desk.presses(ANN, message, "Open this win").form is not None


def test_somebody_without_steps_is_shown_what_to_do_next(desk):
    message = desk.says(CORA, "/sip me").message
    assert "You own no open steps." in words(message)
    assert [button.label for button in buttons(message)] == ["Tell a win", "See the plan"]


def test_the_home_page_has_the_groups_month_and_the_latest_wins(desk):
    desk.says(ANN, "/sip update 1.1.1 blocked Waiting for counsel")
    desk.submits(ANN, desk.says(ANN, f"/sip win {WIN}"), consent="staff")
    desk.presses(CORA, desk.says(CORA, "/sip stories").message, "Approve")
    shown = words(desk.sends(ANN, verb="home").message)
    assert "Hello Ann" in shown
    assert "Engagement meets on 10 March 2026: 0 steps done, 3 open, 1 blocked; 1 reported this month." in shown
    assert WIN in shown
    assert "Setting up" not in shown


def test_a_coordinators_home_page_has_what_is_left_to_set_up(desk):
    message = desk.sends(CORA, verb="home").message
    assert "Setting up: what is left" in words(message)
    assert {"Stories to review", "Newsletter"} <= {button.label for button in buttons(message)}


def test_the_plan_counts_steps_by_strategy(desk):
    desk.says(ANN, "/sip update 1.1.1 done")
    desk.says(ANN, "/sip update 1.1.2 blocked Waiting for counsel")
    shown = words(desk.says(CORA, "/sip plan").message)
    assert "Larkspur plan at a glance" in shown
    assert "1 of 3 steps done, 1 blocked (Engagement)" in shown


def test_one_workgroup_shows_its_strategies_and_members(desk):
    shown = words(desk.says(CORA, "/sip workgroup Engagement").message)
    assert "Led by: Ann Ortiz" in shown
    assert "Ann Ortiz, leader" in shown


def test_the_audit_log_says_who_did_what(desk):
    desk.says(ANN, "/sip update 1.1.1 done")
    desk.says(ANN, "/sip undo")
    assert "2 March 2026 10:00, Ann Ortiz: update taken back" in words(desk.says(CORA, "/sip audit").message)


NAMING = "Maria Lopez, our client, was hospitalized after her suicide attempt; case 1234567."
KEPT_HERE = "kept in the workgroup, because it may identify a client"


@pytest.fixture
def naming(engine, clock, work) -> Desk:
    """Ann's workgroup Forms wrote of a client everywhere; Eve is in another, Owen owns the step, Cora coordinates."""
    clock.move_to(datetime(2026, 3, 12, 18, tzinfo=UTC))
    with work() as uow:
        found = a_plan(uow)
        ann, eve, owen = (a_person(uow, name) for name in (ANN, "Eve Moss", "Owen Park"))
        a_person(uow, CORA, Role.COORDINATOR)
        group = a_workgroup(uow, "Forms", (found.strategies["1.1"],), ((ann, "leader"),))
        a_workgroup(uow, "Other", (found.strategies["1.2"],), ((eve, "leader"),))
        owns(uow, owen, found.steps["1.1.1"])
        uow.insert(meeting_note, workgroup_id=group, person_id=ann.id, month="2026-03", text=NAMING, at=uow.at)
    desk = Desk(engine, clock, learning, meetings, plan, updates)
    held = desk.says(ANN, "/sip meeting held Forms")
    desk.submits(ANN, held, date="2026-03-10", decisions=NAMING, follow_ups=f"{NAMING}\nCall the vendor")
    desk.says(ANN, f"/sip update 1.1.1 blocked {NAMING}")
    for learned in ("Call the vendor", NAMING):
        desk.submits(ANN, desk.says(ANN, "/sip learn 1.1"), expected=learned, found="It helps", verdict="adapt")
    return desk


@pytest.mark.parametrize("name", [ANN, CORA, "Eve Moss", "Guest Never Seen"])
@pytest.mark.parametrize("asked", ["meeting Forms", "agenda Forms", "learnings 1.1"])
def test_a_note_that_may_identify_a_client_is_read_in_its_workgroup_only(naming, name, asked):
    said = words(naming.says(name, f"/sip {asked}").message)
    inside = name in (ANN, CORA)
    assert ("Maria" in said, KEPT_HERE in said) == (inside, not inside)
    assert "Call the vendor" in said


@pytest.mark.parametrize("name", [ANN, CORA, "Owen Park", "Eve Moss", "Guest Never Seen"])
def test_a_steps_note_that_may_identify_a_client_is_read_by_those_who_work_on_it(naming, name):
    said = words(naming.says(name, "/sip steps 1.1.1").message)
    inside = name in (ANN, CORA, "Owen Park")
    assert ("Maria" in said, f"Note {KEPT_HERE}." in said) == (inside, not inside)


def test_why_a_workgroup_does_not_meet_is_kept_there_too_and_everybody_reads_their_own_words(naming):
    naming.says(ANN, f"/sip meeting excused Forms {NAMING}")
    assert KEPT_HERE in words(naming.says("Eve Moss", "/sip meeting Forms").message)
    assert "Maria" in words(naming.says(ANN, "/sip meeting Forms").message)
    naming.says("Eve Moss", f"/sip update 1.1.2 blocked {NAMING}")
    assert "Maria" in words(naming.says("Eve Moss", "/sip steps 1.1.2").message)
    assert "Maria" not in words(naming.says("Guest Never Seen", "/sip steps 1.1.2").message)
