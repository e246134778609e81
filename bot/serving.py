"""A process's life: it begins to listen, works until it is told to stop, and leaves without a failed request.

On SIGTERM /readyz says no first, while everything goes on; after a grace time, in which a load balancer has noticed,
the listener closes, what is under way is finished, and the process ends. Ctrl+C skips the grace. A second signal ends
it at once.

The listener is this process's alone, without SO_REUSEPORT: with it the kernel spreads connections over processes by
their addresses and resets those that wait at a listener that closes, so every restart would fail some requests.
"""

from __future__ import annotations

import asyncio
import signal

import structlog
from aiohttp import web

from bot.app import App
from bot.connections import bound
from bot.web import SERVING

log = structlog.get_logger()

FINISH_SECONDS = 30.0  # for requests under way: longer than any platform waits for an answer


class CannotListen(Exception):
    """The port cannot be used; why, in the system's words."""


async def serve(
    app: App, site: web.Application | None, host: str, port: int, *, worker: bool, listen: bool = True, grace: float
) -> None:
    """Run the parts asked for until SIGTERM or Ctrl+C. `site`: what is served at the port, if anything; `grace`: how
    long it goes on after SIGTERM. Raises CannotListen."""
    told = _told_to_stop()  # from here on: a signal that comes while we start must not cut off who is served already
    runner = web.AppRunner(site, shutdown_timeout=FINISH_SECONDS, **SERVING) if site else None
    if runner:
        await _listen(runner, host, port)
    await app.start(worker=worker, listen=listen)
    name = await told
    log.info("stopping", signal=name.name, seconds=grace if name is signal.SIGTERM else 0)
    app.stopping = True
    if runner:
        if name is signal.SIGTERM:
            await asyncio.sleep(grace)
        await runner.cleanup()
    await app.stop()
    log.info("stopped")


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    await runner.setup()
    if runner.server:
        bound(runner.server)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(error.strerror) from error


def _told_to_stop() -> asyncio.Future[signal.Signals]:
    """The first signal; the second one finds the system's own way, which is the end."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[signal.Signals] = loop.create_future()
    names = (signal.SIGTERM, signal.SIGINT)

    def note(name: signal.Signals) -> None:
        for each in names:
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        if not told.done():
            told.set_result(name)

    for name in names:
        loop.add_signal_handler(name, note, name)
    return told
