"""`sipbot install`, `sipbot organizations`, `sipbot secrets`: which workspaces and tenants belong to which county."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.chat.clock import SystemClock
from bot.cli_organization import chosen
from bot.config import Settings
from bot.install_pages import INSTALL
from bot.keys import Keys
from bot.terminal import FAILED, UNUSABLE, database, err, out, settings, stop
from storage.db import reading
from storage.installations import INVITED, Installations, connected, invite
from storage.queries.people import Organization, add_workspace, create_organization, organizations, workspace_owner

app = typer.Typer(no_args_is_help=True, help="Connect Slack workspaces and Teams tenants to counties.")
secrets_app = typer.Typer(no_args_is_help=True, help="SIPBOT_SECRET_KEY.")

ToOrganization = Annotated[str, typer.Option("--organization", help="The county it will belong to: its name or its id")]
ToNew = Annotated[str, typer.Option("--new", help="Or the name of a new county, made for it")]


@app.command("link")
def install_link(organization: ToOrganization = "", new: ToNew = "") -> None:
    """Print an address at which somebody installs sipbot in one Slack workspace: good once, for seven days."""
    found = settings()
    if not found.slack_client_id:
        stop(UNUSABLE, "Set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: with SLACK_BOT_TOKEN there is one workspace only.")
    with database(found).begin() as connection:
        home = _home(connection, organization, new)
        name = "" if home else new.strip()
        token = invite(connection, home.id if home else None, name, SystemClock().read())
    out.print(f"{found.public_url.rstrip('/')}{INSTALL}?invite={token}", markup=False)
    to = f"to {home.name}" if home else f"to a new county, {name}"
    err.print(f"It connects one workspace {to}, once, within {INVITED.days} days. Whoever has it can.", markup=False)


@app.command("tenant")
def install_tenant(
    tenant: Annotated[str, typer.Argument(help="The directory (tenant) id; it stands in TEAMS_TENANT_ID too")],
    organization: ToOrganization = "",
    new: ToNew = "",
) -> None:
    """Say to which county a Teams tenant belongs, before anybody there speaks."""
    found = settings()
    if tenant not in found.tenants:
        stop(UNUSABLE, f"Add {tenant} to TEAMS_TENANT_ID first: other tenants are not heard.")
    _tie(found, "teams", tenant, organization, new)


@app.command("workspace")
def install_workspace(
    workspace: Annotated[str, typer.Argument(help="The Slack workspace's id, T…")],
    organization: ToOrganization = "",
    new: ToNew = "",
) -> None:
    """The same for the Slack workspace of SLACK_BOT_TOKEN, where several tenants are served beside it."""
    found = settings()
    if not found.slack_bot_token:
        stop(UNUSABLE, "Without SLACK_BOT_TOKEN a workspace is connected by the address of `sipbot install link`.")
    _tie(found, "slack", workspace, organization, new)


@app.command("end")
def install_end(workspace: Annotated[str, typer.Argument(help="The Slack workspace's id, T…")]) -> None:
    """Stop using a Slack workspace's token, as if sipbot had been uninstalled there. What is stored stays."""
    found = settings()
    if not _installations(found).revoked(workspace, SystemClock().read()):
        stop(FAILED, f"sipbot is not installed in {workspace}.")
    out.print(
        f"sipbot does not write to {workspace} any more; what runs now knows it within five minutes, or at once when "
        "it is started again. Remove the app in Slack, too.",
        markup=False,
    )


def list_organizations() -> None:
    """List the counties with their ids, workspaces and tenants."""
    with reading(database(settings())) as connection:
        places = connected(connection)
        known = organizations(connection)
    for one in known:
        out.print(f"{one.id}  {one.name}", markup=False)
        for home, platform, place, name, state in places:
            if home == one.id:
                out.print("   ", " ".join(filter(None, (platform, place, name, state and f"({state})"))), markup=False)
    if not known:
        out.print("There is no county yet: sipbot plan import FILE, or sipbot install link --new NAME.")


@secrets_app.callback()
def secrets_main() -> None:
    """SIPBOT_SECRET_KEY."""


@secrets_app.command("rotate")
def secrets_rotate() -> None:
    """Encrypt everything anew with the first secret of SIPBOT_SECRET_KEY. Safe while running, and to run again."""
    done, closed = _installations(settings()).reseal()
    out.print(f"{done} Slack installations are encrypted with the first secret.")
    out.print("Links sent out before are signed with the older ones: keep those, last, for as long as they shall open.")
    if closed:
        stop(FAILED, f"{closed} cannot be read with any secret there is: put the lost one back, or install them again.")


def _installations(found: Settings) -> Installations:
    if not found.sipbot_secret_key:
        stop(UNUSABLE, "SIPBOT_SECRET_KEY is empty: nothing is encrypted here.")
    return Installations(database(found), SystemClock(), Keys.of(found.sipbot_secret_key), found.sipbot_zone)


def _home(connection: Connection, organization: str, new: str) -> Organization | None:
    """The organization that is asked for; None for a new one."""
    if bool(organization) == bool(new.strip()):
        stop(
            UNUSABLE,
            "Say to which county it belongs: --organization NAME, or --new NAME for one that is not there yet.",
        )
    if organization:
        return chosen(connection, organization)
    if any(one.name == new.strip() for one in organizations(connection)):
        stop(UNUSABLE, f"There is a county “{new.strip()}” already: say --organization for it.")
    return None


def _tie(found: Settings, platform: str, place: str, organization: str, new: str) -> None:
    with database(found).begin() as connection:
        home = _home(connection, organization, new)
        owner = workspace_owner(connection, platform, place)
        if owner is not None:
            stop(UNUSABLE, f"{place} belongs to organization {owner} already.")
        at = SystemClock().read()
        home = home or create_organization(connection, new.strip(), found.sipbot_zone, at)
        add_workspace(connection, home.id, platform, place)
    out.print(f"{place} belongs to {home.name}, organization {home.id}.", markup=False)
