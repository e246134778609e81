"""Sample plans that have to be made: Word and PDF files, and the comparison of a plan with its expected facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from bot.domain.plan_import import PlanDocument

PLANS = Path(__file__).parent / "plans"
GOAL_FACTS = ("measure", "unit", "direction", "baseline", "target", "pace_per_month", "dates")


def expected(name: str) -> dict[str, Any]:
    return json.loads((PLANS / f"{name}.expected.json").read_text())


def facts(plan: PlanDocument) -> dict[str, Any]:
    """A plan in the short form of the expected-facts files: steps as [text, owner, due, sub-items...]."""
    return {
        "county": plan.county,
        "goals": [
            {"number": goal["number"]}
            | {name: goal[name] for name in GOAL_FACTS}
            | {
                "strategies": [
                    {
                        "number": s["number"],
                        "title": s["title"],
                        "shared": s["shared"],
                        "steps": [
                            [a["number"], a["text"], a["owner"], a["due"], *a["sub_items"]] for a in s["action_steps"]
                        ],
                    }
                    for s in goal["strategies"]
                ]
            }
            for goal in plan.to_json()["goals"]
        ],
        "warnings": [[w.line, w.code] for w in plan.warnings],
    }


def make_docx(path: Path) -> None:
    """Alder County: Word headings, Word's own numbering with a lettered second level, a table of steps."""
    document = docx.Document()
    document.add_heading("System Improvement Plan", 0)
    document.add_paragraph("Submitted by the County of Alder")
    document.add_heading("Goal 1: Increase First Activity Attendance from 48.0% to 60.0%", 1)
    rows = [
        ("Performance Measure", "First Activity Attendance Rate"),
        ("Baseline Result", "48.0%"),
        ("Cal-SIP Start Date", "03/01/2024"),
    ]
    table = document.add_table(rows=0, cols=2)
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
    document.add_heading("Strategy 1: Welcome families on the first day", 2)
    document.add_paragraph("Action Steps")
    for text, level in (
        ("Greet every family by name", 0),
        ("at the door", 1),
        ("on the phone", 1),
        ("Give each family one page with the dates", 0),
        ("Ask after a week how it went (Lead: Reception; Due: 4/30/2024)", 0),
    ):
        _list_paragraph(document, text, level)
    document.add_heading("Strategy 2: Offer rides", 2)
    steps = document.add_table(rows=1, cols=3)
    for cell, text in zip(steps.rows[0].cells, ("Action Steps", "Person Responsible", "Completion Date"), strict=True):
        cell.text = text
    for values in (
        ("Buy bus passes", "Fiscal Unit", "5/31/2024"),
        ("Ask drivers to volunteer", "Outreach | Volunteers", "TBD"),
    ):
        for cell, text in zip(steps.add_row().cells, values, strict=True):
            cell.text = text
    document.add_paragraph("Evaluation: rides are counted each month.")
    document.save(str(path))


def _list_paragraph(document: Any, text: str, level: int) -> None:
    paragraph = document.add_paragraph(text)
    number = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", level), ("w:numId", _numbered_list(document))):
        element = OxmlElement(tag)
        element.set(qn("w:val"), str(value))
        number.append(element)
    paragraph._p.get_or_add_pPr().append(number)


def _numbered_list(document: Any) -> int:
    """The id of a list "1." / "a)", added to the document on first use."""
    root = document.part.numbering_part.element
    if not root.xpath("//w:num[@w:numId='77']"):
        abstract = OxmlElement("w:abstractNum")
        abstract.set(qn("w:abstractNumId"), "77")
        for level, (kind, pattern) in enumerate((("decimal", "%1."), ("lowerLetter", "%2)"))):
            element = OxmlElement("w:lvl")
            element.set(qn("w:ilvl"), str(level))
            for tag, value in (("w:start", "1"), ("w:numFmt", kind), ("w:lvlText", pattern)):
                child = OxmlElement(tag)
                child.set(qn("w:val"), value)
                element.append(child)
            abstract.append(element)
        root.insert(0, abstract)
        num = OxmlElement("w:num")
        num.set(qn("w:numId"), "77")
        link = OxmlElement("w:abstractNumId")
        link.set(qn("w:val"), "77")
        num.append(link)
        root.append(num)
    return 77


def make_pdf(path: Path) -> None:
    """Manzanita County: wrapped lines, a header and page numbers on every page, a table of steps, a page break."""
    styles = getSampleStyleSheet()

    def text(words: str, style: str = "BodyText") -> Paragraph:
        return Paragraph(words, styles[style])

    def furniture(canvas: Any, page: Any) -> None:
        canvas.drawString(72, 760, "Cal-SIP Report | County of Manzanita")
        canvas.drawString(300, 30, f"Page {page.page} of 2")

    story = [
        text("CalWORKs System Improvement Plan", "Title"),
        text("Goal 1: Reduce program re-entries from 14.2% to 10.0%, by 0.3% every quarter", "Heading1"),
        text("Performance Measure: Program Re-entries"),
        text("Cal-SIP Start: 1 July 2026"),
        text("Cycle End Date: 06/30/2031"),
        text("Strategy 1: Keep in touch with families after they leave the program, by phone, by letter and, where they wish it, by a visit", "Heading2"),
        text("Action Steps:"),
        text("1. Call each family thirty, sixty and ninety days after the last payment and ask what would have helped them in the first weeks"),
        text("2. Tell families about child care that they can keep (Lead: Child Care Desk; Due: 9/30/2026)"),
        Spacer(1, 390),
        text("3. Hold one evening each quarter at which families who left the program tell those who are about to leave what to expect, with supper and child care for all who come"),
        text("Strategy 2: Help with the first job", "Heading2"),
        Table(
            [
                [text("Action Step"), text("Lead"), text("Due")],
                [text("Offer a small fund for tools, clothes and bus fares in the first month of work"), text("Fiscal Unit"), text("3/31/2027")],
                [text("Name one person to call"), text("WTW Program"), text("TBD")],
            ],
            colWidths=[250, 100, 80],
        ),
    ]  # fmt: skip
    SimpleDocTemplate(str(path), pagesize=letter).build(story, onFirstPage=furniture, onLaterPages=furniture)
