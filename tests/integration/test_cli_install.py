"""`sipbot install`, `organizations`, `secrets` and `--organization`, as IT types them: real settings and databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.install_house import KEY, URL
from tests.integration.test_simulation import SMALL
from tests.logbook import log_put_back

NEW_KEY = "b-9TqLrXw4KzB6hNcVyMeFuSd1gPjA8oYt"
OAUTH = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "client secret",
    "SLACK_SIGNING_SECRET": "s",
    "SIPBOT_SECRET_KEY": KEY,
    "PUBLIC_URL": URL,
}
TEAMS = {"TEAMS_APP_ID": "app", "TEAMS_APP_PASSWORD": "password", "TEAMS_TENANT_ID": "tenant-a, tenant-b"}


class Office:
    """A folder with a plan and a database; `sipbot` types a command there."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = f"sqlite:///{home / 'sipbot.sqlite3'}"
        self._plan = home / "plan.txt"
        self._plan.write_text(SMALL)
        monkeypatch.chdir(home)

    def sipbot(self, *arguments: str, **env: str) -> Result:
        with log_put_back():  # the runner takes its standard error away again
            return CliRunner().invoke(app, arguments, env={"DATABASE_URL": self.url, "COLUMNS": "300", **env})

    def rows(self, query: str) -> list[tuple[object, ...]]:
        engine: Engine = create_engine(self.url)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    found = Office(tmp_path, monkeypatch)
    assert found.sipbot("plan", "import", "plan.txt").exit_code == 0
    return found


def test_a_link_is_made_for_a_county_that_is_there_or_for_a_new_one(office: Office) -> None:
    done = office.sipbot("install", "link", "--organization", "larkspur county", **OAUTH)
    assert done.exit_code == 0, done.output
    found = re.search(rf"^{re.escape(URL)}/slack/install\?invite=([\w-]{{32}})$", done.stdout, re.M)
    assert found
    assert office.sipbot("install", "link", "--new", "Meadow County", **OAUTH).exit_code == 0
    kept = office.rows("SELECT organization_id, name, digest FROM invitation ORDER BY id")
    assert [row[:2] for row in kept] == [(1, ""), (None, "Meadow County")]
    assert found[1] not in str(kept)


@pytest.mark.parametrize(
    ("arguments", "env", "sentence"),
    [
        (["link"], OAUTH, "--organization NAME, or --new NAME"),
        (["link", "--new", "X", "--organization", "1"], OAUTH, "--organization NAME, or --new NAME"),
        (["link", "--organization", "Nowhere"], OAUTH, "There is no organization “Nowhere” here."),
        (["link", "--new", "Larkspur County"], OAUTH, "already: say --organization"),
        (["link", "--new", "X"], {}, "Set SLACK_CLIENT_ID"),
        (["tenant", "tenant-c", "--new", "X"], TEAMS, "Add tenant-c to TEAMS_TENANT_ID first"),
        (["workspace", "T1", "--new", "X"], OAUTH, "sipbot install link"),
        (["end", "T1"], OAUTH, "not installed in T1"),
    ],
)
def test_what_cannot_be_connected_gets_a_sentence(
    office: Office, arguments: list[str], env: dict[str, str], sentence: str
) -> None:
    done = office.sipbot("install", *arguments, **env)
    assert done.exit_code in (1, 2)
    assert sentence in done.output
    assert office.rows("SELECT count(*) FROM invitation") == [(0,)]


def test_tenants_are_tied_to_counties_before_anybody_speaks(office: Office) -> None:
    assert office.sipbot("install", "tenant", "tenant-a", "--organization", "1", **TEAMS).exit_code == 0
    assert office.sipbot("install", "tenant", "tenant-b", "--new", "Meadow County", **TEAMS).exit_code == 0
    again = office.sipbot("install", "tenant", "tenant-b", "--organization", "1", **TEAMS)
    assert again.exit_code == 2
    assert "belongs to organization 2 already" in again.output
    listed = office.sipbot("organizations").stdout
    assert listed.splitlines() == ["1  Larkspur County", "    teams tenant-a", "2  Meadow County", "    teams tenant-b"]


def test_commands_ask_which_county_where_there_are_several(office: Office) -> None:
    office.sipbot("install", "tenant", "tenant-b", "--new", "Meadow County", **TEAMS)
    for command in (
        ["plan", "import", "plan.txt"],
        ["report", "2026-03", "--out", "x.md"],
        ["measure", "import", "x.csv"],
    ):
        done = office.sipbot(*command)
        assert done.exit_code == 2
        assert "Say which one, with --organization:" in done.output
        assert "2  Meadow County" in done.output
    assert office.sipbot("plan", "import", "plan.txt", "--organization", "Meadow County").exit_code == 0
    assert office.rows("SELECT organization_id FROM plan ORDER BY id") == [(1,), (2,)]
    done = office.sipbot("report", "2026-03", "--out", "x.md", "--organization", "2")
    assert done.exit_code == 0, done.output


def test_keys_are_rotated_by_command(office: Office) -> None:
    done = office.sipbot("secrets", "rotate", **{**OAUTH, "SIPBOT_SECRET_KEY": f"{NEW_KEY},{KEY}"})
    assert done.exit_code == 0
    encrypted, links = done.stdout.splitlines()
    assert encrypted == "0 Slack installations are encrypted with the first secret."
    assert "keep those, last, for as long as they shall open" in links
    assert "SIPBOT_SECRET_KEY is empty" in office.sipbot("secrets", "rotate").output


def test_the_manifest_leads_people_back_where_workspaces_install_it_themselves(office: Office) -> None:
    assert f'"{URL}/slack/oauth_redirect"' in office.sipbot("slack", "manifest", **OAUTH).stdout
    assert "oauth_redirect" not in office.sipbot("slack", "manifest", PUBLIC_URL=URL).stdout
