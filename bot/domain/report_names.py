"""What `report` can be asked for, and how people ask: a month, a quarter, a quarter in full, a progress report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.domain.periods import Month, Quarter, check_year, parse_period


@dataclass(frozen=True, slots=True)
class FullQuarter:
    """The quarterly report-out for managers and supervisors."""

    quarter: Quarter

    def __str__(self) -> str:
        return f"{self.quarter} full"


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """The working draft of the cycle's first or second progress report to the state."""

    number: int

    def __str__(self) -> str:
        return f"progress {self.number}"


Wanted = Month | Quarter | FullQuarter | ProgressReport

_FULL = re.compile(r"^(?:full|in full)\b|\b(?:in full|full)$", re.I)
_PROGRESS = re.compile(r"progress(?: reports?)?(?: draft)?\s*(?:no\.?|nr\.?|number|#)?\s*([0-9]+)?", re.I)


def parse_report(text: str, today: date) -> Wanted:
    """Reads what `report` is asked for; `2026-Q4 full`, `progress 1` and all that `parse_period` reads.

    Raises ValueError with a sentence that says what to write.
    """
    words = " ".join(text.split())
    if match := _PROGRESS.fullmatch(words):
        if match[1] not in ("1", "2"):
            raise ValueError("A cycle has two progress reports. Write: report progress 1, or report progress 2.")
        return ProgressReport(int(match[1]))
    bare = _FULL.sub("", words).strip(" ,:-")
    period = parse_period(bare, today) if bare or bare == words else Quarter.of(today)
    check_year(period, today)
    if bare == words:
        return period
    return FullQuarter(period if isinstance(period, Quarter) else period.quarter)
