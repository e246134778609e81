"""The command line as operators script it: real processes, exit codes, sentences."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.integration.test_simulation import SMALL

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path):
    """An empty folder to work in, with a plan."""
    (tmp_path / "plan.txt").write_text(SMALL)
    return tmp_path


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The plan in a database, made once."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "plan.txt").write_text(SMALL)
    assert sipbot(folder, "plan", "import", "plan.txt").returncode == 0
    return folder / "sipbot.sqlite3"


@pytest.fixture
def planned(home, imported):
    """A folder to work in, with the plan imported."""
    shutil.copy(imported, home)
    return home


def sipbot(home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "COLUMNS": "200", **env}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, cwd=home, env={**clean, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120
    )


def rows(home: Path, query: str) -> list:
    with create_engine(f"sqlite:///{home / 'sipbot.sqlite3'}").connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_dry_run_prints_the_plan_and_makes_no_file(home):
    done = sipbot(home, "plan", "import", "plan.txt", "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["county"] == "Larkspur"
    assert [len(s["action_steps"]) for g in plan["goals"] for s in g["strategies"]] == [2, 2]
    assert not list(home.glob("*.sqlite3*"))


def test_the_sonoma_plan_by_the_command_line(home, shared):
    done = sipbot(home, "plan", "import", str(shared / "seeds" / "002_66083133f891ecb3.txt"), "--dry-run", "--json")
    (home / "got.json").write_text(done.stdout)
    compared = subprocess.run(
        [
            sys.executable,
            shared / "domain" / "compare_plan.py",
            shared / "domain" / "sonoma.expected.json",
            home / "got.json",
        ],
        capture_output=True,
        text=True,
    )
    assert compared.returncode == 0, compared.stdout


def test_a_document_that_is_no_plan_is_refused_and_nothing_is_stored(home):
    (home / "soup.txt").write_text("Soup\n\n1. Cut the onions.\n2. Boil for an hour.\n")
    done = sipbot(home, "plan", "import", "soup.txt")
    assert done.returncode == 2
    assert done.stderr.strip().endswith(".")
    assert "Traceback" not in done.stderr
    assert not list(home.glob("*.sqlite3*"))


def test_importing_again_says_what_changes_and_a_dry_run_changes_nothing(planned):
    (planned / "plan.txt").write_text(SMALL.replace("Draw one chart a quarter", "Draw one simple chart a quarter"))
    dry = sipbot(planned, "plan", "import", "plan.txt", "--dry-run")
    assert "changed step 1.2.1: Draw one chart a quarter -> Draw one simple chart a quarter" in dry.stdout
    assert rows(planned, "SELECT text FROM step WHERE text LIKE 'Draw%'") == [("Draw one chart a quarter",)]
    assert sipbot(planned, "plan", "import", "plan.txt", "--reason", "Too long").returncode == 0
    assert rows(planned, "SELECT before, reason FROM plan_change") == [("Draw one chart a quarter", "Too long")]


def test_every_wrong_setting_is_named_and_the_exit_code_is_2(home):
    done = sipbot(home, "serve", PORT="many", PUBLIC_URL="here", SLACK_BOT_TOKEN="xoxp-1")
    assert done.returncode == 2
    for name in ("PORT", "PUBLIC_URL", "SLACK_BOT_TOKEN"):
        assert name in done.stderr
    assert "xoxp-1" not in done.stderr


def test_serve_says_what_is_missing(home):
    done = sipbot(home, "serve", SIPBOT_CONSOLE="1")
    assert done.returncode == 2
    assert "run sipbot migrate" in done.stderr
    assert sipbot(home, "migrate").returncode == 0
    done = sipbot(home, "serve")
    assert done.returncode == 2
    assert "nothing to serve" in done.stderr


def test_doctor_finds_a_database_that_does_not_answer(home):
    done = sipbot(home, "doctor", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "the database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_worker_does_what_is_due_at_a_given_time(planned):
    naive = sipbot(planned, "worker", "--once", "--now", "2026-03-01T09:00:00")
    assert naive.returncode == 2
    assert "time zone" in naive.stderr
    assert sipbot(planned, "worker", "--once", "--now", "2026-03-01T09:00:00-08:00").returncode == 0


def test_a_report_is_written_in_each_format(planned):
    for form in ("md", "html", "json", "csv"):
        done = sipbot(planned, "report", time.strftime("%Y-%m"), "--format", form, "--out", f"r.{form}")
        assert done.returncode == 0, done.stderr
        assert "Arrival Rate" in (planned / f"r.{form}").read_text()
    assert sipbot(planned, "report", "soon", "--out", "r.md").returncode == 2
    assert sipbot(planned, "report", time.strftime("%Y-%m"), "--format", "doc", "--out", "r.doc").returncode == 2


def test_stories_are_checked_a_line_at_a_time(home):
    (home / "stories.txt").write_text(
        "The front desk answered every call within two days.\n"
        '{"id": "b", "text": "Maria\'s son is in foster care; call her at 707-555-0134."}\n'
    )
    done = sipbot(home, "story", "check", "stories.txt", "--json")
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(v["id"], v["verdict"]) for v in verdicts] == [(1, "ok"), ("b", "block")]
    assert verdicts[1]["findings"][0]["why"]


def test_the_manifest_needs_an_address_or_socket_mode(home):
    assert sipbot(home, "slack", "manifest").returncode == 2
    done = sipbot(home, "slack", "manifest", PUBLIC_URL="https://sip.example.org")
    assert "https://sip.example.org/slack/events" in done.stdout
    assert json.loads(sipbot(home, "slack", "manifest", "--socket-mode").stdout)["settings"]["socket_mode_enabled"]


@contextmanager
def serving(home: Path, **more: str) -> Iterator[str]:
    """`sipbot serve`, which is told to stop in the end and does so without a failure. Its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), "PORT": str(port), **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], cwd=home, env=env, stderr=subprocess.PIPE, text=True
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def ready(url: str) -> dict[str, str]:
    """What it says of itself when it is up."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as answer:
            return json.load(answer)
        except OSError:
            time.sleep(0.1)
    pytest.fail("it did not come up")


def test_serve_answers_is_ready_and_stops_when_told(home):
    assert sipbot(home, "migrate").returncode == 0
    with serving(home, SIPBOT_CONSOLE="1") as url:
        assert ready(url) == {"status": "ok"}
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(f"{url}/r/{'x' * 24}", timeout=2)
        assert missing.value.code == 404


def test_serve_is_ready_while_slacks_socket_is_not_there_and_its_figures_say_so(home):
    assert sipbot(home, "migrate").returncode == 0
    slack = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
    with serving(home, SIPBOT_DRAIN_SECONDS="1", **slack) as url:
        assert ready(url) == {"status": "ok"}
        with urllib.request.urlopen(f"{url}/metrics", timeout=2) as answer:
            assert b"\nsipbot_slack_connected 0.0\n" in answer.read()


def test_readings_from_a_file_are_stored_whole_or_not_at_all(planned):
    import xlsxwriter

    (planned / "bad.csv").write_text("month,group,value\n2024-01,,46%\n2024-13,,47%\n2024-02,,=1+1\n")
    refused = sipbot(planned, "measure", "import", "bad.csv", "--measure", "1")
    assert refused.returncode == 2
    assert "Row 3: “2024-13” is not a month." in refused.stderr
    assert "Row 4: “=1+1” is not a number." in refused.stderr
    assert "Nothing was stored." in refused.stderr
    assert rows(planned, "SELECT count(*) FROM reading") == [(0,)]
    with xlsxwriter.Workbook(planned / "good.xlsx") as book:
        sheet = book.add_worksheet()
        for r, line in enumerate([["Month", "All", "Spanish"], ["2024-01", 0.46, 0.4], ["2024-02", 0.475, "*"]]):
            sheet.write_row(r, 0, line)
    tried = sipbot(planned, "measure", "import", "good.xlsx", "--measure", "1", "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert "4 new, 0 in place of another value" in tried.stdout
    assert rows(planned, "SELECT count(*) FROM reading") == [(0,)]
    done = sipbot(planned, "measure", "import", "good.xlsx", "--measure", "1")
    assert done.returncode == 0, done.stderr
    assert "0.475 was read as 47.5%" in done.stderr
    query = "SELECT month, population, value, person_id FROM reading ORDER BY month, population"
    assert rows(planned, query) == [
        ("2024-01", "", 46.0, None), ("2024-01", "Spanish", 40.0, None),
        ("2024-02", "", 47.5, None), ("2024-02", "Spanish", None, None),
    ]  # fmt: skip


def test_a_file_of_readings_that_cannot_be_used_is_refused_in_a_sentence(planned):
    missing = sipbot(planned, "measure", "import", "none.csv", "--measure", "1")
    assert (missing.returncode, missing.stderr) == (2, "none.csv cannot be read: No such file or directory.\n")
    unknown = sipbot(planned, "measure", "import", "none.csv", "--measure", "nine")
    assert unknown.returncode == 2
    assert "There is no measure “nine”." in unknown.stderr
