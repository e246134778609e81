"""The table of what trust has counted: parts are added up, both databases are one row where they agree, and nothing of
another commit or of a test that did not come so far is in it."""

from __future__ import annotations

import os

import pytest

from tests.trust import table


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "FOLDER", tmp_path)


def said(fault="kill"):
    return [(row["setting"], row["result"]) for row in table.rows() if row["fault"] == fault]


def test_parts_are_one_row_with_the_sums():
    table.record("kill", "sqlite, 9 prompts each", "1,000 kills: 0 lost", part="seed 1")
    table.record("kill", "sqlite, 9 prompts each", "999 kills: 2 lost", part="seed 2")
    assert said() == [("SQLite, 9 prompts each, 2 seeds", "1,999 kills: 2 lost")]


def test_a_part_alone_and_one_that_says_something_else():
    table.record("kill", "sqlite", "3 kills", part="seed 1")
    table.record("kill", "sqlite", "nothing was killed", part="seed 2")
    assert said() == [("SQLite, 1 seed", "3 kills"), ("SQLite, 1 seed", "nothing was killed")]


def test_what_both_databases_say_is_one_row():
    table.record("kill", "5 prompts (sqlite)", "0 lost")
    table.record("kill", "5 prompts (postgresql)", "0 lost")
    table.record("kill", "6 prompts (sqlite)", "0 lost")
    table.record("kill", "6 prompts (postgresql)", "1 lost")
    assert said() == [
        ("5 prompts (SQLite and PostgreSQL)", "0 lost"),
        ("6 prompts (PostgreSQL)", "1 lost"),
        ("6 prompts (SQLite)", "0 lost"),
    ]


def test_the_same_part_again_takes_its_place():
    table.record("kill", "sqlite", "3 kills", part="seed 1")
    table.record("kill", "sqlite", "4 kills", part="seed 1")
    assert said() == [("SQLite, 1 seed", "4 kills")]


def test_a_test_that_begins_again_takes_away_what_it_said():
    table.record("kill", "sqlite", "0 lost")
    mine = os.environ["PYTEST_CURRENT_TEST"].removesuffix(" (call)")
    table.forget("tests/trust/test_chaos.py::another")
    assert said() == [("SQLite", "0 lost")]
    table.forget(mine)
    assert said() == []


def test_rows_of_another_commit_are_refused_by_name(monkeypatch, tmp_path, capsys):
    readme = tmp_path / "README.md"
    readme.write_text("<!-- trust-table -->\nold\n<!-- /trust-table -->\n")
    monkeypatch.setattr(table.sys, "argv", ["table", str(readme)])
    for commit, fault in (("aaa", "kill"), ("bbb", "fuzz")):
        monkeypatch.setattr(table, "commit", lambda commit=commit: commit)
        table.record(fault, "sqlite", "0 lost")
    assert said() == []
    assert said("fuzz") == [("SQLite", "0 lost")]
    with pytest.raises(SystemExit):
        table.main()
    assert "old" in readme.read_text()
    assert "- kill (sqlite): aaa" in capsys.readouterr().err
    table.record("kill", "sqlite", "1 lost")
    table.main()
    assert "1 lost" in readme.read_text()
