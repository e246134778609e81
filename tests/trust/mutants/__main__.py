"""Run the mutants, as many at once as there are processors: `python -m tests.trust.mutants [NAME …]`. Exits with 1 where
one was not noticed, or finds no place any more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.trust.table import record

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PARTS = ("bot", "handlers", "storage", "templates", "tests", "pyproject.toml", "Makefile")
LOCKS = ("requirements.lock", "requirements-dev.lock")
AT_ONCE = os.cpu_count() or 1
FAILED = 1  # pytest's exit code for tests that failed https://docs.pytest.org/en/stable/reference/exit-codes.html
OUTCOMES = ("FAILED ", "ERROR ", "PASSED ")  # of pytest's last lines: then the test's id, and for two of them why
NOTICED, NOT_NOTICED, NO_ANSWER = "noticed", "NOT NOTICED", "no answer"


def noticed(mutant: dict[str, Any], folder: Path) -> tuple[str, str]:
    """Whether all of its tests fail with the fault in place, and which did not, or why there is no answer."""
    path = folder / mutant["file"]
    sound = path.read_text("utf-8")
    if (count := sound.count(mutant["before"])) != 1:
        return NOT_NOTICED, f"{mutant['file']} has its `before` {count} times, not once"
    path.write_text(sound.replace(mutant["before"], mutant["after"]), "utf-8")
    try:
        code, said = pytest(folder, "-rfEps", *ids(mutant))
    finally:
        path.write_text(sound, "utf-8")
    outcomes = [line.partition(" ")[::2] for line in said.splitlines() if line.startswith(OUTCOMES)]
    wanted = dict.fromkeys(mutant.get("tests", []), ("FAILED", "ERROR"))
    wanted |= dict.fromkeys(mutant.get("by_themselves", []), ("FAILED",))
    told = {one: {kind for kind, line in outcomes if is_of(line, one)} for one in wanted}
    silent = [one for one, kinds in told.items() if not kinds.intersection(wanted[one])]
    if not silent:
        return NOTICED, ", ".join(wanted)
    if code in (0, FAILED) and not any(told[one] for one in silent) and "\nSKIPPED " in said:
        return NO_ANSWER, "skipped: " + ", ".join(silent)
    return NOT_NOTICED, f"pytest ended with {code}, and not noticed by " + ", ".join(silent)


def is_of(line: str, test: str) -> bool:
    """Whether pytest's line is about this test, or one of this file."""
    return line == test or line.startswith((f"{test} - ", f"{test}::", f"{test}["))


def ids(mutant: dict[str, Any]) -> list[str]:
    """The tests that are run for it."""
    return [*mutant.get("tests", []), *mutant.get("by_themselves", [])]


def pytest(folder: Path, *arguments: str) -> tuple[int, str]:
    """pytest's exit code and output in `folder`, whose own code is imported, not the installed one."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace")
    return done.returncode, done.stdout


def copies(folder: Path) -> SimpleQueue[Path]:
    """The code, once for each of those that run at the same time."""
    made: SimpleQueue[Path] = SimpleQueue()
    for number in range(AT_ONCE):
        here = folder / str(number)
        here.mkdir()
        for part in (*PARTS, *LOCKS):
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, here / part)
        made.put(here)
    return made


def chosen(names: list[str]) -> dict[str, dict[str, Any]]:
    """Name -> mutant, of all where none is named. Exits where there is no such."""
    mutants = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("*.toml"))}
    if unknown := set(names) - mutants.keys():
        sys.exit("There is no mutant " + ", ".join(sorted(unknown)))
    return {name: mutants[name] for name in sorted(names or mutants)}


def main() -> int:
    mutants = chosen(sys.argv[1:])
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(AT_ONCE) as pool:
        folders = copies(Path(temporary))

        def told(name: str) -> str:
            folder, began = folders.get(), time.monotonic()
            try:
                outcome, by = noticed(mutants[name], folder)
            finally:
                folders.put(folder)
            seconds = time.monotonic() - began
            print(f"{outcome:11} {seconds:3.0f} s {name}: {mutants[name]['why']} ({by})", flush=True)
            return outcome

        folder = folders.get()
        tests = sorted({test for mutant in mutants.values() for test in ids(mutant)})
        code, said = pytest(folder, f"-n{AT_ONCE}", *tests)
        folders.put(folder)
        if code:
            sys.exit(f"The tests fail without any mutant:\n{said[-3000:]}")
        found = Counter(pool.map(told, mutants))
    wrong, silent = found[NOT_NOTICED], found[NO_ANSWER]
    skipped = f", {silent} without an answer: their tests are skipped here" if silent else ""
    if not sys.argv[1:]:
        record("a fault put into the code by hand", f"{len(mutants)} mutants", f"{wrong} not noticed{skipped}")
    print(f"{len(mutants)} mutants: {wrong} not noticed{skipped}")
    return FAILED if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
