"""What can be set, how a typed value is read, and how a stored one is said. One row a setting, one function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.chat.commands import Command
from bot.domain.address_list import is_address
from bot.domain.setup import clean_name, read_dates, read_days, read_time, read_zone
from storage.queries import people
from storage.queries.settings import DEFAULTS, FOREVER, channel_ids, setting
from storage.queries.setup import resolve_channel
from storage.uow import UnitOfWork

Kind = Literal["channel", "channels", "days", "time", "dates", "name", "zone", "approvals", "email", "lasts", "kept"]

_LONGEST = 9999  # days that can be set
_SHORTEST = 30  # so that nothing goes before anybody could have looked at it
NONE_WORDS = ("none", "nothing", "off", "no", "clear")


@dataclass(frozen=True, slots=True)
class Setting:
    """`key` as stored (`name` and `zone` are the organization's columns), `label` as typed and shown, `words` what it
    does, `also` other spellings."""

    key: str
    label: str
    kind: Kind
    words: str
    also: tuple[str, ...] = ()


SETTINGS: tuple[Setting, ...] = (
    Setting("name", "name", "name", "the county's name in reports and newsletters", ("county name", "county")),
    Setting("zone", "zone", "zone", "the county's time zone", ("time zone", "timezone")),
    Setting(
        "executive_channel",
        "executive channel",
        "channel",
        "where the monthly roll-up is posted",
        ("executive", "roll-up channel", "rollup channel"),
    ),
    Setting(
        "newsletter_channels",
        "newsletter channels",
        "channels",
        "where a published newsletter is posted",
        ("newsletter channel", "newsletter"),
    ),
    Setting(
        "prompt_days", "prompt days", "days", "working days before a meeting that its agenda is posted", ("prompts",)
    ),
    Setting("nudge_days", "nudge days", "days", "working days before month end that owners are reminded", ("nudges",)),
    Setting(
        "missed_days",
        "missed days",
        "days",
        "working days before month end that a leader without a meeting is told",
        ("missed",),
    ),
    Setting("draft_days", "draft days", "days", "the working day after a quarter that its newsletter is drafted"),
    Setting("send_at", "send at", "time", "the time of day for everything that is posted by itself", ("time",)),
    Setting(
        "extra_days_off",
        "extra days off",
        "dates",
        "days the county closes beyond the public holidays",
        ("days off", "closures", "holidays"),
    ),
    Setting(
        "newsletter_approvals",
        "newsletter approvals",
        "approvals",
        "how many people approve a newsletter before it goes out: 1 or 2",
        ("approvals", "newsletter approval"),
    ),
    Setting(
        "reply_to",
        "reply address",
        "email",
        "where answers to the newsletter's e-mail go",
        ("reply to", "answers"),
    ),
    Setting("link_days", "link days", "lasts", "days for which a link to a report opens", ("link",)),
    *(
        Setting(
            "keep_" + what.replace(" ", "_"),
            f"retention {what}",
            "kept",
            f"days after which {words}",
            (f"keep {what}",),
        )
        for key, what, words in (
            ("keep_messages", "messages", "the words of private messages that were sent are removed"),
            ("keep_survey_answers", "survey answers", "the answers to a client survey that closed are removed"),
            ("keep_client_voice", "client voice", "client voice results are removed; what was published of them stays"),
            ("keep_meeting_notes", "meeting notes", "what was said in a prompt's thread and names no step is removed"),
            ("keep_declined_stories", "declined stories", "stories that were declined or taken back are removed"),
            ("keep_drafts", "drafts", "newsletter drafts and working papers that were never published are removed"),
        )
    ),
)
BY_KEY: Mapping[str, Setting] = {one.key: one for one in SETTINGS}
SPELLINGS: Mapping[str, str] = {spelling: one.key for one in SETTINGS for spelling in (one.label, *one.also)}


def current(uow: UnitOfWork, one: Setting) -> str:
    """The value as it is stored."""
    if one.key == "name":
        return uow.organization.name
    return uow.organization.zone if one.key == "zone" else setting(uow, one.key)


def default(one: Setting) -> str | None:
    """The stored form of the default; None for what has none."""
    return DEFAULTS.get(one.key)  # type: ignore[return-value]


def said(uow: UnitOfWork, one: Setting, value: str) -> str:
    """A stored value in words."""
    if one.kind in ("channel", "channels"):
        found = [people.channel_by_id(uow, int(part)) for part in value.split(",") if part]
        return ", ".join(f"#{c.name or c.external_id}" for c in found if c) or "none"
    if one.kind == "dates":
        days = [date.fromisoformat(part) for part in value.split(",") if part]
        return ", ".join(f"{day.day} {day:%B %Y}" for day in days) or "none"
    return value or "none"


def read(command: Command, uow: UnitOfWork, one: Setting, text: str) -> str:
    """What people wrote, as it is stored. Raises ValueError or UserError with the sentence to show; NearestZones, a
    ValueError, carries candidates."""
    text = text.strip()
    usual = default(one)
    if usual is not None and (text.lower() == "default" or (not usual and text.lower() in NONE_WORDS)):
        return usual
    return _READERS[one.kind](command, uow, text)


def _channels(command: Command, uow: UnitOfWork, text: str) -> str:
    """The channels that are listed; with none listed, those there are and the one this is typed in."""
    parts = [part.strip() for part in text.replace("> <", ">,<").split(",") if part.strip()]
    found = [resolve_channel(uow, command, part).id for part in parts]
    if not parts:
        found = [*channel_ids(uow, "newsletter_channels"), resolve_channel(uow, command, "here").id]
    return ",".join(str(key) for key in dict.fromkeys(found))


def _channel(command: Command, uow: UnitOfWork, text: str) -> str:
    return str(resolve_channel(uow, command, text).id)


def _approvals(text: str) -> str:
    found = {"1": "1", "one": "1", "2": "2", "two": "2"}.get(text.strip().lower())
    if found is None:
        raise ValueError("Choose 1 or 2: how many people have to approve a newsletter.")
    return found


def _email(text: str) -> str:
    if not is_address(text.strip()):
        raise ValueError("That does not look like an e-mail address, for example news@county.example.")
    return text.strip()


def _lasts(text: str) -> str:
    days = text.lower().removesuffix("s").removesuffix("day").strip()
    if not (days.isascii() and days.isdecimal() and 1 <= int(days[:6]) <= _LONGEST):
        raise ValueError(f"Say a number of days from 1 to {_LONGEST}.")
    return str(int(days))


def _kept(text: str) -> str:
    if text.strip().lower() in (*NONE_WORDS, FOREVER, "for ever", "never"):
        return FOREVER
    try:
        return str(max(_SHORTEST, int(_lasts(text))))
    except ValueError:
        raise ValueError(f"Say a number of days from {_SHORTEST} to {_LONGEST}, or: {FOREVER}.") from None


_READERS: Mapping[Kind, Callable[[Command, UnitOfWork, str], str]] = {
    "channel": _channel,
    "channels": _channels,
    "days": lambda _command, _uow, text: str(read_days(text)),
    "time": lambda _command, _uow, text: f"{read_time(text):%H:%M}",
    "dates": lambda _command, _uow, text: ",".join(day.isoformat() for day in read_dates(text)),
    "name": lambda _command, _uow, text: clean_name(text),
    "zone": lambda _command, _uow, text: read_zone(text),
    "approvals": lambda _command, _uow, text: _approvals(text),
    "email": lambda _command, _uow, text: _email(text),
    "lasts": lambda _command, _uow, text: _lasts(text),
    "kept": lambda _command, _uow, text: _kept(text),
}
