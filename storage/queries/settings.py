"""What a coordinator may set in chat, with the defaults of DESIGN §6. Stored in organization.settings as text."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TypedDict

from sqlalchemy import update

from bot.domain.cadence import WorkCalendar
from storage.models import organization
from storage.uow import UnitOfWork

FOREVER = "forever"


class Defaults(TypedDict):
    prompt_days: str
    nudge_days: str
    missed_days: str
    draft_days: str
    send_at: str
    executive_channel: str
    newsletter_channels: str
    extra_days_off: str
    newsletter_approvals: str
    reply_to: str
    link_days: str
    keep_messages: str
    keep_survey_answers: str
    keep_client_voice: str
    keep_meeting_notes: str
    keep_declined_stories: str
    keep_drafts: str


DEFAULTS: Defaults = {
    "prompt_days": "3",  # working days before the meeting
    "nudge_days": "5",  # working days before month end
    "missed_days": "3",  # working days before month end
    "draft_days": "5",  # nth working day after the quarter
    "send_at": "09:00",
    "executive_channel": "",  # channel id (our row) for the roll-up
    "newsletter_channels": "",  # channel ids, comma-separated
    "extra_days_off": "",  # ISO dates, comma-separated: days the county closes beyond the public holidays
    "newsletter_approvals": "1",  # how many different people
    "reply_to": "",  # the e-mail address that answers to the newsletter go to
    "link_days": "400",  # how long a link to a report opens
    # Days after which it is removed. What may be a public record is kept until the county says otherwise.
    "keep_messages": "90",
    "keep_survey_answers": FOREVER,
    "keep_client_voice": FOREVER,
    "keep_meeting_notes": FOREVER,
    "keep_declined_stories": FOREVER,
    "keep_drafts": FOREVER,
}


def setting(uow: UnitOfWork, name: str) -> str:
    """The organization's value, or the default. Raises KeyError for a name that is no setting."""
    default: str = DEFAULTS[name]  # type: ignore[literal-required]
    return uow.organization.settings.get(name, default)


def number(uow: UnitOfWork, name: str) -> int:
    """A setting that is a whole number."""
    return int(setting(uow, name))


def kept_for(uow: UnitOfWork, name: str) -> timedelta | None:
    """How long something is kept; None for ever."""
    value = setting(uow, name)
    return None if value == FOREVER else timedelta(days=int(value))


def send_at(uow: UnitOfWork) -> time:
    """The time of day for scheduled posts, in the organization's zone."""
    return time.fromisoformat(setting(uow, "send_at"))


def work_calendar(uow: UnitOfWork) -> WorkCalendar:
    """The days the county works."""
    days = setting(uow, "extra_days_off")
    return WorkCalendar(extra_days_off=frozenset(date.fromisoformat(day) for day in days.split(",") if day))


def channel_ids(uow: UnitOfWork, name: str) -> list[int]:
    """A setting that names channels, by their row ids."""
    return [int(part) for part in setting(uow, name).split(",") if part]


def change_setting(uow: UnitOfWork, name: str, value: str) -> None:
    """Set it. The unit of work's own organization keeps the values it was read with."""
    changed = {**uow.organization.settings, name: value}
    uow.rows(update(organization).where(organization.c.id == uow.organization.id).values(settings=changed))
