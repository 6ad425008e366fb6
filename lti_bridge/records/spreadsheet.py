"""Completion records as an XLSX file.

A module of its own because openpyxl, and the numpy that it takes where there is one, cost a web worker much
more than the rest of us: it is imported only where somebody asks for the file.
"""

import tempfile
from collections.abc import Iterable, Iterator

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from lti_bridge.models import CompletionRecord

from .export import COLUMNS, one_line

__all__ = ["xlsx_bytes"]

WIDTHS = {
    "nomor_rekaman": 20,
    "nip": 22,
    "nama": 30,
    "jabatan": 26,
    "unit_kerja": 30,
    "kode_pelatihan": 34,
    "nama_pelatihan": 44,
    "penyelenggara": 30,
}


def xlsx_bytes(records: Iterable[CompletionRecord]) -> Iterator[bytes]:
    """Yield the XLSX file in chunks; it is built on disk, row by row.

    NIP, codes and dates are text cells with the format "@"; only JP and score are numbers. Text cells
    cannot be formulas, so that they need no guard.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("rekaman")
    sheet.freeze_panes = "A2"
    for position, column in enumerate(COLUMNS):
        sheet.column_dimensions[chr(ord("A") + position)].width = WIDTHS.get(column, 16)
    head: list[Cell] = []
    for column in COLUMNS:
        cell = WriteOnlyCell(sheet, value=column)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for record in records:
        sheet.append([_xlsx_cell(sheet, column, record) for column in COLUMNS])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(65_536):
            yield chunk


def _xlsx_cell(sheet: WriteOnlyWorksheet, column: str, record: CompletionRecord) -> Cell:
    if column == "jp":
        return WriteOnlyCell(sheet, value=record.lesson_hours)
    if column == "nilai":
        cell = WriteOnlyCell(sheet, value=float(record.score))
        cell.number_format = "0.00"
        return cell
    cell = WriteOnlyCell(sheet, value=one_line(COLUMNS[column](record)))
    # "s" after the value: openpyxl would make a formula of a text that starts with "=".
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
