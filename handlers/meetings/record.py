"""Recording a meeting: held with attendance, decisions and follow-ups, or excused with a reason.

Recording again is the edit: attendance and decisions are replaced, follow-ups are added to those already there. Where
somebody else saved since the form was opened, it comes back once with what they saved. What was recorded can be taken
back, by a button that showed it; the audit log keeps that it was there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete

from bot.chat.commands import Command
from bot.chat.compose import plural, short
from bot.chat.errors import UserError
from bot.chat.forms import HOLDS, Field, Form, FormErrors, Option
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain.cadence import meeting_date, revision_due
from bot.domain.follow_ups import WrittenFollowUp, read_follow_ups
from bot.domain.periods import Month
from handlers.meetings import choosing, meanwhile
from storage.models import attendance, follow_up, meeting
from storage.queries import meetings, people, settings, setup, workgroups
from storage.queries.ids import row_id
from storage.queries.meetings import GUEST, AttendanceView, FollowUpView
from storage.queries.people import Person
from storage.queries.workgroups import (
    EXCUSED,
    HELD,
    MEMBER_ROLES,
    MISSED,
    PROMPTED,
    MeetingView,
    MemberView,
    WorkgroupView,
)
from storage.uow import Destination, UnitOfWork

_CARRIED = 500  # characters of a reason a button carries; Slack takes 2,000, a Teams card with ten of them 25 KB
LONGEST = 10_000  # characters of decisions, follow-ups or a reason that one recording may hold
_TOKEN = re.compile(r"<@([^>|\s]+)(?:\|([^>]*))?>")
_ROLE_TITLES = {"leader": "Leaders", "manager": "Managers", "equity member": "Equity members", "staff": "Staff"}
_COUNTED = {"staff": "staff member"}


@dataclass(frozen=True, slots=True)
class Given:
    """A recording that has been read and found good."""

    on: date
    present: tuple[Person, ...]
    decisions: str
    follow_ups: tuple[WrittenFollowUp, ...]


def held(command: Command, uow: UnitOfWork) -> Reply:
    """The form, or what it brought."""
    group = choosing.choose(command, uow).group
    choosing.require_recorder(uow, group)
    month = choosing.month_given(command)
    if month is not None and command.values.get("back"):
        return _take_back(command, uow, group, month)
    if "date" not in command.values:
        return Reply(form=_held_form(uow, group, month, month or choosing.month_to_record(uow, group)))
    given = _read(command, uow, group, month)
    if isinstance(given, FormErrors):
        if command.source == "form":
            return Reply(errors=given)
        raise UserError(given.errors[0][1])
    workgroups.lock_workgroup(uow, group.id)
    row = workgroups.meeting_of(uow, group.id, Month.of(given.on))
    if row is not None and _saved_meanwhile(command, uow, row, given):
        return Reply(form=_looked_at_again(command, uow, group, month, row))
    return _keep(uow, group, row, given)


def _saved_meanwhile(command: Command, uow: UnitOfWork, row: MeetingView, given: Given) -> bool:
    """Whether the meeting is no longer what the form was opened with, nor what it brings: a form may be sent twice."""
    brought = meanwhile.version_of(given.on, (person.id for person in given.present), given.decisions)
    return meanwhile.version(uow, row) not in (command.values.get("version"), brought)


def excused(command: Command, uow: UnitOfWork) -> Reply:
    """Not meeting this month: the form, or the reason as it was written."""
    try:
        chosen = choosing.choose(command, uow)
    except choosing.Unclear as unclear:
        if len(unclear.words) <= _CARRIED:
            raise
        return _ask_which(command, unclear)
    group = chosen.group
    choosing.require_recorder(uow, group)
    month = choosing.month_given(command) or choosing.month_to_excuse(uow, group)
    if command.values.get("back"):
        return _take_back(command, uow, group, month)
    workgroups.lock_workgroup(uow, group.id)
    row = workgroups.meeting_of(uow, group.id, month)
    if row is not None and row.state == HELD:
        it = (("workgroup", str(group.id)), ("month", str(month)))
        back = (*it, ("version", meanwhile.version(uow, row)), ("back", "yes"))
        raise UserError(
            f"The {month.title} meeting of {group.name} is recorded as held. If that is wrong, take it back first.",
            (("Change the record", "meeting held", it), ("Take back", "meeting held", back)),
        )
    reason = setup.readable(uow, command.actor, command.values.get("reason", chosen.rest)).strip()
    if "reason" not in command.values and not reason:
        return Reply(form=_excused_form(group, month, row))
    if not reason or len(reason) > LONGEST:
        sentence = _too_long("The reason", reason) if reason else "Say in a few words why the group does not meet."
        if command.source == "form":
            return Reply(errors=FormErrors((("reason", sentence),)))
        raise UserError(sentence)
    return _keep_excused(uow, group, month, row, reason)


def _held_form(uow: UnitOfWork, group: WorkgroupView, month: Month | None, shown: Month) -> Form:
    """`shown`: the month whose record is filled in. `month`: the only one it may be saved for."""
    today = uow.at.astimezone(group.tz).date()
    row = workgroups.meeting_of(uow, group.id, shown)
    members = workgroups.members(uow, group.id)
    was_held = row is not None and row.state == HELD
    came = meetings.attendance(uow, [row.id]) if row and was_held else []
    present = ",".join(str(i) for i in [a.person_id for a in came] or [m.id for m in members])
    kept = _kept(uow, row)
    hint = f"{plural(len(kept), 'follow-up')} already kept; add new ones here." if kept else ""
    fields = (
        Field("date", "When did you meet?", "date", value=_usual_day(uow, group, shown, row, today).isoformat()),
        Field("attendance", "Who was there?", "people", _people_options(uow, members, came), present),
        Field("decisions", "What was decided?", "long", value=row.decisions if row else "", optional=True),
        Field(
            "follow_ups", "Follow-ups, one a line", "long", optional=True, hint=hint,
            placeholder="@Ann Ortiz: draft the reminder text by 12 March",
        ),
    )  # fmt: skip
    only = (("month", str(month)),) if month else ()
    hidden = (("workgroup", str(group.id)), ("version", meanwhile.version(uow, row)), *only)
    notes = meetings.thread_notes(uow, group.id, shown)
    intro = uow.compose("meetings/form", group=group, month=month, notes=notes).blocks
    return Form("Record the meeting", "meeting held", fields, hidden=hidden, intro=intro)


def _looked_at_again(
    command: Command, uow: UnitOfWork, group: WorkgroupView, month: Month | None, row: MeetingView
) -> Form:
    """The form with everything typed in it, below what somebody else saved meanwhile; saving it again decides."""
    form = _held_form(uow, group, month, row.month)
    fields = tuple(replace(field, value=command.values.get(field.name, "")) for field in form.fields)
    news = meanwhile.news(uow, "meanwhile", group, row, present_words(uow, row.id))
    return replace(form, fields=fields, intro=news.blocks)


def _excused_form(group: WorkgroupView, month: Month, row: MeetingView | None) -> Form:
    reason, hint = row.reason if row else "", ""
    if len(reason) > HOLDS:
        hint = (
            f"The reason as it stands has {len(reason):,} characters, more than fits here; what you write replaces it."
        )
        reason = ""
    field = Field("reason", f"Why does {group.name} not meet in {month.title}?", "long", value=reason, hint=hint)
    hidden = (("workgroup", str(group.id)), ("month", str(month)))
    return Form("Not meeting this month", "meeting excused", (field,), hidden=hidden)


def _ask_which(command: Command, unclear: choosing.Unclear) -> Reply:
    """A reason too long for a button: a form keeps it while the workgroup is asked for."""
    if not command.answerable or len(unclear.words) > HOLDS:  # no form can be opened here, or none holds the words
        names = " or ".join(group.name for group in unclear.groups)
        raise UserError(
            f"Nothing is saved yet: which workgroup? Send it again with the name ({names}) before the reason."
        )
    fields = (
        Field("workgroup", "Workgroup", "select", tuple(Option(str(g.id), short(g.name, 70)) for g in unclear.groups)),
        Field("reason", "Why do you not meet?", "long", value=unclear.words),
    )
    return Reply(form=Form("Not meeting this month", "meeting excused", fields))


def _usual_day(uow: UnitOfWork, group: WorkgroupView, month: Month, row: MeetingView | None, today: date) -> date:
    """The day recorded, else the planned one if it has come (or its month has not), else today."""
    if row is not None and row.state == HELD and row.held_on:
        return row.held_on
    planned = meeting_date(group.cadence, month, settings.work_calendar(uow))
    if planned is not None and (planned <= today or today < month.first):
        return planned
    return min(today, month.last)


def _people_options(uow: UnitOfWork, members: list[MemberView], came: list[AttendanceView]) -> tuple[Option, ...]:
    """Members by role, then everybody else as guests, also those who came and have left the county since."""
    inside = {member.id for member in members}
    others = {p.id: p.name for p in people.all_people(uow)} | {a.person_id: a.name for a in came}
    return tuple(Option(str(m.id), m.name, _ROLE_TITLES[m.role]) for m in members) + tuple(
        Option(str(number), name, "Guests") for number, name in others.items() if number not in inside
    )


def _kept(uow: UnitOfWork, row: MeetingView | None) -> list[FollowUpView]:
    """The follow-ups a meeting already has."""
    if row is None:
        return []
    return [f for f in meetings.follow_ups(uow, row.workgroup_id) if f.meeting_id == row.id]


def _read(command: Command, uow: UnitOfWork, group: WorkgroupView, month: Month | None) -> Given | FormErrors:
    values, today = command.values, uow.at.astimezone(group.tz).date()
    faults: list[tuple[str, str]] = []
    on = _day(values.get("date", ""))
    if on is None:
        faults.append(("date", "Choose the day you met."))
    elif on > Month.of(today).last:
        faults.append(("date", "That day is still ahead. Record the meeting once it has been held."))
    elif month is not None and not month.contains(on):
        faults.append(("date", f"This is the meeting of {month.title}: choose a day in that month."))
    present, fault = _present(command, uow)
    if fault:
        faults.append(("attendance", fault))
    for name, label in (("decisions", "The list of decisions"), ("follow_ups", "The list of follow-ups")):
        if len(values.get(name, "")) > LONGEST:
            faults.append((name, _too_long(label, values[name])))
    if faults or on is None:
        return FormErrors(tuple(faults))
    text, names = _with_names(command, uow, values.get("follow_ups", ""))
    return Given(on, present, values.get("decisions", "").strip(), tuple(read_follow_ups(text, names, today)))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _too_long(label: str, text: str) -> str:
    return (
        f"{label} has {len(text):,} characters and I can keep {LONGEST:,}. "
        "Shorten it here, and add the rest as a reply in the agenda's thread."
    )


def _present(command: Command, uow: UnitOfWork) -> tuple[tuple[Person, ...], str]:
    """The people a `people` field names by id or mention, and what is wrong with it."""
    found: dict[int, Person] = {}
    for token in filter(None, (part.strip() for part in command.values.get("attendance", "").split(","))):
        mention = _TOKEN.fullmatch(token)
        if mention:  # somebody new to the bot was there all the same
            who: Person | None = setup.resolve_person(uow, command.actor, token, create=True)
        else:
            number = row_id(token)
            who = people.person_by_id(uow, number) if number is not None else None
        if who is None:
            return (), f"I do not know “{short(token, 60)}”. Choose people from the list."
        found[who.id] = who
    return tuple(found.values()), "" if found else "Choose who was there."


def _with_names(command: Command, uow: UnitOfWork, text: str) -> tuple[str, Mapping[int, str]]:
    """Mentions in the platform's own writing become `@Name`; and the names a follow-up may begin with."""
    names = {person.id: person.name for person in people.all_people(uow)}
    return setup.readable(uow, command.actor, text), names


def _keep(uow: UnitOfWork, group: WorkgroupView, row: MeetingView | None, given: Given) -> Reply:
    month = Month.of(given.on)
    again = row is not None and row.state == HELD
    values = {"held_on": given.on, "state": HELD, "decisions": given.decisions, "reason": ""}
    meeting_id = _save(uow, group, month, row, values)
    _replace_attendance(uow, group, meeting_id, given.present)
    _add_follow_ups(uow, group, meeting_id, given.follow_ups)
    counts = present_words(uow, meeting_id)
    uow.audit("meeting held", f"{group.name}, {given.on}: {counts}{' (changed)' if again else ''}")
    data = {
        "group": group,
        "month": month,
        "on": given.on,
        "who": uow.person,
        "counts": counts,
        "decisions": given.decisions,
        "follow_ups": [f for f in meetings.follow_ups(uow, group.id) if f.meeting_id == meeting_id],
        "owners": {person.id: person for person in people.all_people(uow)},
        "again": again,
        "late": meetings.rollup_published(uow, month),
        "revised": _revised(uow, month),
    }
    return Reply(_receipt(uow, group, month, meeting_id, "held", data))


def _keep_excused(uow: UnitOfWork, group: WorkgroupView, month: Month, row: MeetingView | None, reason: str) -> Reply:
    planned = meeting_date(group.cadence, month, settings.work_calendar(uow))
    meeting_id = _save(uow, group, month, row, {"held_on": planned, "state": EXCUSED, "reason": reason})
    uow.audit("meeting excused", f"{group.name}, {month}")
    late = meetings.rollup_published(uow, month)
    told = {"late": late, "revised": _revised(uow, month)}
    data = {"group": group, "month": month, "reason": reason, "who": uow.person, **told}
    return Reply(_receipt(uow, group, month, meeting_id, "excused", data))


def _receipt(
    uow: UnitOfWork, group: WorkgroupView, month: Month, meeting_id: int, event: str, data: Mapping[str, object]
) -> Message:
    """The group is told; the receipt's *Take back* is for what is recorded now."""
    shared = _tell_group(uow, group, month, meeting_id, event, data)
    version = meanwhile.version(uow, workgroups.meeting_of(uow, group.id, month))
    return uow.compose(f"meetings/{event}", shared=shared, version=version, **data)


def _revised(uow: UnitOfWork, month: Month) -> bool:
    return revision_due(month, uow.today, settings.work_calendar(uow))


def _take_back(command: Command, uow: UnitOfWork, group: WorkgroupView, month: Month) -> Reply:
    """The meeting as if nobody had recorded it: still to come, or missed where its month is over. Decisions stay in
    the form for whoever records it again. A button takes back only what was recorded when it was shown."""
    workgroups.lock_workgroup(uow, group.id)
    row = workgroups.meeting_of(uow, group.id, month)
    if row is None or row.state not in (HELD, EXCUSED):
        raise UserError(f"Nothing is recorded about the {month.title} meeting of {group.name}.")
    if command.values.get("version") != meanwhile.version(uow, row):
        return Reply(meanwhile.news(uow, "not_taken_back", group, row, present_words(uow, row.id)))
    today = uow.at.astimezone(group.tz).date()
    planned = meeting_date(group.cadence, month, settings.work_calendar(uow))
    state = MISSED if today > month.last else PROMPTED
    _save(uow, group, month, row, {"held_on": planned, "state": state, "reason": ""})
    _replace_attendance(uow, group, row.id, ())
    uow.audit("meeting taken back", f"{group.name}, {month}: was {row.state}")
    data = {"group": group, "month": month, "who": uow.person, "follow_ups": len(_kept(uow, row))}
    _tell_group(uow, group, month, row.id, "taken_back", data)
    return Reply(uow.compose("meetings/taken_back", **data))


def _save(
    uow: UnitOfWork, group: WorkgroupView, month: Month, row: MeetingView | None, values: Mapping[str, object]
) -> int:
    """The meeting's row with these values; its id."""
    stamp = {"recorded_by": uow.person.id, "recorded_at": uow.at}
    if row is None:
        return uow.insert(meeting, workgroup_id=group.id, month=str(month), **values, **stamp)
    uow.change(meeting, meeting.c.id == row.id, **values, **stamp)
    return row.id


def _replace_attendance(uow: UnitOfWork, group: WorkgroupView, meeting_id: int, present: tuple[Person, ...]) -> None:
    mine = attendance.c.organization_id == uow.organization.id
    uow.rows(delete(attendance).where(mine, attendance.c.meeting_id == meeting_id))
    roles = {member.id: member.role for member in workgroups.members(uow, group.id)}
    for person in present:
        uow.insert(attendance, meeting_id=meeting_id, person_id=person.id, role=roles.get(person.id, GUEST))


def _add_follow_ups(
    uow: UnitOfWork, group: WorkgroupView, meeting_id: int, written: tuple[WrittenFollowUp, ...]
) -> None:
    """Those that the meeting does not have yet, so that a form sent twice adds nothing."""
    known = {f.text for f in meetings.follow_ups(uow, group.id) if f.meeting_id == meeting_id}
    for one in written:
        if one.text not in known:
            known.add(one.text)
            uow.insert(
                follow_up, workgroup_id=group.id, meeting_id=meeting_id, owner_id=one.owner, text=one.text,
                due=one.due, created_at=uow.at,
            )  # fmt: skip


def present_words(uow: UnitOfWork, meeting_id: int) -> str:
    """Who was there by role: `1 leader, 3 staff members`."""
    counts = Counter(a.role for a in meetings.attendance(uow, [meeting_id]))
    roles = [role for role in (*MEMBER_ROLES, GUEST) if counts[role]]
    return ", ".join(plural(counts[role], _COUNTED.get(role, role)) for role in roles)


def _tell_group(
    uow: UnitOfWork, group: WorkgroupView, month: Month, meeting_id: int, event: str, data: Mapping[str, object]
) -> bool:
    """A note for everybody in the thread of the month's prompt, or in the channel that the workgroup has had since;
    False where it has none."""
    if group.channel_id is None:
        return False
    thread = meetings.prompt_thread(uow, group.id, month, group.channel_id)
    to = Destination(channel_id=group.channel_id, thread=thread)
    revision = meetings.notes_posted(uow, meeting_id) + 1
    key = f"meeting:{meeting_id}:{event}:{revision}"
    note = uow.compose(f"meetings/{event}_note", **data)
    return uow.post("receipt", to, note, key=key, period=str(month), subject_id=group.id)
