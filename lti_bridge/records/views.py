"""HR's page: completion records, filtered, and as files to import."""

import logging

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .export import csv_lines
from .selection import SelectionForm, delivery_counts

__all__ = ["csv_file", "page", "xlsx_file"]

log = logging.getLogger(__name__)
PERMISSION = "kapasitas_lti.view_completionrecord"
PAGE_SIZE = 50
CHUNK = 500
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@login_required
@permission_required(PERMISSION, raise_exception=True)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the records asked for, 50 a page, each with how its reports stand."""
    form = SelectionForm(request.GET)
    shown = Paginator(form.records(), PAGE_SIZE).get_page(request.GET.get("page"))
    counts = delivery_counts(shown.object_list)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "shown": shown,
        "rows": [(record, counts.get(record.pk)) for record in shown.object_list],
        "query": query.urlencode(),
    }
    return render(request, "lti_bridge/records.html", context, status=200 if form.is_valid() else 400)


def _download(request: HttpRequest, kind: str, content_type: str) -> HttpResponseBase:
    form = SelectionForm(request.GET)
    if not form.is_valid():
        return page(request)
    records = form.records().iterator(chunk_size=CHUNK)
    if kind == "csv":
        content = csv_lines(records)
    else:
        from .spreadsheet import xlsx_bytes  # costly, and seldom wanted

        content = xlsx_bytes(records)
    response = StreamingHttpResponse(content, content_type=content_type)
    name = f"rekaman-penyelesaian-{timezone.localdate():%Y%m%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # Who took personal data out of the system, and when (UU 27/2022, article 31).
    log.info("completion records downloaded as %s by user %s", kind, request.user.pk)
    return response


@never_cache
@login_required
@permission_required(PERMISSION, raise_exception=True)
@require_GET
def csv_file(request: HttpRequest) -> HttpResponseBase:
    """Download the records asked for as CSV."""
    return _download(request, "csv", "text/csv; charset=utf-8")


@never_cache
@login_required
@permission_required(PERMISSION, raise_exception=True)
@require_GET
def xlsx_file(request: HttpRequest) -> HttpResponseBase:
    """Download the records asked for as XLSX."""
    return _download(request, "xlsx", XLSX_TYPE)
