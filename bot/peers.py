"""Who is at the other end of a connection: this machine itself, or somebody else."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web

_PROXIES = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")


def is_of_this_machine(request: web.Request) -> bool:
    """Whether it was made here: not by somebody for whom a proxy on this machine speaks."""
    return not any(name in request.headers for name in _PROXIES) and is_loopback(request.remote)


def is_loopback(address: str | None) -> bool:
    """Whether it is this machine's own."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    # A server that listens on "::" sees 127.0.0.1 as ::ffff:127.0.0.1.
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
