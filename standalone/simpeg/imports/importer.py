"""Uploads from preview to import. The caller checks that the user may manage personnel records."""

import logging
from collections import Counter
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from standalone.simpeg.models import ImportBatch, ServiceRecord

from .rows import CHANGED, ERROR, NEW, UNCHANGED, CheckedLine, check
from .table import Cell, Line, read_table

__all__ = ["NotWaitingError", "apply", "counts", "discard", "preview", "upload"]

log = logging.getLogger(__name__)
FORGET_AFTER = timedelta(days=1)


class NotWaitingError(Exception):
    """The upload was imported or discarded before."""


def upload(user: User, file_name: str, content: bytes) -> ImportBatch:
    """Keep a file's lines until the user decides; raises TableError. Old undecided ones are emptied."""
    table = read_table(content)
    now = timezone.now()
    waiting = ImportBatch.objects.filter(state=ImportBatch.State.PREVIEW)
    waiting.filter(uploaded_at__lt=now - FORGET_AFTER).update(state=ImportBatch.State.DISCARDED, rows=[])
    rows = [
        [line.number, {name: [cell.text, cell.is_number] for name, cell in line.cells.items()}]
        for line in table.lines
    ]
    return ImportBatch.objects.create(
        uploaded_by=user,
        uploaded_at=now,
        file_name=file_name[-255:],
        rows=rows,
        summary={"ignored": list(table.ignored)},
    )


def preview(batch: ImportBatch) -> list[CheckedLine]:
    """Check the kept lines against what is here now."""
    return check(
        [
            Line(number, {name: Cell(text, is_number) for name, (text, is_number) in cells.items()})
            for number, cells in batch.rows
        ]
    )


def counts(lines: list[CheckedLine]) -> dict[str, int]:
    """Count the lines by what would become of them."""
    found = Counter(line.status for line in lines)
    return {status: found[status] for status in (NEW, CHANGED, UNCHANGED, ERROR)}


@transaction.atomic
def apply(batch: ImportBatch) -> dict[str, int]:
    """Import every line without a problem, all of them or none; raises NotWaitingError.

    The lines are checked again, for others may have imported in the meantime.
    """
    settle(batch, ImportBatch.State.IMPORTED)
    lines = preview(batch)
    now = timezone.now()
    ServiceRecord.objects.bulk_create(
        ServiceRecord(**line.values, imported_at=now) for line in lines if line.status == NEW
    )
    for line in lines:
        if line.status == CHANGED and line.existing is not None:
            for name, value in line.values.items():
                setattr(line.existing, name, value)
            line.existing.imported_at = now
            line.existing.save()
    result = counts(lines)
    ImportBatch.objects.filter(pk=batch.pk).update(rows=[], summary={**batch.summary, **result})
    log.info("Import %s: %s", batch.pk, result)
    return result


def discard(batch: ImportBatch) -> None:
    """Forget an upload; raises NotWaitingError."""
    settle(batch, ImportBatch.State.DISCARDED)
    ImportBatch.objects.filter(pk=batch.pk).update(rows=[])


def settle(batch: ImportBatch, state: ImportBatch.State) -> None:
    """Leave the preview by one conditional UPDATE: a second click does nothing."""
    waiting = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.PREVIEW)
    if not waiting.update(state=state):
        raise NotWaitingError
