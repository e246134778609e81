"""What can be written: into a database, a log, an answer."""

from __future__ import annotations


def writable(text: str) -> str:
    """Without NUL, which PostgreSQL cannot store, and without halves of characters, which JSON can name, mail servers'
    words become, and UTF-8 cannot write."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-8", "replace").decode()
