"""How people call the bot. Our own words say `/sip help`, as in Slack; in Teams that is `@sipbot help`, or `help`.

A message may wait in the outbox before its platform is known, so the words carry a mark in place of `/sip ` and what
renders them says it the platform's way; `/sip ` is what everything else makes of it. Nobody can type the mark, so what
people wrote is left as they wrote it.
"""

from __future__ import annotations

SLASH = "/sip "
CALL = "\U00100000"  # Supplementary Private Use Area-B; the values of templates use area A


def marked(ours: str) -> str:
    """Words of ours with the mark."""
    return ours.replace(SLASH, CALL)
