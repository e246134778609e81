"""Messages and forms that Teams treats in its own way, and text that means something to it, beside the cases every
renderer is tried on."""

from __future__ import annotations

from bot.chat import messages
from bot.chat.forms import Field, Form, Option
from bot.chat.messages import Button, Message, Span, spans
from tests.golden import cases

BEN = "0f8fad5b-d9cb-469f-a165-70867728950e"
MENTIONS = {7: "29:ann"}

# What only Adaptive Cards do differently, beside the cases every renderer is tried on.
TEAMS_OWN = {
    "teams_mentions": Message(
        (
            messages.Text((Span("Thank you, "), Span("Ann Alvarez", person=7), Span(" and "), Span("Ben", person=8))),
            messages.Bullets(((Span("1.2.3 is "), Span("Ann Alvarez", person=7), Span("'s")),)),
            messages.Facts((("Owner", (Span("Ann Alvarez", person=7),)), ("Note", spans("2 * 3 * 4\n\n# five")))),
            messages.Table(("Step", "Owner"), ((spans("1.2.3"), (Span("Ann Alvarez", person=7),)),)),
        )
    ),
    "teams_links": Message(
        (
            messages.Text(
                (
                    Span("Bold", bold=True),
                    Span("/sip me", code=True),
                    Span(" see "),
                    Span("the [first] *page*", href="https://example.org/a_b?x=(1)&y=[2]*"),
                    Span(" or "),
                    Span("no page", href="/console"),
                )
            ),
        )
    ),
    "teams_wide_table": Message(
        (
            messages.Table(
                ("Measure", "Baseline", "Latest", "Target", "Against the pace", "Status"),
                (
                    tuple(spans(cell) for cell in ("1. Reunification", "31.0 %", "33.5 %", "40.5 %", "−2.1", "behind")),
                    tuple(spans(cell) for cell in ("2. Re-entry", "9.1 %", "8.0 %", "7.0 %", "", "on pace")),
                ),
            ),
        )
    ),
    "teams_numbers": Message(
        (messages.Table(("Step", "Open", "Share"), ((spans("Intake"), spans("4"), spans("31.5 %")), (spans("Housing"), spans("11"), spans("*")))),)
    ),
    "teams_ordered_with_inner": Message(
        (messages.Bullets((spans("first"), spans("\u2003inner"), spans("second")), ordered=True),)
    ),
    "teams_many_actions": Message(
        (messages.Actions(tuple(Button(f"Step 1.1.{n}", "update", (("ref", f"1.1.{n}"),)) for n in range(1, 9))),)
    ),
}  # fmt: skip
MANY = tuple(Option(f"1.1.{n}", f"1.1.{n} Step number {n}", "Goal 1" if n < 7 else "Goal 2") for n in range(1, 13))
TEAMS_FORMS = {
    "teams_form": Form(
        "People of a workgroup",
        "workgroup member",
        (
            Field("leader", "Leader", "person", value=f"<@{BEN}|Ben Okafor>", hint="Prepares the meeting."),
            Field("people", "People", "people", value=f"<@{BEN}>,7", optional=True),
            Field("step", "Step", "select", MANY, "1.1.3"),
            Field("strategies", "Strategies", "multi", MANY, "1.1.3,1.1.12", optional=True),
            Field("group", "Group", "select", (Option("", "Whole population"), Option("age", "By age"))),
            Field("nothing", "Channel", "select"),
        ),
        hidden=(("id", "4"),),
    ),
}
MESSAGES = cases.MESSAGES | TEAMS_OWN
FORMS = cases.FORMS | TEAMS_FORMS


LONG = Message(
    (
        messages.Heading("November roll-up"),
        *(
            block
            for n in range(60)
            for block in (
                messages.Heading(f"Goal {n}", 2),
                messages.Text(spans(f"{n}: " + "words and more words " * 20)),
            )
        ),
        messages.Actions((Button("Approve", "newsletter"),)),
    ),
    "November roll-up",
)


INJECTIONS = (
    *cases.HOSTILE,
    "<at>everyone</at>",
    "<at>Ann Alvarez</at>",
    "**b**",
    "a*b*c and __d__ and _e_ and ~~f~~",
    "[x](https://evil.example)",
    "[x]: https://evil.example",
    "<https://evil.example>",
    "<script>alert(1)</script>",
    "{{DATE(2026-11-22T09:00:00Z)}} {{TIME(2026-11-22T09:00:00Z)}} {{{DATE(2026-11-22T09:00:00Z)}}",
    "\n\n# h",
    "    code",
    "+ plus\n1) one\n===",
    "\\*a\\*",
    "&#42;a&#42; &copy;",
    "`` ` ``",
    "😀 🎉",
)


def message_of(text: str, *, person: int | None = None) -> Message:
    """The text in every place a message has for one."""
    typed = spans(text)
    linked = (*typed, Span("page", href="https://example.org"), *typed)
    return Message(
        (
            messages.Heading(text),
            messages.Text(typed),
            messages.Text((Span(text, bold=True, italic=True, code=True),)),
            messages.Text(linked),
            messages.Bullets((typed, linked)),
            messages.Facts(((text, typed), ("Owner", (Span(text, person=person),)))),
            messages.Table((text,), ((typed,),)),
            messages.Image("https://example.org/c.png", text),
            messages.Progress(text, 1, 2),
            messages.Actions((Button(text, "update", (("note", text),)),)),
            messages.Context(typed),
        ),
        text,
    )


def form_of(text: str) -> Form:
    options = (Option("a", text, text), Option("b", "b"))
    return Form(
        text,
        "update",
        (
            Field(text, text, value=text, hint=text, placeholder=text),
            Field("check", text, "check"),
            Field("pick", text, "multi", options),
        ),
        text or "Save",
        (("note", text),),
        (messages.Text(spans(text)),),
    )
