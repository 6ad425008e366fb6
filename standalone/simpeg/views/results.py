"""The HR officer's view of results as they arrive."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from standalone.simpeg.models import Course, Result
from standalone.simpeg.results import member_rows

from .access import personnel_only

__all__ = ["course", "index", "table"]

PER_PAGE = 50


@personnel_only
def index(request: HttpRequest) -> HttpResponse:
    """List the courses with how much has come back."""
    newest = (
        Result.objects.filter(line_item__course=OuterRef("pk"))
        .order_by()
        .values("line_item__course")
        .annotate(newest=Max("received_at"))
        .values("newest")
    )
    with_results = (
        Result.objects.filter(line_item__course=OuterRef("pk"))
        .order_by()
        .values("line_item__course")
        .annotate(people=Count("official", distinct=True))
        .values("people")
    )
    courses = Course.objects.select_related("tool").annotate(
        members=Count("enrolments"), newest=Subquery(newest), people=Subquery(with_results)
    )
    return render(request, "simpeg/results.html", {"courses": courses})


@personnel_only
def course(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one course's results; a script renews the table, and a reload does without it."""
    return render(request, "simpeg/course_results.html", table_context(request, pk))


@personnel_only
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the table alone, for the script."""
    return render(request, "simpeg/_results_table.html", table_context(request, pk))


def table_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Collect what the table shows."""
    found = get_object_or_404(Course.objects.select_related("tool"), pk=pk)
    enrolments = found.enrolments.select_related("official__office")
    page = Paginator(enrolments, PER_PAGE).get_page(request.GET.get("page"))
    items, rows = member_rows(found, page.object_list)
    return {"course": found, "items": items, "rows": rows, "page": page, "now": timezone.now()}
