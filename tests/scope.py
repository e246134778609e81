"""Every statement of the product on an organization's rows names the organization: looked at in all tests, as it runs.

`watch` an engine and ask `unscoped` at the end. A statement is held to an organization where each table of its that has
`organization_id` has it compared with a value, or is joined to such a table by that column or by a reference, because a
row refers only to rows of its own organization. What is compared within an OR counts where all its sides say it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, Delete, Engine, Select, Table, Update, event
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnElement, Grouping
from sqlalchemy.sql.selectable import Alias, FromClause, Join, ScalarSelect

ROOT = Path(__file__).parents[1]
# Function -> why it may look across organizations.
EXCEPTIONS = {
    "storage/queries/people.py:who": "who speaks: the answer says which organization it is",
    "storage/queries/people.py:organizations": "the scheduler's and the command line's list",
    "storage/queries/people.py:workspace_owner": "whose workspace it is: the answer says which organization it is",
    "storage/queries/people.py:is_name_taken": "a county's name is there once in a database: yes or no",
    "storage/queries/threads.py:begun_by": "before anybody is known: by the platform, workspace and channel it was said in",
    "storage/references.py:References.welcome": "before anybody is known: by the tenant and the account",
    "storage/references.py:References.posted": "before anybody is known: by the tenant, channel and message",
    "storage/queries/reports.py:report_by_token": "a public page: its unguessable token says which organization it is",
    "storage/queries/archive.py:archive_by_token": "a public page: by its token",
    "storage/queries/review_links.py:link_by_token": "a personal page: by its token",
    "storage/queries/subscribers.py:is_readers": "a public page: by its token",
    "storage/queries/subscribers.py:unsubscribe": "a public page: by its token",
    "storage/survey_answers.py:_row": "a public page: by its token",
    "storage/outbox.py:claim": "delivery serves every organization, in turns",
    "storage/queries/report_links.py:link_by_name": "a report's page: its name says which organization it is",
    "storage/watching.py:queue": "the operator's figures: how many messages wait, whose is not told",
    "bot/doctor/here.py:queue": "the same for doctor",
    "bot/doctor/services.py:_knows": "which Slack workspaces this installation serves",
    "storage/audit_log.py:prune": "the operator's command, for every county",
    "storage/installations.py:connected": "the operator's list",
    **{
        f"storage/installations.py:{name}": "the workspace or the invitation says which organization it is"
        for name in (
            "Installations._invitation",
            "Installations.token",
            "Installations.begin_renewal",
            "Installations.renewed",
            "Installations.revoked",
            "Installations.reseal",
            "_use",
            "_check_app",
        )
    },
}
_BETWEEN = ("sqlalchemy", "contextlib.py", "storage/uow.py", "storage/db.py", __file__)
_HELD: dict[str, bool] = {}  # SQL -> whether it names its organization


class Watch:
    """What ran on an engine without naming an organization: (function, SQL)."""

    def __init__(self, engine: Engine) -> None:
        self.found: set[tuple[str, str]] = set()
        event.listen(engine, "before_cursor_execute", self._look)

    def _look(self, _connection: Connection, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        compiled = getattr(context, "compiled", None)
        if compiled is None or not isinstance(compiled.statement, (Select, Update, Delete)):
            return  # an INSERT cannot leave the column out: it is NOT NULL
        if sql not in _HELD:
            _HELD[sql] = not loose(compiled.statement)
        if not _HELD[sql] and (who := caller()) and who not in EXCEPTIONS:
            self.found.add((who, " ".join(sql.split())))


def caller() -> str:
    """`file:function` of the product's that runs the statement; "" for a test's own."""
    frame = sys._getframe(2)
    while frame.f_back and any(part in frame.f_code.co_filename for part in _BETWEEN):
        frame = frame.f_back
    path = Path(frame.f_code.co_filename)
    inside = path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in ("bot", "handlers", "storage")
    return f"{path.relative_to(ROOT)}:{frame.f_code.co_qualname}" if inside else ""


def loose(statement: Any) -> list[str]:
    """The tables whose rows the statement does not hold to an organization."""
    parts = list(_everything(statement))
    tables = {one.name: one for one in parts if _is_table(one) and _key(one) is not None}
    group = {name: name for name in tables}
    held: set[str] = set()

    def root(name: str) -> str:
        return name if group[name] == name else root(group[name])

    for left, right in _equal(parts):
        a, b = _column(left), _column(right)
        if a is None or a.table.name not in group:
            continue
        if b is None and _is_key(a) and _is_value(right):
            held.add(a.table.name)
        elif b is not None and b.table.name in group and (_refers(a, b) or (_is_key(a) and _is_key(b))):
            group[root(a.table.name)] = root(b.table.name)
    roots = {root(name) for name in held}
    return [_name(one) for name, one in tables.items() if root(name) not in roots]


def _everything(statement: Any) -> Iterator[Any]:
    seen: set[int] = set()
    for part in visitors.iterate(statement):
        if id(part) not in seen:
            seen.add(id(part))
            yield part
        if isinstance(part, (Update, Delete)) and id(part.table) not in seen:
            seen.add(id(part.table))
            yield part.table


def _is_table(one: Any) -> bool:
    return isinstance(one, Table) or (isinstance(one, Alias) and isinstance(one.element, Table))


def _name(one: Any) -> str:
    return str(one.name if isinstance(one, Table) else one.element.name)


def _key(table: FromClause) -> Any:
    """The column that says the organization."""
    return table.c.get("id" if _name(table) == "organization" else "organization_id")


def _equal(parts: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """What must be equal, by all the conditions that must hold."""
    for part in parts:
        conditions: list[Any] = []
        if isinstance(part, (Select, Update, Delete)):
            conditions = list(part._where_criteria)
        if isinstance(part, Select):
            conditions += [on for one in part.get_final_froms() for on in _on(one)]
        for one in _and(conditions):
            if isinstance(one, BinaryExpression) and one.operator in (operators.eq, operators.in_op):
                yield one.left, one.right
                yield one.right, one.left


def _on(joined: Any) -> Iterator[Any]:
    """The conditions of joins; an outer join's say which of its rows there are, so they count too."""
    if isinstance(joined, Join):
        yield from _on(joined.left)
        yield from _on(joined.right)
        yield joined.onclause


def _and(conditions: Iterable[Any]) -> Iterator[Any]:
    for one in conditions:
        if isinstance(one, Grouping):
            yield from _and([one.element])
        elif isinstance(one, BooleanClauseList) and one.operator is operators.and_:
            yield from _and(one.clauses)
        elif isinstance(one, BooleanClauseList):
            first, *others = [list(_and([side])) for side in one.clauses]
            yield from (part for part in first if all(any(part.compare(o) for o in side) for side in others))
        elif one is not None:
            yield one


def _column(one: Any) -> Any:
    """The table's column that an expression stands for, through sub-selects; None for anything else."""
    if isinstance(one, Grouping):
        return _column(one.element)
    if isinstance(one, ScalarSelect):
        one = one.element
    if isinstance(one, Select):
        columns = list(one.selected_columns)
        return _column(columns[0]) if len(columns) == 1 else None
    while isinstance(one, ColumnElement) and getattr(one, "table", None) is not None and not _is_table(one.table):
        proxies = list(getattr(one, "_proxies", ()))
        if not proxies:
            return None
        one = proxies[0]
    return one if isinstance(one, Column) and _is_table(one.table) else None


def _is_key(column: Any) -> bool:
    return column.name == _key(column.table).name


def _is_value(one: Any) -> bool:
    return isinstance(one, BindParameter) or (isinstance(one, Grouping) and _is_value(one.element))


def _refers(one: Any, other: Any) -> bool:
    """They are the same row's: a reference and what it refers to, or two references or keys of one table."""
    return bool(_targets(one) & _targets(other))


def _targets(column: Any) -> set[str]:
    own = {_name(column.table)} if column.primary_key and not column.foreign_keys else set()
    return own | {key.column.table.name for key in column.foreign_keys if key.column.primary_key}
