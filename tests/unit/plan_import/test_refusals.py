"""What is not a plan is refused, with a sentence that says what to do next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.plan_import import NotAPlan, parse_plan, read_document

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
GOALS_ONLY = "Goal 1: Increase attendance from 40% to 60%\n\nStrategy 1: Call people\n\nStrategy 2: Write to people\n"


@pytest.mark.parametrize("text", [RECIPE, MINUTES, GOALS_ONLY, "Goal 1: Increase attendance from 40% to 60%\n"])
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
