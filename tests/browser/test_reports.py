"""What a simulated county publishes and drafts, as a reader sees it: on a phone, in the dark, from a browser's printer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.chat.clock import MovableClock
from bot.pages import html_document
from bot.report_files import render_report
from storage.db import open_engine
from storage.queries.people import organizations
from tests.browser.conftest import OpenPage
from tests.browser.looks import overflow, violations
from tests.integration.test_rollup_counts import PLAN
from tests.integration.test_rollup_year import Year, live
from tests.paper import sheets

pytestmark = pytest.mark.browser
PAPERS = {"report-out": "2025-Q1 full", "progress": "progress 1"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with three roll-ups and the papers of a small county as HTML."""
    folder = tmp_path_factory.mktemp("county")
    (folder / "plan.txt").write_text(PLAN)
    year = live(folder / "out", folder / "plan.txt", "2025-01", 3)
    write(folder, year)
    engine = open_engine(f"sqlite:///{folder / 'out' / 'simulation.sqlite3'}")
    for name, wanted in PAPERS.items():
        clock = MovableClock(datetime(2025, 4, 8, 17, tzinfo=UTC))
        with engine.connect() as connection:
            (home,) = organizations(connection)
        (folder / f"{name}.html").write_bytes(render_report(engine, clock, home, wanted, "html"))
    yield folder
    engine.dispose()


def write(folder: Path, year: Year) -> None:
    for period, message in year.pages.items():
        (folder / f"rollup-{period}.html").write_text(html_document(message), "utf-8")


@pytest.mark.parametrize("name", ["rollup-2025-01", "rollup-2025-03", *PAPERS])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 380])
def test_axe_finds_nothing_wrong(written: Path, open_page: OpenPage, name: str, scheme: str, width: int) -> None:
    page = open_page((written / f"{name}.html").as_uri(), width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(found => found.open = true)")
    assert violations(page) == []
    assert overflow(page) == 0


def test_a_roll_up_is_printed_on_one_sheet(written: Path, open_page: OpenPage) -> None:
    for path in sorted(written.glob("rollup-*.html")):
        assert len(sheets(open_page(path.as_uri()).pdf(format="Letter", prefer_css_page_size=True))) == 1, path.stem
