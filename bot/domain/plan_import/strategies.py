"""Merges the places where a goal names a strategy, and turns raw steps into numbered action steps."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date

from bot.domain.plan_import.markers import number_of
from bot.domain.plan_import.model import PlanWarning, StepDocument
from bot.domain.plan_import.outline import is_question_list
from bot.domain.plan_import.owners import Assignment, take_assignment
from bot.domain.plan_import.raw import RawGoal, RawStep, RawStrategy
from bot.domain.plan_import.wording import SAME_TITLE, first_difference, plain, similarity

_SAME_NUMBER_TITLE = 60.0  # of 100: with the same number in the same goal, a looser telling is the same strategy


def settle_weak_steps(strategies: Sequence[RawStrategy]) -> None:
    """Take the unheaded list under a strategy as its steps, unless the report's own questions stand there."""
    for strategy in strategies:
        if not strategy.steps and strategy.weak and not is_question_list(strategy.weak):
            strategy.steps, strategy.headed = strategy.weak, False
        strategy.weak = []


def merge_places(places: Sequence[RawGoal], warnings: list[PlanWarning]) -> list[RawStrategy]:
    """One record for each strategy of a goal, in the order of the place that lists action steps.

    Titles that differ between places are told.
    """
    ranked = sorted(places, key=lambda p: -max((_evidence(s) for s in p.strategies), default=0))
    kept: list[RawStrategy] = []
    for goal in ranked:
        here: list[RawStrategy] = []
        parallel = [s.number for s in goal.strategies] == [k.number for k in kept] and not _lists_steps(goal)
        for i, strategy in enumerate(goal.strategies):
            twin = next((k for k in kept if _same_strategy(k, strategy, any(k is h for h in here))), None)
            if twin is None and parallel and strategy.number is not None:
                twin = kept[i]  # the narrative's own words for the strategy of the same number
            here.append(twin or strategy)
            if twin is None:
                kept.append(strategy)
            elif twin.steps and strategy.steps and twin.goal_place == goal.line:
                twin.steps += strategy.steps
            else:
                _merge_into(twin, strategy, warnings)
            here[-1].goal_place = goal.line
    if any(k.steps for k in kept):
        return kept
    return sorted(kept, key=lambda k: k.line)


def _lists_steps(goal: RawGoal) -> bool:
    """True when action steps stand under a heading of their own in this place."""
    return any(_evidence(s) == 2 for s in goal.strategies)


def _evidence(strategy: RawStrategy) -> int:
    return 2 if strategy.steps and strategy.headed else 1 if strategy.steps else 0


def _same_strategy(kept: RawStrategy, place: RawStrategy, same_place: bool) -> bool:
    if plain(kept.title) == plain(place.title):
        return True
    if same_place and bool(kept.steps) == bool(place.steps):
        return False
    alike = similarity(kept.title, place.title)
    if kept.steps and place.steps:  # two lists of steps: two strategies, unless it is plainly one told twice
        return kept.number == place.number and alike >= SAME_TITLE
    return alike >= (_SAME_NUMBER_TITLE if kept.number == place.number else SAME_TITLE)


def _merge_into(twin: RawStrategy, place: RawStrategy, warnings: list[PlanWarning]) -> None:
    if twin.claimed is None and place.claimed is not None:
        twin.claimed, twin.claim_line = place.claimed, place.claim_line or place.line
    if plain(twin.title) != plain(place.title) and place.title:
        warnings.append(title_variant(twin, place.line, place.title))
    if not place.headed:
        return
    if place.steps and twin.steps and [plain(s.text) for s in place.steps] != [plain(s.text) for s in twin.steps]:
        first, last = sorted((twin, place), key=lambda s: s.line)
        message = (
            f"The action steps of '{_short(twin.title)}' are listed twice and differ (lines {first.line} and "
            f"{last.line}); "
            f"the later list is used. Check which one holds."
        )
        warnings.append(PlanWarning(last.line, "steps_differ", message))
    if place.steps and place.line > twin.line:
        twin.steps, twin.line, twin.title = place.steps, place.line, place.title
    twin.notes += place.notes if not twin.steps else []


def title_variant(strategy: RawStrategy, line: int, title: str) -> PlanWarning:
    """The warning that `line` tells a strategy's title in other words."""
    difference = first_difference(title, strategy.title)
    message = (
        f"Line {line} words the strategy of line {strategy.line} differently: {difference}. Line "
        f"{strategy.line} is used."
    )
    return PlanWarning(line, "title_variant", message)


def number_strategies(strategies: Sequence[RawStrategy], after: int, warnings: list[PlanWarning]) -> list[int]:
    """The numbers people will type: the document's own where they are unique and rising, else their order.

    `after` is the last number of the goal before: numbering that runs on over goals is no gap.
    """
    return _numbers([s.number for s in strategies], [s.line for s in strategies], "strategies", after, warnings)


def _numbers(own: list[int | None], lines: list[int], what: str, after: int, warnings: list[PlanWarning]) -> list[int]:
    """Numbers for a list; a repeated or falling number means the order counts, a gap is kept; both are told."""
    order = list(range(1, len(own) + 1))
    known = [n for n in own if n is not None]
    if not known or len(known) != len(own):
        return order
    for i in range(1, len(known)):
        if known[i] <= known[i - 1]:
            message = (
                f"The {what} from line {lines[0]} on have number {known[i]} again or out of order; they are "
                f"numbered 1 to {len(own)} here."
            )
            warnings.append(PlanWarning(lines[i], "number_repeated", message))
    if any(b <= a for a, b in itertools.pairwise(known)):
        return order
    if what == "action steps" and known[0] > 1 and known == list(range(known[0], known[0] + len(known))):
        message = (
            f"The action steps from line {lines[0]} on are numbered from {known[0]}; they are numbered from 1 here."
        )
        warnings.append(PlanWarning(lines[0], "number_gap", message))
        return order
    expected = after + 1 if known[0] == after + 1 else 1
    for number, line in zip(known, lines, strict=True):
        if number != expected:
            message = (
                f"The {what} jump to number {number} where {expected} was expected; nothing was left out, the "
                f"document's numbers are kept."
            )
            warnings.append(PlanWarning(line, "number_gap", message))
        expected = number + 1
    return known


def build_steps(raw: Sequence[RawStep], warnings: list[PlanWarning]) -> tuple[StepDocument, ...]:
    """The action steps of one strategy, owner and due date taken out of each."""
    numbers = _numbers(
        [number_of(s.mark) if s.mark else None for s in raw], [s.line for s in raw], "action steps", 0, warnings
    )
    return tuple(_step(step, number, warnings) for step, number in zip(raw, numbers, strict=True))


def _step(raw: RawStep, number: int, warnings: list[PlanWarning]) -> StepDocument:
    text, inline = take_assignment(raw.text)
    assignment = raw.assignment.merged(inline)
    if assignment.unassigned and not assignment.owner:
        warnings.append(
            PlanWarning(raw.line, "owner_missing", f"Action step {number} of line {raw.line} names nobody yet.")
        )
    return StepDocument(
        number=number,
        text=re.sub(r"\s+", " ", text).strip(" |–—-"),
        owner=assignment.owner,
        due=_due(assignment, raw.line, warnings),
        sub_items=tuple(raw.sub_items),
        line=raw.line,
    )  # fmt: skip


def _due(assignment: Assignment, line: int, warnings: list[PlanWarning]) -> date | None:
    """The day a step is due; of a month its last day, of anything vaguer none, both told."""
    due = assignment.due
    if due and due.kind == "day":
        return due.day
    if due and due.kind == "month" and due.month_end:
        message = (
            f"'{due.text}' on line {line} names a month: its last day, {due.month_end.isoformat()}, is taken "
            f"as the due date."
        )
        warnings.append(PlanWarning(line, "date_approximate", message))
        return due.month_end
    written = due.text if due else assignment.due_text
    if (due and due.kind == "none") or written == "":
        said = f" ('{written}')" if written else ""
        warnings.append(PlanWarning(line, "date_missing", f"The action step of line {line} has no due date yet{said}."))
    elif written:
        message = f"'{written}' on line {line} is no day: the action step has no due date. Set one when it is known."
        warnings.append(PlanWarning(line, "date_unreadable", message))
    return None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
