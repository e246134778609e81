"""Six invented counties, each with its own habits, against their expected facts; and the same plans disturbed."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.plan_import import Line, NotAPlan, PlanDocument, parse_plan, read_document

COUNTIES = ("pinyon", "larkspur", "tule", "juniper", "alder", "manzanita")
PLANS = Path(__file__).parent / "plans"
TEXT_PLANS = {name: read_document(PLANS / name) for name in ("pinyon.txt", "tule.txt", "juniper.txt", "larkspur.md")}


@pytest.mark.parametrize("county", COUNTIES)
def test_a_plan_gives_its_facts(county: str, samples: ModuleType, plan_files: dict[str, Path]) -> None:
    assert samples.facts(parse_plan(read_document(plan_files[county]))) == samples.expected(county)


@pytest.mark.parametrize("county", COUNTIES)
def test_every_line_number_exists_in_the_document(county: str, plan_files: dict[str, Path]) -> None:
    lines = read_document(plan_files[county])
    plan = parse_plan(lines)
    numbers = {line.number for line in lines}
    assert {w.line for w in plan.warnings} <= numbers
    assert {a.line for g in plan.goals for s in g.strategies for a in s.action_steps} <= numbers


def _steps(plan: PlanDocument) -> list[str]:
    return [a.text for g in plan.goals for s in g.strategies for a in s.action_steps]


def _words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def _renumber(lines: list[str]) -> list[Line]:
    return [Line(i, text) for i, text in enumerate(lines, 1)]


def _disturb(text: str, kind: str) -> list[str]:
    if kind == "trailing spaces":
        return [text + "   \t"]
    if kind == "blank line after":
        return [text, ""] if "|" not in text else [text]
    if kind == "page number after":
        return [text, "", "Page 7 of 9", ""] if "|" not in text else [text]
    if kind == "indented":
        return ["    " + text]
    if kind == "keyword in capitals":
        return [re.sub(r"\b(?:action steps?|strategy|goal)\b", lambda m: m[0].upper(), text, flags=re.I)]
    if kind == "other bullet":
        return [re.sub(r"^(\s*)[-•o] ", r"\1▪ ", text)]
    return [text.replace("'", "’").replace("-", "-")]


KINDS = (
    "trailing spaces",
    "blank line after",
    "page number after",
    "indented",
    "keyword in capitals",
    "other bullet",
    "quotes",
)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(sorted(TEXT_PLANS)),
    st.lists(st.tuples(st.integers(0, 80), st.sampled_from(KINDS)), min_size=1, max_size=6),
)
def test_no_step_is_lost_silently_however_the_text_is_disturbed(name: str, disturbances: list[tuple[int, str]]) -> None:
    original = [line.text for line in TEXT_PLANS[name]]
    wanted = _steps(parse_plan(TEXT_PLANS[name]))
    disturbed = [[text] for text in original]
    for at, kind in disturbances:
        pieces = disturbed[at % len(original)]
        disturbed[at % len(original)] = [*_disturb(pieces[0], kind), *pieces[1:]]
    lines = [text for pieces in disturbed for text in pieces]
    plan = parse_plan(_renumber(lines))
    kept = _words(
        " ".join(
            [*_steps(plan), *(i for g in plan.goals for s in g.strategies for a in s.action_steps for i in a.sub_items)]
        )
    )
    warned = _words(" ".join(lines[w.line - 1] for w in plan.warnings if w.line))
    for step in wanted:
        opening = " ".join(_words(step).split()[:6])
        assert _words(step) in kept or opening in warned


@pytest.mark.parametrize("name", sorted(TEXT_PLANS))
@pytest.mark.parametrize("kind", ["trailing spaces", "keyword in capitals", "quotes"])
def test_spelling_habits_change_no_fact(name: str, kind: str, samples: ModuleType) -> None:
    lines = [Line(line.number, _disturb(line.text, kind)[0]) for line in TEXT_PLANS[name]]
    got, want = samples.facts(parse_plan(lines)), samples.facts(parse_plan(TEXT_PLANS[name]))
    assert [len(g["strategies"]) for g in got["goals"]] == [len(g["strategies"]) for g in want["goals"]]
    assert [_words(s) for s in _steps(parse_plan(lines))] == [_words(s) for s in _steps(parse_plan(TEXT_PLANS[name]))]
    assert [{k: g[k] for k in ("baseline", "target", "dates")} for g in got["goals"]] == [
        {k: g[k] for k in ("baseline", "target", "dates")} for g in want["goals"]
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=40))
def test_any_text_is_a_plan_or_refused_and_nothing_else(texts: list[str]) -> None:
    try:
        goals = len(parse_plan(_renumber(texts)).goals)
    except NotAPlan:
        return
    assert goals
