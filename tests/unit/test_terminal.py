"""Where `--out` writes, and what it leaves as it was."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
import typer

from bot.config import Settings, load
from bot.terminal import write


@pytest.fixture
def given(tmp_path) -> Settings:
    return load(_env_file=None, database_url=f"sqlite:///{tmp_path / 'sipbot.sqlite3'}")


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_new_file_is_for_its_owner_and_one_that_is_there_stays_as_open_as_it_was(tmp_path, given):
    new, shared = tmp_path / "new.md", tmp_path / "shared.md"
    shared.write_bytes(b"last month")
    shared.chmod(0o644)
    for file in (new, shared):
        write(file, b"this month", given)
        assert file.read_bytes() == b"this month"
    assert (mode(new), mode(shared)) == (0o600, 0o644)
    assert sorted(tmp_path.iterdir()) == [new, shared]


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path, given):
    for there in (True, False):
        target, link = tmp_path / f"{there}.md", tmp_path / f"{there}.link"
        if there:
            target.write_bytes(b"last month")
        link.symlink_to(target)
        write(link, b"this month", given)
        assert link.is_symlink()
        assert target.read_bytes() == b"this month"


def test_a_pipe_gets_the_content_and_nothing_else(tmp_path, given, capsys):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write(pipe, b"this month", given)
    reader.join(10)
    assert read == [b"this month"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert capsys.readouterr().out == ""


def test_where_the_folder_takes_no_new_file_the_one_that_is_there_is_written(tmp_path, given, monkeypatch):
    file = tmp_path / "report.md"
    file.write_bytes(b"last month, and longer")
    before = file.stat().st_ino
    monkeypatch.setattr(os, "access", lambda path, kind: Path(path) != tmp_path)  # tests may run as root, who may all
    write(file, b"this month", given)
    assert file.read_bytes() == b"this month"
    assert file.stat().st_ino == before


@pytest.mark.parametrize("name", ["sipbot.sqlite3", "a link"])
def test_the_database_is_never_written_over(tmp_path, given, name, capsys):
    database = tmp_path / "sipbot.sqlite3"
    database.write_bytes(b"a county")
    (tmp_path / "a link").symlink_to(database)
    with pytest.raises(typer.Exit) as ended:
        write(tmp_path / name, b"this month", given)
    assert ended.value.exit_code == 2
    assert "is the database itself: choose another name" in capsys.readouterr().err
    assert database.read_bytes() == b"a county"


def test_a_folder_is_no_file(tmp_path, given, capsys):
    with pytest.raises(typer.Exit):
        write(tmp_path, b"this month", given)
    assert "cannot be written: Is a directory." in capsys.readouterr().err
