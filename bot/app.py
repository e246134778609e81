"""The composition root: the one place where settings, database, handlers, adapters and clock are wired together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import Engine, text

import handlers
from bot.adapters.console import ConsoleAdapter
from bot.adapters.slack import SlackAdapter, SlackSettings
from bot.chat.clock import Clock, SystemClock, TravellingClock
from bot.chat.commands import Command, first_word
from bot.chat.compose import Composer
from bot.chat.ports import ChatAdapter
from bot.chat.replies import Reply
from bot.command_queue import CommandQueue
from bot.config import Settings
from bot.delivery import Delivery
from bot.dispatch import Dispatcher, Policy
from bot.newsletter_pages import NewsletterPages
from bot.newsletter_web import add_newsletter_routes
from bot.pages import HOUSE, house_page, report_page
from bot.scheduler import JobRunner, Scheduler
from bot.survey_pages import add_survey_routes
from bot.web import add_document, make_web
from bot.world import World
from storage.console import ConsoleStore
from storage.db import UNAVAILABLE, open_engine, reading
from storage.migrate import is_current
from storage.references import References
from storage.survey_answers import SurveyAnswers

if TYPE_CHECKING:
    from bot.adapters.teams import TeamsAdapter, TeamsSettings

DRAIN_SECONDS = 10.0  # how long a stopping process goes on delivering


class App:
    """Everything in one process. `start` runs the parts asked for; `stop` lets what is under way finish."""

    def __init__(
        self, settings: Settings, clock: Clock, engine: Engine, console: bool, teams: TeamsSettings | None
    ) -> None:
        self.settings, self.clock, self.engine = settings, clock, engine
        self.composer = Composer(*([settings.sipbot_templates] if settings.sipbot_templates else []))
        policy = Policy(admins=settings.sipbot_admins, default_zone=settings.sipbot_zone)
        url = settings.public_url
        self.dispatcher = Dispatcher(
            engine, clock, handlers.COMMANDS, composer=self.composer, policy=policy, public_url=url, mail=settings.mail
        )
        self.runner = JobRunner(engine, clock, handlers.JOBS, composer=self.composer, public_url=url)
        # SQLite has one writer: commands queue here, in order, rather than at its lock.
        self._commands = CommandQueue(self.dispatcher, threads=1 if engine.dialect.name == "sqlite" else 10)
        self.adapters: list[ChatAdapter] = []
        self.slack = self._slack() if settings.slack else None
        self.teams = self._teams(teams) if teams or settings.teams else None
        self.console = self._console() if console else None
        if settings.mail:
            self._mail()
        self.delivery = Delivery(engine, clock, self.adapters, composer=self.composer, public_url=url)
        self.scheduler = Scheduler(self.runner, self.delivery.wake)
        self.web = self._web()
        self._running: list[asyncio.Task[None]] = []

    async def handle(self, command: Command) -> Reply:
        """Answer a command; never raises. What it queued is delivered next."""
        reply = await self._commands.handle(command)
        self.delivery.wake()
        return reply

    def ready(self) -> bool:
        """The database answers and has the newest shape."""
        try:
            return is_current(self.engine)
        except UNAVAILABLE:
            return False

    async def start(self, *, worker: bool = True, listen: bool = True) -> None:
        """Connect the adapters; with `listen`, take in what people say; with `worker`, run calendar and delivery."""
        if self.slack:
            await self.slack.start(listen=listen)
        if self.teams:
            await self.teams.start()
        if worker:
            self.scheduler.start()
            self._running.append(asyncio.create_task(self.delivery.run(), name="delivery"))

    async def stop(self) -> None:
        """Stop taking work, finish what is under way, close connections."""
        if self._running:
            self.scheduler.stop()
            self.delivery.close()
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()
        if self.slack:
            await self.slack.stop()
        if self.teams:
            await self.teams.stop()
        self._commands.close()
        self.engine.dispose()

    async def tick(self) -> None:
        """One poke by hand: what is due is done and delivered."""
        await asyncio.to_thread(self.runner.tick)
        await self.delivery.drain()

    def _slack(self) -> SlackAdapter:
        found = self.settings
        slack = SlackAdapter(
            SlackSettings(
                signing_secret=found.slack_signing_secret,
                bot_token=found.slack_bot_token,
                app_token=found.slack_app_token,
                api_url=found.slack_api_url,
            ),
            self.handle,
        )
        self.adapters.append(slack)
        return slack

    def _teams(self, given: TeamsSettings | None) -> TeamsAdapter:
        # Its SDK takes a second to import and is only there for those who use Teams.
        from bot.adapters.teams import TeamsAdapter, TeamsSettings

        found, specs = self.settings, self.dispatcher.specs
        teams = TeamsAdapter(
            given or TeamsSettings(found.teams_app_id, found.teams_app_password, found.teams_tenant_id),
            self.handle,
            References(self.engine),
            lambda text: first_word(text)[0] in specs,
            welcome=partial(self.composer.message, "help/welcome"),
        )
        self.adapters.append(teams)
        return teams

    def _mail(self) -> None:
        # Only those who send mail carry what drawing it takes.
        from bot.adapters.email import EmailAdapter, MailServer

        server = MailServer.of(self.settings.smtp_url, self.settings.smtp_from)
        self.adapters.append(EmailAdapter(server, self.clock))

    def _console(self) -> ConsoleAdapter:
        travel = self.clock if isinstance(self.clock, TravellingClock) else None
        world = World(self.engine, self.clock, handlers.COMMANDS, self.tick, travel)
        console = ConsoleAdapter(self.handle, ConsoleStore(self.engine), world)
        self.adapters.append(console)
        return console

    def _web(self) -> web.Application:
        application = make_web(self.ready, partial(report_page, self.engine), public_url=self.settings.public_url)
        for name in HOUSE:
            add_document(application, f"/{name}", partial(house_page, self.composer, name))
        add_survey_routes(application, SurveyAnswers(self.engine), self.clock, self.composer)
        pages = NewsletterPages(self.engine, self.clock, self.composer, self.settings.public_url)
        add_newsletter_routes(application, pages, self.engine, self.clock, self.handle)
        if self.slack and self.settings.slack_signing_secret:
            self.slack.routes(application)
        if self.teams:
            self.teams.routes(application)
        if self.console:
            self.console.routes(application)
        return application


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    console: bool | None = None,
    engine: Engine | None = None,
    teams: TeamsSettings | None = None,
) -> App:
    """Wire everything; nothing runs and nothing is connected until it is used. `teams`: a registration with addresses
    of its own, or none (then Teams is open to this machine, for Microsoft's Agents Playground), in place of the one in
    the settings."""
    return App(
        settings,
        clock or SystemClock(),
        engine or open_engine(settings.database_url),
        settings.sipbot_console if console is None else console,
        teams,
    )


def database_faults(engine: Engine) -> Iterable[str]:
    """What keeps the database from being used, in sentences."""
    try:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
    except UNAVAILABLE as error:
        yield f"the database does not answer: {str(error.orig if hasattr(error, 'orig') else error).strip()}"
        return
    if not is_current(engine):
        yield "the database has an older shape: run sipbot migrate"
