"""The composition root: the one place where settings, database, handlers, adapters and clock are wired together."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from sqlalchemy import Engine, QueuePool
from sqlalchemy.exc import ProgrammingError
from structlog.contextvars import bound_contextvars

import handlers
from bot.adapters.console import ConsoleAdapter
from bot.adapters.slack import OAuth, SlackAdapter, SlackSettings, Workspaces
from bot.away import without_a_database
from bot.chat.clock import Clock, SteadyClock, SystemClock, TravellingClock
from bot.chat.commands import Command, first_word
from bot.chat.compose import Composer
from bot.chat.ports import ChatAdapter
from bot.chat.replies import Reply
from bot.command_queue import CommandQueue
from bot.config import Settings
from bot.delivery import LEASE, Delivery
from bot.dispatch import Dispatcher, Policy
from bot.install_pages import InstallPages
from bot.keys import Keys
from bot.links import Links
from bot.logs import current_reference
from bot.metrics import CONTENT_TYPE, Metrics, Pool, Stored, age
from bot.newsletter_pages import NewsletterPages
from bot.newsletter_web import add_newsletter_routes
from bot.pages import HOUSE, house_page
from bot.report_reading import Reading
from bot.scheduler import JobRunner, Scheduler
from bot.survey_pages import add_survey_routes
from bot.web import add_document, add_metrics, make_health, make_web
from bot.world import World
from storage.console import ConsoleStore
from storage.db import UNAVAILABLE, open_engine, time_of
from storage.health import not_ready
from storage.installations import Installations
from storage.references import References
from storage.survey_answers import SurveyAnswers
from storage.watching import queue
from storage.writing import LastWrite

if TYPE_CHECKING:
    from bot.adapters.teams import TeamsAdapter, TeamsSettings

log = structlog.get_logger()

DRAIN_SECONDS = LEASE.total_seconds()  # how long a stopping process goes on delivering: no post is longer under way
SET_CLOCK_SECONDS = 60.0  # between two looks at the time all replicas go by; delivery looks at every claim


@dataclass(frozen=True, slots=True)
class Installing:
    """Slack's many workspaces: their tokens, and the pages by which they come to be."""

    workspaces: Workspaces
    pages: InstallPages


class App:
    """Everything in one process. `start` runs the parts asked for; `stop` lets what is under way finish."""

    def __init__(
        self, settings: Settings, clock: Clock, engine: Engine, console: bool, teams: TeamsSettings | None
    ) -> None:
        self.settings, self.clock, self.engine = settings, clock, engine
        self.composer = Composer(*([settings.sipbot_templates] if settings.sipbot_templates else []))
        policy = Policy(admins=settings.sipbot_admins, default_zone=settings.sipbot_zone, adopt=not settings.many)
        self.links = Links(Keys.of(settings.sipbot_secret_key) if settings.sipbot_secret_key else None)
        url = settings.public_url
        self.dispatcher = Dispatcher(
            engine,
            clock,
            handlers.COMMANDS,
            composer=self.composer,
            policy=policy,
            public_url=url,
            mail=settings.mail,
            links=self.links,
        )
        self.metrics = self._metrics()
        self.stopping = False
        self.last_write = LastWrite()
        self.runner = JobRunner(
            engine, clock, handlers.JOBS, composer=self.composer, public_url=url, told=self.metrics.job
        )
        # SQLite has one writer: commands queue here, in order, rather than at its lock. On PostgreSQL a few wait for it
        # at a time, so that a slow one holds up nobody; more share fewer commits and take one interpreter's turns.
        self._commands = CommandQueue(self.dispatcher, threads=1 if engine.dialect.name == "sqlite" else 4)
        self.adapters: list[ChatAdapter] = []
        self.installing = self._installing() if settings.slack_client_id else None
        self.slack = self._slack() if settings.slack else None
        self.teams = self._teams(teams) if teams or settings.teams else None
        self.console = self._console() if console else None
        if settings.mail:
            self._mail()
        told = self.metrics.delivered
        self.delivery = Delivery(
            engine, clock, self.adapters, composer=self.composer, public_url=url, told=told, links=self.links
        )
        # Where people move the clock by hand, every move would look like a standstill.
        moved = console and isinstance(clock, TravellingClock)
        self.scheduler = Scheduler(self.runner.tick if moved else self._watchful_tick, self.delivery.wake)
        self.web = self._web()
        self._running: list[asyncio.Task[None]] = []
        self._keeping_time: asyncio.Task[None] | None = None

    async def handle(self, command: Command) -> Reply:
        """Answer a command; never raises. What it queued is delivered next."""
        began, reference, attempt = time.perf_counter(), current_reference(), self.last_write.begun()
        with bound_contextvars(reference=reference):
            reply = await self._commands.handle(replace(command, reference=reference))
            if reply.outcome in ("answered", "not_saved"):
                self.last_write.note(attempt, well=reply.outcome == "answered")
            seconds, verb = time.perf_counter() - began, self.dispatcher.verb_of(command)
            self.metrics.command(verb, reply.outcome, seconds)
            log.info("command", verb=verb, outcome=reply.outcome, ms=round(seconds * 1000, 1))
        self.delivery.wake()
        return reply

    def not_ready(self) -> str:
        """What is in the way of work, or "" where the database answers, has the newest shape and can be written.

        Slack's socket is not asked about: we open it, so no proxy leads round a replica without one, and all others of
        what a replica serves would be lost with it."""
        return not_ready(self.engine) or self.last_write.fault()

    def health(self) -> web.Application:
        """What a process that serves nothing else can be asked: is it well, and its figures."""
        application = make_health(self.not_ready, lambda: self.stopping)
        add_metrics(application, self.metrics.text, CONTENT_TYPE, self.settings.sipbot_metrics_token)
        return application

    async def start(self, *, worker: bool = True, listen: bool = True) -> None:
        """Start the adapters, without waiting for their platforms; with `listen`, take in what people say; with
        `worker`, run calendar and delivery."""
        await self._set_clock()
        self._keeping_time = asyncio.create_task(self._keep_time(), name="clock")
        if self.slack:
            await self.slack.start(listen=listen)
        if self.teams:
            await self.teams.start()
        if worker:
            self.scheduler.start()
            self._running.append(asyncio.create_task(self.delivery.run(), name="delivery"))

    async def stop(self) -> None:
        """Stop taking work, finish what is under way, close connections."""
        self.stopping = True
        if self.slack:
            await self.slack.stop_listening()
        if self._running:
            self.scheduler.stop()
            self.delivery.close()
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        for task in self._running:
            task.cancel()
        if self._keeping_time:
            self._keeping_time.cancel()
            self._running.append(self._keeping_time)
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

    def _watchful_tick(self) -> None:
        """One of these always writes."""
        attempt = self.last_write.begun()
        try:
            self.runner.watchful_tick()
        except UNAVAILABLE:
            self.last_write.note(attempt, well=False)
            raise
        self.last_write.note(attempt, well=True)

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(SET_CLOCK_SECONDS)
            await self._set_clock()

    async def _set_clock(self) -> None:
        """Without its database a clock goes on by itself."""
        try:
            await asyncio.to_thread(self.clock.steady_for)
        except UNAVAILABLE:
            log.warning("clock not set")

    def _installing(self) -> Installing:
        found = self.settings
        keys = Keys.of(found.sipbot_secret_key)
        store = Installations(self.engine, self.clock, keys, found.sipbot_zone)
        oauth = OAuth(found.slack_client_id, found.slack_client_secret, found.slack_api_url)
        workspaces = Workspaces(store, oauth, self.clock)
        pages = InstallPages(store, workspaces, keys, self.clock, self.composer, found.public_url)
        return Installing(workspaces, pages)

    def _metrics(self) -> Metrics:
        engine, clock = self.engine, self.clock

        def stored() -> Stored | None:
            now = clock.read()
            try:
                found = queue(engine, now)
            except (*UNAVAILABLE, ProgrammingError):  # it is not there, or has an older shape
                return None
            ticked = age(now, found.ticked) if found.ticked else None
            ages = age(now, found.oldest_due), age(now, found.oldest_pending)
            return Stored(found.pending, found.due, found.dead, *ages, ticked)

        def pool() -> Pool:
            connections = engine.pool
            if not isinstance(connections, QueuePool):
                return Pool(0, 0)
            return Pool(connections.checkedout(), connections.size())

        def slack_connected() -> bool | None:
            return self.slack.connected if self.slack else None

        return Metrics(version("sipbot"), engine.dialect.name, stored, pool, slack_connected, time.monotonic)

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
            self.installing.workspaces if self.installing else None,
        )
        self.adapters.append(slack)
        return slack

    def _teams(self, given: TeamsSettings | None) -> TeamsAdapter:
        # Its SDK takes a second to import and is only there for those who use Teams.
        from bot.adapters.teams import TeamsAdapter, TeamsSettings

        found, specs = self.settings, self.dispatcher.specs
        teams = TeamsAdapter(
            given or TeamsSettings.of(found.teams_app_id, found.teams_app_password, found.tenants),
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
        reading = Reading(self.engine, self.clock, self.composer, self.links)
        application = make_web(
            self.not_ready, reading.report, reading.export, lambda: self.stopping, self.settings.public_url
        )
        application.middlewares.append(without_a_database)
        add_metrics(application, self.metrics.text, CONTENT_TYPE, self.settings.sipbot_metrics_token)
        for name in HOUSE:
            add_document(application, f"/{name}", partial(house_page, self.composer, name))
        add_survey_routes(application, SurveyAnswers(self.engine), self.clock, self.composer)
        pages = NewsletterPages(self.engine, self.clock, self.composer, self.settings.public_url, self.links)
        add_newsletter_routes(application, pages, self.engine, self.clock, self.handle)
        if self.slack and self.settings.slack_signing_secret:
            self.slack.routes(application)
        if self.installing:
            self.installing.pages.routes(application)
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
    engine = engine or open_engine(settings.database_url)
    return App(
        settings,
        clock or SteadyClock(time_of(engine, SystemClock().read)),
        engine,
        settings.sipbot_console if console is None else console,
        teams,
    )
