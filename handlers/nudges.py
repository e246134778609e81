"""Nudges: once a month a private list of one's own quiet steps; and the ways to have it later, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.chat.commands import Arg, Command, CommandSpec, squash
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.jobs import Due, JobSpec
from bot.chat.replies import Reply
from bot.domain.cadence import WEEKDAYS, local_time, nudge_due
from bot.domain.days import parse_day
from bot.domain.periods import Month
from storage.models import person as person_table
from storage.queries import people, plan, settings
from storage.queries.ids import row_id
from storage.queries.people import Person
from storage.queries.plan import StepView
from storage.uow import Destination, UnitOfWork

NUDGE = "nudge"
_SNOOZE_DAYS = 2
_LONGEST_AWAY = 366  # days; a date beyond is more likely a mistyped year
_SHOWN = 30  # steps in one nudge; the rest is counted and under /sip me
_SWITCH = {"on": "on", "yes": "on", "start": "on", "off": "off", "no": "off", "stop": "off"}
_UNTIL = ("until ", "till ", "til ", "through ", "to ")
_LOGGED = {"snoozed_until": "snooze", "nudges": "on or off", "away_until": "leave"}
_BACK = ("off", "back", "no", "over", "end", "i am back", "i'm back")


def nudges_due(uow: UnitOfWork) -> list[Due]:
    """Owners of open steps without an update this month, from `nudge_days` working days before the month's end to its
    end. Who is on leave, snoozed or opted out is not due; who comes back within the month is due from then on.

    The subject is the person's id. When a person snoozes after the first nudge, the day the snooze ends is added.
    """
    month = Month.of(uow.today)
    if uow.at < _opens(uow, month):
        return []
    quiet = {owner for step in _quiet(uow, month) for owner in step.owner_ids}
    if not quiet:
        return []
    decided, found = uow.decided(NUDGE, str(month)), []
    for who in people.all_people(uow):
        again = str(who.id) in decided and who.snoozed_until is not None
        subject = f"{who.id}:{who.snoozed_until}" if again else str(who.id)
        ready = _ready(uow, who, month)
        if who.id in quiet and who.nudges and subject not in decided and ready <= uow.at:
            found.append(Due(subject, str(month), ready))
    return found


def send_nudge(uow: UnitOfWork, due: Due) -> None:
    """One private message with all of a person's quiet steps. A snooze that is over is taken off, so that only one
    begun after this nudge brings another."""
    month = Month.parse(due.period)
    number, _, again = due.subject.partition(":")
    who = people.person_by_id(uow, int(number))
    steps = list(_quiet(uow, month, int(number)))
    if who is None or not steps or not who.nudges or _ready(uow, who, month) > uow.at:
        return
    message = uow.compose(
        "nudges/nudge",
        steps=steps[:_SHOWN],
        total=len(steps),
        month=month,
        again=bool(again),
        days=_SNOOZE_DAYS,
        last_day=WEEKDAYS[month.last.weekday()],
    )
    to = Destination(person_id=who.id)
    uow.post(NUDGE, to, message, key=f"nudge:{due.subject}:{month}", period=str(month), subject_id=who.id)
    uow.change(person_table, person_table.c.id == who.id, snoozed_until=None)


def _ready(uow: UnitOfWork, who: Person, month: Month) -> datetime:
    """When the nudges open, the snooze ends or the leave is over: the latest of them."""
    mornings = [who.snoozed_until] if who.snoozed_until else []
    if who.away_until:
        mornings.append(who.away_until + timedelta(days=1))
    at, zone = settings.send_at(uow), uow.organization.tz
    return max([_opens(uow, month), *(local_time(day, at, zone) for day in mornings)])


def _opens(uow: UnitOfWork, month: Month) -> datetime:
    calendar, days = settings.work_calendar(uow), settings.number(uow, "nudge_days")
    return nudge_due(month, calendar, uow.organization.tz, settings.send_at(uow), days)


def _quiet(uow: UnitOfWork, month: Month, owner_id: int | None = None) -> Iterable[StepView]:
    """Open steps without an update since the month began where the organization is."""
    began = local_time(month.first, datetime.min.time(), uow.organization.tz)
    for step in plan.steps(uow, owner_id=owner_id):
        if not step.closed and (step.updated_at is None or step.updated_at < began):
            yield step


def snooze(command: Command, uow: UnitOfWork) -> Reply:
    """No nudge before a later day of this month; `0` ends the snooze."""
    words = command.values.get("days", "").strip()
    if squash(words) in ("0", "off", "end"):
        _store(uow, snoozed_until=None)
        return Reply(uow.compose("nudges/snooze_over", days=_SNOOZE_DAYS))
    wanted = _snooze_end(words, uow.today)
    if wanted <= uow.today:
        raise UserError("Snooze for a day or more, for example /sip snooze 2.")
    until = _next_working_day(uow, wanted)
    if until is None:
        raise UserError(
            f"{Month.of(uow.today).title} ends before a snooze would, so there is nothing to put off. "
            "To hear nothing at all, turn reminders off.",
            (("Turn reminders off", "nudges", (("switch", "off"),)),),
        )
    _store(uow, snoozed_until=until)
    weekday = WEEKDAYS[until.weekday()]
    return Reply(uow.compose("nudges/snoozed", until=until, weekday=weekday, cut=until < wanted, who=uow.person))


def _snooze_end(words: str, today: date) -> date:
    """`3`, `3 days`, `until friday`; nothing is two days."""
    days = row_id(words) if words else _SNOOZE_DAYS
    if days is not None:
        return today + timedelta(days=min(days, _LONGEST_AWAY))
    return _day(words, today)


def _next_working_day(uow: UnitOfWork, wanted: date) -> date | None:
    """The first working day from `wanted` on, or the month's last one where that is sooner; None if it has passed."""
    calendar, month = settings.work_calendar(uow), Month.of(uow.today)
    day = calendar.add_working_days(wanted - timedelta(days=1), 1)
    if not month.contains(day):
        day = calendar.working_days_before_month_end(month, 1)
    return day if day > uow.today else None


def nudges(command: Command, uow: UnitOfWork) -> Reply:
    """Turn one's reminders on or off; without a word, how they stand."""
    switch = command.values.get("switch", "")
    if switch:
        _store(uow, nudges=switch == "on")
    on = switch == "on" if switch else uow.person.nudges
    who = uow.person
    away = who.away_until if who.away_until and who.away_until >= uow.today else None
    snoozed = who.snoozed_until if who.snoozed_until and who.snoozed_until > uow.today else None
    return Reply(uow.compose("nudges/switched", on=on, changed=bool(switch), away=away, snoozed=snoozed))


def away(command: Command, uow: UnitOfWork) -> Reply:
    """On leave through a day, or back again."""
    given = command.values.get("until", "").strip()
    if squash(given) in _BACK:
        _store(uow, away_until=None)
        return Reply(uow.compose("nudges/back"))
    if not given and command.source != "form":
        return Reply(form=_away_form(uow))
    try:
        until = _last_day_away(given, uow.today)
    except UserError as error:
        if command.source == "form":
            return Reply(errors=FormErrors((("until", error.text),)))
        raise
    _store(uow, away_until=until)
    return Reply(uow.compose("nudges/away", until=until, weekday=WEEKDAYS[until.weekday()]))


def _away_form(uow: UnitOfWork) -> Form:
    until = uow.person.away_until
    value = until.isoformat() if until and until >= uow.today else ""
    hint = "No reminders through this day. Your steps stay yours."
    return Form("You are away", "away", (Field("until", "Your last day away", "date", value=value, hint=hint),))


def _last_day_away(text: str, today: date) -> date:
    until = _day(text, today)
    if until < today:
        raise UserError(f"{text} is over already. Give your last day away, for example /sip away until Friday.")
    if (until - today).days > _LONGEST_AWAY:
        raise UserError(f"{until.isoformat()} is more than a year ahead. Check the year, please.")
    return until


def _day(text: str, today: date) -> date:
    words = text.strip()
    for start in _UNTIL:
        if words.lower().startswith(start):
            words = words[len(start) :]
    try:
        return parse_day(words, today)
    except ValueError as error:
        raise UserError(str(error)) from None


def _store(uow: UnitOfWork, **values: object) -> None:
    """The log says what was changed, not until when somebody is away: it cannot forget it."""
    uow.change(person_table, person_table.c.id == uow.person.id, **values)
    uow.audit("reminders changed", ", ".join(_LOGGED[name] for name in values))


COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "snooze",
        snooze,
        "Put your reminder off for some days, at most to the end of the month",
        args=(Arg("days", "rest"),),
        examples=("snooze", "snooze 3 days", "snooze until Friday"),
    ),
    CommandSpec(
        "nudges",
        nudges,
        "Turn your monthly reminder on or off",
        args=(Arg("switch", "choice", _SWITCH),),
        examples=("nudges", "nudges off", "nudges on"),
        aliases=("nudge",),
    ),
    CommandSpec(
        "away",
        away,
        "Say that you are on leave: no reminders until you are back",
        args=(Arg("until", "rest"),),
        examples=("away", "away until 12 March", "away until Friday", "away off"),
    ),
)

JOBS: tuple[JobSpec, ...] = (JobSpec(NUDGE, nudges_due, send_nudge),)
