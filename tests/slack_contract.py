"""Slack's published contract (methods, arguments, blocks, limits), where the study material is at hand."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from pathlib import Path
from types import ModuleType

SHARED = Path(os.environ.get("SIPBOT_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@cache
def slack_checker() -> ModuleType | None:
    """Its checker as a module with `block_faults` and `call_faults`, or None."""
    path = SHARED / "slack" / "check_calls.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("check_calls", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
