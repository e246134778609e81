"""Where the reading of a document stands: the goal, strategy and list that are open, and what was gathered.

`headings`, `in_list` and `outline` read one row each time and change this; nothing here looks at a row's words.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.plan_import.fields import Value
from bot.domain.plan_import.model import PlanWarning
from bot.domain.plan_import.raw import RawGoal, RawPlan, RawStrategy
from bot.domain.plan_import.rows import Row
from bot.domain.plan_import.step_list import StepList
from bot.domain.plan_import.tables import StepTable


@dataclass
class Reading:
    """`warnings` are about rows that had to be mended or could not be placed.

    `headers`: the fields of a table whose values are in the next row; `waiting`: a label whose value is on the next
    line; `tail`: what an adjoining line would continue ("title", "statement", "paragraph", "value", "assignment", "").
    """

    plan: RawPlan = field(default_factory=RawPlan)
    warnings: list[PlanWarning] = field(default_factory=list)
    goal: RawGoal | None = None
    strategy: RawStrategy | None = None
    open_list: StepList | None = None
    table: StepTable | None = None
    headers: list[str | None] | None = None
    waiting: Value | None = None
    tail: str = ""
    previous_length: int = 0

    def open_goal(self, goal: RawGoal) -> None:
        """Start a goal; whatever was open is closed."""
        self.close()
        self.goal = goal
        self.plan.goals.append(goal)

    def open_strategy(self, strategy: RawStrategy) -> None:
        """Start a strategy under the open goal, or under the goal that it names itself."""
        goal = self._goal_for(strategy)
        self.close_list()
        goal.strategies.append(strategy)
        self.strategy, self.tail = strategy, "title"

    def _goal_for(self, strategy: RawStrategy) -> RawGoal:
        if strategy.goal_number and (self.goal is None or self.goal.number != strategy.goal_number):
            known = [g for g in self.plan.goals if g.number == strategy.goal_number]
            self.goal = known[-1] if known else self.goal
        return self.goal or self.plan.front

    def warn(self, row: Row, code: str, message: str) -> None:
        """Tell something about a row."""
        self.warnings.append(PlanWarning(row.number, code, message))

    def close_list(self) -> None:
        """The list of steps (and its table) has ended."""
        self.open_list = self.table = None

    def close(self) -> None:
        """A new section: no goal is open any more."""
        self.close_list()
        self.goal = self.strategy = self.headers = self.waiting = None
        self.tail = ""
