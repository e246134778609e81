"""The unit of work on both databases: the ledger decides once, a key is posted once, statuses are the latest ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.messages import say
from storage.models import update
from storage.queries import plan as plans
from storage.uow import Destination
from tests.builders import a_person, a_plan, a_workgroup, owns


def test_the_ledger_says_yes_once(work):
    with work() as uow:
        assert uow.once("rollup", "all", "2026-03")
    with work() as uow:
        assert not uow.once("rollup", "all", "2026-03")
        assert uow.once("rollup", "all", "2026-04")
        assert uow.decided("rollup", "2026-03") == {"all"}


def test_a_key_is_posted_once(work):
    with work() as uow:
        ann = a_person(uow, "Ann Ortiz")
        assert uow.post("nudge", Destination(person_id=ann.id), say("hello"), key="nudge:1")
        assert not uow.post("nudge", Destination(person_id=ann.id), say("hello"), key="nudge:1")


def test_a_failed_block_leaves_nothing(work):
    with pytest.raises(RuntimeError), work() as uow:
        uow.once("rollup", "all", "2026-03")
        raise RuntimeError
    with work() as uow:
        assert uow.once("rollup", "all", "2026-03")


def test_a_step_has_its_latest_status_and_both_references(work):
    with work() as uow:
        rows = a_plan(uow, {"1.1": 2, "2.1": 3, "2.2": -1})
        ann = a_person(uow, "Ann Ortiz")
        owns(uow, ann, rows.steps["2.1.1"])
        for hours, status, note in ((0, "in progress", "begun"), (1, "done", "piloted"), (2, None, "one more word")):
            uow.insert(
                update,
                step_id=rows.steps["2.1.1"],
                person_id=ann.id,
                at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hours),
                status=status,
                note=note,
                source="typed",
            )
    with work() as uow:
        (step,) = plans.steps_by_ref(uow, "2.2.1")
        assert (step.refs, step.status, step.note, step.author) == (
            ("2.1.1", "2.2.1"),
            "done",
            "one more word",
            "Ann Ortiz",
        )
        assert step.owner_names == ("Ann Ortiz",)
        before = plans.steps(uow, before=datetime(2026, 3, 1, 0, 30, tzinfo=UTC))
        assert {s.ref: s.status for s in before}["2.1.1"] == "in progress"
        assert [s.ref for s in plans.steps(uow, owner_id=ann.id)] == ["2.1.1"]
        assert [s.refs for s in plans.strategies(uow)] == [("1.1",), ("2.1", "2.2")]


def test_a_workgroups_steps_are_those_of_its_strategies(work):
    with work() as uow:
        rows = a_plan(uow, {"1.1": 2, "1.2": 1})
        group = a_workgroup(uow, "Forms", (rows.strategies["1.1"],))
        assert [s.ref for s in plans.steps(uow, workgroup_id=group)] == ["1.1.1", "1.1.2"]
