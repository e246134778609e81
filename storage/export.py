"""Everything of one organization as a ZIP: each table as JSON Lines and as CSV, with a README that says how to read it.

Nothing of another organization, no secret, and nothing that could say who answered a survey.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, or_, select

from bot.domain.sheets import to_csv
from bot.domain.small_cells import SMALLEST_SHOWN
from storage.models import metadata, organization, survey, survey_answer
from storage.queries.people import Organization
from storage.tenancy import within

# Tables that no export has, and why.
LEFT_OUT: Mapping[str, str] = {
    "console_message": "the local console's own chat; Slack and Teams keep theirs themselves",
    "console_reaction": "the same",
    "console_read": "the same",
    "conversation_reference": "how to reach an account, learned from Teams again when it speaks",
    "heartbeat": "when the calendar was looked at last; no organization's",
    "inbox": "answers kept for three days so that a message that arrives twice counts once; no organization's",
    "invitation": "how a workspace is connected, once",
    "ledger": "what the calendar has done once; nothing in it is anybody's",
    "link": "links; the audit log says what was read by them",
    "pace": "how fast a platform takes posts",
    "review_link": "personal links to the editing page",
    "slack_installation": "encrypted tokens",
}
# What opens something stays here.
SECRETS = frozenset({"token", "archive_token", "digest", "submission"})
# Posts that were sent have addresses in their words.
_LINK = re.compile(r"(/(?:r|export|review|archive|unsubscribe)/)[\w-]{16,}", re.A)
_README = """\
{name}: everything sipbot keeps, exported {at}

For each table NAME there are
- NAME.jsonl: a row a line, as JSON; times are UTC (ISO 8601), dates ISO 8601, null where nothing is known;
- NAME.csv: the same for a spreadsheet; a cell that it would run as a formula has an apostrophe before it, and lists
  are JSON text.
`id` is a row's own number and NAME_id the row of table NAME that it refers to (`owner_id`, `created_by` and the like: a
person). "organization" is the county itself.

Numbers of 10 people or fewer stand here as they were entered. Do not publish them; sipbot's reports hide them.
Not here: tokens and links, and answers to a survey that is open or that fewer than {fewest} people answered.
{left_out}
Rows:
{rows}"""


def everything(connection: Connection, here: Organization, at: datetime) -> bytes:
    """The ZIP."""
    within(connection, here.id)
    out, counts = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for table in exported():
            rows = list(_rows(connection, table, here, at.astimezone(here.tz).date()))
            counts.append(f"- {table.name}: {len(rows)}")
            lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
            book.writestr(f"{table.name}.jsonl", lines)
            cells = [{name: _cell(value) for name, value in row.items()} for row in rows]
            book.writestr(f"{table.name}.csv", "\ufeff" + to_csv([column.name for column in _columns(table)], cells))
        left_out = "".join(f"- {name}: {why}\n" for name, why in LEFT_OUT.items())
        words = {"name": here.name, "at": f"{at:%Y-%m-%d %H:%M} UTC", "fewest": SMALLEST_SHOWN, "left_out": left_out}
        book.writestr("README.txt", _README.format(rows="\n".join(counts) + "\n", **words))
    return out.getvalue()


def exported() -> list[Table]:
    """The tables of an export, what is referred to first."""
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def _columns(table: Table) -> list[ColumnElement[Any]]:
    return [column for column in table.columns if column.name not in SECRETS]


def _rows(connection: Connection, table: Table, here: Organization, today: date) -> Iterator[dict[str, Any]]:
    if table is organization:
        mine: ColumnElement[bool] = organization.c.id == here.id
    else:
        mine = table.c.organization_id == here.id
    statement = select(*_columns(table)).where(mine)
    if table is survey_answer:
        may = survey_answer.c.survey_id.in_(_may_be_read(today))
        statement = statement.where(may).order_by(survey_answer.c.submission)
    else:
        statement = statement.order_by(*table.primary_key.columns)
    for row in connection.execute(statement):
        yield {name: _plain(value) for name, value in row._mapping.items()}


def _may_be_read(today: date) -> Select[Any]:
    """Surveys that closed and that enough people answered (bot/domain/survey.py)."""
    return (
        select(survey.c.id)
        .join(survey_answer, survey_answer.c.survey_id == survey.c.id)
        .where(or_(survey.c.closed_at.is_not(None), survey.c.closes_on < today))
        .group_by(survey.c.id)
        .having(func.count() >= SMALLEST_SHOWN)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return _LINK.sub(r"\1…", value)
    if isinstance(value, dict | list):
        return json.loads(_LINK.sub(r"\1…", json.dumps(value, ensure_ascii=False)))
    return value


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
