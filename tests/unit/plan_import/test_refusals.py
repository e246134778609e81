"""What is not a plan is refused, with a sentence that says what to do next."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import docx
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

from bot.domain.plan_import import Line, NotAPlan, parse_plan, read_document

SHARED = Path(os.environ.get("SIPBOT_SHARED", Path(__file__).resolve().parents[3].parent / "shared"))
RECIPE = (
    "Bean soup\n\nIngredients\n- 2 cups of beans\n- 1 onion\n\nStep 1: Soak the beans over night\nStep 2: Boil them\n"
)
MINUTES = """Minutes of the Housing Committee, County of Alder

Goal of the meeting: agree on a date.

1. The chair opened the meeting.
2. Strategy was discussed at length.
3. Actions: Kim writes to the board by March 31, 2025.
"""
TEAM_MINUTES = """Cal-OAR Team Meeting Minutes
Date: 4/7/2025

Goal 1: Increase engagement - on track
Strategy 1: Client voice - the survey went out
Action items:
- Ann will send the list by Friday
- Bob will book the room
"""
CITY_PLAN = """Strategic Plan of the City of Alder

Goal 1: Healthy communities
Strategy 1: Expand clinics
Action Steps
1. Rent rooms
2. Hire nurses
"""
CONTENTS_ONLY = """System Improvement Plan
Table of Contents
Goal 1: Engagement ........ 4
Strategy 1: Client voice ......... 5
Action Steps ....................... 6
"""
RESUME = """Jordan Example
Objective: to work as a program analyst
Goals: grow as a leader
- Increased enrollment from 20% to 40%
- Led strategy for a county office
"""
READINGS = "month,measure,value\n" + "2025-01,Engagement Rate,20.1\n" * 30
GOALS_ONLY = "Goal 1: Increase attendance from 40% to 60%\n\nStrategy 1: Call people\n\nStrategy 2: Write to people\n"


@pytest.mark.parametrize(
    "text",
    [
        RECIPE,
        MINUTES,
        TEAM_MINUTES,
        CITY_PLAN,
        CONTENTS_ONLY,
        RESUME,
        READINGS,
        GOALS_ONLY,
        "Goal 1: Increase attendance from 40% to 60%\n",
    ],
)
def test_a_text_that_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.txt"
    path.write_text(text)
    with pytest.raises(NotAPlan, match=r"could not be read as a System Improvement Plan.*Check that"):
        parse_plan(read_document(path))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \n\n ", "is empty"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), "JPEG"),
        (bytes(range(256)) * 20, "not a text document"),
        (b"PK\x03\x04 but no archive", "not a Word document"),
        (b"%PDF-1.7 cut off", "PDF that cannot be opened"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word or Excel"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    with pytest.raises(NotAPlan, match=says) as refusal:
        read_document(path)
    assert "ave" in refusal.value.reason  # "Save it as ...": what to do


def test_a_workbook_a_locked_pdf_and_an_empty_word_file_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    locked = canvas.Canvas(str(tmp_path / "locked.pdf"), encrypt=StandardEncryption("secret"))
    locked.drawString(72, 700, "Goal 1: Increase attendance from 40% to 60%")
    locked.save()
    docx.Document().save(str(tmp_path / "empty.docx"))
    for name, says in (("book.xlsx", "not a Word document"), ("locked.pdf", "password"), ("empty.docx", "no text")):
        with pytest.raises(NotAPlan, match=says):
            read_document(tmp_path / name)


def test_a_text_far_longer_than_any_plan_is_refused_before_it_is_read() -> None:
    lines = [Line(i, "Goal: none. Strategy talk. 1. A step. " * 10) for i in range(1, 6001)]
    with pytest.raises(NotAPlan, match="more than 2 million characters"):
        parse_plan(lines)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPlan, match="cannot be opened"):
        read_document(tmp_path / "nowhere.txt")


@pytest.mark.skipif(not (SHARED / "seeds").exists(), reason="the study folder with other documents is not here")
def test_the_other_study_documents_are_refused() -> None:
    others = [p for p in (SHARED / "seeds").glob("*.txt") if not p.name.startswith("002")]
    assert len(others) == 3
    for path in others:
        with pytest.raises(NotAPlan):
            parse_plan(read_document(path))


def test_windows_1252_and_utf_16_are_understood(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        path = tmp_path / "plan.txt"
        path.write_bytes("a “quoted” – word\r\nand é".encode(encoding))
        assert [line.text for line in read_document(path)] == ["a “quoted” – word", "and é"]


def test_importing_the_importer_does_not_load_word_or_pdf_libraries() -> None:
    code = "import sys, bot.domain.plan_import; print([m for m in ('docx', 'pypdf', 'lxml') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("mark", ["**a ", "__a ", "<b ", "<http://a"])
def test_marks_that_are_never_closed_are_read_at_once(mark: str) -> None:
    lines = [*GOALS_ONLY.splitlines(), "Action Steps:", "1. Call", mark * (19_000 // len(mark))]
    began = time.process_time()
    parse_plan([Line(i, text) for i, text in enumerate(lines, 1)])
    assert time.process_time() - began < 0.5


def test_a_line_far_longer_than_any_plans_is_refused_by_its_number() -> None:
    with pytest.raises(NotAPlan, match=r"Line 2 holds more than 20,000 characters\. Break it into paragraphs"):
        parse_plan([Line(1, "Goal 1: Increase attendance from 40% to 60%"), Line(2, "a " * 10_001)])
