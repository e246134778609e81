"""Ten invented counties whose facts were written down from their documents, by hand, before any import.

They vary as counties do: the state's template and none of it, Markdown and drawn tables, Word tables with the labels on
the left, tabs, CRLF and a byte order mark, furniture in mid-sentence, shared strategies told by reference, TBD dates.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.plan_import import Line, parse_plan, read_document

FOLDER = Path(__file__).parent / "counties"
COUNTIES = sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json"))
WRITTEN = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".txt", ".md"))
TEXTS = {name: read_document(FOLDER / name) for name in WRITTEN}
FURNITURE = (
    ("", "Long Valley County Cal-SIP 2025 | Page 17 of 31", ""),
    ("Page 17 of 31",),
    ("", "- 17 -", "\f"),
    ("17", "\fLong Valley County | System Improvement Plan"),
    ("\f",),
)
GOAL_FACTS = ("number", "measure", "direction", "baseline", "target", "pace_per_month", "dates")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each county's document: as it lies in the folder, or made."""
    spec = importlib.util.spec_from_file_location("counties_made", Path(__file__).parent / "counties_made.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    folder = tmp_path_factory.mktemp("counties")
    made.make_manzanola(folder / "manzanola.docx")
    made.make_penstemon(folder / "penstemon.docx")
    made.make_winterberry(folder / "winterberry.pdf")
    return {path.stem: path for path in (*(FOLDER / name for name in WRITTEN), *folder.iterdir())}


def _straight(text: str) -> str:
    """Quotes and dashes as typed: the expectations were written on a plain keyboard."""
    return text.translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-"})


def _facts(goal: dict[str, Any]) -> dict[str, Any]:
    return {name: goal[name] for name in GOAL_FACTS}


def _steps(goals: list[dict[str, Any]]) -> list[list[Any]]:
    """[goal, title, text, owner, due] of each step of an imported plan."""
    return [
        [g["number"], _straight(s["title"]), _straight(a["text"]), a["owner"], a["due"]]
        for g in goals
        for s in g["strategies"]
        for a in s["action_steps"]
    ]


def _wanted_steps(goals: list[dict[str, Any]]) -> list[list[Any]]:
    return [
        [g["number"], _straight(s["title"]), _straight(a[0]), a[1], a[2]]
        for g in goals
        for s in g["strategies"]
        for a in s["steps"]
    ]


@pytest.mark.parametrize("name", COUNTIES)
def test_a_countys_facts_are_those_a_reader_finds(name: str, documents: dict[str, Path]) -> None:
    wanted = json.loads((FOLDER / f"{name}.expected.json").read_text())
    got = parse_plan(read_document(documents[name])).to_json()
    assert got["county"] == wanted["county"]
    assert [_facts(g) for g in got["goals"]] == [_facts(g) for g in wanted["goals"]]
    assert _steps(got["goals"]) == _wanted_steps(wanted["goals"])


@pytest.mark.parametrize("name", COUNTIES)
def test_sub_items_stay_with_their_step(name: str, documents: dict[str, Path]) -> None:
    wanted = json.loads((FOLDER / f"{name}.expected.json").read_text())
    got = parse_plan(read_document(documents[name])).to_json()
    for goal, wanted_goal in zip(got["goals"], wanted["goals"], strict=True):
        for strategy, wanted_strategy in zip(goal["strategies"], wanted_goal["strategies"], strict=True):
            for step, (text, _, _, *items) in zip(strategy["action_steps"], wanted_strategy["steps"], strict=True):
                assert not items or step["sub_items"] == items[0], text


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 60), st.integers(0, 30), st.sampled_from(FURNITURE))
def test_page_furniture_inside_a_step_leaves_its_full_text(
    name: str, which: int, where: int, furniture: tuple[str, ...]
) -> None:
    lines = TEXTS[name]
    before = parse_plan(lines).to_json()
    cuts = _cuts(lines)
    if not cuts:
        return
    index, positions = cuts[which % len(cuts)]
    cut = positions[where % len(positions)]
    text = lines[index].text
    texts = [line.text for line in lines]
    texts[index : index + 1] = [text[:cut], *furniture, text[cut + 1 :]]
    after = parse_plan([Line(i, t) for i, t in enumerate(texts, 1)]).to_json()
    assert _steps(after["goals"]) == _steps(before["goals"])


def _cuts(lines: list[Line]) -> list[tuple[int, list[int]]]:
    """(index of a step's line, places where a page may end in it): before lower-case words, outside brackets."""
    starts = {a.line: a.text for g in parse_plan(lines).goals for s in g.strategies for a in s.action_steps}
    found = []
    for i, line in enumerate(lines):
        words = starts.get(line.number, "")
        at = line.text.find(words)
        if not words or at < 0 or "|" in line.text:
            continue
        places = [k for k in range(at + 12, at + len(words) - 3) if line.text[k] == " " and line.text[k + 1].islower()]
        found += [(i, places)] if places else []
    return found


@pytest.mark.parametrize("name", WRITTEN)
def test_line_ends_and_blank_lines_change_no_step(name: str) -> None:
    wanted = _steps(parse_plan(TEXTS[name]).to_json()["goals"])
    padded = [Line(line.number, line.text + "  \r") for line in TEXTS[name]]
    assert _steps(parse_plan(padded).to_json()["goals"]) == wanted
