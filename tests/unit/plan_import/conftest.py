"""The sample plans as files: those in `plans/` and those that have to be made."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def _samples() -> ModuleType:
    """`samples.py` beside this file; tests are imported without a package around them."""
    spec = importlib.util.spec_from_file_location("plan_import_samples", Path(__file__).parent / "samples.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    return _samples()


@pytest.fixture(scope="session")
def plan_files(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each sample plan's file by county."""
    made = tmp_path_factory.mktemp("plans")
    samples.make_docx(made / "alder.docx")
    samples.make_pdf(made / "manzanita.pdf")
    written = [p for p in samples.PLANS.iterdir() if not p.name.endswith(".json")]
    return {p.stem: p for p in (*written, *made.iterdir())}
