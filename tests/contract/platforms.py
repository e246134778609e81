"""Where the journeys are run."""

from __future__ import annotations

import pytest

PLATFORMS = ("console", "slack", "teams")
EVERYWHERE = pytest.mark.parametrize(
    ("platform", "engine"), [(one, "sqlite") for one in PLATFORMS], indirect=["engine"]
)
EVERYWHERE_ON_BOTH = pytest.mark.parametrize(
    ("platform", "engine"), [(one, kind) for one in PLATFORMS for kind in ("sqlite", "postgresql")], indirect=["engine"]
)
