"""The HR officer's list of officials, and one official."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from standalone.simpeg.models import Official
from standalone.simpeg.results import results_of

from .access import personnel_only

__all__ = ["detail", "index"]

PER_PAGE = 50


@personnel_only
def index(request: HttpRequest) -> HttpResponse:
    """List the officials. The search comes by POST, so that no NIP or name gets into a URL."""
    wanted = request.POST.get("q", "").strip()[:120]
    rows = Official.objects.select_related("office")
    if wanted:
        digits = "".join(wanted.split())
        rows = rows.filter(
            Q(name__icontains=wanted) | Q(office__name__icontains=wanted) | Q(nip__contains=digits)
        )
    page = Paginator(rows, PER_PAGE).get_page(request.POST.get("page"))
    return render(request, "simpeg/officials.html", {"page": page, "q": wanted})


@personnel_only
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one official with service record and results."""
    official = get_object_or_404(Official.objects.select_related("office"), pk=pk)
    context = {
        "official": official,
        "records": official.service_records.all(),
        "courses": results_of(official),
    }
    return render(request, "simpeg/official.html", context)
