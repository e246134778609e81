"""A plan becomes rows; importing it again keeps what people reported and says what changed and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from bot.domain.plan_import import Line, parse_plan, read_document
from bot.domain.plan_import.model import PlanDates
from storage.models import measure, plan_change, reading, step, update
from storage.plan_store import Change, Source, store_plan
from storage.queries import plan as plans
from tests.builders import a_person, a_workgroup, owns

PLAN = """County: Larkspur

Goal 1: Increase Arrival Rate to 60% from 40%
Performance Measure: Arrival Rate
Baseline Result: 40%

Strategy 1: Write shorter letters to new families
- Action Step 1: List every letter that is sent today
- Action Step 2: Rewrite the welcome letter in plain words
Strategy 2: Compare results by language
- Action Step 1: Draw one chart a quarter

Goal 2: Decrease Return Rate to 10% from 20%
Performance Measure: Return Rate
Baseline Result: 20%

Strategy 1: Compare results by language
- Action Step 1: Draw one chart a quarter
"""
SOURCE = Source("plan.txt", "0" * 64, "Annual review")


def document(text: str):
    return parse_plan([Line(n, line) for n, line in enumerate(text.splitlines(), 1)])


def test_a_shared_strategy_is_one_row_in_two_places(work):
    with work() as uow:
        assert store_plan(uow, document(PLAN), SOURCE) == []
        assert [s.refs for s in plans.strategies(uow)] == [("1.1",), ("1.2", "2.1")]
        assert [s.refs for s in plans.steps(uow)] == [("1.1.1",), ("1.1.2",), ("1.2.1", "2.1.1")]
        assert [(g.measure, g.baseline, g.target, g.direction) for g in plans.goals(uow)] == [
            ("Arrival Rate", 40.0, 60.0, "increase"),
            ("Return Rate", 20.0, 10.0, "decrease"),
        ]


def test_importing_the_same_plan_again_changes_nothing(work):
    with work() as uow:
        store_plan(uow, document(PLAN), SOURCE)
        before = plans.steps(uow)
        assert store_plan(uow, document(PLAN), SOURCE) == []
        assert plans.steps(uow) == before
        assert uow.scalar(select(func.count()).select_from(step)) == 3


def test_a_reworded_and_renumbered_step_keeps_its_updates_and_its_old_words(work):
    with work() as uow:
        store_plan(uow, document(PLAN), SOURCE)
        ann = a_person(uow, "Ann Ortiz")
        letter = plans.steps_by_ref(uow, "1.1.2")[0].id
        uow.insert(
            update, step_id=letter, person_id=ann.id, at=uow.at, status="in progress", note="draft", source="typed"
        )
    changed = PLAN.replace(
        "Action Step 1: List every letter that is sent today\n", "Action Step 1: Ask two families to read along\n"
    )
    changed = changed.replace(
        "Action Step 2: Rewrite the welcome letter in plain words",
        "Action Step 2: Rewrite the welcome letter in plain words, in two languages",
    )
    with work() as uow:
        changes = store_plan(uow, document(changed), SOURCE)
        kept = plans.step_by_id(uow, letter)
        assert (kept.ref, kept.status) == ("1.1.2", "in progress")
        assert kept.text.endswith("in two languages")
        assert {(c.kind, c.what, c.ref) for c in changes} == {
            ("added", "step", "1.1.1"),
            ("removed", "step", "1.1.1"),
            ("changed", "step", "1.1.2"),
        }
        row = uow.row(select(plan_change).where(plan_change.c.kind == "changed"))
        assert (row.before, row.reason) == ("Rewrite the welcome letter in plain words", "Annual review")


def test_a_moved_step_is_renumbered_not_replaced(work):
    swapped = (
        PLAN.replace("Action Step 1: List every", "Action Step X: List every")
        .replace("Action Step 2: Rewrite", "Action Step 1: Rewrite")
        .replace("Action Step X: List every", "Action Step 2: List every")
    )
    lines = swapped.splitlines()
    at = next(i for i, line in enumerate(lines) if "List every" in line)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    with work() as uow:
        store_plan(uow, document(PLAN), SOURCE)
        before = {s.text: s.id for s in plans.steps(uow)}
        changes = store_plan(uow, document("\n".join(lines)), SOURCE)
        assert {s.text: s.id for s in plans.steps(uow)} == before
        assert Change("renumbered", "step", "1.1.1", "1.1.2", "1.1.1") in changes


def test_a_strategy_that_is_gone_is_retired_with_its_history(work):
    with work() as uow:
        store_plan(uow, document(PLAN), SOURCE)
        later = PLAN.replace("Write shorter letters to new families", "Open a second office downtown")
        later = later.replace("List every letter that is sent today", "Find rooms").replace(
            "Rewrite the welcome letter in plain words", "Furnish them"
        )
        changes = store_plan(uow, document(later), SOURCE)
        assert next(s.title for s in plans.strategies(uow)) == "Open a second office downtown"
        assert ("removed", "Write shorter letters to new families") in {(c.kind, c.before) for c in changes}
        assert uow.scalar(select(func.count()).select_from(step)) == 5


def test_the_sonoma_plan_is_stored_whole(work, shared):
    with work() as uow:
        store_plan(uow, parse_plan(read_document(shared / "seeds" / "002_66083133f891ecb3.txt")), SOURCE)
        assert len(plans.strategies(uow)) == 9
        assert sum(len(s.places) for s in plans.strategies(uow)) == 10
        steps = plans.steps(uow)
        assert (len(steps), sum(len(s.refs) for s in steps)) == (42, 47)


def a_reading(uow, name: str, value: float) -> None:
    ann = a_person(uow, f"Ann of {name}")
    measure_id = next(goal.measure_id for goal in plans.goals(uow) if goal.measure == name)
    uow.insert(reading, measure_id=measure_id, month="2026-02", value=value, person_id=ann.id, at=uow.at)


def readings_of(uow) -> dict[str, float]:
    rows = uow.rows(select(measure.c.name, reading.c.value).join(reading, reading.c.measure_id == measure.c.id))
    return {row.name: row.value for row in rows}


def goals_swapped(text: str) -> str:
    head, first, second = text.replace("Goal 1:", "@@Goal 2:").replace("Goal 2: D", "@@Goal 1: D").split("@@")
    return head + second + "\n" + first


@pytest.mark.parametrize("statements", ["kept", "reworded"])
def test_goals_that_change_places_keep_their_readings(work, statements):
    swapped = goals_swapped(PLAN)
    if statements == "reworded":
        swapped = swapped.replace("to 60% from 40%", "to 60% in five years").replace("to 10% from 20%", "to a tenth")
    with work() as uow:
        store_plan(uow, document(PLAN), SOURCE)
        a_reading(uow, "Arrival Rate", 44)
        a_reading(uow, "Return Rate", 19)
        changes = store_plan(uow, document(swapped), SOURCE)
        assert [(goal.number, goal.measure) for goal in plans.goals(uow)] == [(1, "Return Rate"), (2, "Arrival Rate")]
        assert readings_of(uow) == {"Arrival Rate": 44, "Return Rate": 19}
        assert {s.text: s.refs for s in plans.steps(uow)}["Draw one chart a quarter"] == ("1.1.1", "2.2.1")
        assert Change("renumbered", "goal", "2", "1", "2") in changes
        assert not [c for c in changes if c.kind in ("added", "removed")]


def test_a_measure_that_is_renamed_in_its_place_keeps_its_readings_and_says_so(work):
    with work() as uow:
        store_plan(uow, document(PLAN), SOURCE)
        a_reading(uow, "Arrival Rate", 44)
        changes = store_plan(uow, document(PLAN.replace("Arrival Rate", "Share of Arrivals")), SOURCE)
        assert readings_of(uow) == {"Share of Arrivals": 44}
        assert Change("changed", "goal", "1", "measure Arrival Rate", "measure Share of Arrivals") in changes


def test_a_count_of_people_is_stored_without_a_unit_and_a_rate_as_a_percent(work):
    counted = PLAN.replace("Arrival Rate", "Arrivals").replace("%", "")
    with work() as uow:
        store_plan(uow, document(counted), SOURCE)
        assert [(goal.measure, goal.unit) for goal in plans.goals(uow)] == [
            ("Arrivals", ""),
            ("Return Rate", "percent"),
        ]


def test_a_changed_target_and_baseline_are_told(work):
    changed = PLAN.replace("to 60% from 40%", "to 55% from 42%").replace("Baseline Result: 40%", "Baseline Result: 42%")
    with work() as uow:
        store_plan(uow, document(PLAN), SOURCE)
        changes = store_plan(uow, document(changed), SOURCE)
        assert Change("changed", "goal", "1", "target 60", "target 55") in changes
        assert Change("changed", "goal", "1", "baseline 40", "baseline 42") in changes
        row = uow.row(select(plan_change).where(plan_change.c.before == "target 60"))
        assert (row.what, row.after, row.reason) == ("goal", "target 55", "Annual review")


def test_changed_dates_and_pace_of_a_goal_are_told(work):
    first = document(PLAN)
    dates = PlanDates(date(2026, 1, 1), None, None, date(2028, 6, 30))
    later = replace(first, goals=(replace(first.goals[0], dates=dates, pace_per_month=0.5), first.goals[1]))
    with work() as uow:
        store_plan(uow, first, SOURCE)
        told = {(c.before, c.after) for c in store_plan(uow, later, SOURCE)}
        assert told == {
            ("start not given", "start 1 January 2026"),
            ("end of the cycle not given", "end of the cycle 30 June 2028"),
            ("pace a month not given", "pace a month 0.5"),
        }


def test_a_changed_due_date_owner_and_sub_items_of_a_step_are_told(work):
    first = document(PLAN)
    strategy = first.goals[0].strategies[0]
    changed = replace(strategy.action_steps[0], due=date(2026, 6, 30), owner="Intake", sub_items=("Ask", "List"))
    strategy = replace(strategy, action_steps=(changed, *strategy.action_steps[1:]))
    later = replace(
        first, goals=(replace(first.goals[0], strategies=(strategy, *first.goals[0].strategies[1:])), first.goals[1])
    )
    with work() as uow:
        store_plan(uow, first, SOURCE)
        assert store_plan(uow, later, SOURCE) == [
            Change("changed", "step", "1.1.1", "owner not given", "owner Intake"),
            Change("changed", "step", "1.1.1", "due not given", "due 30 June 2026"),
            Change("changed", "step", "1.1.1", "sub-items not given", "sub-items Ask; List"),
        ]
        assert store_plan(uow, later, SOURCE) == []


def test_an_added_goal_is_told_and_one_that_comes_back_has_its_readings(work):
    first = document(PLAN)
    with work() as uow:
        store_plan(uow, first, SOURCE)
        a_reading(uow, "Return Rate", 19)
        assert ("removed", "goal", "2") in {
            (c.kind, c.what, c.ref) for c in store_plan(uow, replace(first, goals=first.goals[:1]), SOURCE)
        }
        changes = store_plan(uow, first, SOURCE)
        assert Change("added", "goal", "2", None, first.goals[1].statement) in changes
        assert readings_of(uow) == {"Return Rate": 19}
        assert [goal.measure for goal in plans.goals(uow)] == ["Arrival Rate", "Return Rate"]


def test_a_step_that_moves_to_another_strategy_keeps_its_updates(work):
    line = "- Action Step 2: Rewrite the welcome letter in plain words\n"
    moved = PLAN.replace(line, "").replace("Draw one chart a quarter\n", f"Draw one chart a quarter\n{line}")
    with work() as uow:
        store_plan(uow, document(PLAN), SOURCE)
        letter = plans.steps_by_ref(uow, "1.1.2")[0].id
        changes = store_plan(uow, document(moved), SOURCE)
        assert plans.step_by_id(uow, letter).refs == ("1.2.2", "2.1.2")
        assert changes == [Change("renumbered", "step", "1.2.2", "1.1.2", "1.2.2")]


TRAINING = """County: Larkspur

Goal 1: Increase Arrival Rate to 60% from 40%
Performance Measure: Arrival Rate
Baseline Result: 40%

Strategy 1: Train all staff in family engagement
- Action Step 1: Train intake staff in family engagement
- Action Step 2: Train outreach staff in family engagement
Strategy 2: Train all partners in family engagement
- Action Step 1: Ask every partner for a contact
"""


def a_status(uow, ref: str, status: str) -> None:
    told_by = a_person(uow, f"Ann of {ref}")
    found = plans.steps_by_ref(uow, ref)[0].id
    uow.insert(update, step_id=found, person_id=told_by.id, at=uow.at, status=status, note="", source="typed")


def statuses(uow) -> dict[str, str]:
    return {found.text: found.status for found in plans.steps(uow)}


def test_a_step_put_in_front_takes_nothing_of_those_that_move_down(work):
    later = TRAINING.replace("Step 2: Train outreach", "Step 3: Train outreach").replace(
        "- Action Step 1: Train intake",
        "- Action Step 1: Train front desk staff in family engagement\n- Action Step 2: Train intake",
    )
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        a_status(uow, "1.1.1", "done")
        a_status(uow, "1.1.2", "blocked")
        changes = store_plan(uow, document(later), SOURCE)
        assert statuses(uow) == {
            "Train front desk staff in family engagement": "not started",
            "Train intake staff in family engagement": "done",
            "Train outreach staff in family engagement": "blocked",
            "Ask every partner for a contact": "not started",
        }
        assert changes == [
            Change("added", "step", "1.1.1", None, "Train front desk staff in family engagement"),
            Change("renumbered", "step", "1.1.2", "1.1.1", "1.1.2"),
            Change("renumbered", "step", "1.1.3", "1.1.2", "1.1.3"),
        ]


def test_a_strategy_put_in_front_takes_nothing_of_those_that_move_down(work):
    head, tail = TRAINING.split("Strategy 1:")
    new = "Strategy 1: Train all parents in family engagement\n- Action Step 1: Find a room\n"
    later = head + new + "Strategy 2:" + tail.replace("Strategy 2:", "Strategy 3:")
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        before = {found.title: found.id for found in plans.strategies(uow)}
        a_status(uow, "1.1.1", "done")
        changes = store_plan(uow, document(later), SOURCE)
        after = {found.title: found.id for found in plans.strategies(uow)}
        assert before == {
            title: key for title, key in after.items() if title != "Train all parents in family engagement"
        }
        assert plans.steps_by_ref(uow, "1.2.1")[0].status == "done"
        assert [(c.kind, c.what, c.ref) for c in changes if c.kind != "renumbered"] == [("added", "strategy", "1.1")]


def test_a_step_that_moves_to_another_strategy_leaves_nothing_to_what_takes_its_number(work):
    line = "- Action Step 2: Train outreach staff in family engagement\n"
    later = TRAINING.replace(line, line.replace("outreach", "court")) + line
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        a_status(uow, "1.1.2", "blocked")
        store_plan(uow, document(later), SOURCE)
        assert statuses(uow)["Train outreach staff in family engagement"] == "blocked"
        assert statuses(uow)["Train court staff in family engagement"] == "not started"


def test_a_strategy_with_a_new_title_and_its_old_steps_keeps_its_progress_and_its_workgroup(work):
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        found = plans.strategies(uow)[0]
        a_status(uow, "1.1.1", "done")
        a_workgroup(uow, "Training", (found.id,))
        changes = store_plan(uow, document(TRAINING.replace(found.title, "Welcome packet redesign")), SOURCE)
        assert changes == [Change("changed", "strategy", "1.1", found.title, "Welcome packet redesign")]
        assert plans.steps_by_ref(uow, "1.1.1")[0].status == "done"
        now = plans.strategies(uow)[0]
        assert (now.id, [name for _, name in now.workgroups]) == (found.id, ["Training"])


def test_the_steps_of_a_strategy_that_is_dissolved_keep_their_progress_where_they_went(work):
    head, tail = TRAINING.split("Strategy 1:")
    one, two = tail.split("Strategy 2:")
    step_moved, step_left = one.splitlines()[1:3]
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        a_status(uow, "1.1.1", "done")
        a_status(uow, "1.1.2", "blocked")
        changes = store_plan(uow, document(f"{head}Strategy 1:{two}{step_moved.replace('Step 1', 'Step 2')}\n"), SOURCE)
        assert statuses(uow) == {
            "Ask every partner for a contact": "not started",
            "Train intake staff in family engagement": "done",
        }
        assert changes == [
            Change("removed", "strategy", "1.1", "Train all staff in family engagement", None),
            Change("renumbered", "step", "1.1.2", "1.1.1", "1.1.2"),
        ]
        store_plan(
            uow,
            document(f"{head}Strategy 1:{two}Strategy 2: Train all staff in family engagement\n{step_left}"),
            SOURCE,
        )
        assert statuses(uow)["Train outreach staff in family engagement"] == "blocked"


@pytest.mark.parametrize("later_number", ["1", "2"])
def test_a_strategy_that_comes_back_has_its_progress_its_owners_and_its_workgroup(work, later_number):
    head, tail = TRAINING.split("Strategy 1:")
    one, two = tail.split("Strategy 2:")
    without = f"{head}Strategy 1:{two}"
    again = {"1": TRAINING, "2": f"{head}Strategy 1:{two}\nStrategy 2:{one}"}[later_number]
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        found = plans.strategies(uow)[0]
        a_status(uow, "1.1.1", "done")
        ann, intake = a_person(uow, "Ann Ortiz"), plans.steps_by_ref(uow, "1.1.1")[0].id
        owns(uow, ann, intake)
        a_workgroup(uow, "Training", (found.id,))
        store_plan(uow, document(without), SOURCE)
        assert [(s.title, s.refs) for s in plans.strategies(uow)] == [
            ("Train all partners in family engagement", ("1.1",))
        ]
        changes = store_plan(uow, document(again), SOURCE)
        back = next(s for s in plans.strategies(uow) if s.title == found.title)
        assert (back.id, [name for _, name in back.workgroups]) == (found.id, ["Training"])
        assert plans.steps_by_ref(uow, f"1.{later_number}.1")[0].status == "done"
        assert [s.id for s in plans.steps(uow, owner_id=ann.id)] == [intake]
        assert [(c.kind, c.what, c.ref) for c in changes if c.kind != "renumbered"] == [
            ("added", "strategy", f"1.{later_number}")
        ]
        assert uow.scalar(select(func.count()).select_from(step)) == 3


def test_a_step_that_comes_back_has_its_progress(work):
    line = "- Action Step 2: Train outreach staff in family engagement\n"
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        a_status(uow, "1.1.2", "blocked")
        store_plan(uow, document(TRAINING.replace(line, "")), SOURCE)
        assert "Train outreach staff in family engagement" not in statuses(uow)
        changes = store_plan(uow, document(TRAINING), SOURCE)
        assert statuses(uow)["Train outreach staff in family engagement"] == "blocked"
        assert changes == [Change("added", "step", "1.1.2", None, "Train outreach staff in family engagement")]


def test_the_words_of_a_retired_step_in_another_strategy_are_another_step(work):
    line = "- Action Step 2: Train outreach staff in family engagement\n"
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        a_status(uow, "1.1.2", "done")
        store_plan(uow, document(TRAINING.replace(line, "")), SOURCE)
        store_plan(uow, document(TRAINING.replace(line, "") + line), SOURCE)
        assert statuses(uow)["Train outreach staff in family engagement"] == "not started"


INTERVIEWS = """County: Larkspur

Goal 1: Increase Arrival Rate to 60% from 40%
Performance Measure: Arrival Rate
Baseline Result: 40%

Strategy 1: Write shorter letters to new families
- Action Step 1: Train all staff on motivational interviewing
- Action Step 2: Rewrite the welcome letter in plain words
Strategy 2: Compare results by language
- Action Step 1: Draw one chart a quarter
"""
MOTIVATIONAL = "- Action Step 1: Train all staff on motivational interviewing\n- Action Step 2: "
OLD_AND_NEW = "Train all staff, old and new, on motivational interviewing"


def an_owner(uow, ref: str) -> int:
    ann = a_person(uow, "Ann Ortiz")
    owns(uow, ann, plans.steps_by_ref(uow, ref)[0].id)
    return ann.id


@pytest.mark.parametrize("newcomer", ["Train all staff on trauma-informed interviewing", "Hire a trainer"])
@pytest.mark.parametrize("reworded", [OLD_AND_NEW, "Train all staff on motivational interviewing in spring"])
def test_a_step_put_in_front_of_a_reworded_one_takes_nothing_of_it(work, newcomer, reworded):
    first = f"- Action Step 1: {newcomer}\n- Action Step 2: {reworded}\n- Action Step 3: "
    with work() as uow:
        store_plan(uow, document(INTERVIEWS), SOURCE)
        a_status(uow, "1.1.1", "done")
        ann = an_owner(uow, "1.1.1")
        changes = store_plan(uow, document(INTERVIEWS.replace(MOTIVATIONAL, first)), SOURCE)
        assert statuses(uow)[newcomer] == "not started"
        assert statuses(uow)[reworded] == "done"
        assert [found.ref for found in plans.steps(uow, owner_id=ann)] == ["1.1.2"]
        assert changes == [
            Change("added", "step", "1.1.1", None, newcomer),
            Change("renumbered", "step", "1.1.2", "1.1.1", "1.1.2"),
            Change("changed", "step", "1.1.2", "Train all staff on motivational interviewing", reworded),
            Change("renumbered", "step", "1.1.3", "1.1.2", "1.1.3"),
        ]


def test_of_two_similar_steps_the_more_alike_is_the_old_one_whatever_its_words(work):
    first = (
        "- Action Step 1: Train all staff on trauma-informed interviewing\n"
        "- Action Step 2: Train our staff on motivational interviewing\n- Action Step 3: "
    )
    with work() as uow:
        store_plan(uow, document(INTERVIEWS), SOURCE)
        a_status(uow, "1.1.1", "done")
        store_plan(uow, document(INTERVIEWS.replace(MOTIVATIONAL, first)), SOURCE)
        assert [found.ref for found in plans.steps(uow) if found.status == "done"] == ["1.1.2"]


def test_steps_that_are_all_reworded_in_their_places_stay_there(work):
    later = TRAINING.replace("Train intake staff", "Train all intake workers").replace(
        "Train outreach staff", "Train all outreach workers"
    )
    with work() as uow:
        store_plan(uow, document(TRAINING), SOURCE)
        a_status(uow, "1.1.1", "done")
        a_status(uow, "1.1.2", "blocked")
        store_plan(uow, document(later), SOURCE)
        assert list(statuses(uow).values()) == ["done", "blocked", "not started"]


def test_a_similar_step_further_down_is_another_one(work):
    old = INTERVIEWS.replace(MOTIVATIONAL, "- Action Step 1: Hold the training of 2026\n- Action Step 2: ")
    later = old.replace("Hold the training of 2026", "Hire a trainer").replace(
        "in plain words\n", "in plain words\n- Action Step 3: Hold the training of 2027\n"
    )
    with work() as uow:
        store_plan(uow, document(old), SOURCE)
        a_status(uow, "1.1.1", "done")
        changes = store_plan(uow, document(later), SOURCE)
        assert set(statuses(uow).values()) == {"not started"}
        assert Change("removed", "step", "1.1.1", "Hold the training of 2026", None) in changes


@pytest.mark.parametrize("in_front", ["Open a help desk", "Write letters to new families"])
@pytest.mark.parametrize(
    "title", ["Shorten what families get by mail", "Write shorter, plainer letters to new families"]
)
def test_a_strategy_with_a_new_title_and_a_new_place_keeps_its_workgroup_with_its_steps(work, in_front, title):
    later = (
        INTERVIEWS.replace("Strategy 2:", "Strategy 3:")
        .replace("1: Write shorter letters to new families", f"2: {title}")
        .replace("Strategy 2:", f"Strategy 1: {in_front}\n- Action Step 1: Hire two clerks\nStrategy 2:")
    )
    with work() as uow:
        store_plan(uow, document(INTERVIEWS), SOURCE)
        found = plans.strategies(uow)[0]
        a_status(uow, "1.1.1", "done")
        a_workgroup(uow, "Letters", (found.id,))
        changes = store_plan(uow, document(later), SOURCE)
        now = plans.strategies(uow)
        assert [(s.title, [name for _, name in s.workgroups]) for s in now] == [
            (in_front, []),
            (title, ["Letters"]),
            ("Compare results by language", []),
        ]
        assert now[1].id == found.id
        assert plans.steps_by_ref(uow, "1.2.1")[0].status == "done"
        assert [c for c in changes if c.what == "strategy"] == [
            Change("added", "strategy", "1.1", None, in_front),
            Change("changed", "strategy", "1.2", found.title, title),
        ]
