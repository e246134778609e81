"""`steps` and `assign` as people use them, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import handlers.plan
from bot.chat.commands import Role
from storage.models import plan_change, update
from storage.queries import people
from storage.queries import plan as plans
from tests.builders import a_person, a_plan, a_workgroup, owns
from tests.desk import Desk, words

EVENING = datetime(2026, 3, 10, 4, tzinfo=UTC)  # 21:00 on the 9th in California
ANN, BO, CORA, EVE = "Ann Ortiz", "Bo Lindqvist", "Cora Diaz", "Eve Stone"


@pytest.fixture
def county(work):
    """Ann leads the workgroup of 1.1 with Bo and owns 1.1.1; Cora coordinates; Eve is in no workgroup."""
    with work() as uow:
        found = a_plan(uow)
        ann, bo = a_person(uow, ANN), a_person(uow, BO)
        a_person(uow, CORA, Role.COORDINATOR)
        a_person(uow, EVE)
        a_workgroup(uow, "Engagement", (found.strategies["1.1"],), ((ann, "leader"), (bo, "staff")))
        owns(uow, ann, found.steps["1.1.1"])
    return found


@pytest.fixture
def desk(engine, clock, county):
    return Desk(engine, clock, handlers.plan)


@pytest.fixture
def owners(work):
    def of(ref: str) -> tuple[str, ...]:
        with work() as uow:
            return plans.steps_by_ref(uow, ref)[0].owner_names

    return of


def test_only_members_and_coordinators_take_a_step_from_its_owner(desk, owners):
    for said in ("/sip assign 1.1.1 @Eve", "/sip assign 1.1.1", "/sip assign 1.1.2 @Ann", "/sip assign 1.1.1 nobody"):
        reply = desk.says(EVE, said)
        assert "Only members of Engagement or a coordinator" in words(reply.message)
        assert "Ask Ann Ortiz" in words(reply.message)
    assert (owners("1.1.1"), owners("1.1.2")) == ((ANN,), ())
    desk.says(BO, "/sip assign 1.1.1 @Bo")
    assert owners("1.1.1") == (BO,)
    desk.says(CORA, "/sip assign 1.1.1 @Ann")
    assert owners("1.1.1") == (ANN,)


def test_the_form_of_a_free_step_gives_it_to_oneself_only(desk, owners, work):
    form = desk.says(EVE, "/sip assign 1.1.2")
    with work() as uow:
        ids = {p.name: str(p.id) for p in people.all_people(uow)}
    refused = desk.submits(EVE, form, who=ids[ANN])
    assert "Only members of Engagement" in refused.errors.errors[0][1]
    assert owners("1.1.2") == ()
    desk.submits(EVE, form, who=ids[EVE])
    assert owners("1.1.2") == (EVE,)


def test_anybody_takes_a_step_that_nobody_owns_and_gives_it_back(desk, owners):
    taken = desk.says(EVE, "/sip assign 1.1.2 @Eve")
    assert owners("1.1.2") == (EVE,)
    desk.presses(EVE, taken.message, "Undo")
    assert owners("1.1.2") == ()
    assert desk.queued("notice") == []


def test_a_step_of_no_workgroup_is_for_coordinators(desk):
    desk.says(CORA, "/sip assign 1.2.1 @Ann")
    assert "Only a coordinator can change who owns 1.2.1. Ask Cora Diaz." in words(
        desk.says(EVE, "/sip assign 1.2.1 @Eve").message
    )


def test_the_new_and_the_former_owner_are_told_and_there_is_a_way_back(desk, owners):
    reply = desk.says(CORA, "/sip assign 1.1.1 @Bo")
    told = {one.to: words(one.message) for one in desk.queued("notice")}
    assert set(told) == {ANN, BO}
    assert "Cora Diaz made you an owner of step 1.1.1" in told[BO]
    assert "Cora Diaz took you off step 1.1.1" in told[ANN]
    assert "Before: Ann Ortiz" in words(reply.message)
    desk.presses(CORA, reply.message, "Undo")
    assert owners("1.1.1") == (ANN,)


def test_who_takes_a_step_of_the_own_workgroup_tells_only_the_others(desk):
    desk.says(BO, "/sip assign 1.1.1 @Bo")
    assert [one.to for one in desk.queued("notice")] == [ANN]


def test_the_same_owners_again_tell_nobody(desk):
    reply = desk.says(CORA, "/sip assign 1.1.1 @Ann")
    assert desk.queued("notice") == []
    assert "[Undo]" not in words(reply.message)


def test_a_step_tells_what_a_later_plan_changed_in_it(desk, work, county):
    with work() as uow:
        of = {"plan_id": county.plan_id, "strategy_id": county.strategies["1.1"], "at": EVENING, "what": "step"}
        told = {"kind": "changed", "ref": "1.1.1", "reason": "Annual review"}
        uow.insert(plan_change, before="due 31 March 2026", after="due 30 June 2026", **told, **of)
    said = words(desk.says(ANN, "/sip steps 1.1.1").message)
    assert "In the plan of 9 March 2026, “due 31 March 2026” became “due 30 June 2026”. Why: Annual review" in said


def test_what_was_said_of_a_step_in_the_evening_was_said_that_day(desk, clock, work, county):
    clock.move_to(EVENING)
    with work() as uow:
        ann = people.all_people(uow)[0]
        uow.insert(update, step_id=county.steps["1.1.1"], person_id=ann.id, at=EVENING, note="Late", source="typed")
    clock.move_to(EVENING + timedelta(days=1))
    assert "9 March 2026, Ann Ortiz" in words(desk.says(ANN, "/sip steps 1.1.1").message)


@pytest.mark.parametrize("ref", ["99999999999.1.1", "1.1.99999999999999999999", "1" * 5000 + ".1.1"])
def test_numbers_no_plan_can_have_are_answered_in_words(desk, ref):
    assert "There is no step" in words(desk.says(ANN, f"/sip steps {ref}").message)
    assert "Say which step" in words(desk.says(ANN, f"/sip assign {ref} @Ann").message)


@pytest.mark.parametrize("value", ["²", "9999999999", "٣" * 4, "-1", "x", "9" * 5000])
def test_values_no_button_has_are_answered_in_words(desk, value):
    assert "Say which step" in words(desk.sends(ANN, verb="assign", values={"step": value, "who": "@Ann"}).message)
    shown = desk.sends(ANN, verb="steps", values={"ref": "1.1.1", "before": value})
    assert "Step 1.1.1" in words(shown.message)
    wrong = desk.sends(ANN, verb="steps", values={"workgroup": value})
    assert "went wrong" not in words(wrong.message)
