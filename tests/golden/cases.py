"""The messages and forms every renderer is tried on: one per block, and the ones that break careless renderers.

`MESSAGES` and `FORMS` map a case's name (the golden file's stem) to what is rendered. `HOSTILE` is text that means
something to at least one of the output formats; a renderer's injection table is made from it.
"""

from __future__ import annotations

from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import (
    Actions,
    Bullets,
    Button,
    Chart,
    Context,
    Divider,
    Facts,
    Heading,
    Image,
    Line,
    Message,
    Progress,
    Span,
    Table,
    Text,
    spans,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "<!channel> and <@U123> and <#C123|general>",
    "*bold* _italic_ ~struck~ `code`",
    "[label](javascript:alert(1))",
    "![picture](https://evil.example/x.png)",
    "](https://evil.example) [x",
    "a | b || c",
    '" onmouseover="alert(1)\' autofocus',
    "# not a heading",
    "> not a quote",
    "- not a bullet",
    "1. not a list",
    "--- \n=== \n***",
    "&amp; &lt;b&gt; &#x3C;",
    "]]> <!-- comment --> <?php",
    "line one\nline two\r\n\r\n# line four",
    "{{ 7 * 7 }} {% raw %}",
    "</style></script><style>*{display:none}",
    "right\u202eto left\u202c, zero\u200bwidth, tab\tend",
    "Zoë Nuñez 王小明 👩🏽‍🌾",
)

LONG_NAME = "Cross-agency reunification and family-finding continuous improvement workgroup, North County " * 3
FORTY = tuple(spans(f"1.{number}.1 Step number {number} of the plan") for number in range(1, 41))
YEAR = (*(f"2025-{month:02}" for month in range(3, 13)), "2026-01", "2026-02")
RATES = (31.0, 31.4, 31.2, 32.5, 33.1, None, None, 33.0, 34.2, 35.1, 34.8, 36.0)
PLANNED = (
    Line("Expected", tuple(31 + 0.5 * n for n in range(12)), "expected"),
    Line("Target", (40.5,) * 12, "target"),
    Line("State average", (37.1,) * 9 + (None,) * 3, "state"),
)
CHART = Chart(
    "Reunification within 12 months",
    "percent",
    YEAR,
    (Line("Measured", RATES), *PLANNED),
    "Reunification rose from 31% in March 2025 to 36% in February 2026; 36.5% was expected. The target is 40.5%.",
    "https://sip.example.org/r/abc/chart-1.png",
)
CHARTS = {
    "chart": CHART,
    "chart_one_point": Chart(
        "Entries into care", "count", ("2026-02",), (Line("Measured", (14.0,)),), "14 children entered care in February."
    ),
    "chart_gaps": Chart(
        "Days to the first visit",
        "days",
        YEAR,
        (Line("Measured", (42.0, None, None, 38.0, None, None, 33.0, None, None, 24.0, 22.0, None)), Line("Target", (20.0,) * 12, "target")),
        "Days to the first visit fell from 42 to 22.",
    ),
    "chart_nothing_measured": Chart(
        "Placement stability", "percent", YEAR, (Line("Measured", (None,) * 12), *PLANNED[:2]), "Nothing is measured yet."
    ),
    "chart_nothing_at_all": Chart("Placement stability", "percent", (), (Line("Measured", ()),), "There are no numbers."),
    "chart_long_labels": Chart(
        LONG_NAME,
        "children in out-of-home care per thousand",
        YEAR,
        tuple(Line(f"{n}. {LONG_NAME}", tuple(10.0 + n / 10 + at / 20 for at in range(12))) for n in range(1, 6)),
        LONG_NAME,
    ),
    "chart_dollars": Chart(
        "Flexible funds spent",
        "dollars",
        YEAR[-4:],
        (Line("Measured", (0.0, 1250.0, 4800.5, 12400.0)), Line("Expected", (1000.0, 4000.0, 8000.0, 12000.0), "expected")),
        "Flexible funds spent grew to $12,400.",
    ),
    "chart_hostile": Chart(
        HOSTILE[0] + HOSTILE[13],
        HOSTILE[7],
        YEAR[:3],
        tuple(Line(text, (1.0 + n, None, 3.0 + n)) for n, text in enumerate((HOSTILE[0], HOSTILE[14], HOSTILE[17], "$x^2$ and $5"))),
        " ".join(HOSTILE),
        "javascript:alert(1)",
    ),
    "chart_sixty_months": Chart(
        "Re-entry within a year",
        "percent",
        tuple(f"{2021 + n // 12}-{n % 12 + 1:02}" for n in range(60)),
        (
            Line("Whole county", tuple(9 + (n * 7 % 11) / 10 - n / 30 for n in range(60))),
            Line("American Indian", tuple(14 + (n * 5 % 13) / 5 - n / 15 if n % 3 == 0 else None for n in range(60))),
            Line("Target", (7.0,) * 60, "target"),
        ),
        "Re-entry fell from 9% to 7%.",
    ),
}  # fmt: skip

MESSAGES: dict[str, Message] = {name: Message((chart,)) for name, chart in CHARTS.items()} | {
    "heading": Message((Heading("March roll-up"), Heading("Goal 1", 2), Heading("Strategy 1.2", 3))),
    "text": Message(
        (
            Text(
                (
                    Span("Stored: "),
                    Span("1.2.3", bold=True),
                    Span(" is "),
                    Span("done", italic=True),
                    Span(". Type "),
                    Span("/sip undo", code=True),
                    Span(" to take it back, or read "),
                    Span("the plan", href="https://sip.example.org/r/plan"),
                    Span("."),
                )
            ),
            Text((Span("Both", bold=True, italic=True), Span(" and a\nsecond line."))),
        ),
        "1.2.3 is done",
    ),
    "mention": Message(
        (
            Text(
                (Span("Thank you, "), Span("Ann Alvarez", person=7), Span(".")),
            ),
        )
    ),
    "bullets": Message((Bullets((spans("First"), (Span("Second", bold=True), Span(" item")), spans("\u2003Inner"))),)),
    "ordered": Message((Bullets((spans("Open the minutes"), spans("Read decisions"), spans("Close")), ordered=True),)),
    "forty_bullets": Message((Heading("Open steps", 2), Bullets(FORTY))),
    "facts": Message(
        (
            Facts(
                (
                    ("Step", (Span("1.2.3", bold=True), Span(" Pilot the referral form"))),
                    ("Status", spans("in progress")),
                    ("Due", spans("30 April 2026")),
                    ("Note", spans("Two lines\nof note")),
                )
            ),
        )
    ),
    "table": Message(
        (
            Table(
                ("Step", "Status", "Owner"),
                (
                    (spans("1.1.1"), (Span("done", bold=True),), spans("Ann Alvarez")),
                    (spans("1.1.2"), spans("in progress"), (Span("the team", href="https://sip.example.org/t"),)),
                    (spans("1.1.3"), spans(""), spans("Ben")),
                ),
            ),
        )
    ),
    "statuses": Message(
        (
            Facts((("Overall", (Span("Needs attention.", bold=True, status="caution"), Span(" One step is late."))),)),
            Table(
                ("Strategy", "Status"),
                (
                    (spans("1.1"), (Span("on track", status="good"),)),
                    (spans("1.2"), (Span("done", status="done"),)),
                    (spans("1.3"), (Span("behind", status="bad"),)),
                    (spans("1.4"), (Span("not reported", status="unknown"),)),
                ),
            ),
        )
    ),
    "table_without_rows": Message((Table(("Step", "Status"), ()),)),
    "image": Message((Image("https://sip.example.org/r/chart.png", "Reunification rose from 31 to 36 percent"),)),
    "progress": Message((Progress("Steps done", 3, 20), Progress("Nothing yet", 0, 0), Progress("All", 4, 4))),
    "actions": Message(
        (
            Text(spans("What would you like to do?")),
            Actions(
                (
                    Button("Edit", "update", (("ref", "1.2.3"), ("note", 'a "quoted" note')), "primary"),
                    Button("Undo", "undo", style="danger"),
                    Button("Open the report", url="https://sip.example.org/r/abc?x=1&y=2"),
                    Button("Help", "help"),
                )
            ),
        )
    ),
    "divider": Message((Text(spans("above")), Divider(), Text(spans("below")))),
    "context": Message(
        (
            Text(spans("Stored.")),
            Context(
                (Span("It appears in the "), Span("April", bold=True), Span(" roll-up.")),
            ),
        )
    ),
    "long_names": Message(
        (
            Heading(LONG_NAME),
            Facts(((LONG_NAME, spans("x" * 300)),)),
            Table((LONG_NAME, "n"), ((spans("y" * 200), spans("1")),)),
            Actions((Button(LONG_NAME, "steps"),)),
        ),
        LONG_NAME,
    ),
    "wide_characters": Message(
        (Table(("名前", "State"), ((spans("王小明"), spans("done")), (spans("Zoë"), spans("open")))),)
    ),
    "empty": Message(()),
    "empty_parts": Message((Heading(""), Text(()), Bullets(()), Facts(()), Actions(()), Context(()))),
    "several": Message(
        (
            Heading("Prompt: Reunification workgroup"),
            Text(spans("You meet on Tuesday.")),
            Bullets((spans("1.1.1 Train staff"), spans("1.1.2 Pilot"))),
            Progress("Steps done", 1, 2),
            Divider(),
            Actions((Button("Record the meeting", "meeting", (("id", "4"),), "primary"),)),
            Context(spans("Reply in this thread and it counts.")),
        ),
        "Your agenda is ready",
    ),
    "hostile": Message(
        (
            Heading(" ".join(HOSTILE[:4])),
            *(Text(spans(text)) for text in HOSTILE),
            Text(
                (Span(HOSTILE[0], bold=True), Span(HOSTILE[2], code=True), Span(HOSTILE[3], href="javascript:alert(1)"))
            ),
            Bullets(tuple(spans(text) for text in HOSTILE[:6])),
            Facts(tuple((text, spans(text)) for text in HOSTILE[:8])),
            Table((HOSTILE[0], HOSTILE[6]), ((spans(HOSTILE[6]), spans(HOSTILE[15])),)),
            Image('https://sip.example.org/"><script>', HOSTILE[7]),
            Image("javascript:alert(1)", "A picture from a bad address"),
            Progress(HOSTILE[0], 1, 2),
            Actions(
                (Button(HOSTILE[0], HOSTILE[7], ((HOSTILE[7], HOSTILE[0]),)), Button("Bad", url="javascript:alert(1)"))
            ),
            Context(spans(HOSTILE[1])),
        ),
        HOSTILE[0],
    ),
}

STATUSES = tuple(Option(word, word.capitalize()) for word in ("not started", "in progress", "blocked", "done"))
PEOPLE = (Option("7", "Ann Alvarez"), Option("8", "Ben Okafor"), Option("9", "Carla Diaz"))

FORMS: dict[str, Form] = {
    "form_every_field": Form(
        "Record an update",
        "update",
        (
            Field("step", "Action step", "select", (Option("1.1.1", "1.1.1 Train staff", "Goal 1"), Option("2.1.1", "2.1.1 Hire", "Goal 2")), "2.1.1"),
            Field("status", "Status", "select", STATUSES, optional=True, placeholder="Choose a status"),
            Field("note", "What happened?", "long", hint="One or two sentences. No client names.", max_length=500),
            Field("title", "Short title", value="Pilot \"one\"", placeholder="e.g. Pilot started"),
            Field("due", "Due", "date", value="2026-04-30", optional=True),
            Field("roles", "Who was there?", "multi", STATUSES[:3], "blocked,not started"),
            Field("consent", "The person agreed to be named", "check", value="yes", hint="Ask first.", optional=True),
            Field("owner", "Owner", "person", PEOPLE, "8"),
            Field("credited", "Credited", "people", PEOPLE, "7,9", optional=True),
            Field("file", "Or a file", "file", (Option("csv", "CSV"), Option("xlsx", "XLSX")), hint="At most 1 MB.", optional=True),
        ),
        "Store it",
        (("meeting", "4"),),
        (Text(spans("You can change this until the month is closed.")),),
    ),
    "form_without_fields": Form("Really withdraw?", "newsletter withdraw", (), "Withdraw"),
    "form_hostile": Form(
        HOSTILE[0],
        HOSTILE[7],
        (
            Field(HOSTILE[7], HOSTILE[0], "text", value=HOSTILE[7], hint=HOSTILE[0], placeholder=HOSTILE[7]),
            Field("area", HOSTILE[1], "long", value="</textarea><script>alert(1)</script>"),
            Field("pick", HOSTILE[2], "select", (Option(HOSTILE[7], HOSTILE[0], HOSTILE[7]),)),
            Field("file", HOSTILE[1], "file", (Option(HOSTILE[7], HOSTILE[0]),), hint=HOSTILE[0]),
        ),
        HOSTILE[0],
        ((HOSTILE[7], HOSTILE[0]),),
    ),
}  # fmt: skip

ERRORS = FormErrors((("note", "Say in a sentence what happened."), ("owner", "Choose one of the people listed.")))
