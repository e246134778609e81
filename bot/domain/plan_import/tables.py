"""Tables of action steps (| Action Step | Lead | Due |): which column is which, and one row made into steps.

Tables of a goal's values and dates are read in `fields`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.domain.plan_import.dates import find_dates
from bot.domain.plan_import.markers import END_LABEL, GOAL, STEP, STEPS, STRATEGY, list_item
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
_REPEATED = ("step", "owner", "due", "other")  # by the empty headings to their right, as of one cell over all of them
_NUMBER_ALONE = re.compile(r"\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-z]|[ivx]{1,4})[.):]?", re.I)
_ROLE = {name: re.compile(pattern, re.I) for name, pattern in _ROLES.items()}


def _role(cell: str) -> str | None:
    cell = re.sub(r"\s+", " ", cell.replace("\v", " ")).strip(" :*")
    return next((name for name, pattern in _ROLE.items() if pattern.fullmatch(cell)), None) if cell else None


def _headings(cells: tuple[str, ...]) -> tuple[list[str | None], tuple[str, ...]]:
    """Role and title of each column."""
    roles: list[str | None] = []
    titles: list[str] = []
    for cell in cells:
        repeated = not cell and bool(roles) and roles[-1] in _REPEATED
        roles.append(roles[-1] if repeated else _role(cell))
        titles.append(titles[-1] if repeated else cell)
    return roles, tuple(titles)


@dataclass
class StepTable:
    """The columns of a table of steps: role by position; `titles` are the header's own words.

    Two columns may have one role: the texts of a step are joined, of owners and dates the last counts; what is not
    used is told below the step.
    """

    roles: list[str | None]
    titles: tuple[str, ...]

    @classmethod
    def from_header(cls, row: Row) -> StepTable | None:
        """The table a header row opens, or None: it needs a step column and one more known column."""
        if len(row.cells) < 2:
            return None
        roles, titles = _headings(row.cells)
        known = sum(role is not None for role in roles)
        titled = sum(bool(cell and role) for cell, role in zip(row.cells, roles, strict=True))
        return cls(roles, titles) if "step" in roles and titled >= 2 and known * 2 >= len(roles) else None

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
        """The text of the last filled column with that role, of dates the last with a day; "" when there is none."""
        filled = self._filled(row, role)
        if role == "due":
            filled.sort(key=_dated)
        return filled[-1] if filled else ""

    def steps(self, row: Row) -> list[RawStep]:
        """The steps of one row: several when the step cell holds a list."""
        number, *texts = self._words(row)
        pieces = _pieces(": ".join([*(text.rstrip(" .:;") for text in texts[:-1]), *texts[-1:]]))
        number = _number_alone(number) or self.cell(row, "number").strip(" .)")
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
        step.sub_items += self._details(row)

    def _filled(self, row: Row, role: str) -> list[str]:
        """What the row says in the columns with that role."""
        return [cell for cell, has in zip(row.cells, self.roles, strict=False) if cell and has == role]

    def _words(self, row: Row) -> list[str]:
        """The step's number where it stands apart ("" where it does not), then the texts that make one step; beside a
        list only the first does. A text told twice counts once."""
        texts = list(dict.fromkeys(self._filled(row, "step")))
        number = texts.pop(0) if len(texts) > 1 and _number_alone(texts[0]) else ""
        is_list = any(len(_pieces(text)) > 1 for text in texts)
        return [number, *(texts[:1] if is_list else texts)]

    def _details(self, row: Row) -> list[str]:
        """What the row says besides its number, the step, its owner and its date, also in columns we do not know."""
        used = {*self._words(row), self.cell(row, "owner"), self.cell(row, "due")}
        return [
            ": ".join(filter(None, (title.strip(" :"), cell))).replace("\v", " ")
            for title, cell, role in zip(self.titles, row.cells, self.roles, strict=False)
            if cell and (role in ("other", "start", None) or (role in _REPEATED and cell not in used))
        ]

    @staticmethod
    def _split(cell: str, count: int) -> list[str]:
        parts = [p for p in cell.split("\v") if p.strip()]
        return parts if count > 1 and len(parts) == count else [cell] * count


def _number_alone(cell: str) -> str:
    """ "2" of a cell that holds nothing but "2.", "(2)" or "Step 2", else ""."""
    if (label := STEP.match(cell)) and not label["rest"]:
        return label["num"]
    return cell if _NUMBER_ALONE.fullmatch(cell) else ""


def _dated(cell: str) -> int:
    """How much of a date a cell holds: 2 a day or month, 1 some other word for a time, 0 nothing."""
    kinds = {date.kind for date in find_dates(cell)}
    return 2 if kinds & {"day", "month"} else 1 if kinds else 0


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
