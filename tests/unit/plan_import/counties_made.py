"""Counties whose plans are Word or PDF files, made here: what their documents say is written down in `counties/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

WINTERBERRY_FACTS = [
    ["Performance Measure", "Days to first activity"],
    ["Baseline", "48 days"],
    ["Target", "30 days"],
    ["Start Date", "May 1, 2025"],
    ["End Date", "October 31, 2026"],
]
STEP_COLUMNS = ("Action Steps:", "Implementation Date:", "Completion Date:", "Person Responsible:")


def make_manzanola(path: Path) -> None:
    """A title page that alone names the county; a table for each strategy with a title row and lettered steps."""
    document = docx.Document()
    for text in ("System Improvement Plan", "PREPARED BY THE COUNTY OF MANZANOLA", "July 2025"):
        document.add_paragraph(text)
    document.add_page_break()
    _manzanola_goal(document, 1, "Reduce the Re-entry after Exit with Earnings rate from 16.5% to 12%", "16.5%")
    _strategy_table(document, 1, "Mentor families for a year after exit", "families told us the first year is hard", [
        ("Select mentors", "7/1/2025", "12/31/2025", "Program Manager"),
        ("Match families with mentors", "1/1/2026", "6/30/2026", "Supervisor, Unit 4"),
        ("Review matches each quarter", "1/1/2026", "Ongoing", "Program Manager"),
    ])  # fmt: skip
    _strategy_table(document, 2, "Smooth the benefit cliff", "income rises, help stops", [
        ("Write a benefits calculator", "8/1/2025", "3/1/2026", "IT Analyst"),
        ("Teach staff to use it", "3/1/2026", "5/1/2026", "Staff Development"),
    ])  # fmt: skip
    _manzanola_goal(document, 2, "Increase Exits with Earnings from 40% to 46%", "40%")
    _strategy_table(document, 1, "Connect work with child care", "child care is the first barrier", [
        ("Map openings", "9/1/2025", "11/1/2025", "R&R Liaison"),
        ("Fund evening care", "1/1/2026", "TBD", "Fiscal Manager"),
    ])  # fmt: skip
    document.save(str(path))


def _manzanola_goal(document: Any, number: int, statement: str, baseline: str) -> None:
    measure = ("Re-entry after Exit with Earnings", "Exits with Earnings")[number - 1]
    document.add_heading(f"Goal {number}: {statement}", 1)
    for text in (f"Performance Measure: {measure}", f"Baseline Result: {baseline}"):
        document.add_paragraph(text)
    document.add_paragraph("Cal-SIP Start: July 1, 2025")
    document.add_paragraph("Cycle End Date: June 30, 2030")


def _strategy_table(document: Any, number: int, title: str, why: str, steps: list[tuple[str, ...]]) -> None:
    table = document.add_table(rows=0, cols=4)
    for text in (f"Strategy {number}: {title}", f"Rationale: {why}."):
        cells = table.add_row().cells
        cells[0].merge(cells[3]).text = text
    lettered = [(f"{'ABCDEF'[i]}. {step[0]}", *step[1:]) for i, step in enumerate(steps)]
    for values in (STEP_COLUMNS, *lettered):
        for cell, text in zip(table.add_row().cells, values, strict=True):
            cell.text = text
    document.add_paragraph("")


def make_penstemon(path: Path) -> None:
    """One table for each goal: labels on the left, a step's sub-items as further paragraphs of its cell."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Penstemon County Cal-SIP"
    document.add_paragraph("Target Measure Summary")
    attendance = [
        ("Strategy {}", ["Make attendance easy to report"]),
        ("Action Step 1", ["Accept photos of attendance sheets"]),
        ("Action Step 2", ["Answer messages in one day"]),
    ]
    _label_table(document, [
        ("Goal 1", ["Increase Engagement Rate from 26% to 38%, improving by 1% every quarter"]),
        *_penstemon_facts("Engagement Rate", "26%"),
        ("Strategy 1", ["Rebuild the activity menu"]),
        ("Action Step 1", ["Survey participants about the activities they want"]),
        ("Action Step 2", ["Add four activities", "evening English classes", "driver training"]),
        ("Action Step 3", ["Drop activities nobody uses (Lead: Menu Workgroup; Due: 12/1/2025)"]),
        *[(label.format(2), texts) for label, texts in attendance],
    ])  # fmt: skip
    _label_table(document, [
        ("Goal 2", ["Decrease Program Re-entries from 11% to 9%"]),
        *_penstemon_facts("Program Re-entries", "11%"),
        *[(label.format(1), texts) for label, texts in attendance],
    ])  # fmt: skip
    document.save(str(path))


def _penstemon_facts(measure: str, baseline: str) -> list[tuple[str, list[str]]]:
    return [
        ("Performance Measure", [measure]),
        ("Baseline Result", [baseline]),
        ("Cal-SIP Start", ["August 1, 2025"]),
        ("Progress Report #1", ["August 1, 2026"]),
        ("Progress Report #2", ["August 1, 2027"]),
        ("Cycle End Date", ["July 31, 2028"]),
    ]


def _label_table(document: Any, rows: list[tuple[str, list[str]]]) -> None:
    table = document.add_table(rows=0, cols=2)
    for label, (first, *more) in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, first
        for text in more:
            cells[1].add_paragraph(text)
    document.add_paragraph("")


def make_winterberry(path: Path) -> None:
    """Two-line headers on each page, a drawn table for each strategy whose cells wrap, a goal in days."""
    styles = getSampleStyleSheet()

    def text(words: str, style: str = "BodyText") -> Paragraph:
        return Paragraph(words, styles[style])

    def furniture(canvas: Any, page: Any) -> None:
        canvas.drawString(72, 760, "Winterberry County Human Services")
        canvas.drawString(72, 748, "CalWORKs System Improvement Plan 2025-2027")
        canvas.drawString(500, 30, f"Page {page.page}")

    def steps(*rows: tuple[str, ...]) -> Table:
        cells = [[text(cell) for cell in row] for row in (("Action Step", "Lead", "Due", "Status"), *rows)]
        grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        return Table(cells, colWidths=[260, 90, 70, 60], repeatRows=1, style=grid)

    story = [
        text("System Improvement Plan", "Title"),
        text("Goal 1: Reduce the number of days from orientation to first activity from 48 days to 30 days, by one day a month", "Heading2"),
        Table(WINTERBERRY_FACTS, hAlign="LEFT"),
        text("Strategy 1: One calendar for all providers, kept up to date every day, that workers and families can read", "Heading3"),
        steps(
            ("1. Choose the calendar tool with providers, workers and families at the table, and write down what it must do", "IT Division and Contracts Unit", "6/30/2025", "New"),
            ("2. Move all provider schedules into the calendar", "Contracts Unit", "9/30/2025", "New"),
            ("3. Show families how to read it", "Front Desk", "TBD", "New"),
        ),
        text("Strategy 2: Rolling starts", "Heading3"),
        steps(
            ("1. Ask providers which courses can take a newcomer in any week", "Provider Liaison", "7/31/2025", "New"),
            ("2. Pay a small premium for each course that does", "Fiscal", "12/31/2025", "New"),
        ),
    ]  # fmt: skip
    SimpleDocTemplate(str(path), pagesize=letter).build(story, onFirstPage=furniture, onLaterPages=furniture)
