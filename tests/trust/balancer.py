"""A load balancer for tests: it asks every replica's /readyz and hands each request to one that said yes.

It keeps connections open and uses them again, as nginx and the cloud's balancers do, and never tries a request a second
time: what a replica fails, the caller sees.
"""

from __future__ import annotations

import asyncio
import itertools

import aiohttp
from aiohttp import web

PROBE_SECONDS = 0.1
PROBE_TIMEOUT = aiohttp.ClientTimeout(total=1)


class Balancer:
    """Spreads requests over the replicas at `ports`. `handed`: requests by port."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self.ready: set[int] = set()
        self.handed = dict.fromkeys(ports, 0)
        self._turns = itertools.count()

    async def __aenter__(self) -> Balancer:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._hand)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._probes = [asyncio.create_task(self._probe(port)) for port in self._ports]
        return self

    async def __aexit__(self, *_: object) -> None:
        for probe in self._probes:
            probe.cancel()
        await self._runner.cleanup()
        await self._session.close()

    async def _probe(self, port: int) -> None:
        """A refusal counts at once."""
        while True:
            try:
                async with self._session.get(f"http://127.0.0.1:{port}/readyz", timeout=PROBE_TIMEOUT) as answer:
                    good = answer.status == 200
            except TimeoutError:
                continue  # no answer is no news: one slow answer takes nobody out
            except aiohttp.ClientError:
                good = False
            (self.ready.add if good else self.ready.discard)(port)
            await asyncio.sleep(PROBE_SECONDS)

    async def _hand(self, request: web.Request) -> web.Response:
        body = await request.read()
        ports = sorted(self.ready)
        if not ports:
            return web.Response(status=503)
        port = ports[next(self._turns) % len(ports)]
        self.handed[port] += 1
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")}
        url = f"http://127.0.0.1:{port}{request.path_qs}"
        try:
            async with self._session.request(request.method, url, data=body, headers=headers) as answer:
                return web.Response(status=answer.status, body=await answer.read())
        except (aiohttp.ClientError, TimeoutError):
            return web.Response(status=502)
