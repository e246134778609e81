"""What a chart says, for places without pictures and for readers who do not see them: its numbers and latest values."""

from __future__ import annotations

from bot.chat.messages import Chart, Line, Span, Spans, Table, spans
from bot.chat.units import format_value

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
NOTHING_YET = "Nothing measured yet"


def month_name(month: str) -> str:
    """`February 2026` for the data month `2026-02`."""
    return f"{_MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def numbers(chart: Chart) -> Table:
    """The chart as a table: a row for each month that has a number, a column for each line."""
    rows = (
        (spans(month_name(month)), *(_cell(line.values[at], chart.unit) for line in chart.lines))
        for at, month in enumerate(chart.months)
        if any(line.values[at] is not None for line in chart.lines)
    )
    return Table(("Month", *(line.label for line in chart.lines)), tuple(rows))


def latest(chart: Chart) -> tuple[Spans, ...]:
    """One item a line: its label and last value with the month it belongs to."""
    return tuple((Span(f"{line.label}: ", bold=True), Span(_last(chart, line))) for line in chart.lines)


def is_measured(chart: Chart) -> bool:
    """Whether there is any reading to show, beside what was planned."""
    return any(value is not None for line in chart.lines if line.kind == "measured" for value in line.values)


def _cell(value: float | None, unit: str) -> Spans:
    return spans("–" if value is None else format_value(value, unit))


def _last(chart: Chart, line: Line) -> str:
    found = [(month, value) for month, value in zip(chart.months, line.values, strict=True) if value is not None]
    if not found:
        return "nothing yet"
    month, value = found[-1]
    return f"{format_value(value, chart.unit)} ({month_name(month)})"
