"""Servers in processes of their own, and what they cost: CPU time and memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def served(*arguments: str, port: int, env: dict[str, str] | None = None) -> AbstractContextManager[int]:
    """A server of ours in a process of its own; its pid."""
    return launched([sys.executable, *arguments], port=port, env=env)


@contextmanager
def launched(command: Sequence[str], *, port: int, env: dict[str, str] | None = None) -> Iterator[int]:
    """Any server in a process of its own, once it listens or 10 s have passed; its pid."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})})
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:  # a peer whose threads or handlers outlive the signal
            process.kill()
            process.wait()


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, also of threads that have ended, in nanoseconds' precision (Linux's number for the
    CPU clock of another process: clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def resident_mb(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
