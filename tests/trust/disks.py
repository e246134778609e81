"""Disks that are small and full, and databases that take nothing for other reasons."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

_CHUNKS = (1 << 20, 1 << 16, 1 << 12)


@contextmanager
def a_small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own in `folder`; skips where none may be mounted."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here: only root may")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Not a byte is left on its disk, until the end of the block."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for chunk in _CHUNKS:
            with suppress(OSError):
                while file.write(bytes(chunk)) == chunk:
                    pass
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def under_pragma(engine: Engine, during: str, after: str) -> Iterator[None]:
    """SQLite: `during` stands on every connection that is used in the block, and `after` from then on."""
    wanted = [during]

    def say(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {wanted[-1]}").close()

    event.listen(engine, "checkout", say)
    try:
        yield
    finally:
        wanted.append(after)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process writes to the SQLite file and does not come to an end."""
    code = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, str(path)], text=True, **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline() == "locked\n"
        yield
        other.communicate("")
