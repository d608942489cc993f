"""Rows of a file that a spreadsheet will open: what looks like a formula is marked as text."""

import csv
import io
from collections.abc import Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula may begin, in the wide letters of East Asia too, which some programs fold."""


def cell(value: object) -> str:
    """Write a value; what a spreadsheet would take for a formula is marked as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def row(values: Sequence[str]) -> str:
    """Write a row of the file."""
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue()
