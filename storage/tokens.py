"""What is kept of a token: enough to know it again, and nothing that opens what it opens."""

from __future__ import annotations

import hashlib


def digest_of(token: str) -> str:
    """Its SHA-256, in hexadecimal. Tokens are random, so nobody finds one by trying."""
    return hashlib.sha256(token.encode()).hexdigest()
