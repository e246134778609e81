"""What happens by the calendar: a JobSpec says what is due and does one due thing; the clock only pokes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do once: `subject` (a workgroup, a person, …) in `period`. `at`: when it became due, aware."""

    subject: str
    period: str
    at: datetime


@dataclass(frozen=True, slots=True)
class JobSpec:
    """`due(uow)` lists what is due by now and not in the ledger, missed ticks included; `run(uow, due)` does one of
    them in a transaction that also holds its ledger row, so a second run changes nothing."""

    name: str
    due: Callable[[Any], Iterable[Due]]
    run: Callable[[Any, Due], None]
