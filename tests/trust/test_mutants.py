"""The mutants can still be put in: the code they change has not moved away from under them."""

from __future__ import annotations

import tomllib

import pytest

from tests.trust.mutants import __main__ as mutants
from tests.trust.mutants.__main__ import HERE, NO_ANSWER, NOT_NOTICED, NOTICED, ROOT, ids


def test_every_mutant_finds_its_place_once():
    lost = {}
    for path in sorted(HERE.glob("*.toml")):
        mutant = tomllib.loads(path.read_text("utf-8"))
        count = (ROOT / mutant["file"]).read_text("utf-8").count(mutant["before"])
        if count != 1:
            lost[path.stem] = count
    assert lost == {}


def test_every_mutants_tests_are_there():
    gone = []
    for path in sorted(HERE.glob("*.toml")):
        for test in ids(tomllib.loads(path.read_text("utf-8"))):
            file, *names = test.partition("[")[0].split("::")
            found = (ROOT / file).read_text("utf-8") if (ROOT / file).is_file() else None
            if found is None or (names and f"def {names[-1]}(" not in found):
                gone.append((path.stem, test))
    assert gone == []


@pytest.mark.parametrize(
    ("code", "said", "outcome"),
    [
        (1, "FAILED t.py::a - assert 1\nFAILED t.py::b[x 1]", NOTICED),
        (1, "PASSED t.py::a\nERROR t.py::a - assert 1\nFAILED t.py::b[x 1]", NOTICED),
        (1, "FAILED t.py::a - assert 1\nPASSED t.py::b[x 1]\nERROR t.py::b[x 1] - assert 1", NOT_NOTICED),
        (1, "PASSED t.py::a\nFAILED t.py::b[x 1]", NOT_NOTICED),
        (1, "FAILED t.py::another - assert 1\nFAILED t.py::b[x 1]\nSKIPPED [1] c.py:5: why", NO_ANSWER),
        (0, "summary\nSKIPPED [2] c.py:5: no PostgreSQL answers", NO_ANSWER),
        (1, "No module named pytest", NOT_NOTICED),
        (4, "ERROR: not found: t.py::a", NOT_NOTICED),
    ],
)
def test_a_mutant_is_noticed_where_each_of_its_tests_says_so(tmp_path, monkeypatch, code, said, outcome):
    (tmp_path / "code.py").write_text("sound", "utf-8")
    monkeypatch.setattr(mutants, "pytest", lambda *_: (code, said))
    mutant = {
        "file": "code.py",
        "before": "sound",
        "after": "",
        "tests": ["t.py::a"],
        "by_themselves": ["t.py::b[x 1]"],
    }
    assert mutants.noticed(mutant, tmp_path)[0] == outcome
    assert (tmp_path / "code.py").read_text("utf-8") == "sound"
