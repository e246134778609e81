"""The plan importer: a county's Cal-SIP document in, goals, strategies and action steps out, doubts as warnings.

Storing the plan and asking people about the warnings are left to the handlers.
"""

from bot.domain.plan_import.goals import is_bare_count
from bot.domain.plan_import.model import (
    GoalDocument,
    Line,
    NotAPlan,
    PlanDates,
    PlanDocument,
    PlanWarning,
    StepDocument,
    StrategyDocument,
)
from bot.domain.plan_import.parser import parse_plan
from bot.domain.plan_import.reader import read_document

__all__ = [
    "GoalDocument",
    "Line",
    "NotAPlan",
    "PlanDates",
    "PlanDocument",
    "PlanWarning",
    "StepDocument",
    "StrategyDocument",
    "is_bare_count",
    "parse_plan",
    "read_document",
]
