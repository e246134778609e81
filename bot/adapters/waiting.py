"""How long a platform asks us to wait."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite


def asked_wait(headers: Mapping[str, str], otherwise: float | None) -> float | None:
    """Retry-After in seconds; `otherwise` where there is none, or it is a date, as a proxy before a platform may write
    (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)."""
    try:
        seconds = float(headers["Retry-After"])
    except (KeyError, ValueError):
        return otherwise
    return max(0.0, seconds) if isfinite(seconds) else otherwise
