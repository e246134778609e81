"""The table of what was counted, at the end of a run."""

from __future__ import annotations

from tests.trust.table import rows


def pytest_terminal_summary(terminalreporter):
    for row in rows():
        terminalreporter.write_line(f"trust: {row['fault']} ({row['setting']}): {row['result']}")
