"""`audit`: who did, approved, published, exported and read what."""

from __future__ import annotations

import re
from datetime import date

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.replies import Reply
from bot.domain.days import parse_day
from bot.domain.periods import parse_period
from storage import audit_log
from storage.queries.ids import row_id
from storage.queries.setup import resolve_person
from storage.queries.windows import midnight
from storage.uow import UnitOfWork

PAGE = 25
_SINCE = re.compile(r"(?:^|\s)(?:since|from)\s+(\S.*)$", re.I)
_LONGEST = 200  # characters of what is asked for


def show_audit(command: Command, uow: UnitOfWork) -> Reply:
    """`audit [person or words] [since day]`: the newest rows, a page at a time. Looking is noted too."""
    text = " ".join(command.values.get("text", "").split())[:_LONGEST]
    wanted, since = _since(uow, text)
    person_id = _person(command, uow, wanted)
    found = audit_log.entries(
        uow,
        limit=PAGE + 1,
        before=row_id(command.values.get("before", "")),
        person_id=person_id,
        words="" if person_id else wanted,
        since=midnight(uow, since) if since else None,
    )
    uow.audit("audit read", f"<person {person_id}>" if person_id else _noted(wanted, found))
    older = str(found[PAGE - 1].id) if len(found) > PAGE else ""
    return Reply(uow.compose("records/audit", entries=found[:PAGE], text=text, older=older))


def _noted(wanted: str, found: list[audit_log.Entry]) -> str:
    """What was asked for, where it is an action: nothing leaves the log, and other words may be somebody's name."""
    action = re.compile(rf"\b{re.escape(wanted)}\b", re.I)
    return wanted if not wanted or any(action.search(entry.action) for entry in found) else "words that are no action"


def _since(uow: UnitOfWork, text: str) -> tuple[str, date | None]:
    """What is asked for, and from which day on."""
    match = _SINCE.search(text)
    if match is None:
        return text, None
    for read in (parse_day, lambda words, today: parse_period(words, today).first):
        try:
            return text[: match.start()].strip(), read(match[1], uow.today)
        except ValueError:
            continue
    raise UserError(f"“{match[1][:60]}” is not a day. Write it like: /sip audit since 2026-03-01")


def _person(command: Command, uow: UnitOfWork, wanted: str) -> int | None:
    """The one who is meant, on the list or no longer; None where the words are not a person's."""
    if not wanted or wanted.isdecimal():
        return row_id(wanted)
    try:
        return resolve_person(uow, command.actor, wanted, active=None).id
    except UserError:
        return None
