"""The mutants can still be put in: the code they change has not moved away from under them."""

from __future__ import annotations

import tomllib

from tests.trust.mutants.__main__ import HERE, ROOT


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
        for test in tomllib.loads(path.read_text("utf-8"))["tests"]:
            file, *names = test.partition("[")[0].split("::")
            found = (ROOT / file).read_text("utf-8") if (ROOT / file).is_file() else None
            if found is None or (names and f"def {names[-1]}(" not in found):
                gone.append((path.stem, test))
    assert gone == []
