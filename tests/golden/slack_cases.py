"""Messages and forms that Slack treats in its own way, beside the cases every renderer is tried on."""

from __future__ import annotations

from bot.chat import messages
from bot.chat.forms import Field, Form, Option
from bot.chat.messages import Button, Message, Span, spans
from tests.golden import cases

LONG_URL = "https://example.org/" + "x" * 3000
TABLE = messages.Table(
    ("Step", "Owner", "Open"),
    (
        (spans("1.2.3"), (Span("Dana Whitfield", person=7),), spans("4")),
        (spans("2.1.1"), (Span("Luis Ortega", person=8),), spans("11")),
    ),
)
WIDE = messages.Table(
    ("Step", "What", "Status", "Note"),
    (
        (spans("1.2.3"), spans("Write one intake form for both programs"), spans("in progress"), spans("Form piloted")),
        (spans("1.2.4"), spans("Train the front desk"), spans("blocked"), ()),
    ),
)
FORM = Form(
    "Record an update for a step",
    "update",
    (
        Field(
            "step",
            "Step",
            "select",
            (Option("1.2.3", "1.2.3 Write the form", "Goal 1"), Option("2.1.1", "2.1.1 Hire", "Goal 2")),
            value="2.1.1",
        ),
        Field(
            "status", "Status", "select", (Option("done", "done"), Option("blocked", "blocked")), placeholder="Choose"
        ),
        Field("note", "Note", "long", value="Form piloted", optional=True, hint="What changed?", max_length=500),
        Field("title", "Title", placeholder="A few words"),
        Field("groups", "Groups", "multi", (Option("a", "Intake"), Option("b", "Housing")), value="a,b"),
        Field("consent", "Consent", "check", value="yes"),
        Field("due", "Due", "date", value="2026-11-30"),
        Field("owner", "Owner", "person", value="<@U0ANN00001|ann>"),
        Field("there", "Who was there", "people", value="<@U0ANN00001>,<@U0BOB00001>", optional=True),
    ),
    hidden=(("month", "2026-11"),),
    intro=(messages.Text(spans("Ten seconds.")), TABLE),
)
# What only Slack does differently, beside the cases every renderer is tried on.
SLACKS_OWN = {
    "slack_heading": Message(
        (messages.Heading("November roll-up"), messages.Heading("Goal 1", 2), messages.Heading("y" * 200))
    ),
    "slack_text": Message(
        (
            messages.Text(
                (
                    Span("Plain, "),
                    Span("bold", bold=True),
                    Span(" and "),
                    Span("italic", italic=True),
                    Span(", "),
                    Span("code", code=True),
                    Span(", "),
                    Span("a page", href="https://example.org/r/1?a=1&b=2"),
                    Span(", "),
                    Span("no page", href="/console"),
                    Span(", "),
                    Span("Ann", person=7),
                    Span(", "),
                    Span("Bob", person=99),
                )
            ),
        )
    ),
    "slack_bullets": Message(
        (
            messages.Bullets((spans("one"), (Span("\u2003"), Span("inner")), spans("two"))),
            messages.Bullets((spans("first"), spans("second")), ordered=True),
            messages.Bullets((spans("first"), (Span("\u2003"), Span("inner")), spans("second")), ordered=True),
        )
    ),
    "slack_facts": Message((messages.Facts((("Step", spans("1.2.3")), ("Owner", (Span("Ann", person=7),)))),)),
    "slack_table": Message((TABLE,)),
    "slack_second_table": Message((TABLE, TABLE, WIDE)),
    "slack_image": Message(
        (messages.Image("https://example.org/c.png", "Rate by month"), messages.Image("/c.png", "A chart"))
    ),
    "slack_progress": Message(
        (messages.Progress("Goal 1", 3, 20), messages.Progress("", 0, 0), messages.Progress("x", 5, 5))
    ),
    "slack_actions": Message(
        (
            messages.Actions(
                (
                    Button("Update", "update", (("ref", "1.2.3"), ("note", "<b> & c"))),
                    Button("Delete", "undo", style="danger"),
                    Button("Open", url="https://example.org/r/1", style="primary"),
                    Button("Too much", "update", (("note", "z" * 2100),)),
                    Button("Broken page", url=LONG_URL),
                    Button("L" * 90, "me"),
                )
            ),
        )
    ),
    "slack_divider": Message((messages.Divider(),)),
    "slack_context": Message(
        (
            messages.Context(spans("Stored *just* now <!channel>")),
            messages.Context((Span("Seen by "), Span("Ann", person=7), Span(" *not* "), Span("bold", bold=True))),
            messages.Context((Span("See "), Span("the | page", href="https://example.org/?a=1&b=<2>|3"))),
        )
    ),
}
MESSAGES = cases.MESSAGES | SLACKS_OWN
FORMS = cases.FORMS | {"slack_form": FORM}
MENTIONS = {7: "U0ANN00001"}
