"""What the calendar has to do, worked out from the words of the README's table alone: counting days by hand, without
the product's own rules. Only which days are holidays is asked of the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)
NIGHT = time(2, 30)  # of the retention


@dataclass(frozen=True)
class Item:
    """A thing to do once, from `due` on and before `until`. `tz`: where it has its local day."""

    job: str
    subject: str
    period: str
    due: datetime
    tz: ZoneInfo
    until: datetime = NEVER

    def done_at(self, readings: Iterable[datetime]) -> datetime | None:
        """The first of these readings of the clock at which it can be done."""
        return next((one for one in readings if self.due <= one < self.until), None)


@dataclass(frozen=True)
class County:
    """`send_at` in `tz`, Forms meets there on every second Tuesday; Data has no channel, is in `elsewhere` and meets on
    every last Friday. All of them since `since`. `off`: the days nobody works besides weekends."""

    tz: ZoneInfo
    elsewhere: ZoneInfo
    send_at: time
    since: datetime
    off: Callable[[date], bool]
    forms: str
    data: str
    owner: str

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and not self.off(day)

    def counted(self, day: date, days: int) -> date:
        """So many working days after `day`, or before it."""
        while days:
            day += DAY if days > 0 else -DAY
            if self.works(day):
                days += -1 if days > 0 else 1
        return day

    def at(self, day: date, tz: ZoneInfo, moment: time | None = None) -> datetime:
        """UTC of a local time; in a gap it is moved on by the gap's length, of two the first."""
        return datetime.combine(day, self.send_at if moment is None else moment, tz).astimezone(UTC)

    def midnight(self, day: date, tz: ZoneInfo) -> datetime:
        return self.at(day, tz, time(0))

    def month(self, first: date) -> Iterator[Item]:
        """All that belongs to the month that begins on `first`, but for nightly things."""
        after, name, tz = month_after(first, 1), f"{first:%Y-%m}", self.tz
        yield Item("month_close", "all", name, self.midnight(after, tz), tz)
        yield Item("rollup", "all", name, self.at(self.counted(after - DAY, 1), tz), tz)
        opens = self.at(self.counted(after, -5), tz)
        yield Item("nudge", self.owner, name, opens, tz, self.midnight(after, tz))
        if after.month % 3 == 1:
            over = self.midnight(month_after(after, 3), tz)
            quarter = f"{first.year}-Q{first.month // 3}"
            yield Item("newsletter_draft", "all", quarter, self.at(self.counted(after - DAY, 5), tz), tz, over)
        tuesday = first + DAY * ((1 - first.weekday()) % 7 + 7)
        last = after - DAY
        friday = last - DAY * ((last.weekday() - 4) % 7)
        yield from self._meeting("prompt", self.forms, tuesday, after, tz)
        yield from self._meeting("no_channel", self.data, friday, after, self.elsewhere)

    def _meeting(self, job: str, group: str, day: date, after: date, tz: ZoneInfo) -> Iterator[Item]:
        name = f"{day:%Y-%m}"
        if self.off(day):
            later = self.counted(day, 1)
            day = later if later < after else self.counted(day, -1)
        if day < self.since.astimezone(tz).date():
            return
        yield Item(job, group, name, self.at(self.counted(day, -3), tz), tz, self.midnight(day + DAY, tz))
        asked = max(self.at(self.counted(after, -3), tz), self.at(self.counted(day, 1), tz))
        yield Item("missed_meeting", group, name, asked, tz, self.midnight(after, tz))

    def night(self, day: date) -> Item:
        """The nightly look at what is kept long enough."""
        over = self.midnight(day + DAY, self.tz)
        return Item("retention", "looked", day.isoformat(), self.at(day, self.tz, NIGHT), self.tz, over)

    def survey(self, number: int, closes_on: date) -> Item:
        return Item("survey_closed", str(number), "", self.at(closes_on + DAY, self.tz), self.tz)

    def revised(self, month: str, told: datetime, readings: Iterable[datetime]) -> Item | None:
        """The revision of what was told late, on the first working day after it that sees it."""
        for one in readings:
            day = one.astimezone(self.tz).date()
            if day > told.astimezone(self.tz).date() and self.works(day) and one >= self.at(day, self.tz):
                return Item("rollup_revision", month, day.isoformat(), self.at(day, self.tz), self.tz)
        return None

    def changes_of_clocks(self, first: date, last: date) -> Iterator[datetime]:
        """The hours around every change to and from daylight saving time."""
        at, end = self.midnight(first, self.tz), self.midnight(last, self.tz)
        while at < end:
            if at.astimezone(self.tz).utcoffset() != (at + DAY).astimezone(self.tz).utcoffset():
                yield from (at + timedelta(hours=hour) for hour in range(-2, 30))
            at += DAY


def month_after(day: date, months: int) -> date:
    """The first of a month, so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
