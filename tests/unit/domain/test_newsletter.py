"""An edition as text: its parts, its words, and how much of a quarter fits in."""

from __future__ import annotations

import pytest

from bot.domain.month_facts import StepFacts
from bot.domain.newsletter import parts
from bot.domain.newsletter_room import milestones


def test_milestones_come_from_many_strategies():
    steps = [StepFacts((f"1.{strategy}.{number}",), "", None) for strategy in (1, 2, 3) for number in (1, 2, 3, 4)]
    refs = [step.refs[0] for step in milestones(steps, 6)]
    assert refs == ["1.1.1", "1.1.2", "1.2.1", "1.2.2", "1.3.1", "1.3.2"]
    assert milestones((), 6) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\nTwo\nlines.", [("text", ("One.",)), ("text", ("Two", "lines."))]),
        ("- a\n- b\n\n* c", [("bullets", ("a", "b", "c"))]),
        ("### Head\nbody\n- x", [("heading", ("Head",)), ("text", ("body",)), ("bullets", ("x",))]),
        ("", []),
    ],
)
def test_parts_of_a_section(text, expected):
    assert [(part.kind, part.lines) for part in parts(text)] == expected
