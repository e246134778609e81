"""Compare what a renderer makes with the file that says what it should make; `SIPBOT_GOLDEN=write` rewrites the files."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def assert_golden(name: str, text: str) -> None:
    """`name` is the file under tests/golden, e.g. "html/table.html". Review what a rewrite changes before keeping it."""
    path = FOLDER / name
    if os.environ.get("SIPBOT_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    assert path.exists(), f"{name} is missing; run with SIPBOT_GOLDEN=write"
    assert text == path.read_text("utf-8"), f"{name} differs; run with SIPBOT_GOLDEN=write and review the change"
