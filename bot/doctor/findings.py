"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Findings:
    """`faults`: sipbot does not work as it should. `notes`: somebody should have a look."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
