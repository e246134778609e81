"""Run the mutants: `python -m tests.trust.mutants [NAME …]`. Exits with 1 where one was not noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.trust.table import record

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PARTS = ("bot", "handlers", "storage", "templates", "tests", "pyproject.toml")
FAILED = 1  # pytest's exit code for tests that failed; anything else is no answer
# https://docs.pytest.org/en/stable/reference/exit-codes.html


def noticed(mutant: dict[str, object], folder: Path) -> bool:
    """Whether its tests fail with the fault in place. Raises ValueError where the fault cannot be put in."""
    path = folder / str(mutant["file"])
    sound = path.read_text("utf-8")
    before = str(mutant["before"])
    if sound.count(before) != 1:
        raise ValueError(f"{mutant['file']} has its `before` {sound.count(before)} times, not once")
    path.write_text(sound.replace(before, str(mutant["after"])), "utf-8")
    try:
        return pytest(folder, list(mutant["tests"])) == FAILED  # type: ignore[call-overload]
    finally:
        path.write_text(sound, "utf-8")


def pytest(folder: Path, tests: list[str]) -> int:
    """pytest's exit code in `folder`, whose own code is imported, not the installed one."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True).returncode


def main() -> int:
    chosen = set(sys.argv[1:])
    mutants = {p.stem: tomllib.loads(p.read_text("utf-8")) for p in sorted(HERE.glob("*.toml"))}
    mutants = {name: mutant for name, mutant in mutants.items() if not chosen or name in chosen}
    wrong = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, folder / part)
        tests = sorted({test for mutant in mutants.values() for test in mutant["tests"]})
        if pytest(folder, tests):
            sys.exit("The tests fail without any mutant: " + " ".join(tests))
        for name, mutant in mutants.items():
            good = noticed(mutant, folder)
            print(f"{'noticed    ' if good else 'NOT NOTICED'} {name}: {mutant['why']}", flush=True)
            wrong += [] if good else [name]
    if not chosen:
        record("a fault put into the code by hand", f"{len(mutants)} mutants", f"{len(wrong)} not noticed")
    return FAILED if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
