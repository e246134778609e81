"""A PostgreSQL of a test's own, to be restarted and filled up, and a wire to it that can be cut at a commit."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import create_engine

USER = "postgres"
# A server process may be killed here, the machine is not: nothing of it depends on fsync.
SETTINGS = (
    "fsync=off min_wal_size=2MB max_wal_size=4MB max_connections=60 restart_after_crash=on listen_addresses=127.0.0.1"
)


def initdb() -> Path | None:
    """PostgreSQL's own, beside its other programs: of the newest version on a Debian, else the one that is found."""
    debians = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = max(debians, key=lambda path: float(path.parts[-3]), default=None) or shutil.which("initdb")
    return Path(found).resolve() if found else None


@dataclass(frozen=True)
class Cluster:
    """A server with a data folder and a port of its own. `programs`: the folder of its pg_ctl."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Also where it went down by itself. Raises CalledProcessError where it cannot come up."""
        options = (
            " ".join(f"-c {setting}" for setting in SETTINGS.split()) + f" -c unix_socket_directories={self.folder}"
        )
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", f"-p {self.port} {options}")

    def restart(self, mode: str) -> None:
        """`fast`: connections are ended; `immediate`: as if its processes were killed."""
        self._control("stop", "-w", "-m", mode, check=False)
        for _ in range(50):  # the killed ones' shared memory is in use until the last of them is gone
            with suppress(subprocess.CalledProcessError):
                return self.start()
            sleep(0.1)
        raise OSError("the server does not come up again")

    def stop(self) -> None:
        self._control("stop", "-m", "immediate", check=False)

    def run(self, *statements: str) -> None:
        """Each by itself, as the server's owner, also where it is told to only read."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in ("SET default_transaction_read_only = off", *statements):
                connection.exec_driver_sql(statement)
        engine.dispose()

    def empty(self) -> None:
        """Nothing is left in its database."""
        self.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")

    def runs(self) -> bool:
        return self._control("status", check=False) == 0

    def _control(self, *words: str, check: bool = True) -> int:
        command = [*_as_nobody_special(), str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), *words]
        done = subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        return done.returncode


def _as_nobody_special() -> list[str]:
    """PostgreSQL does not run as root."""
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if os.geteuid() == 0 else []


def a_low_port() -> int:
    """A free port below those that outgoing connections get: one that goes on connecting to such a port while nobody
    listens there is connected to itself in the end, and the server cannot come back."""
    for port in random.sample(range(20000, 30000), 100):
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


@contextmanager
def a_cluster(folder: Path) -> Iterator[Cluster]:
    """A running one in an empty folder; skips where PostgreSQL's own programs are not here."""
    program = initdb()
    if program is None or (os.geteuid() == 0 and shutil.which("setpriv") is None):
        pytest.skip("no initdb to make a PostgreSQL of the test's own")
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
    command = [str(program), "-D", str(folder / "data"), "-U", USER, "--auth=trust", "--no-sync", "--wal-segsize=1"]
    subprocess.run([*_as_nobody_special(), *command], check=True, stdout=subprocess.DEVNULL, cwd="/")
    found = Cluster(program.parent, folder, a_low_port())
    found.start()
    try:
        yield found
    finally:
        found.stop()


@dataclass
class Wire:
    """A way to a server for one test: `cut` says at which moments of a COMMIT it breaks, one for each."""

    server: int
    host: str = "127.0.0.1"  # where it listens
    port: int = 0
    cut: list[str] = field(default_factory=list)  # "before" the server hears of it, "after" it has done it
    broken: int = 0
    refusing: bool = False  # nobody can connect any more after a break

    async def __aenter__(self) -> Wire:
        self._listening = await asyncio.start_server(self._connected, self.host, 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.server)
        answers = asyncio.create_task(_pass(there, writer))
        try:
            while data := await reader.read(65536):
                if b"COMMIT" in data and self.cut:
                    self.broken += 1
                    if self.cut.pop(0) == "after":
                        answers.cancel()
                        await asyncio.wait({answers})
                        back.write(data)
                        await there.read(65536)  # the server's "done", which nobody else hears of
                    break
                back.write(data)
        except ConnectionError:
            pass
        finally:
            answers.cancel()
            writer.close()
            back.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
    except ConnectionError:
        pass
    writer.close()
