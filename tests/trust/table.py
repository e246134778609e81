"""One table of what was proven and what came of it: `python -m tests.trust.table` prints it, and with a file's name
writes it between that file's two `trust-table` comments.

Each test of a fault says its row with `record`, its count beside it; a row is a file in var/trust, so that tests in
several processes, and runs one after the other, make one table. What was counted in parts is one row with the sums, and
what came out the same on both databases is one row.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "var" / "trust"
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
    row = {"fault": fault, "setting": setting, "result": result, "part": part}
    (FOLDER / f"{name}.json").write_text(json.dumps(row, ensure_ascii=False), "utf-8")


def rows() -> list[dict[str, str]]:
    """What was recorded, sorted by fault."""
    found = [json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")]
    made = on_both(summed(found))
    return sorted(made, key=lambda row: (row["fault"].lower(), row["setting"], row["result"]))


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
