"""A pasted list of e-mail addresses, one a line, read row by row: `ana@x.org`, `Ana Ruiz <ana@x.org>`, `ana@x.org, Ana
Ruiz, es`, or the same parted by semicolons or tabs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MOST_ROWS = 1000
EMAIL_LENGTH, NAME_LENGTH = 254, 200  # RFC 5321, 4.5.3.1.3; the column
LANGUAGES: Mapping[str, str] = {
    "en": "en",
    "english": "en",
    "inglés": "en",
    "es": "es",
    "spanish": "es",
    "español": "es",
    "espanol": "es",
}
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}")
_PARTS = re.compile(r"[,;\t]")


@dataclass(frozen=True, slots=True)
class AddressRow:
    """A row of the list. `fault`: the sentence for one that cannot be used; then only `line` and it count."""

    line: int
    email: str = ""
    name: str = ""
    language: str = "en"
    fault: str = ""


def is_address(text: str) -> bool:
    """Whether a mail server can be handed this; accents in the part before the @ are not supported."""
    return len(text) <= EMAIL_LENGTH and _ADDRESS.fullmatch(text) is not None and ".." not in text


def read_addresses(text: str) -> list[AddressRow]:
    """Every row that is not empty, in order; an address that stands twice is a fault of the second."""
    rows: list[AddressRow] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        row = _row(number, line)
        if row.email in seen and not row.fault:
            row = AddressRow(number, fault=f"{row.email} stands in line {seen[row.email]} already.")
        seen.setdefault(row.email, number)
        rows.append(row)
    return rows


def _row(number: int, line: str) -> AddressRow:
    pieces = [piece for part in _PARTS.split(line) for piece in _pieces(part.strip()) if piece]
    language, name, email = "en", "", ""
    for piece in pieces:
        if "@" in piece and not email:
            email = piece.lower()
        elif piece.casefold() in LANGUAGES:
            language = LANGUAGES[piece.casefold()]
        elif not name and "@" not in piece:
            name = piece
        else:
            return AddressRow(number, fault=f"“{piece[:60]}” is one word too many. Write one address a line.")
    if not is_address(email):
        return AddressRow(number, fault=f"“{(email or line.strip())[:60]}” is not an e-mail address.")
    return AddressRow(number, email, name[:NAME_LENGTH], language)


def _pieces(text: str) -> tuple[str, ...]:
    """`Ana Ruiz <ana@x.org>` is a name and an address."""
    match = re.fullmatch(r"(.*?)<([^<>]*)>", text)
    return (match[1].strip(" \"'"), match[2].strip()) if match else (text,)
