"""Where the journeys are run."""

from __future__ import annotations

import pytest

EVERYWHERE = pytest.mark.parametrize(
    ("platform", "engine"),
    [("console", "sqlite"), ("slack", "sqlite"), ("teams", "sqlite"), ("teams", "postgresql")],
    indirect=["engine"],
)
