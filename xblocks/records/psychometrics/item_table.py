"""The item table of a calibration as CSV, for spreadsheets and for R: figures with a decimal point."""

import csv
import io
from collections.abc import Callable, Iterator

from xblocks.competency.calibration_report import ItemRow

from .analysis import Analysis
from .reading import ItemFigures

__all__ = ["COLUMNS", "csv_lines"]

BOM = "\ufeff"


def _text(value: float | str | None) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _of(get: Callable[[ItemFigures], object]) -> Callable[[ItemRow, ItemFigures | None], object]:
    return lambda _row, figures: None if figures is None else get(figures)


# The one table of columns. Ids of items and competencies hold no sign that a spreadsheet would run.
COLUMNS: dict[str, Callable[[ItemRow, ItemFigures | None], object]] = {
    "item": lambda row, _figures: row["id"],
    "type": lambda row, _figures: row["type"],
    "competencies": lambda row, _figures: " ".join(row["competencies"]),
    "level": lambda row, _figures: row["level"],
    "status": lambda row, _figures: row["status"],
    "standing": _of(lambda one: one.standing),
    "answers": lambda row, _figures: row["answers"],
    "p": lambda row, _figures: row["p"],
    "r_total": lambda row, _figures: row["item_total"],
    "r_rest": lambda row, _figures: row["item_rest"],
    "model": _of(lambda one: one.name),
    "a": _of(lambda one: one.a),
    "a_se": _of(lambda one: one.a_error),
    "b": _of(lambda one: " ".join(map(_text, one.steps))),
    "b_se": _of(lambda one: " ".join(map(_text, one.step_errors))),
    "c": _of(lambda one: one.c),
    "c_se": _of(lambda one: one.c_error),
    "infit": lambda row, _figures: row["infit"],
    "outfit": lambda row, _figures: row["outfit"],
    "shown": lambda row, _figures: row["shown"],
    "exposure": lambda row, _figures: row["exposure"],
}


def csv_lines(analysis: Analysis) -> Iterator[bytes]:
    """Yield the file line by line: UTF-8 with BOM, comma, CRLF (RFC 4180); the last column has the flags."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield BOM.encode()
    for line in [[*COLUMNS, "flags"], *_lines(analysis)]:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(line)
        yield buffer.getvalue().encode()


def _lines(analysis: Analysis) -> Iterator[list[str]]:
    for row in analysis.report["items"]:
        figures = analysis.figures.get(row["id"])
        cells = [_text(get(row, figures)) for get in COLUMNS.values()]  # type: ignore[arg-type]  # one of three
        yield [*cells, " ".join(flag.kind for flag in analysis.flags.get(row["id"], ()))]
