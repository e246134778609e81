"""Run the mutants, as many at once as there are processors: `python -m tests.trust.mutants [NAME …]`. Exits with 1 where
one was not noticed, or finds no place any more."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.trust.table import record

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PARTS = ("bot", "handlers", "storage", "templates", "tests", "pyproject.toml")
AT_ONCE = os.cpu_count() or 1
FAILED = 1  # pytest's exit code for tests that failed; anything else is no answer
# https://docs.pytest.org/en/stable/reference/exit-codes.html
_NOTICED_BY = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.M)


def noticed(mutant: dict[str, Any], folder: Path) -> tuple[bool, str]:
    """Whether its tests fail with the fault in place, and which did, or why there is no answer."""
    path = folder / mutant["file"]
    sound = path.read_text("utf-8")
    if (count := sound.count(mutant["before"])) != 1:
        return False, f"{mutant['file']} has its `before` {count} times, not once"
    path.write_text(sound.replace(mutant["before"], mutant["after"]), "utf-8")
    try:
        code, said = pytest(folder, "-x", *mutant["tests"])
    finally:
        path.write_text(sound, "utf-8")
    found = _NOTICED_BY.search(said)
    return code == FAILED and found is not None, found[1] if found else f"pytest ended with {code}"


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
        for part in PARTS:
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

        def told(name: str) -> bool:
            folder, began = folders.get(), time.monotonic()
            try:
                good, by = noticed(mutants[name], folder)
            finally:
                folders.put(folder)
            seconds = time.monotonic() - began
            print(
                f"{'noticed    ' if good else 'NOT NOTICED'} {seconds:3.0f} s {name}: {mutants[name]['why']} ({by})",
                flush=True,
            )
            return good

        folder = folders.get()
        tests = sorted({test for mutant in mutants.values() for test in mutant["tests"]})
        code, said = pytest(folder, f"-n{AT_ONCE}", *tests)
        folders.put(folder)
        if code:
            sys.exit(f"The tests fail without any mutant:\n{said[-3000:]}")
        wrong = list(pool.map(told, mutants)).count(False)
    if not sys.argv[1:]:
        record("a fault put into the code by hand", f"{len(mutants)} mutants", f"{wrong} not noticed")
    return FAILED if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
