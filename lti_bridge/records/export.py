"""Completion records as files that HR imports: the columns, how each cell is written, and the CSV file.

docs/reference/completion-record.md is the reference of both formats.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.utils import timezone

from lti_bridge.launch.nip import grouped
from lti_bridge.models import CompletionRecord

__all__ = ["COLUMNS", "csv_lines", "one_line"]


def _day(moment: datetime) -> str:
    """Return the local calendar day (settings.TIME_ZONE), as officials in the region know it."""
    return timezone.localtime(moment).date().isoformat()


# The one table of columns: name in the file, and the cell's text. Importers know these names.
COLUMNS: dict[str, Callable[[CompletionRecord], str]] = {
    "nomor_rekaman": lambda record: record.record_number,
    "nip": lambda record: record.nip,
    "nama": lambda record: record.full_name,
    "jabatan": lambda record: record.post,
    "kode_unit": lambda record: record.office_code,
    "unit_kerja": lambda record: record.office_name,
    "kode_pelatihan": lambda record: record.course_key,
    "nama_pelatihan": lambda record: record.course_title,
    "penyelenggara": lambda record: record.organiser,
    "tanggal_mulai": lambda record: _day(record.started_at),
    "tanggal_selesai": lambda record: _day(record.completed_at),
    "jp": lambda record: str(record.lesson_hours),
    "nilai": lambda record: f"{record.score:.2f}",
}
_BOM = "\ufeff"
# A spreadsheet takes a cell that starts so for a formula (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@")


def _guarded(text: str) -> str:
    """Return the text so that no spreadsheet runs it: an apostrophe in front, as spreadsheets write it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def one_line(text: str) -> str:
    """Return the text without line breaks, tabs and other control characters: a cell is one line."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _csv_cell(column: str, record: CompletionRecord) -> str:
    text = one_line(COLUMNS[column](record))
    # In its printed form ("19800101 200501 1 001") a NIP is text to every spreadsheet and keeps its
    # 18 digits; importers strip blanks from a NIP anyway.
    return grouped(text) if column == "nip" else _guarded(text)


def csv_lines(records: Iterable[CompletionRecord]) -> Iterator[bytes]:
    """Yield the CSV file line by line: UTF-8 with BOM, comma, CRLF, every cell quoted (RFC 4180)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    buffer.write(_BOM)
    writer.writerow(COLUMNS)
    yield buffer.getvalue().encode()
    for record in records:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_csv_cell(column, record) for column in COLUMNS])
        yield buffer.getvalue().encode()
