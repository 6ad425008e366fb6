"""The lines of a table as records: each checked, each compared with what is here."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from standalone.simpeg.models import Official, ServiceRecord

from .table import OPTIONAL, Cell, Line

__all__ = ["CHANGED", "ERROR", "NEW", "UNCHANGED", "CheckedLine", "Problem", "check"]

NEW, CHANGED, UNCHANGED, ERROR = "new", "changed", "unchanged", "error"
DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y")
MAX_HOURS = 10_000
MAY_BE_EMPTY = OPTIONAL | {"tanggal_mulai"}
# Column of the file -> (field of ServiceRecord, longest text).
TEXTS = {
    "nomor_rekaman": ("number", 64),
    "jabatan": ("post", 255),
    "kode_unit": ("office_code", 32),
    "unit_kerja": ("office_name", 255),
    "kode_pelatihan": ("course_code", 255),
    "nama_pelatihan": ("course_title", 255),
    "penyelenggara": ("organiser", 255),
}

FIELDS = {
    **{column: name for column, (name, _longest) in TEXTS.items()},
    "tanggal_mulai": "started_on",
    "tanggal_selesai": "finished_on",
    "jp": "hours",
    "nilai": "grade",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell, and what to do about it."""

    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """What importing the line would change in a record."""

    column: str
    old: object
    new: object


@dataclass(slots=True)
class CheckedLine:
    """A line with everything found out about it. ``values`` are fields of ServiceRecord."""

    number: int
    status: str = NEW
    name: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    existing: ServiceRecord | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def everything(self) -> list[Problem]:
        """Problems and warnings, for display."""
        return [*self.problems, *self.warnings]


class WrongError(Exception):
    """A cell does not hold what its column is for; the message says why."""


def check(lines: Sequence[Line]) -> list[CheckedLine]:
    """Check every line against the columns' rules and the database; two queries for any number."""
    nips = {plain_nip(line.cells["nip"].text) for line in lines}
    numbers = {line.cells["nomor_rekaman"].text for line in lines}
    officials = {row.nip: row for row in Official.objects.filter(nip__in=nips)}
    records = {row.number: row for row in ServiceRecord.objects.filter(number__in=numbers)}
    seen: dict[str, int] = {}
    checked = []
    for line in lines:
        row = read(line, officials)
        number = row.values.get("number")
        if number in seen:
            message = _("The same record number is in line %(line)s. Keep one of the two.")
            row.problems.append(Problem("nomor_rekaman", message % {"line": seen[number]}))
        elif number:
            seen[number] = row.number
            compare(row, records.get(number))
        if row.problems:
            row.status = ERROR
        checked.append(row)
    return checked


def read(line: Line, officials: dict[str, Official]) -> CheckedLine:
    """Read each cell of a line; what is wrong is collected, not raised."""
    row = CheckedLine(line.number, name=line.cells["nama"].text)

    def take(column: str, target: str, reader: Callable[[Cell], Any]) -> None:
        cell = line.cells[column]
        if not cell.text and column not in MAY_BE_EMPTY:
            row.problems.append(Problem(column, _("This is empty and must be filled in.")))
            return
        try:
            row.values[target] = reader(cell)
        except WrongError as wrong:
            row.problems.append(Problem(column, str(wrong)))

    for column, (target, longest) in TEXTS.items():
        take(column, target, lambda cell, longest=longest: text(cell, longest))  # type: ignore[misc]
    take("nip", "official", lambda cell: official(cell, officials))
    take("nama", "name", lambda cell: text(cell, 255))
    row.values.pop("name", None)
    take("tanggal_mulai", "started_on", lambda cell: day(cell) if cell.text else None)
    take("tanggal_selesai", "finished_on", day)
    take("jp", "hours", hours)
    take("nilai", "grade", grade)
    check_together(row)
    return row


def check_together(row: CheckedLine) -> None:
    """Check what needs more than one cell."""
    started, finished = row.values.get("started_on"), row.values.get("finished_on")
    if finished and finished > timezone.localdate():
        row.problems.append(Problem("tanggal_selesai", _("This date lies in the future.")))
    if started and finished and finished < started:
        row.problems.append(Problem("tanggal_selesai", _("The training ends before it starts.")))
    who = row.values.get("official")
    if who is not None and row.name and " ".join(row.name.lower().split()) != who.name.lower():
        message = _("In SIMPEG this NIP belongs to %(name)s. Make sure that it is the same person.")
        row.warnings.append(Problem("nama", message % {"name": who.name}))


def compare(row: CheckedLine, existing: ServiceRecord | None) -> None:
    """Tell what importing the line would change."""
    row.existing = existing
    who = row.values.get("official")
    if existing is None or who is None:
        return
    if existing.official_id != who.pk:
        message = _("This record number is already here for another official. A number is never given twice.")
        row.problems.append(Problem("nomor_rekaman", message))
        return
    row.changes = [
        Change(column, getattr(existing, name), row.values[name])
        for column, name in FIELDS.items()
        if name in row.values and getattr(existing, name) != row.values[name]
    ]
    row.status = CHANGED if row.changes else UNCHANGED


def text(cell: Cell, longest: int) -> str:
    """Read a text."""
    if len(cell.text) > longest:
        raise WrongError(_("This is longer than %(limit)s characters.") % {"limit": longest})
    if not cell.text.isprintable():
        raise WrongError(_("This contains line breaks or characters that cannot be shown."))
    return cell.text


def plain_nip(written: str) -> str:
    """Return a NIP without the marks used to group or to guard it."""
    return re.sub(r"[\s.'`\u2019]", "", written)


def official(cell: Cell, officials: dict[str, Official]) -> Official:
    """Find the official by NIP."""
    if cell.is_number or re.fullmatch(r"\d([.,]\d+)?[eE]\+?\d+", cell.text):
        raise WrongError(
            _(
                "The spreadsheet took the NIP for a number, which keeps only 15 of its 18 digits. "
                "Format the column as text and enter the NIP again."
            )
        )
    nip = plain_nip(cell.text)
    if not re.fullmatch(r"\d{18}", nip, re.ASCII):
        raise WrongError(_("A NIP has 18 digits."))
    if nip not in officials:
        raise WrongError(_("No official in SIMPEG has this NIP. Correct it, or register the official first."))
    return officials[nip]


def day(cell: Cell) -> date:
    """Read a date."""
    for pattern in DATE_FORMATS:
        try:
            # A calendar day: no time zone takes part.
            return datetime.strptime(cell.text, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise WrongError(_("Write the date as 2026-11-24, 24-11-2026 or 24/11/2026."))


def hours(cell: Cell) -> int:
    """Read the lesson hours (JP)."""
    if not re.fullmatch(r"\d{1,5}", cell.text, re.ASCII) or not 1 <= int(cell.text) <= MAX_HOURS:
        raise WrongError(
            _("Lesson hours (JP) are a whole number from 1 to %(limit)s.") % {"limit": MAX_HOURS}
        )
    return int(cell.text)


def grade(cell: Cell) -> Decimal:
    """Read a grade, rounded half up to two decimals."""
    if not re.fullmatch(r"\d{1,3}([.,]\d{1,17})?", cell.text, re.ASCII):
        raise WrongError(_("A grade is a number from 0 to 100, such as 86.67 or 86,67."))
    value = Decimal(cell.text.replace(",", "."))
    if value > 100:
        raise WrongError(_("A grade is at most 100."))
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
