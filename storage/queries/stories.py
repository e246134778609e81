"""Stories: frozen views, the reads that give them and the writes that move them through review."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from bot.domain.story_privacy import Finding
from storage.models import goal, person, step, story, strategy_place, workgroup
from storage.queries.retelling import retell
from storage.uow import UnitOfWork

IN_REVIEW, SENT_BACK, APPROVED, DECLINED, WITHDRAWN = "in review", "sent back", "approved", "declined", "withdrawn"
PENDING = (IN_REVIEW, SENT_BACK)

STAFF_ONLY, RELEASE, COMPOSITE = "staff", "release", "composite"
CONSENTS = (STAFF_ONLY, RELEASE, COMPOSITE)


@dataclass(frozen=True, slots=True)
class StoryView:
    """A win. `original_text`: as it was told, before a coordinator's edit. `ref`: of its step, or "". `credit`: staff
    who agreed to be named. `release_on`: when the client's release was signed. `findings` are of `text`. `linkages`:
    child welfare has a part in it; then `agreed_…` say who agreed for each program to what is approved."""

    id: int
    person_id: int
    author: str
    workgroup_id: int | None
    workgroup: str
    step_id: int | None
    ref: str
    at: datetime
    text: str
    original_text: str
    credit: str
    consent: str
    release_ref: str
    release_on: date | None
    state: str
    verdict: str
    findings: tuple[Finding, ...]
    reason: str
    reviewed_by: int | None
    reviewer: str
    reviewed_at: datetime | None
    linkages: bool
    agreed_calworks: str
    agreed_child_welfare: str


_reviewer = person.alias("reviewer")
_STORY = (
    select(
        story,
        person.c.name.label("author"),
        workgroup.c.name.label("workgroup_name"),
        _reviewer.c.name.label("reviewer_name"),
    )
    .select_from(story)
    .join(person, person.c.id == story.c.person_id)
    .outerjoin(workgroup, workgroup.c.id == story.c.workgroup_id)
    .outerjoin(_reviewer, _reviewer.c.id == story.c.reviewed_by)
)
_PLACES = (
    select(
        step.c.id, step.c.number, strategy_place.c.number.label("strategy_number"), goal.c.number.label("goal_number")
    )
    .join(strategy_place, strategy_place.c.strategy_id == step.c.strategy_id)
    .join(goal, goal.c.id == strategy_place.c.goal_id)
    .where(goal.c.retired_at.is_(None))
    .order_by(goal.c.number, strategy_place.c.number)
)


def stories_in(uow: UnitOfWork, states: Collection[str]) -> list[StoryView]:
    """Stories in any of these states, oldest first."""
    return _views(uow, _ours(uow).where(story.c.state.in_(states)).order_by(story.c.at, story.c.id))


def approved_between(uow: UnitOfWork, start: datetime, end: datetime) -> list[StoryView]:
    """Stories that were approved from `start` (included) to `end` (excluded) and still are, oldest approval first."""
    reviewed = (story.c.reviewed_at >= start, story.c.reviewed_at < end)
    statement = _ours(uow).where(story.c.state == APPROVED, *reviewed)
    return _views(uow, statement.order_by(story.c.reviewed_at, story.c.id))


def story_by_id(uow: UnitOfWork, story_id: int, *, lock: bool = False) -> StoryView | None:
    """One story of the organization; with `lock` it is ours until the transaction ends."""
    statement = _ours(uow).where(story.c.id == story_id)
    found = _views(uow, _locked(statement) if lock else statement)
    return found[0] if found else None


def last_own(uow: UnitOfWork) -> StoryView | None:
    """The story the person who asks told last, of those that may still be published; ours until the transaction
    ends, because it is asked for to be taken back."""
    mine = _ours(uow).where(story.c.person_id == uow.person.id, story.c.state.in_((*PENDING, APPROVED)))
    found = _views(uow, _locked(mine.order_by(story.c.at.desc(), story.c.id.desc()).limit(1)))
    return found[0] if found else None


def add_story(uow: UnitOfWork, **columns: Any) -> int:
    """A new story of the person who asks, in review; its id. `columns` as in the table."""
    return uow.insert(
        story,
        person_id=uow.person.id,
        at=uow.at,
        original_text=columns["text"],
        state=IN_REVIEW,
        **columns,
    )


def change_story(uow: UnitOfWork, story_id: int, **columns: Any) -> None:
    """Change columns of a story; `original_text` is left as it was told."""
    uow.change(story, story.c.id == story_id, **columns)


def set_state(uow: UnitOfWork, story: StoryView, state: str, *, reason: str = "", reviewed: bool = False) -> None:
    """Move a story; `reviewed` notes the person who asks as its reviewer, now. What may be approved with other words
    has nobody's agreement. Nobody is asked any more to review one that was withdrawn. What is approved no more leaves
    the reports and agendas that tell it."""
    columns: dict[str, Any] = {"reviewed_by": uow.person.id, "reviewed_at": uow.at} if reviewed else {}
    if state in PENDING:
        columns |= {"agreed_calworks": "", "agreed_child_welfare": ""}
    change_story(uow, story.id, state=state, reason=reason, **columns)
    if state == WITHDRAWN:
        uow.unpost("review", story.id)
    if story.state == APPROVED != state:
        retell(uow, story.id, story.text, story.at)


def findings_to_data(findings: Collection[Finding]) -> list[dict[str, Any]]:
    """Findings as the table's JSON holds them."""
    return [asdict(finding) for finding in findings]


def _ours(uow: UnitOfWork) -> Select[Any]:
    return _STORY.where(story.c.organization_id == uow.organization.id)


def _locked(statement: Select[Any]) -> Select[Any]:
    return statement.with_for_update(of=story)  # SQLite has one writer and leaves this out


def _refs(uow: UnitOfWork, step_ids: Collection[int]) -> dict[int, str]:
    """The first reference of each step."""
    found: dict[int, str] = {}
    if step_ids:
        for row in uow.rows(_PLACES.where(step.c.organization_id == uow.organization.id, step.c.id.in_(step_ids))):
            found.setdefault(row.id, f"{row.goal_number}.{row.strategy_number}.{row.number}")
    return found


def _views(uow: UnitOfWork, statement: Select[Any]) -> list[StoryView]:
    rows = uow.rows(statement).all()
    refs = _refs(uow, {row.step_id for row in rows if row.step_id is not None})
    return [
        StoryView(
            id=r.id,
            person_id=r.person_id,
            author=r.author,
            workgroup_id=r.workgroup_id,
            workgroup=r.workgroup_name or "",
            step_id=r.step_id,
            ref=refs.get(r.step_id, ""),
            at=r.at.astimezone(uow.organization.tz),
            text=r.text,
            original_text=r.original_text,
            credit=r.credit,
            consent=r.consent,
            release_ref=r.release_ref,
            release_on=r.release_on,
            state=r.state,
            verdict=r.verdict,
            findings=tuple(Finding(**finding) for finding in r.findings),
            reason=r.reason,
            reviewed_by=r.reviewed_by,
            reviewer=r.reviewer_name or "",
            reviewed_at=r.reviewed_at,
            linkages=r.linkages,
            agreed_calworks=r.agreed_calworks,
            agreed_child_welfare=r.agreed_child_welfare,
        )
        for r in rows
    ]
