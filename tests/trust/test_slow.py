"""Clients that send slowly, or open connections and say nothing: each is let go in time, and the others are served."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientError, ClientSession, web

from bot import connections
from bot.serving import _listen
from bot.web import SERVING, make_web
from tests.trust.table import record

SLOWEST = 0.4  # seconds, in place of a minute
HANG = 20.0  # seconds: whatever is still open then is never closed


@asynccontextmanager
async def served(**options):
    """Our own application and listener."""
    application = make_web(lambda: "", lambda *_: None)

    async def take(request):
        return web.Response(text=str(len(await request.read())))

    application.router.add_post("/take", take)
    runner = web.AppRunner(application, shutdown_timeout=0.1, **{**SERVING, **options})
    await _listen(runner, "127.0.0.1", 0)
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def until_closed(port, first, piece):
    """Send the beginning, then a piece again and again, until the server ends it -> what it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def dribble():
        while piece:
            writer.write(piece)
            await asyncio.sleep(0.05)

    writer.write(first)
    sending = asyncio.create_task(dribble())
    try:
        return await asyncio.wait_for(reader.read(), HANG)
    except ConnectionError:
        return b""
    finally:
        sending.cancel()
        writer.close()


async def well(port):
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
        return answer.status


async def let_in(port):
    """Once there is room again."""
    async with asyncio.timeout(HANG):
        while True:
            try:
                return await well(port)
            except ClientError:
                await asyncio.sleep(0.01)


SLOW = {
    "nothing at all": (b"", b""),
    "a request line, letter by letter": (b"GET /", b"x"),
    "headers, one after the other": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
    "headers after a first request": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n", b"X: y\r\n"),
    "a body, byte by byte": (b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "a body in chunks without end": (
        b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"
    ),
}  # fmt: skip


async def test_whoever_sends_slowly_is_let_go_and_the_others_are_served(monkeypatch):
    monkeypatch.setattr("bot.web.PATIENCE", SLOWEST)
    async with served(keepalive_timeout=SLOWEST, lingering_time=SLOWEST) as port:
        slow = [asyncio.create_task(until_closed(port, *sent)) for sent in SLOW.values() for _ in range(10)]
        others = [await well(port) for _ in range(10)].count(200)
        ended = await asyncio.gather(*slow, return_exceptions=True)
    hung = sum(isinstance(one, BaseException) for one in ended)
    record(
        "requests that arrive slowly",
        f"{len(SLOW)} kinds × 10 at once",
        f"{hung} kept open, {others} of 10 others served",
    )
    assert hung == 0
    assert 0 < SERVING["keepalive_timeout"] <= 60
    assert others == 10
    bodies = [
        said for said, kind in zip(ended, (kind for kind in SLOW for _ in range(10)), strict=True) if "body" in kind
    ]
    told = [said for said in bodies if said]  # a piece that meets a closed connection can take the answer with it
    assert told
    assert all(b" 408 " in said for said in told)


async def test_more_connections_than_there_is_room_for_are_not_let_in(monkeypatch):
    monkeypatch.setattr(connections, "MOST", 20)
    async with served() as port:
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        ends = [asyncio.create_task(reader.read()) for reader, _ in opened]
        done, waiting = await asyncio.wait(ends, timeout=1)
        record("more connections than there is room for", "50 where 20 are let in", f"{len(waiting)} open")
        assert (len(done), len(waiting)) == (30, 20)
        for task in waiting:
            task.cancel()
        for _, writer in opened:
            writer.close()
        assert await let_in(port) == 200


@pytest.mark.parametrize(
    ("known", "address", "in_"),
    [
        (["192.0.2.1"] * connections.FROM_ONE_ADDRESS, "192.0.2.1", True),
        (["192.0.2.1"] * (connections.FROM_ONE_ADDRESS + 1), "192.0.2.1", False),
        (["192.0.2.1"] * (connections.FROM_ONE_ADDRESS + 1) + ["192.0.2.2"], "192.0.2.2", True),
        (["127.0.0.1"] * connections.MOST, "127.0.0.1", True),
        (["127.0.0.1"] * (connections.MOST + 1), "127.0.0.1", False),
        (["2001:db8::1"] * (connections.FROM_ONE_ADDRESS + 1), "2001:db8::1", False),
    ],
)
def test_an_address_has_so_many_and_a_proxy_on_this_machine_all(known, address, in_):
    assert connections.admitted(known, address) is in_
