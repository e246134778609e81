"""Files that ask for more than they are, imported on the command line: refused in a sentence, in bounded memory and
time, or read as what they are. Nothing is stored of them, and nothing of this machine gets into them."""

from __future__ import annotations

import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bot.domain.plan_import import NotAPlan, read_document
from bot.domain.reading_table import NotATable, read_file
from tests.trust.hostile_files import PLANS, of_itself_and_numbered, written
from tests.trust.table import record

ROOT = Path(__file__).parents[2]
MEMORY = 1_500_000_000  # bytes a process may have, its libraries among them
SECONDS = 60  # a hang is told from slowness: none of these takes ten on a slow machine
UNUSABLE = 2


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def imported(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "plan", "import", str(path)]
    env = {"PATH": "", "PYTHONPATH": str(ROOT), "HOME": str(path.parent), "COLUMNS": "500"}
    return subprocess.run(
        command, cwd=path.parent, env=env, capture_output=True, text=True, timeout=SECONDS, preexec_fn=bounded
    )


@pytest.mark.slow
def test_no_plan_file_takes_the_process_with_it(tmp_path):
    wrong = {}
    for kind in PLANS:
        path = written(tmp_path, kind)
        done = imported(path)
        said = done.stderr + done.stdout
        fault = done.returncode != UNUSABLE or "Traceback" in said or not said.strip().endswith(".") or "root:" in said
        if fault:
            wrong[kind] = (done.returncode, said[-300:])
        path.unlink()
    left = [path.name for path in tmp_path.iterdir()]
    record("hostile plan files (zip bombs, entities, nesting, endless counting)", f"{len(PLANS)} kinds",
           f"{len(PLANS) - len(wrong)} refused in a sentence within {MEMORY // 10**6:,} MB; {len(left)} databases made")  # fmt: skip
    assert wrong == {}
    assert left == []


def refused(tmp_path: Path, kind: str) -> str:
    with pytest.raises(NotAPlan) as refusal:
        read_document(written(tmp_path, kind))
    return refusal.value.reason


@pytest.mark.parametrize("part", ["a picture that unpacks to 2 GB", "a text that unpacks to 1 GB"])
def test_a_word_file_is_measured_before_it_is_unpacked(tmp_path, part, monkeypatch):
    monkeypatch.setattr("docx.Document", lambda path: pytest.fail("it was opened"))
    assert "far larger than a plan once it is unpacked" in refused(tmp_path, f"Word, {part}")


def test_a_pdf_of_thousands_of_pages_is_not_read_page_by_page(tmp_path, monkeypatch):
    monkeypatch.setattr("pypdf.PageObject.extract_text", lambda *_, **__: pytest.fail("a page was read"))
    assert "more than 2,000 pages" in refused(tmp_path, "PDF, 50,000 pages")


def test_a_damaged_number_is_a_damaged_file(tmp_path):
    assert "is not a Word document that can be opened" in refused(tmp_path, "Word, a list that begins nowhere")


def test_a_style_based_on_itself_and_a_number_beyond_roman_numerals_are_read(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(of_itself_and_numbered())
    assert [line.text for line in read_document(path) if line.text] == ["Goal 1: x", "1000000000. Strategy"]


def test_of_a_table_no_more_is_read_than_a_table_has(tmp_path, monkeypatch):
    path = tmp_path / "readings.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000_000)  # takes no room on the disk
    with pytest.raises(NotATable, match="more than 5 MB"):
        read_file(path, "percent", date(2026, 3, 2))
