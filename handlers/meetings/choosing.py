"""Which workgroup, which month, and who may record: what every command about meetings asks first."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.commands import Command, Role, squash
from bot.chat.compose import short
from bot.chat.errors import UserError
from bot.chat.messages import Values
from bot.domain.periods import Month
from storage.queries import meetings, people, workgroups
from storage.queries.ids import row_id
from storage.queries.workgroups import EXCUSED, HELD, LEADER, WorkgroupView
from storage.uow import UnitOfWork

Choices = tuple[tuple[str, str, Values], ...]

_NAMED = 3
_LONGEST_CADENCE = 3  # months from one meeting to the next: quarterly


@dataclass(frozen=True, slots=True)
class Chosen:
    """A workgroup and what was written after its name."""

    group: WorkgroupView
    rest: str = ""


class Unclear(UserError):
    """It could be several workgroups. `words`: what was written besides, which each button carries on."""

    def __init__(self, text: str, choices: Choices, groups: list[WorkgroupView], words: str) -> None:
        super().__init__(text, choices)
        self.groups, self.words = groups, words


def choose(command: Command, uow: UnitOfWork) -> Chosen:
    """By button or form value, by the name it is written with, by the channel, or the person's only workgroup.

    Raises Unclear, a UserError with a button for each workgroup, where it could be several.
    """
    given = command.values.get("workgroup", "").strip()
    known = workgroups.workgroups(uow)
    if row_id(given) is not None and (found := [w for w in known if w.id == row_id(given)]):
        return Chosen(found[0])
    if given and (named := _named(given, known)):
        if len(named) == 1:
            return named[0]
        raise _which(command, [chosen.group for chosen in named])
    if given and (command.verb != "meeting excused" or given.isdigit()):
        raise _which(command, known, f"I know no workgroup “{short(given, 60)}”.")
    return Chosen(_usual(command, uow, known), given)


def require_recorder(uow: UnitOfWork, group: WorkgroupView) -> None:
    """Only members and coordinators record a workgroup's meeting; others are told whom to ask."""
    members = workgroups.members(uow, group.id)
    if uow.person.role >= Role.COORDINATOR or any(member.id == uow.person.id for member in members):
        return
    able = [m.name for m in members if m.role == LEADER] or [
        p.name for p in people.people_with_role(uow, Role.COORDINATOR)
    ]
    whom = ", ".join(able[:_NAMED]) or "your coordinator"
    raise UserError(f"Only members of {group.name} or a coordinator can record its meeting. Ask {whom}.")


def month_given(command: Command) -> Month | None:
    """The month a button or form carries. Raises UserError for anything that is no month."""
    text = command.values.get("month", "")
    try:
        return Month.parse(text) if text else None
    except ValueError as error:
        raise UserError(str(error)) from None


def month_to_record(uow: UnitOfWork, group: WorkgroupView) -> Month:
    """The month a meeting is recorded for when nobody says one: this month, unless its meeting is still ahead and
    last month's is unanswered."""
    today = uow.at.astimezone(group.tz).date()
    this, last = Month.of(today), Month.of(today).previous()
    dates = {one.month: one.on for one in meetings.planned(uow, last, this) if one.workgroup.id == group.id}
    has_come = this in dates and dates[this] <= today
    if has_come or last not in dates or _answered(uow, group, this) or _answered(uow, group, last):
        return this
    return last


def month_to_excuse(uow: UnitOfWork, group: WorkgroupView) -> Month:
    """The month that is excused when nobody says one: this one, or the next in which the workgroup meets."""
    this = Month.of(uow.at.astimezone(group.tz).date())
    ahead = (this.plus(months) for months in range(_LONGEST_CADENCE))
    return next(month for month in ahead if group.cadence.meets_in(month))


def _answered(uow: UnitOfWork, group: WorkgroupView, month: Month) -> bool:
    row = workgroups.meeting_of(uow, group.id, month)
    return row is not None and row.state in (HELD, EXCUSED)


def _named(words: str, known: list[WorkgroupView]) -> list[Chosen]:
    """The workgroup whose whole name the words begin with (the longest such), else those the words are a part of."""
    tokens = words.split()
    for length in range(len(tokens), 0, -1):
        wanted = squash(" ".join(tokens[:length]).rstrip(":,"))
        if exact := [w for w in known if squash(w.name) == wanted]:
            return [Chosen(w, " ".join(tokens[length:])) for w in exact]
    return [Chosen(w) for w in known if f" {squash(words)}" in f" {squash(w.name)}"]


def _usual(command: Command, uow: UnitOfWork, known: list[WorkgroupView]) -> WorkgroupView:
    """The workgroup of the channel it is asked in, or the only one the person has to do with."""
    place, actor = command.place, command.actor
    if place.channel and not place.direct:
        here = people.channel_for(uow, actor.platform, actor.workspace, place.channel)
        if found := [w for w in known if w.channel_id == here.id]:
            return found[0]
    mine = workgroups.workgroups_of(uow, uow.person.id)
    if not mine and uow.person.role >= Role.COORDINATOR:
        mine = known
    if len(mine) == 1:
        return mine[0]
    if not known:
        raise UserError("There are no workgroups yet. A coordinator makes one with /sip workgroup.")
    if not mine:
        raise _joinable(known)
    raise _which(command, mine)


def _joinable(known: list[WorkgroupView]) -> UserError:
    why = (
        "You are in no workgroup yet. Join the one you work with, or look at its agenda: type /sip agenda and its name."
    )
    choices = tuple((f"Join {w.name}", "workgroup join", (("workgroup", str(w.id)),)) for w in known)
    return UserError(why, choices)


def _which(command: Command, groups: list[WorkgroupView], why: str = "") -> Unclear:
    """Ask, with a button for each; the buttons carry on what else was said."""
    kept = tuple((name, value) for name, value in command.values.items() if name != "workgroup")
    words = command.values.get("workgroup", "")
    reason = words if command.verb == "meeting excused" and not words.isdigit() else ""
    if reason:
        kept += (("reason", reason),)
    choices = tuple((w.name, command.verb, (("workgroup", str(w.id)), *kept)) for w in groups)
    return Unclear(why or "Which workgroup?", choices, groups, reason)
