"""The newsletter by e-mail: a message from the outbox as one mail to one address, handed to the county's mail server.

A mail server cannot be asked whether it has a mail, so a mail whose fate is unknown (the connection broke after it was
handed over) is sent again: with the same Message-ID, by which most mailboxes drop the second copy. A loss never.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bot.chat.clock import Clock
from bot.chat.errors import SendError
from bot.chat.ports import Pace, Post
from bot.renderers.email_html import Mail, to_mail
from bot.renderers.safety import one_line

# Five at once, twelve seconds each. What has had no turn by then goes back to the queue, well within delivery's lease.
AT_ONCE = 5
SECONDS, LONGEST = 12.0, 30.0
# A link to unsubscribe is one long word: at the usual 78 characters a line it would be encoded beyond recognition.
_ON_THE_WIRE = SMTP.clone(max_line_length=998)  # RFC 5322, 2.1.1
_ADDRESS = re.compile(r"[^\s<>()\"',;:]+@[^\s<>()\"',;:]+")
PERMANENT = 500  # SMTP replies from here on say that trying again cannot help (RFC 5321, 4.2.1)
# What is wrong with a mailbox in RFC 3463's words: 5.1.x but for the sender's own (5.1.7, 5.1.8), switched off (5.2.1),
# full (5.2.2); 5.4.1 is Exchange Online's for a recipient it does not know. 5.7.x and the like are about us.
_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_NO_MAILBOX = re.compile(r"5\.(?:1\.(?![78]\b)\d+|2\.1|4\.1)")
_MAILBOX = re.compile(rf"{_NO_MAILBOX.pattern}|5\.2\.\d+")
_ABOUT_US = re.compile(r"relay|block|spam|polic|denied|sender|authent|reputation|permi(?:t|ssion)", re.I)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes out. `tls` from the first byte (smtps); else STARTTLS, which a password makes mandatory.
    `sender`: an address, with or without a name."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    sender: str

    @classmethod
    def of(cls, url: str, sender: str) -> MailServer:
        """From SMTP_URL and SMTP_FROM, which the settings have checked."""
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        port = parts.port or (465 if tls else 587 if parts.username else 25)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname or "", port, user, password, tls, sender)


class EmailAdapter:
    """Mail's way out. `certificates`: whom to trust, where that is not what the system trusts."""

    platform = "email"
    pace = Pace()

    def __init__(self, server: MailServer, clock: Clock, certificates: ssl.SSLContext | None = None) -> None:
        self._server, self._clock, self._certificates = server, clock, certificates
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def send(self, post: Post) -> str:
        """Hand it to the mail server; its Message-ID. Raises SendError, `bounced` where the server says that the
        address takes no mail."""
        mail = self._mail(post)
        try:
            async with asyncio.timeout(LONGEST), self._turns, asyncio.timeout(SECONDS):
                await self._hand_over(mail)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _send_error(error) from error
        return str(mail["Message-ID"])

    async def find(self, post: Post) -> str | None:
        """A mail server cannot be asked."""
        return None

    async def check(self) -> None:
        """Whether the mail server takes us, with our password. Raises SendError."""
        try:
            async with asyncio.timeout(SECONDS), aiosmtplib.SMTP(**self._how()) as server:
                await server.noop()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _send_error(error) from error

    async def _hand_over(self, mail: EmailMessage) -> None:
        await aiosmtplib.send(
            mail.as_bytes(policy=_ON_THE_WIRE),
            sender=parseaddr(self._server.sender)[1],
            recipients=[str(mail["To"])],
            **self._how(),
        )

    def _how(self) -> dict[str, Any]:
        """How the mail server is spoken to."""
        server = self._server
        return {
            "hostname": server.host,
            "port": server.port,
            "use_tls": server.tls,
            # None: where the server offers it. A password never goes over a line that anyone can read.
            "start_tls": False if server.tls else True if server.user else None,
            "tls_context": self._certificates,
            "timeout": SECONDS,
            "username": server.user or None,
            "password": server.password or None,
        }

    def _mail(self, post: Post) -> EmailMessage:
        """RFC 5322, with what lists owe their readers: RFC 2919 (List-Id), 2369 and 8058 (one click to unsubscribe)."""
        if post.message is None or post.mailing is None:
            raise SendError("only a message can be sent by e-mail", permanent=True)
        name, sender = parseaddr(self._server.sender)
        domain = sender.rpartition("@")[2]
        mailing = post.mailing
        mail = _body(to_mail(post.message))
        mail["From"] = Address(one_line(name or mailing.sender), addr_spec=sender)
        mail["To"] = post.address.user
        if mailing.reply_to:
            mail["Reply-To"] = mailing.reply_to
        mail["Date"] = format_datetime(self._clock.read())
        mail["Message-ID"] = f"<{hashlib.sha256(post.key.encode()).hexdigest()[:32]}@{domain}>"
        mail["Content-Language"] = "es, en" if mailing.language == "es" else "en"  # the Spanish part, then all of it
        mail["Auto-Submitted"] = "auto-generated"  # nobody's holiday answer comes back (RFC 3834)
        if mailing.unsubscribe:
            mail["List-Id"] = f"{_phrase(mailing.sender)} newsletter <newsletter.{domain}>"
            mail["List-Unsubscribe"] = f"<{mailing.unsubscribe}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return mail


def _phrase(text: str) -> str:
    """Words of a header without what would have a meaning there."""
    return "".join(letter for letter in one_line(text) if letter.isalnum() or letter in " -'")


def _body(content: Mail) -> EmailMessage:
    """Plain text, the same in HTML, and the pictures the HTML shows (by Content-ID: nothing is fetched)."""
    mail = EmailMessage()
    mail["Subject"] = one_line(content.subject)
    mail.set_content(content.text)
    mail.add_alternative(content.html, subtype="html")
    html = mail.get_body(("html",))
    assert html is not None  # noqa: S101 - added a line above
    for cid, picture in content.images:
        html.add_related(
            picture, "image", "png", cid=f"<{cid}>", disposition="inline", filename=f"{cid.partition('@')[0]}.png"
        )
    return mail


def _send_error(error: Exception) -> SendError:
    """5xx about the mailbox: permanent, and it bounced where there is none. 5xx about the mail: permanent, and nobody's
    address is to blame. Everything else - 4xx, no connection, our own log-in or sender refused, also where that is only
    said once the recipient is named - is tried again; the queue gives up after days."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        refused = error.recipients[0]
        permanent, bounced = _about_the_mailbox(refused.code, refused.message)
        return SendError(_unaddressed(f"{refused.code} {refused.message}"), permanent=permanent, bounced=bounced)
    if isinstance(error, aiosmtplib.SMTPDataError):
        return SendError(_unaddressed(f"{error.code} {error.message}"), permanent=error.code >= PERMANENT)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return SendError(_unaddressed(f"{error.code} {error.message}"))
    unknown = not isinstance(error, aiosmtplib.SMTPConnectError)
    return SendError(_unaddressed(f"the mail server: {str(error) or type(error).__name__}"), unknown=unknown)


def _about_the_mailbox(code: int, words: str) -> tuple[bool, bool]:
    """(whether a refused recipient is refused for good, whether it has no mailbox). Without a status of RFC 3463 only
    550 and 551 are about a mailbox (RFC 5321, 4.2.3), and only where the words do not speak of us."""
    if code < PERMANENT:
        return False, False
    if status := _STATUS.search(words):
        return bool(_MAILBOX.fullmatch(status[0])), bool(_NO_MAILBOX.fullmatch(status[0]))
    missing = code in (550, 551) and not _ABOUT_US.search(words)
    return missing or code == 552, missing


def _unaddressed(text: str) -> str:
    """A mail server's words without the addresses it repeats: they go into the log and to people they are none of."""
    return _ADDRESS.sub("(an address)", text)
