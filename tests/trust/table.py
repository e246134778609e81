"""One table of what was proven and what came of it: `python -m tests.trust.table` prints it, and with a file's name
writes it between that file's two `trust-table` comments.

Each test of a fault says its row with `record`, its count beside it; a row is a file in var/trust, so that tests in
several processes, and runs one after the other, make one table.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "var" / "trust"
_MARKED = re.compile(r"(<!-- trust-table -->\n).*?(<!-- /trust-table -->)", re.S)


def record(fault: str, setting: str, result: str) -> None:
    """A row: the fault, how much of it there was ("PostgreSQL, 10 seeds, 1,500 prompts"), and what was counted. A second
    one with the same fault and setting takes the first one's place. Called before the assertions, so that a failure
    shows its count too."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", f"{fault} {setting}".lower()).strip("-")[:150]
    row = {"fault": fault, "setting": setting, "result": result}
    (FOLDER / f"{name}.json").write_text(json.dumps(row, ensure_ascii=False), "utf-8")


def rows() -> list[dict[str, str]]:
    """What was recorded, sorted by fault."""
    found = [json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")]
    return sorted(found, key=lambda row: (row["fault"], row["setting"]))


def markdown() -> str:
    """The table."""
    lines = ["| fault | how much of it | counted |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {row['fault']} | {row['setting']} | {row['result']} |" for row in rows())]) + "\n"


def main() -> None:
    if not rows():
        sys.exit("Nothing was recorded yet: run pytest tests/trust first.")
    if len(sys.argv) == 1:
        sys.stdout.write(markdown())
        return
    file = Path(sys.argv[1])
    old = file.read_text("utf-8")
    new, found = _MARKED.subn(lambda marks: marks[1] + markdown() + marks[2], old)
    if not found:
        sys.exit(f"{file} has no <!-- trust-table --> and <!-- /trust-table --> for it to stand between.")
    file.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
