"""How people ask for a report."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.periods import Month, Quarter
from bot.domain.report_names import FullQuarter, ProgressReport, parse_report

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-03", Month(2026, 3)),
        ("last month", Month(2026, 10)),
        ("2026-Q4", Quarter(2026, 4)),
        ("2026-Q4 full", FullQuarter(Quarter(2026, 4))),
        ("full Q1 2026", FullQuarter(Quarter(2026, 1))),
        ("last quarter in full", FullQuarter(Quarter(2026, 3))),
        ("full", FullQuarter(Quarter(2026, 4))),
        ("Feb 2026 full", FullQuarter(Quarter(2026, 1))),
        ("progress 1", ProgressReport(1)),
        ("Progress report #2", ProgressReport(2)),
        ("progress report number 1", ProgressReport(1)),
    ],
)
def test_what_is_meant(said, meant):
    assert parse_report(said, TODAY) == meant
    assert parse_report(str(meant), TODAY) == meant  # buttons carry it in this form


@pytest.mark.parametrize("said", ["progress", "progress 3", "progress 12", "fully", "2026-13 full"])
def test_anything_else_gets_a_sentence(said):
    with pytest.raises(ValueError, match=r"progress 1|I understand"):
        parse_report(said, TODAY)
