"""Strategies that serve two goals: told twice word for word, or the second time by reference to the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.plan_import.markers import number_of
from bot.domain.plan_import.model import GoalDocument, PlanWarning, StrategyDocument
from bot.domain.plan_import.wording import SAME_STEP, plain, similarity

_N = r"#?\s*(?P<{}>\d{{1,2}}(?:\.\d{{1,2}})?|[A-Z](?![a-z])|one|two|three|four|five|six)"
_GOAL, _STRATEGY = r"goal\s*" + _N.format("goal"), r"strateg(?:y|ies)\s*" + _N.format("strategy")
_LEAD = (
    r"(?:see|same|refer|identical|as (?:listed|described|shown|outlined|in|under|for|above)"
    r"|shared with|shares|listed|repeat|duplicate|cross-?reference|also (?:listed"
    r"|under))\b[^.;]{0,80}?"
)
_REFERENCE = re.compile(
    rf"{_LEAD}(?:{_GOAL}\s*[,:/–—-]?\s*(?:and\s+)?(?:under\s+)?{_STRATEGY}"
    rf"|{_STRATEGY.replace('<strategy>', '<s2>')}\s*,?\s*(?:(?:of|in|under|for"
    rf"|from)\s+)?\(?{_GOAL.replace('<goal>', '<g2>')}"
    rf"|{_STRATEGY.replace('<strategy>', '<s3>')}|{_GOAL.replace('<goal>', '<g3>')})",
    re.I,
)  # fmt: skip
_FEW_LETTERS = 30  # of what is left when the reference is taken out: "for all action steps"
_FILLER = frozenset(
    ["all", "the", "action", "steps", "are", "for", "this", "strategy", "as", "listed", "under", "above", "of", "goal",
     "same", "please", "in", "and", "apply", "here", "that"]
)  # fmt: skip
_SHARED_NOTE = re.compile(r"\s*[(\[](?:shared|also|see|same)\b[^)\]]*\bgoals?\b[^)\]]*[)\]]", re.I)
_BRACKETED = re.compile(r"\s*[(\[]\s*(?=[^)\]]*\bstrategy\b)[^)\]]*[)\]]\s*\.?$", re.I)


@dataclass(frozen=True, slots=True)
class Reference:
    """ "Goal 1 Strategy 5" as written somewhere in another strategy.

    `goal` is None for "Strategy 3 above"; `strategy` for "same as in Goal 1": the one with the same title is meant.
    """

    goal: int | None
    strategy: int | None


def find_reference(text: str) -> Reference | None:
    """The strategy that `text` points at, or None."""
    match = _REFERENCE.search(text)
    if not match:
        return None
    strategy = match["strategy"] or match["s2"] or match["s3"]
    goal = match["goal"] or match["g2"] or match["g3"]
    if not strategy:
        return Reference(number_of(goal), None)
    dotted = re.fullmatch(r"(\d+)\.(\d+)", strategy)
    if dotted:
        return Reference(int(dotted[1]), int(dotted[2]))
    number = number_of(strategy)
    return Reference(number_of(goal) if goal else None, number) if number else None


def is_only_reference(text: str) -> bool:
    """True when nothing but the reference is said."""
    match = _REFERENCE.search(text)
    if not match:
        return False
    rest = plain(text[: match.start()] + " " + text[match.end() :])
    return len(rest) <= _FEW_LETTERS or not set(rest.split()) - _FILLER


def strip_reference(title: str) -> str:
    """A title without a closing "(see Goal 1, Strategy 5)"."""
    match = _BRACKETED.search(title)
    return title[: match.start()].strip() if match and find_reference(match[0]) else title


def copy_referenced(
    goals: list[GoalDocument], references: dict[tuple[int, int], tuple[Reference, int]], warnings: list[PlanWarning]
) -> list[GoalDocument]:
    """Give strategies told by reference the steps they point at. `references`: (goal, strategy index) -> where."""
    table = {(g.number, s.number): s for g in goals for s in g.strategies}
    shared: set[tuple[int, int]] = set()
    result = goals
    for (goal_number, index), (reference, line) in references.items():
        goal = next(g for g in result if g.number == goal_number)
        strategy = goal.strategies[index]
        source_key = _resolve(reference, goal_number, strategy, table)
        if source_key is None:
            warnings.append(
                PlanWarning(
                    line,
                    "reference_unknown",
                    f"Line {line} points at a strategy that is not in the document; its steps could not be copied.",
                )
            )
            continue
        source = table[source_key]
        title = source.title if not strategy.title or is_only_reference(strategy.title) else strategy.title
        copied = replace(strategy, title=title, action_steps=source.action_steps, shared=True)
        warnings.append(
            PlanWarning(
                line,
                "steps_by_reference",
                f"The {len(source.action_steps)} action steps of {goal_number}.{strategy.number} were copied from "
                f"{source_key[0]}.{source_key[1]}, which line {line} points at.",
            )
        )
        shared.add(source_key)
        result = [_with_strategy(g, index, copied) if g.number == goal_number else g for g in result]
    return [_mark(g, {n for goal, n in shared if goal == g.number}) for g in result]


def _resolve(
    reference: Reference, goal: int, strategy: StrategyDocument, table: dict[tuple[int, int], StrategyDocument]
) -> tuple[int, int] | None:
    itself = (goal, strategy.number)
    candidates = [key for key, s in table.items() if key != itself and s.action_steps]
    if reference.strategy is None:
        titled = [k for k in candidates if k[0] == reference.goal and _bare(table[k].title) == _bare(strategy.title)]
        return titled[0] if titled else None
    candidates = [k for k in candidates if k[1] == reference.strategy]
    if reference.goal is not None:
        return next((k for k in candidates if k[0] == reference.goal), None)
    own = [k for k in candidates if k[0] == goal]
    return next(iter([*own, *candidates]), None)


def _with_strategy(goal: GoalDocument, index: int, strategy: StrategyDocument) -> GoalDocument:
    return replace(goal, strategies=(*goal.strategies[:index], strategy, *goal.strategies[index + 1 :]))


def _mark(goal: GoalDocument, numbers: set[int]) -> GoalDocument:
    return replace(goal, strategies=tuple(replace(s, shared=s.shared or s.number in numbers) for s in goal.strategies))


def mark_shared(goals: Sequence[GoalDocument], warnings: list[PlanWarning]) -> tuple[GoalDocument, ...]:
    """Mark strategies with the same title and near-identical steps in two goals; differing steps are told."""
    marked: dict[int, set[int]] = {g.number: set() for g in goals}
    pairs = [(g, s) for g in goals for s in g.strategies]
    for i, (goal, one) in enumerate(pairs):
        for other_goal, other in pairs[i + 1 :]:
            if goal.number == other_goal.number or _bare(one.title) != _bare(other.title) or not one.title:
                continue
            if same_steps(one, other):
                marked[goal.number].add(one.number)
                marked[other_goal.number].add(other.number)
            else:
                message = (
                    f"Lines {one.line} and {other.line} name the same strategy with different action steps; they are "
                    f"kept apart. Check whether it is meant to be shared."
                )
                warnings.append(PlanWarning(other.line, "shared_steps_differ", message))
    return tuple(_mark(g, marked[g.number]) for g in goals)


def _bare(title: str) -> str:
    """A title to compare: "Client voice (shared with Goal 2)" is "Client voice"."""
    return plain(_SHARED_NOTE.sub("", title))


def same_steps(one: StrategyDocument, other: StrategyDocument) -> bool:
    """True when both list the same steps, a slip of the pen allowed."""
    mine, theirs = one.action_steps, other.action_steps
    if not mine or len(mine) != len(theirs):
        return False
    return all(similarity(a.text, b.text) >= SAME_STEP for a, b in zip(mine, theirs, strict=True))
