"""Rows to CSV text that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

# A cell that begins so is a formula to Excel and Sheets: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA) else value


def to_csv(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    """CSV with a header line; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([neutral(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()
