"""One table of what was proven and what came of it: `python -m tests.trust.table` prints it, and with a file's name
writes it between that file's two `trust-table` comments.

Each test of a fault says its row with `record`, its count beside it; a row is a file in var/trust, so that tests in
several processes, and runs one after the other, make one table. What was counted in parts is one row with the sums, and
what came out the same on both databases is one row. A test that begins takes away what it said before, so that one which
fails or is skipped leaves nothing of an earlier run; and a row says of which commit it is: a table is of one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "var" / "trust"
_NUMBER = re.compile(r"\d[\d,]*")
_PROPER = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_DATABASE = re.compile("|".join(_PROPER), re.I)
_MARKED = re.compile(r"(<!-- trust-table -->\n).*?(<!-- /trust-table -->)", re.S)


def record(fault: str, setting: str, result: str, part: str = "") -> None:
    """A row: the fault, how much of it there was ("1,500 prompts on postgresql"), and what was counted. `part`: one of
    several counts that make one row ("seed 3"), whose results say the same but for their whole numbers. A second one
    with the same fault, setting and part takes the first one's place. Called before the assertions, so that a failure
    shows its count too."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", f"{part} {fault} {setting}".lower()).strip("-")[:150]
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    row = {"fault": fault, "setting": setting, "result": result, "part": part, "commit": commit()}
    (FOLDER / f"{_short(test)}-{name}.json").write_text(json.dumps(row, ensure_ascii=False), "utf-8")


def forget(test: str) -> None:
    """What the test with this id recorded before."""
    for path in FOLDER.glob(f"{_short(test)}-*.json"):
        path.unlink(missing_ok=True)


def _short(test: str) -> str:
    return hashlib.sha256(test.encode()).hexdigest()[:12]


@cache
def commit() -> str:
    """The commit that is tested, with "-dirty" where files differ from it; "" where there is no git."""
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def rows() -> list[dict[str, str]]:
    """What was recorded of the commit that was tested last, sorted by fault."""
    made = on_both(summed(_recorded()[0]))
    return sorted(made, key=lambda row: (row["fault"].lower(), row["setting"], row["result"]))


def _recorded() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows of the commit that was tested last, and those of others."""
    paths = sorted(FOLDER.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    found = [json.loads(path.read_text("utf-8")) for path in paths]
    newest = found[-1].get("commit") if found else ""
    return (
        [row for row in found if row.get("commit") == newest],
        [row for row in found if row.get("commit") != newest],
    )


def summed(found: list[dict[str, str]]) -> list[dict[str, str]]:
    """Parts as one row, with how many they are."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in found:
        words = _NUMBER.sub("#", row["result"])
        groups[row["fault"], row["setting"], row["part"].partition(" ")[0], words].append(row)
    return [
        {"fault": fault, "setting": f"{setting}, {len(group)} {kind}{'s' * (len(group) > 1)}", "result": _sum(group)}
        if kind
        else group[0]
        for (fault, setting, kind, _), group in groups.items()
    ]


def _sum(group: list[dict[str, str]]) -> str:
    each = [[int(number.replace(",", "")) for number in _NUMBER.findall(row["result"])] for row in group]
    totals = iter([sum(numbers) for numbers in zip(*each, strict=True)])
    return _NUMBER.sub(lambda _: f"{next(totals):,}", group[0]["result"])


def on_both(found: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows that differ by the database's name alone as one."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in found:
        setting = _DATABASE.sub(lambda name: _PROPER[name[0].lower()], row["setting"])
        groups[row["fault"], _DATABASE.sub("#", setting), row["result"]].append(setting)
    return [
        {
            "fault": fault,
            "setting": where.replace("#", "SQLite and PostgreSQL") if len(settings) > 1 else settings[0],
            "result": result,
        }
        for (fault, where, result), settings in groups.items()
    ]


def markdown() -> str:
    """The table."""
    lines = ["| fault | how much of it | counted |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {row['fault']} | {row['setting']} | {row['result']} |" for row in rows())]) + "\n"


def main() -> None:
    if not rows():
        sys.exit("Nothing was recorded yet: run pytest tests/trust first.")
    mine, others = _recorded()
    if others:
        named = "".join(f"\n- {row['fault']} ({row['setting']}): {row.get('commit') or 'unknown'}" for row in others)
        left_out = f"These rows are not of the commit that was tested last, {mine[0]['commit'] or 'unknown'}:{named}\n"
        sys.stderr.write(left_out + "Run their tests again, or remove var/trust and run all.\n")
        if len(sys.argv) > 1:
            sys.exit(1)
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
