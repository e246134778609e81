"""A month or quarter as two moments, where the organization is: what every gathering of facts is bounded by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.cadence import local_time
from bot.domain.periods import Month, Quarter
from storage.uow import UnitOfWork

_MIDNIGHT = time(0)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A period as two moments (end excluded) and as the last day that counts. `closed`: the period is over."""

    start: datetime
    end: datetime
    last: date
    closed: bool

    @property
    def over(self) -> date:
        """The last day that is over: what was due on it or before and is not done is late."""
        return self.last if self.closed else self.last - timedelta(days=1)


def window(uow: UnitOfWork, period: Month | Quarter) -> Window:
    """The period where the organization is: 31 March 23:30 there belongs to March. An open one ends now, with what
    was stored this very moment."""
    start, end = midnight(uow, period.first), midnight(uow, period.last + timedelta(days=1))
    closed = end <= uow.at
    now = max(start, uow.at + _MOMENT)
    return Window(start, end if closed else now, period.last if closed else uow.today, closed)


def midnight(uow: UnitOfWork, day: date) -> datetime:
    """The moment in which `day` begins where the organization is."""
    return local_time(day, _MIDNIGHT, uow.organization.tz)


def last_moment(uow: UnitOfWork, month: Month) -> datetime:
    """The latest moment that belongs to `month`: what is told late for it counts as said then."""
    return midnight(uow, month.next().first).astimezone(UTC) - _MOMENT
