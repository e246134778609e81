"""Each peer's environment under var/peers, made once from its pinned list: requirements/NAME.txt (a virtual
environment) or requirements/NAME/package.json (a node folder)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.processes import ROOT

LISTS = Path(__file__).parent / "requirements"
HOME = ROOT / "var" / "peers"


class Missing(Exception):
    """A peer that cannot be had; the text is the reason."""


def python(name: str) -> str:
    """The interpreter of a virtual environment that has the peer's packages; Missing."""
    folder, wanted = HOME / name, LISTS / f"{name}.txt"
    if not _made_from(wanted, folder):
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        pip = (str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, "-r", str(wanted))
        shutil.copy(wanted, folder / "made-from")
    return str(folder / "bin/python")


def node(name: str) -> str:
    """The folder that has the peer's node_modules; Missing. The list allows better-sqlite3, and nothing else, to run
    the script that builds it."""
    folder, wanted = HOME / name, LISTS / name / "package.json"
    if not shutil.which("npm"):
        raise Missing("no npm")
    if not _made_from(wanted, folder):
        folder.mkdir(parents=True, exist_ok=True)
        for file in wanted.parent.iterdir():
            shutil.copy(file, folder / file.name)
        _run("npm", "ci", "--no-audit", "--no-fund", cwd=folder)
        shutil.copy(wanted, folder / "made-from")
    return str(folder)


def _made_from(wanted: Path, folder: Path) -> bool:
    made = folder / "made-from"
    return made.exists() and made.read_bytes() == wanted.read_bytes()


def _run(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        raise Missing(f"{' '.join(command[:3])}: {lines[-1] if lines else done.returncode}")
