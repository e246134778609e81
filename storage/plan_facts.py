"""What an imported document says of a measure and a step, as columns; and how a changed one is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bot.chat.compose import day
from bot.domain.plan_import import GoalDocument, StepDocument, is_bare_count


def measure_facts(new: GoalDocument) -> dict[str, Any]:
    """The columns of the goal's measure."""
    return {
        "name": new.measure or f"Measure of goal {new.number}",
        "unit": new.unit or ("" if is_bare_count(new) else "percent"),
        "direction": new.direction or "increase",
        "baseline": new.baseline,
        "target": new.target,
        "pace_per_month": new.pace_per_month,
        "start": new.dates.start,
        "progress_report_1": new.dates.progress_report_1,
        "progress_report_2": new.dates.progress_report_2,
        "cycle_end": new.dates.cycle_end,
    }


def step_facts(new: StepDocument) -> dict[str, Any]:
    """The columns of the step."""
    return {
        "number": new.number,
        "text": new.text,
        "owner": new.owner or "",
        "due": new.due,
        "sub_items": list(new.sub_items),
    }


MEASURE_WORDS = {
    "name": "measure",
    "unit": "unit",
    "direction": "direction",
    "baseline": "baseline",
    "target": "target",
    "pace_per_month": "pace a month",
    "start": "start",
    "progress_report_1": "first progress report",
    "progress_report_2": "second progress report",
    "cycle_end": "end of the cycle",
}
STEP_WORDS = {"owner": "owner", "due": "due", "sub_items": "sub-items"}


def differences(old: Mapping[str, Any], new: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Before and after of each fact that `words` names and that is another now: ("target 64", "target 60")."""
    for name, word in words.items():
        if old[name] != new[name]:
            yield f"{word} {_said(old[name])}", f"{word} {_said(new[name])}"


def _said(value: Any) -> str:
    match value:
        case None | "" | []:
            return "not given"
        case float():
            return f"{value:.10g}"
        case date():
            return day(value)
        case list():
            return "; ".join(value)
    return str(value)
