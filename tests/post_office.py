"""A real SMTP server on this machine for the tests: it takes mail, or refuses it as real ones do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class PostOffice:
    """`refused`: recipient -> the reply to RCPT; `data_reply`: instead of taking the mail; `password`: who may send."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    data_reply: str = ""
    password: tuple[str, str] = ("", "")
    encrypted: list[bool] = field(default_factory=list)

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that arrived for an address."""
        return [mail for mail in self.mails if mail["To"] == address]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data_reply:
            return self.data_reply
        self.encrypted.append(session.ssl is not None)
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        assert envelope.rcpt_tos == [found["To"]], "one mail, one reader: nobody learns of the others"
        self.mails.append(found)
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, secret: Any) -> AuthResult:
        known = isinstance(secret, LoginPassword) and (secret.login.decode(), secret.password.decode()) == self.password
        return AuthResult(success=known)


@contextmanager
def open_post_office(office: PostOffice, certificate: ssl.SSLContext | None = None) -> Iterator[PostOffice]:
    """Open it on a free port (the one it had, where it had one); with a certificate it wants STARTTLS and a password."""
    if not office.port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            office.port = probe.getsockname()[1]
    secure: dict[str, Any] = {}
    if certificate:
        secure = {
            "tls_context": certificate,
            "require_starttls": True,
            "authenticator": office.authenticate,
            "auth_required": True,
        }
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **secure)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
