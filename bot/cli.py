"""The command line (DESIGN §10). Operators script it: names, exit codes and outputs are kept stable.

Exit codes: 0 fine, 1 something failed, 2 the settings or the input cannot be used (a sentence says why).
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from aiohttp.web import Application as Site

from bot import cli_backup, cli_data, cli_install, cli_measure, cli_outbox, logs
from bot.app import App, build
from bot.chat.clock import MovableClock, SystemClock
from bot.chat.compose import built_in
from bot.cli_organization import OrganizationOption, chosen, only
from bot.doctor.here import console_fault
from bot.domain.plan_import import NotAPlan, PlanDocument, parse_plan, read_document
from bot.serving import CannotListen
from bot.serving import serve as serve_until_stopped
from bot.terminal import FAILED, UNUSABLE, database, err, migrated, out, write
from bot.terminal import settings as _settings
from bot.terminal import stop as _stop
from storage.db import open_engine, reading
from storage.health import database_faults
from storage.plan_store import Change, Source, organization_name, store_plan
from storage.queries.people import create_organization
from storage.uow import unit_of_work

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Keeps a county's System Improvement Plan alive in Slack and in a local console.",
    pretty_exceptions_enable=False,
)
plan_app = typer.Typer(no_args_is_help=True, help="The county's plan.")
story_app = typer.Typer(no_args_is_help=True, help="Success stories.")
teams_app = typer.Typer(no_args_is_help=True, help="Microsoft Teams.")
slack_app = typer.Typer(no_args_is_help=True, help="Slack.")
app.add_typer(plan_app, name="plan")
app.add_typer(story_app, name="story")
app.add_typer(slack_app, name="slack")
app.add_typer(teams_app, name="teams")
app.add_typer(cli_outbox.app, name="outbox")
app.add_typer(cli_measure.app, name="measure")
app.add_typer(cli_install.app, name="install")
app.add_typer(cli_install.secrets_app, name="secrets")
app.command("organizations")(cli_install.list_organizations)
cli_data.register(app)
app.command()(cli_backup.backup)
app.command()(cli_backup.restore)


def main() -> None:
    """The `sipbot` command."""
    logs.configure()
    app()


@app.command()
def demo(port: Annotated[int, typer.Option(help="Port of the console", envvar="PORT")] = 8300) -> None:
    """A sample county on SQLite with five months of history, in a local web console whose clock you can move."""
    from bot.demo import prepare_demo

    folder = Path("var/demo")
    with out.status("Living through five months of Larkspur County …"):
        application = prepare_demo(folder, SystemClock(), port)
    address = f"http://127.0.0.1:{port}/console"
    out.print(f"The console is open at [bold]{address}[/bold]  (stop with Ctrl+C)")
    out.print(f"Microsoft's Agents Playground reaches it as a Teams app at http://127.0.0.1:{port}/api/messages")
    _run(application, application.web, "127.0.0.1", port, worker=True)


@app.command()
def serve() -> None:
    """Everything in one process: web, calendar and delivery."""
    _serve(worker=True)


@app.command(name="web")
def web_process() -> None:
    """Only the web: commands in, replies out."""
    _serve(worker=False)


def _serve(*, worker: bool) -> None:
    settings = _settings()
    application = build(settings)
    faults = list(database_faults(application.engine))
    if fault := console_fault(settings):
        faults.append(fault)
    if not (settings.slack or settings.teams or settings.sipbot_console):
        faults.append(
            "nothing to serve: set SLACK_BOT_TOKEN, SLACK_CLIENT_ID or TEAMS_APP_ID, or SIPBOT_CONSOLE=1 to look around"
        )
    if faults:
        _stop(UNUSABLE, "sipbot cannot start:", *(f"  {fault}" for fault in faults))
    _run(application, application.web, settings.host, settings.port, worker=worker)


def _run(application: App, site: Site | None, host: str, port: int, *, worker: bool, listen: bool = True) -> None:
    """Serve until SIGTERM or Ctrl+C; requests under way are finished."""
    grace = application.settings.sipbot_drain_seconds
    try:
        asyncio.run(serve_until_stopped(application, site, host, port, worker=worker, listen=listen, grace=grace))
    except CannotListen as error:
        _stop(UNUSABLE, f"Port {port} on {host} cannot be used: {error}. Choose another with PORT or --port.")


@app.command()
def worker(
    once: Annotated[bool, typer.Option(help="Do what is due now, deliver it, and stop")] = False,
    now: Annotated[str, typer.Option(help="With --once: as if it were this ISO 8601 time")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Serve /healthz, /readyz and /metrics here; 0: not")] = 0,
) -> None:
    """Only the calendar and the delivery."""
    clock = SystemClock() if not now else MovableClock(_aware(now))
    if now and not once:
        _stop(UNUSABLE, "--now goes with --once.")
    settings = _settings()
    application = build(settings, clock=clock)
    faults = list(database_faults(application.engine))
    if faults:
        _stop(UNUSABLE, "sipbot cannot start:", *(f"  {fault}" for fault in faults))
    if not once:
        _run(application, application.health() if port else None, settings.host, port, worker=True, listen=False)
        return

    async def life() -> None:
        await application.start(worker=False, listen=False)
        await application.tick()
        await application.stop()

    asyncio.run(life())


def _aware(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        _stop(UNUSABLE, f"“{text}” is not a time. Write it like 2026-03-02T09:00:00-08:00.")
    if at.tzinfo is None:
        _stop(UNUSABLE, f"“{text}” has no time zone. Write it like 2026-03-02T09:00:00-08:00.")
    return at


@app.command()
def migrate() -> None:
    """Bring the database to the newest shape."""
    migrated(_settings())
    out.print("The database is up to date.")


@app.command()
def doctor() -> None:
    """Look at settings, database, queue and services, and say in a sentence what is wrong and what to do."""
    from bot.doctor import examine

    found = asyncio.run(examine(_settings(), SystemClock()))
    for note in found.notes:
        out.print(f"Note: {note}.", markup=False)
    if found.faults:
        _stop(FAILED, *found.faults)
    out.print("All is well.")


@plan_app.command("import")
def plan_import(
    file: Annotated[Path, typer.Argument(help="The plan: text, Markdown, .docx or .pdf")],
    county: Annotated[str, typer.Option(help="The county's name, where the document does not say it")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen and store nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON (DESIGN §10)")] = False,
    reason: Annotated[str, typer.Option(help="Why the plan changed; kept with every change")] = "",
    organization: OrganizationOption = "",
) -> None:
    """Read a plan and make it the county's plan."""
    try:
        document = parse_plan(read_document(file), county or None)
    except NotAPlan as error:
        _stop(UNUSABLE, error.reason)
    changes: list[Change] = []
    if not (dry_run and as_json):
        changes = _store(document, file, reason, organization, dry_run=dry_run)
    if as_json:
        sys.stdout.write(json.dumps(document.to_json(), ensure_ascii=False, indent=1) + "\n")
        return
    _tell(document, changes, dry_run=dry_run)


class _DryRun(Exception):
    """Ends the transaction of a dry run."""


def _store(document: PlanDocument, file: Path, reason: str, organization: str, *, dry_run: bool) -> list[Change]:
    """Store the plan for its organization (made where there is none); a dry run is rolled back."""
    settings = _settings()
    engine = open_engine(settings.database_url) if dry_run else migrated(settings)
    if dry_run and list(database_faults(engine)):
        return []  # no database yet: everything is new
    source = Source.of(file, reason)
    changes: list[Change] = []
    try:
        with unit_of_work(engine, SystemClock().read(), built_in()) as uow:
            uow.organization = only(uow.connection, organization) or create_organization(
                uow.connection, organization_name(document), settings.sipbot_zone, uow.at
            )
            changes = store_plan(uow, document, source)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return changes


def _tell(document: PlanDocument, changes: list[Change], *, dry_run: bool) -> None:
    places = [strategy for goal in document.goals for strategy in goal.strategies]
    steps = sum(len(strategy.action_steps) for strategy in places)
    out.print(f"County: {document.county or 'not said (give --county)'}", markup=False)
    out.print(f"{len(document.goals)} goals, {len(places)} strategy places, {steps} action steps.")
    for goal in document.goals:
        out.print(f"  Goal {goal.number}: {goal.measure or '?'}: {goal.baseline} to {goal.target}", markup=False)
    for change in changes:
        out.print(
            f"  {change.kind} {change.what} {change.ref}: {change.before or ''} -> {change.after or ''}", markup=False
        )
    for warning in document.warnings:
        err.print(f"  line {warning.line}: {warning.message} ({warning.code})", markup=False)
    out.print("Nothing was stored (dry run)." if dry_run else "Stored. Next: sipbot serve, then /sip settings in chat.")


@story_app.command("check")
def story_check(
    file: Annotated[str, typer.Argument(help="A file of stories, or - for standard input")] = "-",
    as_json: Annotated[bool, typer.Option("--json", help="One verdict a line, as JSON")] = False,
) -> None:
    """Check stories for what must not leave the agency. A line is a story, or {"id", "text"} as JSON."""
    from bot.story_files import check_lines

    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _stop(UNUSABLE, f"{file} cannot be read: {error}")
    for result in check_lines(text):
        if as_json:
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
            continue
        out.print(f"{result['id']}: {result['verdict']}", markup=False)
        for finding in result["findings"]:
            out.print(f"  “{finding['text']}”: {finding['why']}", markup=False)


@app.command()
def report(
    period: Annotated[list[str], typer.Argument(help="2026-03, 2026-Q1, 2026-Q1 full, or progress 1")],
    out_file: Annotated[Path, typer.Option("--out", help="Where to write it")],
    form: Annotated[str, typer.Option("--format", help="md, html, pdf, json; a month's numbers: xlsx, csv")] = "md",
    organization: OrganizationOption = "",
) -> None:
    """Write a month's roll-up, a quarter's newsletter or report-out, or a progress report's draft to a file."""
    from bot.report_files import NoReport, render_report

    settings = _settings()
    engine = database(settings)
    with reading(engine) as connection:
        home = chosen(connection, organization)
    try:
        made = render_report(engine, SystemClock(), home, " ".join(period), form)
    except (NoReport, ValueError) as error:
        _stop(UNUSABLE, str(error))
    write(out_file, made, settings)


@slack_app.command("manifest")
def slack_manifest(
    socket_mode: Annotated[bool, typer.Option(help="For Socket Mode: no public address is needed")] = False,
) -> None:
    """Print the app manifest to paste at api.slack.com/apps."""
    from bot.adapters.slack_manifest import manifest

    settings = _settings()
    public_url = settings.public_url
    if not (public_url or socket_mode):
        _stop(UNUSABLE, "Set PUBLIC_URL to the address Slack can reach, or use --socket-mode.")
    sys.stdout.write(
        json.dumps(manifest(public_url or None, socket_mode, bool(settings.slack_client_id)), indent=2) + "\n"
    )


@teams_app.command("package")
def teams_package(
    out_file: Annotated[Path, typer.Option("--out", help="Where to write the app package")] = Path("sipbot-teams.zip"),
) -> None:
    """Write the app package to upload to Teams."""
    import handlers
    from bot.adapters.teams_package import package

    settings = _settings()
    commands = [(spec.verb, spec.summary) for spec in handlers.COMMANDS if not spec.hidden and " " not in spec.verb]
    try:
        made = package(settings.teams_app_id, settings.public_url, version("sipbot"), commands)
    except ValueError as error:
        _stop(UNUSABLE, str(error))
    write(out_file, made, settings)


@app.command()
def simulate(
    plan: Annotated[Path, typer.Option(help="The plan to live through")],
    start: Annotated[str, typer.Option(help="First month, like 2024-02")],
    months: Annotated[int, typer.Option(min=1, max=60, help="How many months")],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for posts.jsonl and the reports")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same months")] = 1,
) -> None:
    """Run the real handlers, jobs and outbox over months of virtual time with scripted people."""
    from bot.simulate import simulate_plan

    try:
        counts = simulate_plan(plan, start, months, out_dir, seed, err)
    except NotAPlan as error:
        _stop(UNUSABLE, error.reason)
    except ValueError as error:
        _stop(UNUSABLE, str(error))
    out.print(f"{counts['posts']} posts, {counts['reports']} reports in {out_dir}.", markup=False)


if __name__ == "__main__":
    main()
