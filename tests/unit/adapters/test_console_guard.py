"""Only this machine reaches the console, whatever address the server listens on."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.adapters.console_pages.guard import guard


async def answer(peer: str, host: str = "localhost:8300") -> int:
    """Status of a GET that arrives from `peer`."""
    transport = Mock(**{"get_extra_info.return_value": (peer, 50000)})
    request = make_mocked_request("GET", "/console", headers={"Host": host}, transport=transport)

    async def page(_: web.Request) -> web.StreamResponse:
        return web.Response()

    try:
        return (await guard("token")(request, page)).status
    except web.HTTPForbidden as refused:
        return refused.status


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_is_let_in(peer: str) -> None:
    assert await answer(peer) == 200


@pytest.mark.parametrize("peer", ["10.0.0.7", "192.168.1.5", "::ffff:10.0.0.7", "2001:db8::1", "", "unix"])
async def test_other_machines_are_refused_even_with_a_local_name(peer: str) -> None:
    assert await answer(peer) == 403


async def test_a_forwarded_address_is_not_believed() -> None:
    transport = Mock(**{"get_extra_info.return_value": ("10.0.0.7", 50000)})
    headers = {"Host": "localhost", "X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
    request = make_mocked_request("GET", "/console", headers=headers, transport=transport)
    with pytest.raises(web.HTTPForbidden):
        await guard("token")(request, Mock())


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_a_proxy_on_this_machine_speaks_for_others(header: str) -> None:
    transport = Mock(**{"get_extra_info.return_value": ("127.0.0.1", 50000)})
    request = make_mocked_request("GET", "/console", headers={"Host": "localhost", header: "x"}, transport=transport)
    with pytest.raises(web.HTTPForbidden):
        await guard("token")(request, Mock())
