"""The table of what trust has counted: parts are added up, and both databases are one row where they agree."""

from __future__ import annotations

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
