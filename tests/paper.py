"""What a test asks of a document on paper."""

from __future__ import annotations

import io

from pypdf import PdfReader

from bot.chat.messages import Message
from bot.renderers.pdf import to_pdf

APPENDIX = "The numbers behind the charts"


def sheets(pdf: bytes) -> list[str]:
    """The words of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def body_pages(message: Message) -> int:
    """How many pages a closely set message takes in the PDF before its charts' numbers."""
    pages = sheets(to_pdf(message))
    return next((at for at, words in enumerate(pages) if APPENDIX in words), len(pages))
