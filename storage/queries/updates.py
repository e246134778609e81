"""Updates as they are written: the step they are about, their author's own rows, the prompts that replies answer.

The statements of a typed `update` are built once, here, because it is the most frequent command there is. Lists and
reports read the plan through `storage.queries.plan`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, insert, select

from bot.chat.commands import Command
from bot.chat.errors import UserError
from storage.audit_log import readable
from storage.models import audit, channel, goal, meeting_note, outbox, person, report, step, strategy_place, update
from storage.queries.ids import ref_numbers
from storage.queries.plan import CLOSED, NOT_STARTED, looked_up
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class StepNow:
    """A step as an update meets it. `ref`: as it was asked for, else its first one. `told_by` and `told_at` are of the
    update that last said a status; "" and None before the first."""

    id: int
    ref: str
    refs: tuple[str, ...]
    text: str
    status: str
    told_by: str
    told_at: datetime | None

    @property
    def closed(self) -> bool:
        return self.status in CLOSED


@dataclass(frozen=True, slots=True)
class OwnUpdate:
    """An update of the person who asks. `written_at`: when this version was written; `at` stays that of the first, or
    lies in the earlier month that it counts in, and then `told_at` is set."""

    id: int
    step_id: int
    status: str | None
    note: str
    source: str
    at: datetime
    written_at: datetime
    supersedes_id: int | None
    withdrawn: bool
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A posted meeting prompt."""

    workgroup_id: int
    month: str


@dataclass(frozen=True, slots=True)
class Done:
    """Something the person did that the audit log tells of."""

    action: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    """A meeting note of the person who asks."""

    id: int
    workgroup_id: int
    text: str
    at: datetime
    withdrawn: bool


_telling, _asked_place, _asked_goal = update.alias("telling"), strategy_place.alias("asked"), goal.alias("asked_goal")
_last_telling = (
    select(update.c.id)
    .where(update.c.step_id == step.c.id, update.c.withdrawn_at.is_(None), update.c.status.is_not(None))
    .order_by(update.c.at.desc(), update.c.id.desc())
    .limit(1)
    .correlate(step)
    .scalar_subquery()
)


def _one_step(*where: ColumnElement[bool]) -> Select[Any]:
    """One row for each place of the step's strategy."""
    mine = step.c.organization_id == bindparam("organization")
    asked = select(step.c.id, _last_telling.label("telling_id")).where(mine, step.c.retired_at.is_(None), *where)
    found = looked_up(asked, "found")
    said_last = and_(_telling.c.id == found.c.telling_id, _telling.c.organization_id == step.c.organization_id)
    return (
        select(
            step.c.id,
            step.c.number,
            step.c.text,
            strategy_place.c.number.label("strategy_number"),
            goal.c.number.label("goal_number"),
            _telling.c.status,
            _telling.c.at,
            person.c.name,
        )
        .select_from(found)
        .join(step, step.c.id == found.c.id)
        .join(strategy_place, strategy_place.c.strategy_id == step.c.strategy_id)
        .join(goal, and_(goal.c.id == strategy_place.c.goal_id, goal.c.retired_at.is_(None)))
        .outerjoin(_telling, said_last)
        .outerjoin(person, person.c.id == _telling.c.person_id)
        .where(mine)
        .order_by(goal.c.number, strategy_place.c.number)
    )


_STEP_BY_ID = _one_step(step.c.id == bindparam("step"))
_STEP_BY_REF = _one_step(
    step.c.number == bindparam("number"),
    step.c.strategy_id.in_(
        select(_asked_place.c.strategy_id)
        .join(_asked_goal, _asked_goal.c.id == _asked_place.c.goal_id)
        .where(
            _asked_goal.c.organization_id == bindparam("organization"),
            _asked_goal.c.retired_at.is_(None),
            _asked_goal.c.number == bindparam("goal"),
            _asked_place.c.number == bindparam("strategy"),
        )
    ),
)
_ADD = insert(update)

_superseded = update.alias("superseded")
_written = func.coalesce(update.c.told_at, _superseded.c.withdrawn_at, update.c.at, type_=update.c.at.type)
_OWN = (
    select(update, _written.label("written_at"))
    .select_from(update)
    .outerjoin(_superseded, _superseded.c.id == update.c.supersedes_id)
    .where(update.c.organization_id == bindparam("organization"), update.c.person_id == bindparam("person"))
)
_OWN_BY_ID = _OWN.where(update.c.id == bindparam("update"))
_OWN_LAST = _OWN.where(update.c.withdrawn_at.is_(None)).order_by(_written.desc(), update.c.id.desc()).limit(1)
_OWN_NOTES = select(meeting_note).where(
    meeting_note.c.organization_id == bindparam("organization"), meeting_note.c.person_id == bindparam("person")
)
_PROMPT = (
    select(outbox.c.subject_id, outbox.c.period)
    .join(channel, channel.c.id == outbox.c.channel_id)
    .where(
        outbox.c.organization_id == bindparam("organization"),
        outbox.c.kind == "prompt",
        outbox.c.subject_id.is_not(None),
        outbox.c.remote_id == bindparam("thread"),
        channel.c.platform == bindparam("platform"),
        channel.c.workspace == bindparam("workspace"),
        channel.c.external_id == bindparam("channel"),
    )
    .limit(1)
)
_FROZEN = select(func.max(report.c.period)).where(
    report.c.organization_id == bindparam("organization"), report.c.kind == "rollup", report.c.state == "published"
)
_PUBLISHED_AT = select(func.max(report.c.published_at)).where(
    report.c.organization_id == bindparam("organization"),
    report.c.kind == "rollup",
    report.c.state == "published",
    report.c.period == bindparam("period"),
)


def step_now(uow: UnitOfWork, step_id: int) -> StepNow | None:
    """The step with this id and where it stands."""
    return _step(uow.rows(_STEP_BY_ID, organization=uow.organization.id, step=step_id).all())


def step_named(uow: UnitOfWork, ref: str) -> StepNow | None:
    """The step that `1.2.3` names, by any of its references."""
    numbers = ref_numbers(ref)
    if len(numbers) != 3:
        return None
    goal_number, strategy_number, number = numbers
    asked = {"goal": goal_number, "strategy": strategy_number, "number": number}
    return _step(
        uow.rows(_STEP_BY_REF, organization=uow.organization.id, **asked).all(),
        f"{goal_number}.{strategy_number}.{number}",
    )


def _step(rows: Any, ref: str = "") -> StepNow | None:
    if not rows:
        return None
    refs = tuple(f"{row.goal_number}.{row.strategy_number}.{row.number}" for row in rows)
    row = rows[0]
    return StepNow(row.id, ref or refs[0], refs, row.text, row.status or NOT_STARTED, row.name or "", row.at)


def add_update(
    uow: UnitOfWork,
    step_id: int,
    status: str | None,
    note: str,
    source: str,
    *,
    supersedes: OwnUpdate | None = None,
    counts_at: datetime | None = None,
) -> int:
    """Write an update of the person who asks; its id. A corrected one keeps the time of what it corrects (which is
    withdrawn already), so that it does not overtake what others have said since. `counts_at`: the moment of an earlier
    month in which it counts, said late."""
    late = counts_at is not None or (supersedes is not None and supersedes.told_at is not None)
    values = {
        "organization_id": uow.organization.id,
        "step_id": step_id,
        "person_id": uow.person.id,
        "at": counts_at or (supersedes.at if supersedes else uow.at),
        "status": status,
        "note": note,
        "source": source,
        "supersedes_id": supersedes.id if supersedes else None,
        "told_at": uow.at if late else None,
    }
    key = uow.connection.execute(_ADD, values).inserted_primary_key
    return int(key[0]) if key else 0


def withdraw_update(uow: UnitOfWork, update_id: int) -> None:
    """Mark an update as taken back or superseded. Raises UserError where somebody was faster by a moment: of two edits
    at once only one may stand."""
    if not uow.change(update, update.c.id == update_id, update.c.withdrawn_at.is_(None), withdrawn_at=uow.at):
        raise UserError("That update was already changed or taken back. See what stands: /sip me")


def restore_update(uow: UnitOfWork, update_id: int) -> None:
    """Let an update stand again, because the edit that superseded it was taken back."""
    uow.change(update, update.c.id == update_id, withdrawn_at=None)


def own_update(uow: UnitOfWork, update_id: int) -> OwnUpdate | None:
    """The person's update with this id, standing or not."""
    row = uow.row(_OWN_BY_ID, update=update_id, **_me(uow))
    return _own(row) if row else None


def last_own_update(uow: UnitOfWork) -> OwnUpdate | None:
    """The update the person wrote last, of those that stand."""
    row = uow.row(_OWN_LAST, **_me(uow))
    return _own(row) if row else None


def written_together(uow: UnitOfWork, one: OwnUpdate) -> list[OwnUpdate]:
    """The person's standing updates of the same reply as `one`, itself included, in the order they were written."""
    rows = uow.rows(
        _OWN.where(update.c.withdrawn_at.is_(None), update.c.at == one.at, update.c.source == one.source).order_by(
            update.c.id
        ),
        **_me(uow),
    )
    found = [_own(row) for row in rows]
    return [each for each in found if each.written_at == one.written_at]


def _own(row: Any) -> OwnUpdate:
    return OwnUpdate(
        row.id, row.step_id, row.status, row.note, row.source, row.at, row.written_at, row.supersedes_id,
        row.withdrawn_at is not None, row.told_at,
    )  # fmt: skip


def _me(uow: UnitOfWork) -> dict[str, int]:
    return {"organization": uow.organization.id, "person": uow.person.id}


def frozen_through(uow: UnitOfWork) -> str:
    """The latest month whose roll-up is published, `2026-11`, or "": what was said in it or before stands."""
    return uow.scalar(_FROZEN, organization=uow.organization.id) or ""


def published_at(uow: UnitOfWork, month: str) -> datetime | None:
    """When the month's newest roll-up was published; None for a month without one."""
    found: datetime | None = uow.scalar(_PUBLISHED_AT, organization=uow.organization.id, period=month)
    return found


def prompt_answered(uow: UnitOfWork, command: Command) -> Prompt | None:
    """The prompt in whose thread the command was said, if the thread is one of ours."""
    actor, place = command.actor, command.place
    if not (place.channel and place.thread):
        return None
    row = uow.row(
        _PROMPT,
        organization=uow.organization.id,
        thread=place.thread,
        platform=actor.platform,
        workspace=actor.workspace,
        channel=place.channel,
    )
    return Prompt(row.subject_id, row.period) if row else None


def add_note(uow: UnitOfWork, prompt: Prompt, text: str) -> int:
    """Keep what the person said as a meeting note; its id."""
    return uow.insert(
        meeting_note,
        workgroup_id=prompt.workgroup_id,
        person_id=uow.person.id,
        month=prompt.month,
        text=text,
        at=uow.at,
    )


def own_note(uow: UnitOfWork, note_id: int) -> NoteView | None:
    """The person's meeting note with this id, standing or not."""
    row = uow.row(_OWN_NOTES.where(meeting_note.c.id == note_id), **_me(uow))
    return _note(row) if row else None


def last_own_note(uow: UnitOfWork) -> NoteView | None:
    """The meeting note the person wrote last, of those that stand."""
    statement = _OWN_NOTES.where(meeting_note.c.withdrawn_at.is_(None))
    row = uow.row(statement.order_by(meeting_note.c.at.desc(), meeting_note.c.id.desc()).limit(1), **_me(uow))
    return _note(row) if row else None


def last_done(uow: UnitOfWork, leaving_out: Collection[str]) -> Done | None:
    """What the person did last by the audit log, apart from these actions."""
    row = uow.row(
        select(audit)
        .where(
            audit.c.organization_id == uow.organization.id,
            audit.c.person_id == uow.person.id,
            audit.c.action.not_in(leaving_out),
        )
        .order_by(audit.c.at.desc(), audit.c.id.desc())
        .limit(1)
    )
    return Done(row.action, readable(uow, [row.detail])[0], row.at) if row else None


def withdraw_note(uow: UnitOfWork, note_id: int) -> None:
    """Mark a meeting note as taken back, or as turned into an update. Raises UserError where that was done a moment
    ago: it becomes one update only."""
    stands = meeting_note.c.withdrawn_at.is_(None)
    if not uow.change(meeting_note, meeting_note.c.id == note_id, stands, withdrawn_at=uow.at):
        raise UserError("That note was already turned into an update or taken back. See what stands: /sip me")


def restore_note_of(uow: UnitOfWork, one: OwnUpdate) -> bool:
    """Let the meeting note stand again that became this update; False when there is none."""
    became = (meeting_note.c.person_id == uow.person.id, meeting_note.c.withdrawn_at == one.at)
    return uow.change(meeting_note, *became, withdrawn_at=None) > 0


def _note(row: Any) -> NoteView:
    return NoteView(row.id, row.workgroup_id, row.text, row.at, row.withdrawn_at is not None)
