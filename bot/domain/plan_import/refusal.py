"""When a document that could be read is no System Improvement Plan: the reason, in words that say what to do.

Files that cannot be opened at all are refused in `reader`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NoReturn

from bot.domain.plan_import.model import Line, NotAPlan
from bot.domain.plan_import.raw import RawGoal, RawPlan

_MOST_CHARACTERS = 2_000_000  # some 700 pages; the longest plans have about 100
_MOST_IN_A_LINE = 20_000  # of them; a table row with whole lists in its cells has some thousands
_TITLE_LINES = 5  # written lines in which a document says what it is
_OTHER_TITLE = re.compile(r"^.{0,60}\b(?:minutes|agenda)\b.{0,40}$", re.I)
_OWN_NAME = re.compile(r"\b(?:improvement plan|cal-?sip|sip|cal-?oar|calworks)\b", re.I)
_MEASURED = ("measure", "baseline", "target")
_WANTED = (
    "A plan has goals ('Goal 1: Increase ... to 64% from 40%'), under each goal strategies "
    "('Strategy 1: ...') and under "
    "each strategy action steps ('Action Step 1: ...', a list or a table). "
)
_ADVICE = "Check that this is the Cal-SIP report itself, and that its headings use these words."


def refuse_by_size(lines: Sequence[Line]) -> None:
    """Raise NotAPlan, before any work, for a text or a line of it far longer than any plan's."""
    if sum(len(line.text) for line in lines) > _MOST_CHARACTERS:
        _refuse("It holds more than 2 million characters, which no plan does.")
    if long := next((line for line in lines if len(line.text) > _MOST_IN_A_LINE), None):
        _refuse(f"Line {long.number} holds more than {_MOST_IN_A_LINE:,} characters. Break it into paragraphs, please.")


def refuse_if_no_plan(raw: RawPlan, lines: Sequence[Line]) -> None:
    """Raise NotAPlan when goals, strategies or steps are missing, or when nothing else speaks for a plan."""
    places = [s for g in raw.goals for s in g.strategies]
    if not raw.goals:
        _refuse("No goal was found.")
    if not places:
        _refuse(f"A goal was found on line {raw.goals[0].line}, but no strategy under any goal.")
    if not any(s.steps for s in places):
        _refuse(f"Goals and strategies were found (the first on line {places[0].line}), but no action steps.")
    _refuse_other_papers(raw, lines)


def _refuse_other_papers(raw: RawPlan, lines: Sequence[Line]) -> None:
    """Minutes and general strategic plans use the words goal and strategy too."""
    written = (line for line in lines if line.text.strip())
    title = next((t for t in itertools.islice(written, _TITLE_LINES) if _OTHER_TITLE.match(t.text.strip())), None)
    if title:
        _refuse(f"Line {title.number} calls it {title.text.strip()!r}: it is about a plan, not the plan itself.")
    if not any(_is_measured(goal) for goal in raw.goals) and not any(_OWN_NAME.search(line.text) for line in lines):
        _refuse(
            f"The goal on line {raw.goals[0].line} has no measure, number or date, and nothing calls the document a "
            f"System Improvement Plan."
        )


def _is_measured(goal: RawGoal) -> bool:
    texts = [goal.statement, *(text for _, text in goal.paragraphs)]
    return bool(
        goal.dates.found
        or any(value.name in _MEASURED for value in goal.values)
        or any(re.search(r"\d\s?%|\d percent|\$\s?\d|\bfrom \d", text) for text in texts)
    )


def _refuse(found: str) -> NoReturn:
    raise NotAPlan(f"This document could not be read as a System Improvement Plan. {found} {_WANTED}{_ADVICE}")
