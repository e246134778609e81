"""A plan becomes rows; importing it again keeps what people reported and says what changed and why."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.domain.plan_import import Line, parse_plan, read_document
from storage.models import plan_change, step, update
from storage.plan_store import Change, Source, store_plan
from storage.queries import plan as plans
from tests.builders import a_person

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
        changes = store_plan(
            uow,
            document(PLAN.replace("Write shorter letters to new families", "Open a second office downtown")),
            SOURCE,
        )
        assert [s.title for s in plans.strategies(uow)][0] == "Open a second office downtown"
        assert ("removed", "Write shorter letters to new families") in {(c.kind, c.before) for c in changes}
        assert uow.scalar(select(func.count()).select_from(step)) == 5


def test_the_sonoma_plan_is_stored_whole(work, shared):
    with work() as uow:
        store_plan(uow, parse_plan(read_document(shared / "seeds" / "002_66083133f891ecb3.txt")), SOURCE)
        assert len(plans.strategies(uow)) == 9
        assert sum(len(s.places) for s in plans.strategies(uow)) == 10
        steps = plans.steps(uow)
        assert (len(steps), sum(len(s.refs) for s in steps)) == (42, 47)
