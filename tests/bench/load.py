"""Signed requests over kept connections, as many as a server can take (`saturate`) or at a steady rate (`pace`).

The requests are made and signed beforehand and answers are only searched, so that on a machine of two cores the
generator does not take what it measures.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

SECRET = "bench-signing-secret"
UPDATE = "update 1.2.3 done Form piloted"
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Run:
    """`waits`: seconds from the moment a request was due to its answer, in the order of answers. `seconds`: of all."""

    waits: Sequence[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def percentile(self, percent: int) -> float:
        """Seconds within which that many of a hundred were answered."""
        return statistics.quantiles(self.waits, n=100, method="inclusive")[percent - 1]


def slack_form(text: str, user: str = "U1") -> bytes:
    """A slash command as Slack sends it, each another one."""
    number = f"{next(_numbers)}.{time.time_ns()}"
    form = {
        "command": "/sip", "text": text, "team_id": "T1", "user_id": user, "user_name": "ann", "channel_id": "C1",
        "channel_name": "forms", "trigger_id": number, "response_url": "http://127.0.0.1:1/x",
    }  # fmt: skip
    return urlencode(form).encode()


def signed(body: bytes, path: str = "/slack/events") -> bytes:
    """The whole HTTP request, signed as Slack signs (api.slack.com/authentication/verifying-requests-from-slack)."""
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={digest}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    """One request at a time; `answered` is told of each answer's moment."""

    def __init__(self, expect: bytes, answered: Callable[[_Connection], None]) -> None:
        self._expect, self._answered = expect, answered
        self._seen = b""
        self.due = 0.0
        self.failure = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def ask(self, request: bytes, due: float) -> None:
        self.due = due
        self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, gap, body = self._seen.partition(b"\r\n\r\n")
        if not gap or not _whole(head, body):
            return
        if not head.startswith(b"HTTP/1.1 200") or self._expect not in body:
            self.failure = (head[:60] + b" ... " + body[:300]).decode(errors="replace")
        self._seen = b""
        self._answered(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self.due:
            self.failure = self.failure or f"the server closed the connection ({error})"
            self._answered(self)

    def close(self) -> None:
        self.due = 0.0
        self._transport.close()


def _whole(head: bytes, body: bytes) -> bool:
    """Whether all of an answer has come, by its length or by the end of its chunks."""
    for line in head.split(b"\r\n"):
        name, _, value = line.lower().partition(b":")
        if name == b"content-length":
            return len(body) >= int(value)
        if name == b"transfer-encoding":
            return body.endswith(b"0\r\n\r\n")
    raise SystemExit(f"an answer without its length: {head!r}")


class _Load:
    """Some connections to one server, and what was measured on them."""

    def __init__(self, expect: bytes, feed: Callable[[_Connection], None]) -> None:
        self._expect, self._feed = expect, feed
        self.waits: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.connections: list[_Connection] = []

    async def open(self, port: int, connections: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, one = await loop.create_connection(lambda: _Connection(self._expect, self._answer), "127.0.0.1", port)
            self.connections.append(one)

    def _answer(self, connection: _Connection) -> None:
        self.waits.append(time.perf_counter() - connection.due)
        if connection.failure and not self.done.done():
            self.done.set_exception(SystemExit(connection.failure))
        self._feed(connection)

    def close(self) -> None:
        for connection in self.connections:
            connection.close()


async def saturate(port: int, requests: Sequence[bytes], expect: bytes, connections: int = 16) -> Run:
    """Every connection asks again as soon as it is answered."""
    waiting: Iterator[bytes] = iter(requests)

    def feed(connection: _Connection) -> None:
        request = next(waiting, None)
        if request is not None:
            connection.ask(request, time.perf_counter())
        elif len(load.waits) == len(requests) and not load.done.done():
            load.done.set_result(None)

    load = _Load(expect, feed)
    await load.open(port, connections)
    began = time.perf_counter()
    for connection in load.connections:
        feed(connection)
    await load.done
    taken = time.perf_counter() - began
    load.close()
    return Run(load.waits, taken)


async def pace(port: int, requests: Sequence[bytes], expect: bytes, rate: float, connections: int = 64) -> Run:
    """So many a second, whether the server keeps up or not: a request's wait begins when it was due, also where no
    connection was free for it."""
    due: list[tuple[bytes, float]] = []
    free: list[_Connection] = []

    def feed(connection: _Connection) -> None:
        if due:
            connection.ask(*due.pop(0))
        else:
            free.append(connection)
            if len(load.waits) == len(requests) and not load.done.done():
                load.done.set_result(None)

    load = _Load(expect, feed)
    await load.open(port, connections)
    free.extend(load.connections)
    began = time.perf_counter()
    for number, request in enumerate(requests):
        moment = began + number / rate
        if (left := moment - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        due.append((request, moment))
        if free:
            free.pop().ask(*due.pop(0))
    await load.done
    taken = time.perf_counter() - began
    load.close()
    return Run(load.waits, taken)
