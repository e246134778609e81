"""Opens a plan document and gives its lines; refuses, with advice, what holds no readable text.

Word and PDF are read by `reader_docx` and `reader_pdf`, imported only when such a file comes.
"""

from __future__ import annotations

from pathlib import Path

from bot.domain.plan_import.model import Line, NotAPlan

_FORMATS = "Save the plan as Word (.docx), PDF with selectable text, plain text or Markdown, and import that file."
_MOST_BYTES = 50 * 1024 * 1024  # a plan is a few hundred kilobytes; beyond this it is something else
_SIGNATURES = {
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file (.doc, .xls)",
    b"{\\rtf": "a rich-text file (.rtf)",
}


def read_document(path: Path) -> list[Line]:
    """The document's lines, paragraphs or table rows, numbered from 1.

    Raises NotAPlan when the file is missing, empty, too large (over 50 MiB), a picture or otherwise unreadable.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise NotAPlan(f"{path.name} is larger than 50 MB, which no plan is. {_FORMATS}")
        data = path.read_bytes()
    except OSError as error:
        raise NotAPlan(
            f"{path} cannot be opened ({error.strerror}). Check the name and that you may read it."
        ) from error
    if not data.strip():
        raise NotAPlan(f"{path.name} is empty. {_FORMATS}")
    lines = _lines(path, data)
    if not any(line.text.strip() for line in lines):
        raise NotAPlan(f"{path.name} holds no text: it may be a scan. Run text recognition on it first. {_FORMATS}")
    return lines


def _lines(path: Path, data: bytes) -> list[Line]:
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise NotAPlan(f"{path.name} is {kind}, which cannot be read as a plan. {_FORMATS}")
    if data.startswith(b"PK\x03\x04"):
        from bot.domain.plan_import.reader_docx import read_docx

        return read_docx(path)
    if data[:1024].lstrip().startswith(b"%PDF"):
        from bot.domain.plan_import.reader_pdf import read_pdf

        return read_pdf(path)
    return text_lines(decode(path.name, data))


def decode(name: str, data: bytes) -> str:
    """Text of a UTF-8, UTF-16 (with a mark) or Windows-1252 file; NotAPlan for binary data."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    odd = sum(1 for c in text if ord(c) < 32 and c not in "\t\n\r\f\v\x1a")
    if odd > len(text) / 500:
        raise NotAPlan(f"{name} is not a text document. {_FORMATS}")
    return text


def text_lines(text: str) -> list[Line]:
    """Lines of a text, split at CRLF, CR and LF only, so that numbers agree with any editor."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [Line(number, line) for number, line in enumerate(lines, 1)]
