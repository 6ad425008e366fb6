"""An uploaded CSV or XLSX file as a table of text, within limits."""

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

__all__ = [
    "COLUMNS",
    "MAX_BYTES",
    "MAX_ROWS",
    "OPTIONAL",
    "Cell",
    "Line",
    "Table",
    "TableError",
    "read_table",
]

COLUMNS = (
    "nomor_rekaman",
    "nip",
    "nama",
    "jabatan",
    "kode_unit",
    "unit_kerja",
    "kode_pelatihan",
    "nama_pelatihan",
    "penyelenggara",
    "tanggal_mulai",
    "tanggal_selesai",
    "jp",
    "nilai",
)
OPTIONAL = frozenset({"jabatan", "kode_unit", "unit_kerja"})
MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5000
# Sheets often end in empty lines that were formatted once; they are read over, up to here.
MAX_SHEET_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 1000
# Of an XLSX, which is a zip archive: parts and bytes once unpacked.
MAX_PARTS = 200
MAX_UNPACKED = 30 * 1024 * 1024
# A document type, in the encodings that parsers tell without being told.
DECLARATIONS = tuple(
    text.encode(encoding)
    for text in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
# Spreadsheets take a text that begins so for a formula; exports put an apostrophe before it.
FORMULA_START = ("=", "+", "-", "@", "\t", "\r")

# What zipfile and openpyxl raise on damaged files is not documented; these were met by changing bytes
# of real files at random.
DAMAGED = (
    AttributeError,
    EOFError,
    IndexError,
    InvalidFileException,
    KeyError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


class TableError(Exception):
    """The file is no table that can be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text. ``is_number``: it was a number in the file, so digits may have been lost."""

    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file by column name; ``number`` counts from 1 as spreadsheets do."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a file, and the headings that mean nothing here."""

    lines: Sequence[Line]
    ignored: Sequence[str]


def read_table(content: bytes) -> Table:
    """Read a file whose kind is told by its content, not by its name; raises TableError."""
    if len(content) > MAX_BYTES:
        raise TableError(_("The file is larger than %(limit)s MB. Split it.") % {"limit": MAX_BYTES // 2**20})
    if content.startswith(OLD_EXCEL):
        raise TableError(_("This is an old or a protected Excel file. Save it as .xlsx without a password."))
    raw = xlsx_rows(content) if content.startswith(ZIP) else csv_rows(content)
    return named(raw)


def named(raw: Iterator[tuple[int, list[Cell]]]) -> Table:
    """Match the first line that is not empty with the column names, and the others with it."""
    filled = ((number, cells) for number, cells in raw if any(cell.text for cell in cells))
    header = next(filled, None)
    if header is None:
        raise TableError(_("The file is empty."))
    names = [cell.text.lower().replace(" ", "_") for cell in header[1]]
    missing = [name for name in COLUMNS if name not in names and name not in OPTIONAL]
    if missing:
        raise TableError(
            _("The first line must name the columns. Missing: %(columns)s.") % {"columns": ", ".join(missing)}
        )
    doubled = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    if doubled:
        raise TableError(_("These columns are there twice: %(columns)s.") % {"columns": ", ".join(doubled)})
    lines: list[Line] = []
    for number, cells in filled:
        if len(lines) == MAX_ROWS:
            raise TableError(too_many_lines())
        by_name = {name: cell for name, cell in zip(names, cells, strict=False) if name in COLUMNS}
        lines.append(Line(number, {name: by_name.get(name, Cell("")) for name in COLUMNS}))
    if not lines:
        raise TableError(_("The file names the columns but has no line below them."))
    return Table(lines, [name[:60] for name in names if name and name not in COLUMNS])


def too_many_lines() -> str:
    """Return the message for files longer than this system reads."""
    return _("The file has more than %(limit)s lines. Split it.") % {"limit": MAX_ROWS}


def csv_rows(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the lines of a CSV file, separated by commas or semicolons."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError(
            _("The file is neither an .xlsx nor a CSV in UTF-8. Save it as “CSV UTF-8” or as .xlsx.")
        ) from None
    if "\x00" in text:
        raise TableError(_("The file is not a table."))
    head = next((line for line in text.splitlines() if line.strip(";, \t")), "")
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for fields in reader:
            yield start, [Cell(clean(field)) for field in fields[:MAX_COLUMNS]]
            start = reader.line_num + 1
    except csv.Error as error:
        message = _("Line %(line)s is not valid CSV: look at the quotation marks there.")
        raise TableError(message % {"line": start}) from error


def xlsx_rows(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the lines of the first sheet of an XLSX file."""
    check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise TableError(_("The Excel file has no sheet."))
        sheet = book.worksheets[0]
        # The size a file claims for itself may be wrong; the rows are counted as they come.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=MAX_SHEET_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
        for number, values in enumerate(rows, start=1):
            if number > MAX_SHEET_ROWS:
                raise TableError(too_many_lines())
            yield number, [cell_of(value) for value in values]
    except DAMAGED as error:
        raise TableError(
            _("The Excel file is damaged or is no Excel file. Save it again as .xlsx.")
        ) from error


def check_archive(content: bytes) -> None:
    """Refuse archives that would unpack to something huge, or that declare entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if len(parts) > MAX_PARTS or total > MAX_UNPACKED:
                raise TableError(_("The Excel file unpacks to far more than it should. Save only the table."))
            # Whatever a part is called, another part may say that it is the sheet.
            for part in parts:
                check_markup(archive, part)
    except DAMAGED as error:
        raise TableError(
            _("The Excel file is damaged or is no Excel file. Save it again as .xlsx.")
        ) from error


def check_markup(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse a part with a document type: spreadsheets have none, attacks with entities do."""
    with archive.open(part) as file:
        # The declared size may lie: read no more than it says.
        start = file.read(min(part.file_size, MAX_UNPACKED))
    if any(mark in start for mark in DECLARATIONS):
        raise TableError(_("The Excel file contains something that no spreadsheet needs. Save it again."))


def cell_of(value: Any) -> Cell:
    """Turn a spreadsheet's value into text."""
    if value is None or isinstance(value, bool):
        return Cell("" if value is None else str(value))
    if isinstance(value, datetime):
        return Cell(value.date().isoformat())
    if isinstance(value, date):
        return Cell(value.isoformat())
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer()
        return Cell(str(int(value) if whole else value), is_number=True)
    return Cell(clean(str(value)))


def clean(text: str) -> str:
    """Return a text without the spaces around it and without an export's apostrophe."""
    text = text.strip()
    if text.startswith("'") and text[1:].startswith(FORMULA_START):
        text = text[1:]
    return text[:MAX_CELL]
