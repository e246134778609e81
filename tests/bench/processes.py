"""Servers in processes of their own, and what they cost: CPU time and memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served(*arguments: str, port: int, env: dict[str, str] | None = None, python: bool = True) -> Iterator[int]:
    """A server in a process of its own, by our Python or as it says; its pid. Raises OSError where it ends at once."""
    command = [sys.executable, *arguments] if python else [*arguments]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})})
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise OSError(f"it ended at once with {process.returncode}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(pid: int) -> float:
    """Time on a CPU of a process so far. From its threads' schedstat, which counts nanoseconds: the clock ticks of
    /proc/PID/stat miss most of what runs for microseconds at a time, but know of threads that are gone."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    alive = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return max(alive, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))


def resident_mb(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
