"""A county for the console's own tests: three people, two channels, a clock, and a bot that knows a few words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.adapters.console import ConsoleAdapter, ConsoleChannel, ConsolePerson
from bot.adapters.console_pages.types import Store
from bot.chat.commands import Command
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import (
    Actions,
    Bullets,
    Button,
    Context,
    Facts,
    Heading,
    Message,
    Progress,
    Span,
    Table,
    Text,
    say,
    spans,
)
from bot.chat.ports import Address, Post
from bot.chat.replies import Reply
from bot.chat.uploads import from_value

ZONE = ZoneInfo("America/Los_Angeles")
CHANNELS = [ConsoleChannel("c-reunification", "reunification"), ConsoleChannel("c-kinship", "kinship-care")]

UPDATE = Form(
    "Record an update",
    "update",
    (
        Field(
            "ref",
            "Action step",
            "select",
            (
                Option("1.2.1", "1.2.1 Train visit coaches", "Goal 1: Reunification"),
                Option("1.2.3", "1.2.3 Pilot the referral form", "Goal 1: Reunification"),
                Option("2.1.1", "2.1.1 Call relatives within a week", "Goal 2: Kinship care"),
            ),
            "1.2.3",
        ),
        Field("status", "Status", "select", tuple(Option(word, word.capitalize()) for word in ("in progress", "done"))),
        Field("note", "What happened?", "long", hint="One or two sentences. Leave out names of clients."),
        Field("credited", "Who deserves credit?", "people", optional=True),
        Field("news", "May be used in the newsletter", "check", optional=True),
    ),
    intro=(Text(spans("You can change it until the month is closed.")),),
)

READINGS = Form(
    "Record readings",
    "readings",
    (
        Field("note", "Note", optional=True),
        Field("file", "Or a file", "file", (Option("csv", "CSV"), Option("xlsx", "XLSX")), hint="At most 1 MB."),
    ),
)

PROMPT = Message(
    (
        Heading("Your March meeting: Reunification"),
        Text((Span("You meet on "), Span("Thursday, 5 March at 10:00", bold=True), Span(". The plan suggests:"))),
        Bullets(
            (
                (Span("1.2.3", bold=True), Span(" Pilot the referral form, due 31 March")),
                (Span("1.2.1", bold=True), Span(" Train visit coaches: no news since January")),
            )
        ),
        Progress("Steps done", 3, 8),
        Actions(
            (
                Button("Record the meeting", "meeting", (("id", "4"),), "primary"),
                Button("Update a step", "update"),
                Button("Excuse", "excuse", style="danger"),
            )
        ),
        Context(spans("Or reply in this thread: “1.2.3 done, form piloted” counts.")),
    ),
    "Your agenda for Thursday is ready",
)

PLAN = Message(
    (
        Heading("The plan at a glance"),
        Table(
            ("Step", "What", "Status", "Owner", "Due"),
            (
                (spans("1.2.1"), spans("Train visit coaches"), spans("in progress"), spans("Ann Alvarez"), spans("30 Apr 2026")),
                (spans("1.2.3"), spans("Pilot the referral form"), (Span("done", bold=True),), spans("Ben Okafor"), spans("31 Mar 2026")),
                (spans("2.1.1"), spans("Call relatives within a week"), spans("not started"), spans("Carla Diaz"), spans("30 Jun 2026")),
            ),
        ),
        Actions((Button("Open the plan", url="https://sip.example.org/r/plan"),)),
    )
)  # fmt: skip

HOME = Message(
    (
        Heading("Good morning, Ann"),
        Text(spans("Two of your steps are open this month.")),
        Facts((("1.2.3", spans("Pilot the referral form, due 31 March")), ("1.2.1", spans("Train visit coaches")))),
        Actions((Button("Update a step", "update", style="primary"), Button("What can I do here?", "help"))),
    )
)


class StubCounty:
    """The world of the console, and `handle`. `adapter` is set by `county_with`."""

    adapter: ConsoleAdapter

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
        self.commands_seen: list[Command] = []

    def people(self) -> list[ConsolePerson]:
        return [
            ConsolePerson("ann", "Ann Alvarez", "member"),
            ConsolePerson("ben", "Ben Okafor", "team lead"),
            ConsolePerson("carla", "Carla Díaz-Whitfield", "coordinator"),
        ]

    def channels(self, user: str) -> list[ConsoleChannel]:
        return CHANNELS[:1] if user == "ben" else CHANNELS

    def commands(self) -> list[tuple[str, str]]:
        return [
            ("help [verb]", "What I can do, with examples"),
            ("update [ref] [status] [note]", "Record progress on an action step"),
            ("win [text]", "Tell a success story"),
            ("plan", "The plan with its status at a glance"),
            ("report [period]", "The roll-up as it stands now"),
        ]

    def time(self) -> datetime:
        return self.at

    async def travel(self, kind: str) -> str:
        self.at += timedelta(days=1)
        if kind != "prompt":
            return f"It is {self.at:%A} now. Nothing was due."
        address = Address("console", "local", channel="c-reunification")
        await self.adapter.send(Post(f"prompt:{self.at:%Y-%m-%d}", address, PROMPT))
        return "One prompt was posted in #reunification."

    async def handle(self, command: Command) -> Reply:
        self.commands_seen.append(command)
        if command.source == "thread":
            await self._receipt(command)
            return Reply()
        verb = command.verb or command.text.partition(" ")[0].lower()
        answer = getattr(self, f"_{verb}", None)
        return answer(command) if answer else Reply(say(f"I do not know “{verb}”. Try:", Button("Help", "help")))

    async def _receipt(self, command: Command) -> None:
        """What the outbox does after a thread reply: a reaction, and a private note with Edit."""
        place = command.place
        to = Address("console", "local", channel=place.channel, thread=place.thread)
        mine = Address("console", "local", place.channel, command.actor.user, place.thread)
        await self.adapter.send(Post(f"r:{place.message}", to, reaction="white_check_mark", target=place.message))
        await self.adapter.send(Post(f"n:{place.message}", mine, say("Stored for 1.2.3.", Button("Edit", "update"))))

    def _help(self, command: Command) -> Reply:
        return Reply(say("Type /sip update, /sip win or /sip plan."))

    def _home(self, command: Command) -> Reply:
        return Reply(HOME)

    def _plan(self, command: Command) -> Reply:
        return Reply(PLAN)

    def _announce(self, command: Command) -> Reply:
        return Reply(say("March closes on Tuesday."), public=True)

    def _excuse(self, command: Command) -> Reply:
        return Reply(say("Excused by Ann Alvarez."), replace=True, public=True)

    def _meeting(self, command: Command) -> Reply:
        return Reply(say(f"Meeting {command.values['id']} recorded."), reaction="white_check_mark")

    def _win(self, command: Command) -> Reply:
        form = Form(
            "Tell a win", "win", (Field("text", "What went well?", "long", value=command.values.get("text", "")),)
        )
        return self._stored(command) if command.source == "form" else Reply(form=form)

    def _update(self, command: Command) -> Reply:
        if command.source == "form":
            if len(command.values["note"]) < 5:
                return Reply(errors=FormErrors((("note", "Say in a few words what happened."),)))
            return self._stored(command)
        words = command.text.split(maxsplit=3)
        if len(words) < 4:
            return Reply(form=UPDATE)
        return self._stored(command)

    def _readings(self, command: Command) -> Reply:
        if command.source != "form":
            return Reply(form=READINGS)
        file = from_value(command.values["file"])
        if b"many" in file.data:
            return Reply(errors=FormErrors((("file", "Nothing was stored. Row 2: “many” is not a number."),)))
        return Reply(say(f"Saved: {len(file.data)} bytes of {file.name}."))

    def _stored(self, command: Command) -> Reply:
        note = command.values.get("note") or command.values.get("text") or command.text
        facts = Facts(
            (("Step", spans("1.2.3 Pilot the referral form")), ("Status", spans("done")), ("Note", spans(note)))
        )
        message = Message(
            (Text((Span("Stored.", bold=True), Span(" It appears in the March roll-up on 1 April."))), facts)
        )
        return Reply(message.plus(Actions((Button("Edit", "update"), Button("Undo", "undo")))))


def county_with(store: Store) -> StubCounty:
    """A county whose console keeps its chat in `store`."""
    county = StubCounty()
    county.adapter = ConsoleAdapter(county.handle, store, county)
    return county
