"""The import page: upload, preview, decision."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from standalone.simpeg.imports import importer
from standalone.simpeg.imports.rows import CHANGED, ERROR, NEW
from standalone.simpeg.imports.table import COLUMNS, MAX_BYTES, MAX_ROWS, TableError
from standalone.simpeg.models import ImportBatch

from .access import personnel_only

__all__ = ["preview", "upload"]

HISTORY = 10
# Unchanged lines need no look; a preview of thousands of lines helps nobody.
SHOWN = 200


@personnel_only
def upload(request: HttpRequest) -> HttpResponse:
    """Offer the upload; take a file and go on to its preview."""
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            return redirect("simpeg:import_preview", pk=take(request, file).pk)
        except TableError as problem:
            error = str(problem)
    context = {
        "error": error,
        "columns": COLUMNS,
        "max_rows": MAX_ROWS,
        "max_mb": MAX_BYTES // 2**20,
        "history": ImportBatch.objects.select_related("uploaded_by").defer("rows")[:HISTORY],
    }
    return render(request, "simpeg/import.html", context, status=400 if error else 200)


def take(request: HttpRequest, file: "UploadedFile[bytes] | None") -> ImportBatch:
    """Read the uploaded file; raises TableError."""
    if file is None:
        raise TableError(_("Choose a file first."))
    if not isinstance(request.user, User):
        raise TypeError("personnel_only lets users in only")
    # One byte more than allowed tells that it is too large without reading all of it.
    return importer.upload(request.user, file.name or "", file.read(MAX_BYTES + 1))


@personnel_only
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a file would change, and carry out the decision of the user who uploaded it."""
    batch = get_object_or_404(ImportBatch, pk=pk, uploaded_by=request.user.pk)
    if request.method == "POST":
        decide(request, batch)
        return redirect("simpeg:import")
    if batch.state != ImportBatch.State.PREVIEW:
        return redirect("simpeg:import")
    lines = importer.preview(batch)
    counts = importer.counts(lines)
    context = {
        "batch": batch,
        "counts": counts,
        "effective": counts[NEW] + counts[CHANGED],
        "errors": [line for line in lines if line.status == ERROR][:SHOWN],
        "good": [line for line in lines if line.status != ERROR][:SHOWN],
        "shown": SHOWN,
    }
    return render(request, "simpeg/import_preview.html", context)


def decide(request: HttpRequest, batch: ImportBatch) -> None:
    """Import or discard, and say what was done."""
    try:
        if "confirm" not in request.POST:
            importer.discard(batch)
            messages.info(request, _("The file was discarded; nothing was imported."))
            return
        done = importer.apply(batch)
    except importer.NotWaitingError:
        messages.warning(request, _("This file had been decided on before; nothing was done."))
        return
    text = _(
        "Imported: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(error)s left out with errors."
    )
    messages.success(request, text % done)
