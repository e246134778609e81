"""The one real plan at hand, fact by fact; it is not part of the product, so its tests skip where it is absent."""

from __future__ import annotations

import json
import os
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from bot.domain.plan_import import Line, PlanDocument, parse_plan, read_document

SHARED = Path(os.environ.get("SIPBOT_SHARED", Path(__file__).resolve().parents[3].parent / "shared"))
DOCUMENT = SHARED / "seeds" / "002_66083133f891ecb3.txt"
EXPECTED = SHARED / "domain" / "sonoma.expected.json"

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="the study folder with the real plan is not here")


@pytest.fixture(scope="module")
def plan() -> PlanDocument:
    return parse_plan(read_document(DOCUMENT))


@pytest.fixture(scope="module")
def wanted() -> dict[str, Any]:
    return json.loads(EXPECTED.read_text())


def test_every_goal_fact_is_right(plan: PlanDocument, wanted: dict[str, Any]) -> None:
    keys = ("number", "statement", "measure", "unit", "direction", "baseline", "target", "pace_per_month", "dates")
    got = plan.to_json()
    assert got["county"] == wanted["county"]
    assert [{k: g[k] for k in keys} for g in got["goals"]] == [{k: g[k] for k in keys} for g in wanted["goals"]]


def test_every_strategy_and_step_is_right_to_the_line(plan: PlanDocument, wanted: dict[str, Any]) -> None:
    got = [
        [
            (s.number, s.line, s.title.rstrip("."), [(a.number, a.line, a.text) for a in s.action_steps])
            for s in g.strategies
        ]
        for g in plan.goals
    ]
    want = [
        [
            (s["number"], s["line"], s["title"], [(a["number"], a["line"], a["text"]) for a in s["action_steps"]])
            for s in g["strategies"]
        ]
        for g in wanted["goals"]
    ]
    assert got == want
    assert not any(a.owner or a.due for g in plan.goals for s in g.strategies for a in s.action_steps)


def test_the_shared_strategy_is_marked_in_both_places_and_no_other(plan: PlanDocument) -> None:
    shared = [(g.number, s.number) for g in plan.goals for s in g.strategies if s.shared]
    assert shared == [(1, 5), (2, 2)]
    assert len({s.title.rstrip(".") for g in plan.goals for s in g.strategies}) == 9


def test_the_claimed_numbers_of_steps_reach_both_places_of_the_shared_strategy(plan: PlanDocument) -> None:
    assert [s.claimed_steps for s in plan.goals[0].strategies] == [5, 5, 5, 5, 5]
    assert [s.claimed_steps for s in plan.goals[1].strategies] == [4, 5, 5, 5, 4]


def test_the_disagreements_are_reported_with_their_lines(plan: PlanDocument) -> None:
    told = [(w.line, w.code) for w in plan.warnings]
    assert [t for t in told if t[0] in (32, 33, 34)] == [
        (32, "count_mismatch"),
        (33, "title_variant"),
        (34, "title_variant"),
    ]
    assert (342, "broken_step") in told
    claim = next(w.message for w in plan.warnings if w.code == "count_mismatch")
    assert "claims 5" in claim
    assert "4 are listed from line 315" in claim


def test_nothing_else_is_complained_of(plan: PlanDocument) -> None:
    assert {(w.line, w.code) for w in plan.warnings} == {
        (30, "title_variant"), (32, "count_mismatch"), (33, "title_variant"), (34, "title_variant"), (342, "broken_step"),
    }  # fmt: skip


def test_it_is_read_in_half_a_second() -> None:
    started = time.perf_counter()
    parse_plan(read_document(DOCUMENT))
    assert time.perf_counter() - started < 0.5


def test_wrapped_lines_and_page_furniture_change_no_fact(plan: PlanDocument) -> None:
    wrapped: list[str] = []
    for i, text in enumerate(DOCUMENT.read_text().split("\n"), 1):
        wrapped += textwrap.wrap(text, 90) or [""] if "\t" not in text else [text]
        if i % 40 == 0:
            wrapped += ["", "Cal-SIP Report | County of Sonoma", f"Page {i // 40} of 11", "\f"]
    again = parse_plan([Line(i, text) for i, text in enumerate(wrapped, 1)])

    def steps(document: PlanDocument) -> list[tuple[str, list[str]]]:
        return [(s.title, [a.text for a in s.action_steps]) for g in document.goals for s in g.strategies]

    assert steps(again) == steps(plan)
    assert [(g.baseline, g.target, g.dates) for g in again.goals] == [
        (g.baseline, g.target, g.dates) for g in plan.goals
    ]


def test_a_county_given_by_hand_wins() -> None:
    assert parse_plan(read_document(DOCUMENT), county="Elsewhere").county == "Elsewhere"
