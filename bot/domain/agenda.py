"""The agenda of one workgroup's meeting, made from the plan: what to look at, in which order, what is asked of whom.

Pure: the caller gathers the facts of the workgroup and words the result in a template. Each step is handed in once,
also when it is shared between goals. All dates are dates in the organization's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.domain.periods import Month
from bot.domain.trajectory import TrajectoryStatus

StepStatus = Literal["not started", "in progress", "blocked", "done", "dropped"]
GroupName = Literal["blocked", "overdue", "carried over", "in progress", "not started"]

# The order of attention in the meeting: what is stuck, what is late, what went quiet, what moves, what is next.
GROUPS: tuple[GroupName, ...] = ("blocked", "overdue", "carried over", "in progress", "not started")

HEADLINE_STEPS = 7  # what a chat prompt can hold and a meeting can talk about; the agenda itself keeps every step


@dataclass(frozen=True, slots=True)
class AgendaStep:
    """An action step as it stands today; `ref` is `goal.strategy.step`, `owners` are names, none when nobody has it.

    `closed` is true when the step is no longer worked on, whatever its status says.
    """

    ref: str
    text: str
    status: StepStatus
    due: date | None
    last_update: date | None
    last_note: str
    owners: tuple[str, ...]
    closed: bool

    @property
    def is_open(self) -> bool:
        return not self.closed and self.status not in ("done", "dropped")


@dataclass(frozen=True, slots=True)
class AgendaMeasure:
    """A goal's measure against its trajectory, values in `unit`; `latest` was read for `data_month`.

    `expected` is for the data month, as is `status`; `note` is the trajectory's neutral word, if any.
    """

    name: str
    baseline: float | None
    latest: float | None
    data_month: Month | None
    target: float | None
    expected: float | None
    unit: str
    status: TrajectoryStatus
    note: str | None = None


@dataclass(frozen=True, slots=True)
class AgendaFollowUp:
    """What somebody took on in the last meeting."""

    text: str
    owner: str | None
    due: date | None
    done: bool


@dataclass(frozen=True, slots=True)
class StepGroup:
    name: GroupName
    steps: tuple[AgendaStep, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """An update asked of `owner` on the steps `refs`; `owner` is None where the group has to find one."""

    owner: str | None
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """The sections in the order of the meeting. Every open step is in exactly one group, groups are never empty.

    `headline` holds the refs of the first steps in that order, for places too small for all of them.
    """

    month: Month
    measures: tuple[AgendaMeasure, ...]
    groups: tuple[StepGroup, ...]
    follow_ups: tuple[AgendaFollowUp, ...]
    wins: tuple[str, ...]
    asks: tuple[Ask, ...]
    headline: frozenset[str]

    @property
    def steps(self) -> tuple[AgendaStep, ...]:
        """All open steps in the order of the agenda."""
        return tuple(step for group in self.groups for step in group.steps)


def build_agenda(
    month: Month,
    today: date,
    steps: Sequence[AgendaStep],
    measures: Sequence[AgendaMeasure] = (),
    follow_ups: Sequence[AgendaFollowUp] = (),
    wins: Sequence[str] = (),
    last_meeting: date | None = None,
) -> Agenda:
    """The agenda for the meeting of `month` as it looks on `today`; `last_meeting` is the last one held, if any."""
    ordered = sorted((step for step in steps if step.is_open), key=_by_due_then_reference)
    grouped: dict[GroupName, list[AgendaStep]] = {name: [] for name in GROUPS}
    for step in ordered:
        grouped[_group(step, today, last_meeting)].append(step)
    groups = tuple(StepGroup(name, tuple(members)) for name, members in grouped.items() if members)
    in_order = [step.ref for group in groups for step in group.steps]
    return Agenda(
        month=month,
        measures=tuple(measures),
        groups=groups,
        follow_ups=tuple(follow_ups),
        wins=tuple(wins),
        asks=_asks(ordered, month),
        headline=frozenset(in_order[:HEADLINE_STEPS]),
    )


def _group(step: AgendaStep, today: date, last_meeting: date | None) -> GroupName:
    """The first group that fits: a blocked step that is also late is discussed once, as blocked."""
    if step.status == "blocked":
        return "blocked"
    if step.due is not None and step.due < today:
        return "overdue"
    if step.status == "not started":
        return "not started"
    quiet = last_meeting is not None and (step.last_update is None or step.last_update < last_meeting)
    return "carried over" if quiet else "in progress"


def _asks(steps: Iterable[AgendaStep], month: Month) -> tuple[Ask, ...]:
    """Who is asked for an update: owners of open steps without one this month, by name; ownerless steps last."""
    refs: dict[str | None, list[str]] = {}
    for step in steps:
        if step.last_update is None or step.last_update < month.first:
            for owner in dict.fromkeys(step.owners) or (None,):
                refs.setdefault(owner, []).append(step.ref)
    people = sorted((owner for owner in refs if owner is not None), key=str.casefold)
    asks = [Ask(owner, tuple(refs[owner])) for owner in people]
    return (*asks, Ask(None, tuple(refs[None]))) if None in refs else tuple(asks)


def _by_due_then_reference(step: AgendaStep) -> tuple[bool, date, tuple[tuple[int, str], ...]]:
    """Earliest due first, undated last; then 1.2.9 before 1.2.10. References may hold letters in odd plans."""
    parts = tuple((int(part) if part.isdecimal() else 0, part) for part in step.ref.split("."))
    return step.due is None, step.due or date.max, parts
