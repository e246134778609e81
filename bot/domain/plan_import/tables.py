"""Tables of action steps (| Action Step | Lead | Due |): which column is which, and one row made into steps.

Tables of a goal's values and dates are read in `fields`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.domain.plan_import.markers import END_LABEL, GOAL, STEPS, STRATEGY, list_item
from bot.domain.plan_import.owners import Assignment, read_due, read_owner
from bot.domain.plan_import.raw import RawStep
from bot.domain.plan_import.rows import Row

_ROLES = {
    "goal": r"(?:cal-?sip |sip |performance )?goals?(?: (?:#|no\.?|number|title|name|statement))?",
    "number": r"#|no\.?|nr\.?|number|(?:action )?step (?:#|no\.?|number)|item(?: #)?",
    "strategy": r"(?:improvement )?strateg(?:y|ies)(?: (?:#|title|name))?",
    "step": (
        r"(?:key )?(?:action )?steps?(?: ?/ ?\w+)?(?: for strategy .*)?|action ?/ ?step"
        r"|actions?(?: items?)?|(?:implementation )?activit(?:y|ies)|tasks?|description|what"
        r"|step description"
    ),
    "start": r"(?:implementation|start|begin(?:ning)?)(?: date)?",
    "due": (
        r"(?:target(?:ed)?|estimated|expected|planned|anticipated)? ?(?:due|completion|complete|end"
        r"|finish|target)? ?(?:date|by|timeline|time ?frame|deadline)(?: \(.*\))?|due|end|finish|completed?|completion"
        r"|target completion|timing|by when|when|target"
    ),
    "owner": (
        r"(?:staff |team |project |program |step )?(?:leads?|owners?)(?: (?:staff|person|agency|unit"
        r"|department))?(?:\(s\))?|(?:persons?|part(?:y|ies)|staff|units?|agency|team"
        r"|position)?(?:\(s\))? ?responsible(?: (?:part(?:y|ies)|person(?:s|nel)?|staff|agency"
        r"|unit))?(?:\(s\))?|assigned(?: to)?|(?:by )?who(?:m)?|lead ?/ ?owner|owner ?/ ?lead"
    ),
    "other": (
        r"status|notes?|comments?|resources?(?: needed)?|measure(?:s|ment)?(?: of success)?|evidence"
        r"|outcomes?|output|progress|deliverables?"
    ),
}  # fmt: skip
_ROLE = {name: re.compile(pattern, re.I) for name, pattern in _ROLES.items()}


def _role(cell: str) -> str | None:
    cell = re.sub(r"\s+", " ", cell.replace("\v", " ")).strip(" :*")
    return next((name for name, pattern in _ROLE.items() if pattern.fullmatch(cell)), None) if cell else None


@dataclass
class StepTable:
    """The columns of a table of steps: role by position; `titles` are the header's own words."""

    roles: list[str | None]
    titles: tuple[str, ...]

    @classmethod
    def from_header(cls, row: Row) -> StepTable | None:
        """The table a header row opens, or None: it needs a step column and one more known column."""
        if len(row.cells) < 2:
            return None
        roles = [_role(cell) for cell in row.cells]
        known = sum(role is not None for role in roles)
        return cls(roles, row.cells) if "step" in roles and known >= 2 and known * 2 >= len(roles) else None

    @property
    def names_strategies(self) -> bool:
        """True when each row says which strategy its step belongs to."""
        return "strategy" in self.roles

    def is_bare_step(self, row: Row) -> bool:
        """True for a row whose step cell alone is filled: nobody has the step yet."""
        text = self.cell(row, "step")
        heading = GOAL.match(text) or STRATEGY.match(text) or STEPS.match(text) or END_LABEL.match(text)
        return len(row.cells) == len(self.roles) and bool(text) and not heading

    def aligned(self, row: Row) -> Row:
        """A tabbed row with its empty first cells, which `rows` takes for indentation."""
        tabs = len(row.raw) - len(row.raw.lstrip("\t"))
        missing = min(tabs, len(self.roles) - len(row.cells))
        return replace(row, cells=("",) * missing + row.cells) if missing > 0 else row

    def cell(self, row: Row, role: str) -> str:
        """The text of the (last) column with that role; "" when there is none."""
        found = [c for c, r in zip(row.cells, self.roles, strict=False) if r == role]
        return found[-1] if found else ""

    def steps(self, row: Row) -> list[RawStep]:
        """The steps of one row: several when the step cell holds a list."""
        pieces = _pieces(self.cell(row, "step"))
        number = self.cell(row, "number").strip(" .)")
        owners = self._split(self.cell(row, "owner"), len(pieces))
        dues = self._split(self.cell(row, "due"), len(pieces))
        steps = []
        for piece, owner, due in zip(pieces, owners, dues, strict=True):
            item = list_item(piece)
            step = RawStep(
                item.mark if item else "", item.kind if item else "cell", item.text if item else piece, row.number
            )
            step.mark = step.mark or (number if len(pieces) == 1 else "")
            step.assignment = (read_owner(owner) if owner else Assignment()).merged(
                read_due(due) if due else Assignment(due_text="" if "due" in self.roles else None)
            )
            step.sub_items += self._details(row)
            steps.append(step)
        return steps

    def extend(self, step: RawStep, row: Row) -> None:
        """A row without a new step continues the one above."""
        owner, due = self.cell(row, "owner"), self.cell(row, "due")
        if owner and step.assignment.owner:
            step.assignment = Assignment(f"{step.assignment.owner} {owner}", step.assignment.due)
        elif owner:
            step.assignment = step.assignment.merged(read_owner(owner))
        if due:
            step.assignment = step.assignment.merged(read_due(due))

    def _details(self, row: Row) -> list[str]:
        pairs = zip(self.titles, row.cells, self.roles, strict=False)
        return [
            f"{title.strip(' :')}: {cell}".replace("\v", " ")
            for title, cell, role in pairs
            if cell and role in ("other", "start")
        ]

    @staticmethod
    def _split(cell: str, count: int) -> list[str]:
        parts = [p for p in cell.split("\v") if p.strip()]
        return parts if count > 1 and len(parts) == count else [cell] * count


def _pieces(cell: str) -> list[str]:
    """A cell's own list: one piece for each marked paragraph; unmarked ones continue the piece above."""
    pieces: list[str] = []
    for part in (p.strip() for p in cell.split("\v")):
        if not part:
            continue
        if pieces and not list_item(part):
            pieces[-1] += " " + part
        else:
            pieces.append(part)
    return pieces
