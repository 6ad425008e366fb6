"""The pages of calibrations. Each gets the administration, which asks for permissions and frames it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xblocks.competency.messages import Message
from xblocks.competency.values import dataclass
from xblocks.records import queue
from xblocks.records.api import bank_items
from xblocks.records.api import calibrations as api
from xblocks.records.models import Calibration, CalibrationRequest
from xblocks.records.words import say

from . import source
from .analysis import Analysis, reliability_words
from .changes import anchor_lines, changes, link_words
from .forms import CalibrateForm
from .item_table import csv_lines
from .pages import PagesAdmin
from .pictures import Pictures
from .questions import question_of
from .reading import Reader
from .words import number

__all__ = ["activate", "calibrate", "change", "item", "item_table"]

CHANGE = "admin:kapasitas_records_calibration_change"
CALIBRATE = "admin:kapasitas_records_calibration_calibrate"
COMMAND = "./manage.py lms calibrate_bank {bank} --family 2PL --partial GPCM"
# Requests that the page lists.
SHOWN = 10
# A worker takes a task within seconds; a calibration of a large bank takes minutes.
TAKEN_WITHIN = timedelta(minutes=5)
DONE_WITHIN = timedelta(hours=1)


def change(admin: PagesAdmin, request: HttpRequest, *, pk: int) -> HttpResponse:
    """Show the calibration; the administration has asked for the permission to view."""
    row = get_object_or_404(Calibration, pk=pk)
    reading = source.reading(row)
    analysis, pictures = Analysis(*reading, number, say), Pictures(*reading, number, say)
    values = {
        **_state(admin, request, row, analysis),
        **_tables(row, analysis),
        "map": pictures.map(),
        "precision": pictures.precision(),
        "information": pictures.information(),
    }
    return admin.page(request, "calibration", _("Calibration %(name)s") % {"name": row}, values)


def _state(admin: PagesAdmin, request: HttpRequest, row: Calibration, analysis: Analysis) -> dict[str, Any]:
    active = api.active_calibration(row.bank_id)
    in_use = active is not None and active.pk == row.pk
    old = Reader(*source.reading(active), number, say) if active and not in_use else None
    return {
        "row": row,
        "active": in_use,
        "changes": [say(line) for line in changes(analysis, row.link, old)],
        "may_activate": admin.may(request, "change"),
    }


def item(admin: PagesAdmin, request: HttpRequest, *, pk: int, item_id: str) -> HttpResponse:
    """Show one item of a calibration; what it asks, and all that tells the key, to who may view banks."""
    admin.require(request, "view")
    row = get_object_or_404(Calibration, pk=pk)
    reading = source.reading(row)
    analysis, pictures = Analysis(*reading, number, say), Pictures(*reading, number, say)
    line = analysis.line(item_id)
    if line is None:
        raise Http404
    sees_key = admin.may(request, "view", "itembank")
    asked = bank_items(analysis.report["bank"]).get(item_id) if sees_key else None
    calibrated = item_id in analysis.figures
    values = {
        "row": row,
        "line": line,
        "item": question_of(asked) if asked else None,
        "options": analysis.options(item_id) if sees_key else (),
        "fifths": [_("weakest fifth"), "2", "3", "4", _("ablest fifth")],
        "curve": pictures.curve(item_id) if calibrated else None,
        "information": pictures.item_information(item_id) if calibrated else None,
        "curve_table": analysis.curve_table(item_id) if calibrated else (),
        "points": analysis.points(item_id),
        "dif": analysis.dif(item_id),
    }
    trail = [(reverse(CHANGE, args=[pk]), str(row))]
    return admin.page(request, "item", _("Item %(id)s") % {"id": item_id}, values, trail=trail)


def item_table(admin: PagesAdmin, request: HttpRequest, *, pk: int) -> HttpResponse:
    """Download the item table."""
    admin.require(request, "view")
    row = get_object_or_404(Calibration, pk=pk)
    lines = csv_lines(Analysis(*source.reading(row), number, say))
    response = HttpResponse(b"".join(lines), content_type="text/csv; charset=utf-8")
    name = f"kalibrasi-{row.bank_id}-{row.number}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def activate(admin: PagesAdmin, request: HttpRequest, *, pk: int) -> HttpResponse:
    """Let the calibration be used from now on."""
    admin.require(request, "change")
    row = get_object_or_404(Calibration, pk=pk)
    if "sure" in request.POST:
        api.activate_calibration(row.bank_id, row.number, by=request.user.pk, at=timezone.now())
        admin.log_change(request, row, "activated")
        messages.success(request, _("Calibration %(name)s is in use now.") % {"name": row})
    else:
        messages.error(request, _("Nothing was activated: confirm that you have looked at the items."))
    return redirect(CHANGE, row.pk)


def calibrate(admin: PagesAdmin, request: HttpRequest) -> HttpResponse:
    """Ask for a calibration, and see what became of those asked for."""
    admin.require(request, "add")
    banks, worker = source.bank_ids(), queue.has_worker()
    form = CalibrateForm(request.POST if request.method == "POST" else None, banks=banks)
    if request.method == "POST" and worker and form.is_valid():
        _ask(request, **form.cleaned_data)
        return redirect(CALIBRATE)
    values = {
        "form": form,
        "banks": banks,
        "worker": worker,
        "command": COMMAND.format(bank=banks[0] if banks else "BANK"),
        "requests": [_asked(row) for row in CalibrationRequest.objects.all()[:SHOWN]],
    }
    return admin.page(request, "calibrate", _("Calibrate a bank"), values, status=400 if form.errors else 200)


def _ask(request: HttpRequest, *, bank: str, family: str, partial: str) -> None:
    since = timezone.now() - DONE_WITHIN
    if CalibrationRequest.objects.filter(bank_id=bank, finished_at=None, asked_at__gt=since).exists():
        messages.warning(request, _("This bank is being calibrated already: wait for the result."))
        return
    row = CalibrationRequest.objects.create(
        bank_id=bank, family=family, partial=partial, asked_by_id=request.user.pk
    )
    queue.send_calibration(row.pk)
    messages.success(request, _("The calibration has been asked for. Look again in a minute."))


def _tables(row: Calibration, analysis: Analysis) -> dict[str, Any]:
    report, dif = analysis.report, analysis.dif()
    shown = [line for line in dif if line.ets_class != "A"]
    return {
        "report": report,
        "calibrated": len(analysis.figures),
        "standings": list(analysis.standings().items()),
        "alpha": analysis.figure(report["alpha"]),
        "alpha_words": say(reliability_words(report["alpha"])),
        "sem": analysis.figure(report["sem"]),
        "log_likelihood": number(row.log_likelihood, 1),
        "flagged": analysis.flagged(),
        "items": analysis.items(),
        "left_out": analysis.left_out(),
        "bands": analysis.bands(),
        "all_adopted": all(line.adopted for line in analysis.levels),
        "precision_table": analysis.precision_table(),
        "splits": analysis.splits(),
        "dif": shown,
        "dif_hidden": len(dif) - len(shown),
        "pairs": analysis.pairs(),
        "link_words": say(link_words(row.link, number)),
        "anchors": anchor_lines(row.link, number),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A request and what became of it, in words; ``address`` is that of the calibration made."""

    row: CalibrationRequest
    state: str
    address: str = ""


def _asked(row: CalibrationRequest) -> AskedLine:
    made = Calibration.objects.filter(bank_id=row.bank_id, number=row.number).first() if row.number else None
    if made is not None:
        address = reverse("admin:kapasitas_records_calibration_change", args=[made.pk])
        return AskedLine(row=row, state=_("done: calibration %(name)s") % {"name": made}, address=address)
    return AskedLine(row=row, state=_state_of(row, timezone.now()))


def _state_of(row: CalibrationRequest, now: datetime) -> str:
    if row.problem:
        reason = say(Message(row.problem["text"], row.problem["values"]))
        return _("not possible: %(reason)s") % {"reason": reason}
    if row.started_at is None:
        if now - row.asked_at > TAKEN_WITHIN:
            return _("no worker has taken it: the operator must see whether the workers run")
        return _("waiting for a worker")
    if now - row.started_at > DONE_WITHIN:
        return _("it broke off: the operator finds the reason in the worker's log")
    return _("being worked out")
