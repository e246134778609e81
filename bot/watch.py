"""What people are told about sipbot itself: messages that wait, and jobs of the calendar that came late or not at all.

Each is a job like those of the calendar, so that any number of replicas tell it once (the ledger): an incident is told
when it begins and when it is over. Nothing is told twice for the same incident, nor about a long queue that goes out at
the pace the platform allows, nor job by job about a weekend on which nobody ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.chat.jobs import Due, JobSpec
from bot.domain.periods import Month, Quarter
from storage.outbox import to_tell
from storage.uow import Destination, UnitOfWork
from storage.watching import ALERT, Patience, noted, waiting_too_long

log = structlog.get_logger()

PATIENCE = Patience(normal=timedelta(minutes=30), backlog=timedelta(hours=3), still=timedelta(minutes=10))
LATE = timedelta(minutes=30)  # after which a job that failed is told about, and one done after a standstill
GAP = timedelta(minutes=30)  # without a look at the calendar: a standstill
QUEUE_LATE, QUEUE_WELL = "queue_late", "queue_well"
JOB_LATE, JOB_WELL, CAUGHT_UP = "job_late", "job_well", "caught_up"
_NAMED = 5  # things named in one message
_WORDS = {
    "month_close": "the closing of the month",
    "prompt": "a meeting prompt",
    "missed_meeting": "the question about a missed meeting",
    "nudge": "the reminders",
    "rollup": "the roll-up",
    "rollup_revision": "the revised roll-up",
    "newsletter_draft": "the newsletter's draft",
    "retention": "the nightly removal of what is kept long enough",
    "newsletter_without": "the newsletter without a story that was taken back",
    "newsletter_mail": "the account of the newsletter's mails",
    "no_channel": "the note on a workgroup without a channel",
    "same person": "the question whether two accounts are one person",
    "survey_closed": "the news of a survey's end",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """A due thing that a tick came to."""

    job: str
    due: Due


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick saw in an organization: what failed, what it did, and the jobs that could not say what is due.
    `since`: when we began to run without a standstill; `stopped`: where this tick ended one of the organization's, when
    it had begun."""

    since: datetime
    stopped: datetime | None
    failed: Sequence[Ran] = ()
    done: Sequence[Ran] = ()
    unclear: frozenset[str] = frozenset()


def jobs(tick: Tick) -> tuple[JobSpec, ...]:
    """What there may be to tell after it."""
    return (
        JobSpec(QUEUE_LATE, partial(_queue_late, tick), _tell_queue_late),
        JobSpec(QUEUE_WELL, partial(_queue_well, tick), _tell_queue_well),
        JobSpec(JOB_LATE, partial(_jobs_late, tick), partial(_tell_job_late, tick)),
        JobSpec(JOB_WELL, partial(_jobs_well, tick), _tell_job_well),
        JobSpec(CAUGHT_UP, partial(_caught_up, tick), partial(_tell_caught_up, tick)),
    )


# messages that wait: incidents are numbered, so that replicas that see the same one at once agree on its name


def _queue_late(tick: Tick, uow: UnitOfWork) -> Iterable[Due]:
    begun, ended = noted(uow, QUEUE_LATE), noted(uow, QUEUE_WELL)
    if len(begun) == len(ended) and (oldest := waiting_too_long(uow, PATIENCE, tick.since)):
        yield Due("all", str(len(begun) + 1), oldest)


def _tell_queue_late(uow: UnitOfWork, due: Due) -> None:
    minutes = _minutes(uow.at - due.at)
    log.error("messages wait", organization=uow.organization.id, minutes=minutes)
    _tell(uow, f"queue_late:{due.period}", "watch/queue_late", int(due.period), waited=_duration(uow.at - due.at))


def _queue_well(tick: Tick, uow: UnitOfWork) -> Iterable[Due]:
    begun, ended = noted(uow, QUEUE_LATE), noted(uow, QUEUE_WELL)
    if len(begun) > len(ended) and waiting_too_long(uow, PATIENCE, tick.since) is None:
        *_, (_, number, at) = begun
        if tick.since <= uow.at - PATIENCE.normal:  # else we do not know yet
            yield Due("all", number, at)


def _tell_queue_well(uow: UnitOfWork, due: Due) -> None:
    uow.unpost(ALERT, int(due.period))  # the news that it began, where that waited too
    log.info("messages go out again", organization=uow.organization.id)
    told = {"began": due.at.astimezone(uow.organization.tz)}
    _tell(uow, f"queue_well:{due.period}", "watch/queue_well", None, **told)


# jobs that are not done


def _jobs_late(tick: Tick, uow: UnitOfWork) -> Iterable[Due]:
    """One incident for a job and a period, however many workgroups it is about."""
    first: dict[tuple[str, str], Due] = {}
    for ran in tick.failed:
        if uow.at - max(ran.due.at, tick.since) > LATE:
            first.setdefault((ran.job, ran.due.period), Due(ran.job, ran.due.period, ran.due.at))
    told = {(job, period) for job, period, _ in noted(uow, JOB_LATE)}
    return [due for name, due in first.items() if name not in told]


def _tell_job_late(tick: Tick, uow: UnitOfWork, due: Due) -> None:
    log.error("a job is late", organization=uow.organization.id, job=due.subject, period=due.period)
    many = sum((ran.job, ran.due.period) == (due.subject, due.period) for ran in tick.failed)
    at = due.at.astimezone(uow.organization.tz)
    _tell(uow, f"job_late:{due.subject}:{due.period}", "watch/job_late", None, job=_name(due), due=at, many=many)


def _jobs_well(tick: Tick, uow: UnitOfWork) -> Iterable[Due]:
    still = {(ran.job, ran.due.period) for ran in tick.failed}
    for (job, period), at in _open_jobs(uow).items():
        if (job, period) not in still and job not in tick.unclear:
            yield Due(job, period, at)


def _tell_job_well(uow: UnitOfWork, due: Due) -> None:
    done = bool(uow.decided(due.subject, due.period))
    _tell(uow, f"job_well:{due.subject}:{due.period}", "watch/job_well", None, job=_name(due), done=done)


def _open_jobs(uow: UnitOfWork) -> dict[tuple[str, str], datetime]:
    ended = {(job, period) for job, period, _ in noted(uow, JOB_WELL)}
    return {(job, period): at for job, period, at in noted(uow, JOB_LATE) if (job, period) not in ended}


# a standstill: one message with everything that came late by it


def _caught_up(tick: Tick, uow: UnitOfWork) -> Iterable[Due]:
    if tick.stopped and _late_by_it(tick, uow):
        yield Due("all", f"{tick.stopped:%Y-%m-%dT%H:%M}", tick.stopped)


def _tell_caught_up(tick: Tick, uow: UnitOfWork, due: Due) -> None:
    late = _late_by_it(tick, uow)
    tz = uow.organization.tz
    names = list(dict.fromkeys(_name(ran.due, ran.job) for ran in late))
    told = {"stopped": due.at.astimezone(tz), "names": names[:_NAMED], "more": len(names[_NAMED:])}
    _tell(uow, f"caught_up:{due.period}", "watch/caught_up", None, **told)


def _late_by_it(tick: Tick, uow: UnitOfWork) -> list[Ran]:
    """What became due while nobody looked, and long enough ago to be noticed."""
    stopped = tick.stopped
    return [ran for ran in tick.done if stopped and stopped < ran.due.at < uow.at - LATE]


def _tell(uow: UnitOfWork, key: str, template: str, subject: int | None, **data: object) -> None:
    message = uow.compose(template, **data)
    for person_id in to_tell(uow.connection, uow.organization.id):
        to = Destination(person_id=person_id)
        uow.post(ALERT, to, message, key=f"{key}:{person_id}", subject_id=subject)


def _name(due: Due, job: str = "") -> str:
    """`the roll-up for October 2026`"""
    job = job or due.subject
    return f"{_WORDS.get(job, 'the job “' + job.replace('_', ' ') + '”')}{_of(due.period)}"


def _of(period: str) -> str:
    for kind in (Month, Quarter):
        try:
            return f" for {kind.parse(period).title}"
        except ValueError:
            continue
    return ""


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def _duration(length: timedelta) -> str:
    minutes = _minutes(length)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 1440} days"
