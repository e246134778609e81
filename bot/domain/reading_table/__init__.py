"""A table of readings, pasted or from a CSV or XLSX file, to readings and faults: a fault for every row that has one.

Three shapes are understood: one reading a row (month, group, value, people), months × groups, and groups × months.
Nothing is guessed: whoever stores a table stores it only when there are no faults.
"""

from bot.domain.reading_table.files import NotATable, read_data, read_file
from bot.domain.reading_table.model import Fault, Row, Table
from bot.domain.reading_table.parse import read_cells, read_text

__all__ = ["Fault", "NotATable", "Row", "Table", "read_cells", "read_data", "read_file", "read_text"]
