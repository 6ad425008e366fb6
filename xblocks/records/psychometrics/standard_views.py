"""The pages of standards. Each gets the administration, which asks for permissions and frames it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xblocks.competency.panels import Method, PanelError
from xblocks.records.models import StandardSetting
from xblocks.records.words import say

from . import source, standards
from .forms import AngoffForm, BookmarkForm, ContrastingForm
from .pages import PagesAdmin
from .standard_values import angoff_sheet, bookmark_sheet, posted_shares, standard_values

__all__ = ["adopt", "begin", "change", "next_round", "sheet", "start"]

PREFIX = "kapasitas_records_standardsetting"
FORMS: Mapping[Method, type[AngoffForm | BookmarkForm | ContrastingForm]] = {
    Method.ANGOFF: AngoffForm,
    Method.BOOKMARK: BookmarkForm,
    Method.CONTRASTING: ContrastingForm,
}
EXPLANATIONS = {
    Method.ANGOFF: gettext_lazy(
        "Before the first sheet the panel agrees in words what somebody can do who only just reaches the "
        "level. Each judge then fills in a sheet alone. Two rounds with a talk between them are usual."
    ),
    Method.BOOKMARK: gettext_lazy(
        "The booklet is made now, from the active calibration, and stays as it is for all rounds."
    ),
    Method.CONTRASTING: gettext_lazy(
        "Supervisors judge by work that they have seen, before they know test results. Leave out people of "
        "whom they are not sure."
    ),
}
# What a page may do besides reading, by the permission that it takes.
CHANGE, SEE_KEYS, ADOPT = ("change", ""), ("view", "itembank"), ("add", "cutscore")


def change(admin: PagesAdmin, request: HttpRequest, *, pk: int) -> HttpResponse:
    """Show the standard; the administration has asked for the permission to view."""
    row = get_object_or_404(StandardSetting, pk=pk)
    values = {
        **standard_values(row),
        "may_change": admin.may(request, *CHANGE) and admin.may(request, *SEE_KEYS),
        "may_adopt": admin.may(request, *ADOPT),
    }
    return admin.page(request, "standard", _title(row), values)


def start(admin: PagesAdmin, request: HttpRequest) -> HttpResponse:
    """Let the user choose the method."""
    admin.require(request, "add")
    return admin.page(request, "start", _("Set a standard"), {})


def begin(admin: PagesAdmin, request: HttpRequest, method: str) -> HttpResponse:
    """Ask for what the method needs, and begin."""
    admin.require(request, "add")
    if method not in set(Method):
        raise Http404
    chosen, banks = Method(method), source.bank_versions()
    form = FORMS[chosen](request.POST if request.method == "POST" else None, banks=banks)
    if request.method == "POST" and form.is_valid():
        try:
            row = _begun(chosen, form.cleaned_data, request.user.pk)
        except PanelError as error:
            form.add_error(None, say(error.message))
        else:
            return redirect(f"admin:{PREFIX}_change", row.pk)
    values = {"form": form, "banks": banks, "explanation": EXPLANATIONS[chosen]}
    trail = [(reverse(f"admin:{PREFIX}_start"), _("Set a standard"))]
    title = StandardSetting(method=chosen.value).get_method_display()
    return admin.page(request, "begin", title, values, trail=trail, status=400 if form.errors else 200)


def sheet(admin: PagesAdmin, request: HttpRequest, pk: int, judge: int) -> HttpResponse:
    """Show a judge's sheet of the current round with the items and their keys, and take it."""
    admin.require(request, *CHANGE)
    admin.require(request, *SEE_KEYS)
    row = get_object_or_404(StandardSetting, pk=pk)
    if row.method == Method.CONTRASTING or not 1 <= judge <= row.data["judges"]:
        raise Http404
    take = _angoff if row.method == Method.ANGOFF else _bookmark
    return take(admin, request, row, judge)


def _angoff(admin: PagesAdmin, request: HttpRequest, row: StandardSetting, judge: int) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    shares, problems = posted_shares(row, posted) if posted is not None else ({}, {})
    if posted is not None and not problems:
        standards.hand_in_sheet(row.pk, judge, shares)
        return _handed_in(request, row, judge)
    return _sheet(admin, request, row, judge, "sheet_angoff", angoff_sheet(row, judge, posted, problems))


def _bookmark(admin: PagesAdmin, request: HttpRequest, row: StandardSetting, judge: int) -> HttpResponse:
    posted, problem = None, ""
    if request.method == "POST":
        posted = request.POST.get("mark", "")
        try:
            standards.hand_in_mark(row.pk, judge, posted)
        except PanelError as error:
            problem = say(error.message)
        else:
            return _handed_in(request, row, judge)
    return _sheet(admin, request, row, judge, "sheet_bookmark", bookmark_sheet(row, judge, posted, problem))


def _handed_in(request: HttpRequest, row: StandardSetting, judge: int) -> HttpResponse:
    messages.success(request, _("The sheet of judge %(number)s is in.") % {"number": judge})
    return redirect(f"admin:{PREFIX}_change", row.pk)


def _sheet(
    admin: PagesAdmin,
    request: HttpRequest,
    row: StandardSetting,
    judge: int,
    name: str,
    values: dict[str, Any],
) -> HttpResponse:
    wrong = values.get("problems") or values.get("problem")
    title = _("Sheet of judge %(number)s") % {"number": judge}
    trail = [(reverse(f"admin:{PREFIX}_change", args=[row.pk]), _title(row))]
    return admin.page(request, name, title, values, trail=trail, status=400 if wrong else 200)


def next_round(admin: PagesAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Open the next round."""
    admin.require(request, *CHANGE)
    get_object_or_404(StandardSetting.objects.exclude(method=Method.CONTRASTING.value), pk=pk)
    return _done(request, pk, lambda: standards.open_round(pk), _("The next round is open."))


def adopt(admin: PagesAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Let the cut be in force from now on."""
    admin.require(request, "view")
    admin.require(request, *ADOPT)
    row = get_object_or_404(StandardSetting, pk=pk)
    if "sure" not in request.POST:
        messages.error(request, _("Nothing was adopted: confirm that it was agreed to."))
        return redirect(f"admin:{PREFIX}_change", pk)

    def act() -> None:
        cut = standards.adopt(pk, by=request.user.pk, at=timezone.now())
        admin.log_change(request, row, f"adopted {cut.theta:.4f}")

    done = _("The cut of level %(level)s is in force now.") % {"level": row.level}
    return _done(request, pk, act, done)


def _done(request: HttpRequest, pk: int, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except PanelError as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, done)
    return redirect(f"admin:{PREFIX}_change", pk)


def _title(row: StandardSetting) -> str:
    return _("Standard of level %(level)s, %(bank)s") % {"level": row.level, "bank": row.reference}


def _begun(method: Method, given: Mapping[str, Any], by: int | None) -> StandardSetting:
    if method is Method.CONTRASTING:
        return standards.begin_contrasting(
            given["bank"],
            given["level"],
            competent=given["competent"],
            not_yet=given["not_yet"],
            by=by,
        )
    if method is Method.BOOKMARK:
        return standards.begin_bookmark(
            given["bank"],
            given["level"],
            judges=given["judges"],
            items=given["items"],
            response_probability=given["response_probability"],
            by=by,
        )
    return standards.begin_angoff(
        given["bank"], given["level"], judges=given["judges"], items=given["items"], by=by
    )
