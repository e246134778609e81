"""A PostgreSQL to be ill-treated, and the table of what was counted at the end of a run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.trust.cluster import a_cluster
from tests.trust.table import forget, rows


@pytest.fixture(scope="module")
def cluster():
    """A PostgreSQL of the module's own, in a folder that no other run of pytest tidies up and that the server's own user
    may enter."""
    with tempfile.TemporaryDirectory(prefix="sipbot-cluster-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with a_cluster(Path(folder)) as found:
            yield found


def pytest_runtest_setup(item):
    forget(item.nodeid)


def pytest_terminal_summary(terminalreporter):
    for row in rows():
        terminalreporter.write_line(f"trust: {row['fault']} ({row['setting']}): {row['result']}")
