"""Packages of npm that some tests use: looked for in the folder SIPBOT_NODE_MODULES names, or in `node_modules` beside or
in the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def package(file: Path) -> Path:
    """The file of a package; where it is not installed the test is skipped and says so."""
    folders = [REPOSITORY / "node_modules", REPOSITORY.parent / "node_modules"]
    if named := os.environ.get("SIPBOT_NODE_MODULES"):
        folders.insert(0, Path(named))
    found = next((folder / file for folder in folders if (folder / file).is_file()), None)
    if found is None:
        name = "/".join(file.parts[: 2 if file.parts[0].startswith("@") else 1])
        pytest.skip(f"npm's {name} is not here; set SIPBOT_NODE_MODULES to the folder that holds it")
    return found
