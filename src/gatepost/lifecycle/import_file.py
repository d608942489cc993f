"""Reading the file of an import: CSV with a header, cells by column. Pure."""

import csv
import difflib
import io

import msgspec

COLUMNS: dict[str, str] = {
    "user_name": "Sign-in name, unique in the tenant. Required.",
    "email": "Email address; without it, the user_name when that is an address.",
    "given_name": "Given name.",
    "family_name": "Family name.",
    "display_name": "Name to show.",
    "user_type": "technician or end_user (endUser); without it, end_user.",
    "organizations": "All, or ids or exact names of organizations, separated by semicolons.",
    "roles": "Names of roles that fit the user type, separated by semicolons.",
    "phone": "Phone number with country code (E.164).",
    "language": "Language, such as en or pt-BR.",
    "time_zone": "Time zone, such as Europe/Berlin.",
    "active": "yes or no; without it, yes.",
}
"""What a file may have, by the name in its header; case, blanks, - and _ do not matter."""

_SEPARATORS = ",;\t"
_CELL_MAX = 10_000


class FileUnreadable(Exception):
    """The file as a whole cannot be read; the message says why."""


class TooManyRows(FileUnreadable):
    """The file has more rows than are taken."""


class Row(msgspec.Struct, frozen=True):
    """One line of the file: its number, its cells by column, and as they stand in the file."""

    line: int
    cells: dict[str, str]
    original: list[str]


class ImportFile(msgspec.Struct, frozen=True):
    """The rows of a file under its header."""

    header: list[str]
    rows: list[Row]
    separator: str


def read_file(content: bytes, rows_max: int | None = None) -> ImportFile:
    """Read a CSV file: UTF-8, separated by commas, semicolons or tabs, with a header.

    Raises:
        FileUnreadable: it is not UTF-8 or no text, or the header lacks or does not know a column.
        TooManyRows: it has more rows than that; it was read no further.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileUnreadable(
            f"Line {line} is not UTF-8. Save the file as CSV in UTF-8 and try again."
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise FileUnreadable(f"Line {line} has a null character: this is no text.")
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    lines = _lines(text, separator, rows_max)
    if not lines:
        raise FileUnreadable("The file is empty. Its first line names the columns.")
    header = lines[0][1]
    columns = _columns(header)
    rows = [Row(number, _cells(columns, cells), cells) for number, cells in lines[1:]]
    return ImportFile(header, rows, separator)


def split_cell(cell: str) -> list[str]:
    """Take a cell apart that lists several things; blanks go, order stays, repeats go."""
    return list(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


def write_rows(file: ImportFile, rows: list[tuple[Row, str]]) -> str:
    """Write rows as they stand in the file, with the reason in a column more.

    Mended and without that column the result can be imported.
    """
    written = io.StringIO()
    writer = csv.writer(written, delimiter=file.separator, lineterminator="\n")
    writer.writerow([*file.header, "reason"])
    width = len(file.header)
    for row, reason in rows:
        cells = (row.original + [""] * width)[: max(width, len(row.original))]
        writer.writerow([*cells, reason])
    return written.getvalue()


def _lines(text: str, separator: str, rows_max: int | None) -> list[tuple[int, list[str]]]:
    """Give the header and the rows below it that have anything in them, with their lines.

    A few megabytes of line ends would be a gigabyte of rows: they are bounded as they are read.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(len(cell) > _CELL_MAX for cell in cells):
                raise FileUnreadable(f"Line {line} has a cell of more than {_CELL_MAX} characters.")
            if any(cells) or not found:
                found.append((line, cells))
            if rows_max is not None and len(found) > rows_max + 1:
                raise TooManyRows(f"The file has more than {rows_max:,} rows.")
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileUnreadable(f"Line {line} is not CSV: {error}.") from error
    return found


def _columns(header: list[str]) -> list[str | None]:
    known = {_plain(name): name for name in COLUMNS}
    # A file of refused rows may come back with its column of reasons.
    known["reason"] = ""
    found: list[str | None] = []
    for title in header:
        column = known.get(_plain(title))
        if column is None:
            near = difflib.get_close_matches(_plain(title), known, n=1)
            meant = f" Did you mean {known[near[0]]}?" if near else ""
            raise FileUnreadable(
                f"The column {title!r} is not known.{meant} Known are {', '.join(COLUMNS)}."
            )
        if column and column in found:
            raise FileUnreadable(f"The column {column} stands in the header twice.")
        found.append(column or None)
    if "user_name" not in found:
        raise FileUnreadable("The column user_name is missing from the header (the first line).")
    return found


def _plain(title: str) -> str:
    return "".join(letter for letter in title.lower() if letter.isalnum())


def _cells(columns: list[str | None], cells: list[str]) -> dict[str, str]:
    named = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    extra = [cell for cell in cells[len(columns) :] if cell.strip()]
    return {**named, "": "; ".join(extra)} if extra else named
