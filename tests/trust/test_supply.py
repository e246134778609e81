"""What is installed is what was looked at: every requirement is locked with hashes, and nothing is installed without."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Licences that ask something of whoever passes the program on; a county that runs it passes nothing on.
WEAK_COPYLEFT = re.compile(r"LGPL|MPL|Mozilla", re.I)
STRONG_COPYLEFT = re.compile(r"(?<!L)GPL|Affero|AGPL|SSPL|BUSL|Commons Clause", re.I)


def requirements(lock: str) -> list[str]:
    """Each requirement with its hashes, as one line."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_one_version_with_hashes(lock):
    found = requirements(lock)
    assert len(found) > 20
    for line in found:
        assert re.match(r"[\w.\-\[\],]+==[\w.+!-]+(?:\s|;)", line), line[:100]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line[:100]
        assert "://" not in line, line[:100]


def test_everything_that_is_declared_is_locked():
    declared = re.findall(r'^    "([\w.-]+)[><=~!\[]', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    locked = {normal(re.split(r"[=\[;]", line)[0]) for lock in LOCKS for line in requirements(lock)}
    assert {normal(name) for name in declared} <= locked


def test_nothing_is_installed_without_its_hash():
    """But our own code, which is here."""
    installs = re.findall(r"pip install[^\n]*", (ROOT / "Makefile").read_text("utf-8"))
    assert installs
    for line in installs:
        assert "--require-hashes -r requirements" in line or "--no-deps -e ." in line or "audit" in line, line


def test_no_licence_asks_what_a_county_cannot_give():
    """Permissive ones, and a few that ask for their own changes only."""
    asking = {}
    for line in requirements("requirements.lock"):
        name = normal(re.split(r"[=\[;]", line)[0])
        try:
            known = distribution(name).metadata
        except ModuleNotFoundError:
            continue  # of another system's: the lock is for all
        classifiers = [one for one in known.get_all("Classifier") or () if one.startswith("License")]
        licence = f"{known.get('License-Expression') or (known.get('License') or '')[:60]} {' '.join(classifiers)}"
        permissive = re.search(r"MIT|BSD|Apache|PSF|Python Software", licence)
        if STRONG_COPYLEFT.search(licence) and not permissive:
            raise AssertionError(f"{name}: {licence}")
        if WEAK_COPYLEFT.search(licence) and not permissive:
            asking[name] = licence.strip()
    assert set(asking) <= {"psycopg", "psycopg-binary", "certifi", "orjson", "tqdm", "pathspec"}, asking


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
