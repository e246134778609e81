"""Keys derived from SIPBOT_SECRET_KEY: one for each purpose, so that what one of them made says nothing to another.

The setting is a list: the first secret makes, every one of them reads. So a secret is replaced by putting a new one in
front, running `sipbot secrets rotate`, and taking the old one away.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# The purposes; each has keys of its own.
SLACK_TOKENS, STATE, LINKS = "slack tokens", "state", "links"
SHORTEST, FEWEST = 32, 12  # characters of a secret, and different ones among them
_BYTES = 32
_SALT = b"sipbot"


class Unsealed(Exception):
    """A sealed text that no key opens, or that was sealed about something else."""


def faults(setting: str) -> list[str]:
    """What is wrong with SIPBOT_SECRET_KEY, without saying any of it."""
    found = []
    for number, secret in enumerate(_secrets(setting), 1):
        if len(secret) < SHORTEST or len(set(secret)) < FEWEST:
            found.append(f"its secret no. {number} can be guessed: make one with `openssl rand -base64 32`")
    return found


class Keys:
    """The keys of every purpose. `secrets`: the newest first."""

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._secrets = secrets

    @classmethod
    def of(cls, setting: str) -> Keys:
        """From SIPBOT_SECRET_KEY. Raises ValueError for one that is empty or can be guessed."""
        if wrong := faults(setting) or ([] if _secrets(setting) else ["it is empty"]):
            raise ValueError(f"SIPBOT_SECRET_KEY cannot be used: {'; '.join(wrong)}")
        return cls(tuple(secret.encode() for secret in _secrets(setting)))

    def __repr__(self) -> str:
        return f"<Keys of {len(self._secrets)} secrets>"

    # what is hidden and can be had back

    def fernet(self, purpose: str) -> MultiFernet:
        """Encrypts with the first key, decrypts with each."""
        return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in self._derived(f"encrypt {purpose}")])

    def seal(self, purpose: str, about: str, text: str) -> str:
        """`text` encrypted. `about`, what it belongs to (a row, say), is sealed with it: elsewhere it does not open."""
        return self.fernet(purpose).encrypt(_bound(about, text)).decode()

    def unseal(self, purpose: str, about: str, sealed: str) -> str:
        """The text. Raises Unsealed."""
        try:
            found = self.fernet(purpose).decrypt(sealed.encode())
        except InvalidToken:
            raise Unsealed(f"no key of SIPBOT_SECRET_KEY opens what is sealed for {purpose}") from None
        beginning = _bound(about, "")
        if not found.startswith(beginning):
            raise Unsealed(f"what is sealed for {purpose} belongs elsewhere than where it stood")
        return found.removeprefix(beginning).decode()

    # what everybody may read and nobody may make

    def sign(self, purpose: str, text: str) -> str:
        """A signature that can stand in an address. An end (a time until when it counts) goes into `text`."""
        return _signature(self._derived(f"sign {purpose}")[0], text)

    def check(self, purpose: str, text: str, signature: str) -> bool:
        """Whether one of the keys signed the text."""
        keys = self._derived(f"sign {purpose}")
        # Bytes, as compare_digest raises for text that is not ASCII; all of them, so that the time tells nothing.
        matches = [hmac.compare_digest(_signature(key, text).encode(), signature.encode()) for key in keys]
        return any(matches)

    def _derived(self, info: str) -> list[bytes]:
        # A secret has entropy enough (see `faults`), so it is spread, not stretched.
        return [HKDF(SHA256(), _BYTES, _SALT, info.encode()).derive(secret) for secret in self._secrets]


def _secrets(setting: str) -> list[str]:
    return [part.strip() for part in setting.split(",") if part.strip()]


def _bound(about: str, text: str) -> bytes:
    """The length in front keeps one's end from being taken for the other's beginning."""
    return f"{len(about)}:{about}{text}".encode()


def _signature(key: bytes, text: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode().rstrip("=")
