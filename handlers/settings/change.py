"""Showing the settings, changing them, and saying from when a change applies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option, marked, up_to_date
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain import cadence
from bot.domain.periods import Month, Quarter
from bot.domain.setup import COLUMN_LENGTH, NearestZones, nearest
from handlers.settings.values import BY_KEY, SETTINGS, SPELLINGS, Setting, current, default, read, said
from storage.dead_letters import redirect_reports
from storage.models import organization
from storage.queries.people import is_name_taken
from storage.queries.settings import change_setting, number, send_at, work_calendar
from storage.queries.setup import channels, checklist, lock_organization
from storage.uow import UnitOfWork

_OFFERED = 100  # options of a select: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element


@dataclass(frozen=True, slots=True)
class Line:
    """A setting for templates. `usual` is the default in words, "" where the value is the default or there is none."""

    label: str
    value: str
    usual: str
    words: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting that was changed, in words. `when`: from when it applies. `undo`: the value that brings it back."""

    key: str
    label: str
    before: str
    after: str
    when: str
    undo: str


def settings(command: Command, uow: UnitOfWork) -> Reply:
    """Show them all; change one that is named. A channel without a value is the one this is typed in; newsletter
    channels get it added."""
    name, value = command.values.get("name", ""), command.values.get("value", "")
    one = BY_KEY.get(name)
    if one is None:
        if value or name:
            raise _unknown(name or value)
        return Reply(_all(uow))
    if not value and one.kind not in ("channel", "channels"):
        return Reply(form=_form(uow, (one,)))
    try:
        stored = read(command, uow, one, value)
        return Reply(_changed(uow, [_set(uow, one, stored)]))
    except NearestZones as fault:
        choices = tuple((zone, "settings", (("name", one.key), ("value", zone))) for zone in fault.near)
        raise UserError(str(fault), choices) from None
    except ValueError as fault:
        raise UserError(str(fault)) from None


def edit(command: Command, uow: UnitOfWork) -> Reply:
    """The form with all of them; only what differs is changed, and nothing if one field is wrong."""
    if command.source != "form":
        return Reply(form=_form(uow, SETTINGS))
    values, stored, faults = up_to_date(command.values, _form(uow, SETTINGS)), {}, {}
    for one in SETTINGS:
        if one.key not in values:
            continue
        text = values[one.key]
        try:
            stored[one] = read(command, uow, one, text) if text.strip() else _emptied(one)
        except UserError as fault:
            faults[one.key] = fault.text
        except ValueError as fault:
            faults[one.key] = str(fault)
        else:
            taken = _taken(uow, one, stored[one])
            if taken:
                faults[one.key] = taken
    if faults:
        return Reply(errors=FormErrors(tuple(faults.items())))
    changes = [_set(uow, one, value) for one, value in stored.items() if value != current(uow, one)]
    return Reply(_changed(uow, changes))


def _emptied(one: Setting) -> str:
    """A field left empty: the default. ValueError where there is none."""
    usual = default(one)
    if usual is None:
        raise ValueError(f"The county needs a {one.label}.")
    return usual


def _unknown(words: str) -> UserError:
    near = dict.fromkeys(SPELLINGS[label] for label in nearest(words[:60], tuple(SPELLINGS)))
    choices = tuple((BY_KEY[key].label.capitalize(), "settings edit", ()) for key in list(near)[:1])
    hint = f" Did you mean “{BY_KEY[next(iter(near))].label}”?" if near else ""
    return UserError(
        f"I know no setting “{words[:60]}”.{hint} See them all with: /sip settings",
        (("All settings", "settings", ()), *choices),
    )


def _set(uow: UnitOfWork, one: Setting, value: str) -> Changed:
    """Store a value and go on with the organization as it is then."""
    lock_organization(uow)
    before = current(uow, one)
    taken = _taken(uow, one, value)
    if taken:
        raise ValueError(taken)
    if one.key in ("name", "zone"):
        uow.rows(update(organization).where(organization.c.id == uow.organization.id).values({one.key: value}))
        now = uow.organization
        uow.organization = replace(now, name=value) if one.key == "name" else replace(now, zone=value)
    else:
        change_setting(uow, one.key, value)
        if one.kind == "channel" and before and value:
            redirect_reports(uow.connection, uow.organization, int(before), int(value), uow.at)
        uow.organization = replace(uow.organization, settings={**uow.organization.settings, one.key: value})
    was, is_now = said(uow, one, before), said(uow, one, value)
    # An address is a person's, whom the audit log could not forget.
    uow.audit("setting changed", one.label if one.kind == "email" else f"{one.label}: {was} -> {is_now}")
    return Changed(one.key, one.label, was, is_now, _applies(uow, one), before or "none")


def _taken(uow: UnitOfWork, one: Setting, value: str) -> str:
    """Why a county cannot be called that, or ""."""
    if one.key != "name" or value == uow.organization.name:
        return ""
    return "Another county here has that name." if is_name_taken(uow, value) else ""


def _applies(uow: UnitOfWork, one: Setting) -> str:
    """From when the new value counts, in words and with a date where there is one."""
    calendar, zone, at, month = work_calendar(uow), uow.organization.tz, send_at(uow), Month.of(uow.today)
    if one.key == "executive_channel":
        due = cadence.rollup_due(month, calendar, zone, at)
        first = cadence.rollup_due(month.previous(), calendar, zone, at)
        return f"from the roll-up of {_day(first if first > uow.at else due)}"
    if one.key == "draft_days":
        drafts = (
            cadence.newsletter_draft_due(q, calendar, zone, at, number(uow, "draft_days"))
            for q in (Quarter.of(uow.today).previous(), Quarter.of(uow.today))
        )
        return f"from the draft of {_day(next(due for due in drafts if due > uow.at))}"
    if one.key in ("nudge_days", "missed_days"):
        rule = cadence.nudge_due if one.key == "nudge_days" else cadence.missed_meeting_due
        dates = (rule(m, calendar, zone, at, number(uow, one.key)) for m in (month, month.next()))
        return f"from {_day(next(due for due in dates if due > uow.at))}"
    return _WHEN.get(one.key, "at once")


_WHEN = {
    "prompt_days": "for every meeting whose agenda is not posted yet",
    "newsletter_channels": "from the next newsletter that is published",
    "send_at": "from the next post that is due; what was posted stays",
    "extra_days_off": "at once, for every date that is still to come",
    "zone": "at once, for every time that is still to come; workgroups with a zone of their own keep it",
    "name": "at once, in everything that is not published yet",
    "link_days": "at once to links posted for everybody; people's own keep the end they were made with",
    **{one.key: "from tonight; what is removed cannot be had back" for one in SETTINGS if one.kind == "kept"},
}


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y} at {at:%H:%M}"


def _changed(uow: UnitOfWork, changes: list[Changed]) -> Message:
    return uow.compose("settings/changed", changes=changes)


def _all(uow: UnitOfWork) -> Message:
    lines = [_line(uow, one) for one in SETTINGS]
    message = uow.compose("settings/all", lines=lines)
    items = checklist(uow)
    if all(item.done for item in items):
        return message
    return message.plus(*uow.compose("settings/checklist", items=items).blocks)


def _line(uow: UnitOfWork, one: Setting) -> Line:
    value, usual = current(uow, one), default(one)
    other = said(uow, one, usual) if usual is not None and usual != value else ""
    return Line(one.label.capitalize(), said(uow, one, value), other, one.words)


def _form(uow: UnitOfWork, wanted: tuple[Setting, ...]) -> Form:
    options = tuple(Option(str(c.id), f"#{c.name or c.external_id}") for c in channels(uow))
    fields = [_field(uow, one, options) for one in wanted if options or one.kind not in ("channel", "channels")]
    intro = () if options else uow.compose("settings/no_channels").blocks
    return marked(Form("Settings", "settings edit", tuple(fields), intro=intro))


def _field(uow: UnitOfWork, one: Setting, options: tuple[Option, ...]) -> Field:
    label, value = one.label.capitalize(), current(uow, one)
    hint = one.words[0].upper() + one.words[1:]
    if one.kind in ("channel", "channels"):
        chosen = value.split(",")
        return Field(
            one.key,
            label,
            "select" if one.kind == "channel" else "multi",
            tuple(sorted(options, key=lambda option: option.value not in chosen))[:_OFFERED],
            value,
            optional=True,
            hint=f"{hint}. Not in the list? Type in that channel: /sip settings {one.label}",
        )
    return Field(
        one.key,
        label,
        "long" if one.kind == "dates" else "text",
        value=value,
        optional=one.kind in ("dates", "email"),
        hint=hint,
        max_length=1000 if one.kind == "dates" else COLUMN_LENGTH,
    )
