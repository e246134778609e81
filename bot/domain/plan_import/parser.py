"""Lines of a document in, a PlanDocument out: the order in which the parts of the import do their work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.plan_import.columns import fold_columns, join_split_labels, open_label_cells
from bot.domain.plan_import.county import find_county
from bot.domain.plan_import.goals import build_goal, group_places
from bot.domain.plan_import.model import GoalDocument, Line, PlanDocument, PlanWarning, StrategyDocument
from bot.domain.plan_import.outline import read_outline
from bot.domain.plan_import.raw import RawGoal, RawPlan, RawStrategy
from bot.domain.plan_import.refusal import refuse_by_size, refuse_if_no_plan
from bot.domain.plan_import.rows import read_rows
from bot.domain.plan_import.shared import (
    Reference,
    copy_referenced,
    find_reference,
    is_only_reference,
    mark_shared,
    strip_reference,
)  # fmt: skip
from bot.domain.plan_import.strategies import build_steps, merge_places, number_strategies, settle_weak_steps
from bot.domain.plan_import.summary import check_summary


def parse_plan(lines: Sequence[Line], county: str | None = None) -> PlanDocument:
    """The plan these lines tell. `county` overrides the name the document gives.

    Raises NotAPlan when no goal with at least one strategy with steps is found, or the document is another paper.
    """
    refuse_by_size(lines)
    reading = read_outline(open_label_cells(join_split_labels(fold_columns(read_rows(lines)))))
    raw = reading.plan
    settle_weak_steps([s for goal in raw.goals for s in goal.strategies])
    refuse_if_no_plan(raw, lines)
    return _Assembly(raw, reading.warnings).document(county or find_county(lines))


class _Assembly:
    """Builds the document from what was read, gathering warnings on the way."""

    def __init__(self, raw: RawPlan, warnings: list[PlanWarning]) -> None:
        self._raw = raw
        self._warnings = warnings
        self._references: dict[tuple[int, int], tuple[Reference, int]] = {}

    def document(self, county: str | None) -> PlanDocument:
        """The whole plan; `county` as given by hand or found."""
        groups = group_places(self._raw.goals, self._warnings)
        merged = [merge_places(group, self._warnings) for group in groups]
        strategies = [s for group in merged for s in group]
        check_summary(self._raw.loose, self._raw.front.strategies, strategies, self._warnings)
        goals = self._goals(groups, merged)
        goals = copy_referenced(goals, self._references, self._warnings)
        self._tell_counts(goals)
        if county is None:
            self._warn(
                0,
                "county_missing",
                "The document does not say which county it is for. Import it again with --county NAME.",
            )
        return PlanDocument(county, mark_shared(goals, self._warnings)).with_warnings(_once(self._warnings))

    def _goals(self, groups: list[list[RawGoal]], merged: list[list[RawStrategy]]) -> list[GoalDocument]:
        goals: list[GoalDocument] = []
        after = 0
        for number, group, strategies in zip(self._goal_numbers(groups), groups, merged, strict=True):
            goal = build_goal(group, number, self._raw.front, self._warnings)
            numbers = number_strategies(strategies, after, self._warnings)
            after = numbers[-1] if numbers else after
            built = [
                self._strategy(goal.number, i, n, s) for i, (n, s) in enumerate(zip(numbers, strategies, strict=True))
            ]
            if not built:
                self._warn(
                    goal.line,
                    "goal_without_strategies",
                    f"Goal {number} (line {goal.line}) has no strategies. Check that they follow the goal's heading.",
                )
            goals.append(replace(goal, strategies=tuple(built)))
        return goals

    def _goal_numbers(self, groups: list[list[RawGoal]]) -> list[int]:
        own = [group[0].number for group in groups]
        known = [n for n in own if n is not None]
        return known if len(set(known)) == len(own) else list(range(1, len(groups) + 1))

    def _strategy(self, goal: int, index: int, number: int, raw: RawStrategy) -> StrategyDocument:
        title = strip_reference(raw.title)
        self._note_reference(goal, index, raw)
        steps = build_steps(raw.steps, self._warnings)
        return StrategyDocument(number, title, False, raw.claimed, steps, raw.line)

    def _note_reference(self, goal: int, index: int, raw: RawStrategy) -> None:
        """Remember a reference when the strategy has no steps of its own, or only a step that is the reference."""
        only_step = raw.steps[0] if len(raw.steps) == 1 and is_only_reference(raw.steps[0].text) else None
        if raw.steps and not only_step:
            return
        texts = [(only_step.line, only_step.text)] if only_step else [(raw.line, raw.title), *raw.notes]
        for line, text in texts:
            if reference := find_reference(text):
                self._references[goal, index] = reference, line
                raw.steps = []
                return

    def _tell_counts(self, goals: list[GoalDocument]) -> None:
        places = [s for g in self._raw.goals for s in g.strategies]
        claim_lines = {s.line: s.claim_line for s in places if s.claim_line is not None}
        for goal, strategy in ((g, s) for g in goals for s in g.strategies):
            listed, claimed, ref = (
                len(strategy.action_steps),
                strategy.claimed_steps,
                f"{goal.number}.{strategy.number}",
            )
            if claimed is not None and claimed != listed:
                line = claim_lines.get(strategy.line, strategy.line)
                message = (
                    f"Line {line} claims {claimed} action steps for strategy {ref}, {listed} are listed from line "
                    f"{strategy.line} on. None was invented; check the list."
                )
                self._warn(line, "count_mismatch", message)
            if not listed:
                message = (
                    f"Strategy {ref} (line {strategy.line}) has no action steps. Add them by hand if there are any."
                )
                self._warn(strategy.line, "strategy_without_steps", message)

    def _warn(self, line: int, code: str, message: str) -> None:
        self._warnings.append(PlanWarning(line, code, message))


def _once(warnings: list[PlanWarning]) -> list[PlanWarning]:
    """Each warning once: a fact told in several places is warned of in each."""
    return list(dict.fromkeys(warnings))
