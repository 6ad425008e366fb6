"""The pages that act: each says first what will happen to how many, then does it once.

A confirmation is a GET that changes nothing; its form posts the same address with a number of its own, by
which a second post is known.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from lti_bridge.conf import setting
from lti_bridge.delivery.errors import DeliveryError
from lti_bridge.models import (
    Discrepancy,
    OperatorAction,
    OperatorActionKind,
    Platform,
    ReportTarget,
)
from lti_bridge.queue import enqueue
from lti_bridge.reasons import told

from . import actions
from .actions import AlreadyDoneError, Done, Order
from .pages import ACT, DECIDE, page, permitted
from .selection import MOST, Selection
from .words import done_sentences

__all__ = ["CONFIRM", "act", "close_circuit", "decide", "reconcile", "unblock"]

CONFIRM = ["GET", "POST"]
NOTHING = "-"


class ActionForm(forms.Form):
    """The reason, and the number by which a second post of the same form is known."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the audit trail. Name no person."),
    )
    group = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, needs_reason: bool) -> None:
        super().__init__(data, label_suffix="", initial={"group": uuid.uuid4()})
        self.fields["reason"].required = needs_reason

    def order(self, request: HttpRequest) -> Order:
        """Return who wants it and why, once the form is valid."""
        data = self.cleaned_data
        return Order(by=request.user.pk, reason=data["reason"], group=data["group"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Confirmation:
    """What a confirmation says, and what its button does; ``done`` is called with the order."""

    title: str
    sentences: list[str]
    button: str
    back: str
    do: Callable[[Order], list[str]]
    needs_reason: bool = False
    possible: bool = True
    # Where the form is posted, if not to the page's own address.
    address: str = ""


def _confirmed(request: HttpRequest, what: _Confirmation) -> HttpResponse:
    form = ActionForm(request.POST or None, needs_reason=what.needs_reason)
    if request.method == "POST" and form.is_valid():
        try:
            for sentence in what.do(form.order(request)):
                messages.success(request, sentence)
        except AlreadyDoneError:
            messages.info(request, _("This was done already; nothing was done again."))
        return redirect(what.back)
    status = 400 if form.errors else 200
    response = page(request, "confirm.html", what.title, form=form, what=what)
    response.status_code = status
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    title: Promise
    button: Promise
    states: frozenset[Any]
    do: Callable[..., Done]
    needs_reason: bool


KINDS = {
    "replay": _Kind(
        title=gettext_lazy("Try again"),
        button=gettext_lazy("Try again"),
        states=frozenset(actions.REPLAYABLE),
        do=actions.replay,
        needs_reason=False,
    ),
    "waive": _Kind(
        title=gettext_lazy("Waive"),
        button=gettext_lazy("Waive"),
        states=frozenset(actions.WAIVABLE),
        do=actions.waive,
        needs_reason=True,
    ),
}


@permitted(ACT)
@require_http_methods(CONFIRM)
def act(request: HttpRequest, action: str) -> HttpResponse:
    """Try the deliveries of a selection again, or waive them."""
    kind = KINDS.get(action)
    if kind is None:
        raise Http404
    selection = Selection.read(request.GET).fixed()
    rows = selection.deliveries()
    able = rows.filter(state__in=kind.states)
    # One more than are done at once says that there are more.
    ids = list(able.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    others = 0 if len(ids) > MOST else rows.exclude(state__in=kind.states)[:MOST].count()
    return _confirmed(
        request,
        _Confirmation(
            title=str(kind.title),
            sentences=_will(action, len(ids), others),
            button=str(kind.button),
            back=reverse("admin:kapasitas_lti_operations"),
            do=lambda order: done_sentences(kind.do(ids, order, timezone.now()), _did(action)),
            needs_reason=kind.needs_reason,
            possible=bool(ids) or request.method == "POST",
            address=f"{request.path}?{selection.query()}",
        ),
    )


def _will(action: str, count: int, others: int) -> list[str]:
    number = {"count": min(count, MOST)}
    if action == "replay":
        said = [
            ngettext(
                "%(count)s delivery will be sent again, with its number and its time.",
                "%(count)s deliveries will be sent again, each with its number and its time.",
                count,
            )
            % number,
            _("One that is outdated is superseded by the newer value instead."),
        ]
    else:
        said = [
            ngettext(
                "%(count)s delivery will be ended; the HR system will not get it.",
                "%(count)s deliveries will be ended; the HR system will not get them.",
                count,
            )
            % number,
            _("A later change of the same result is sent as usual."),
        ]
    if count > MOST:
        said.append(_("There are more; do it again for the rest."))
    if others:
        said.append(_("%(count)s are in a state in which this is not done.") % {"count": others})
    return said


def _did(action: str) -> str:
    if action == "replay":
        return _("Sent again: %(count)s.")
    return _("Waived: %(count)s.")


@permitted("kapasitas_lti.change_reporttarget")
@require_http_methods(CONFIRM)
def unblock(request: HttpRequest, target_id: int) -> HttpResponse:
    """Let a target's blocked deliveries go again."""
    target = get_object_or_404(ReportTarget.objects.select_related("deployment__platform"), pk=target_id)

    def do(order: Order) -> list[str]:
        done = actions.unblock_target(target.pk, order, timezone.now())
        return done_sentences(done, _("Unblocked; deliveries that go again: %(count)s."))

    return _confirmed(
        request,
        _Confirmation(
            title=_("Unblock target %(number)s") % {"number": target.pk},
            sentences=[
                _where(target),
                _("It is blocked because: %(reason)s") % {"reason": told(target.blocked_reason) or NOTHING},
                _("Its blocked deliveries will be sent again."),
                _("If nothing was changed, it will be blocked again."),
            ],
            button=_("Unblock"),
            back=reverse("admin:kapasitas_lti_operations"),
            do=do,
            possible=bool(target.blocked_reason),
        ),
    )


@permitted("kapasitas_lti.change_platform")
@require_http_methods(CONFIRM)
def close_circuit(request: HttpRequest, platform_id: int) -> HttpResponse:
    """Send to an HR system again at once, that is being left alone."""
    platform = get_object_or_404(Platform, pk=platform_id)

    def do(order: Order) -> list[str]:
        done = actions.close_circuit(platform.pk, order)
        if not done.changed:
            return [_("It is not being left alone any more; nothing was done.")]
        return [_("What waits for it is sent again at once.")]

    return _confirmed(
        request,
        _Confirmation(
            title=_("Send to %(name)s again at once") % {"name": platform.name},
            sentences=[
                _("It is being left alone because: %(reason)s")
                % {"reason": told(platform.circuit_reason) or NOTHING},
                _("If it still fails, it will be left alone again."),
            ],
            button=_("Send again at once"),
            back=reverse("admin:kapasitas_lti_operations"),
            do=do,
            possible=platform.circuit_open_until is not None,
        ),
    )


@permitted("kapasitas_lti.change_reporttarget")
@require_http_methods(CONFIRM)
def reconcile(request: HttpRequest, target_id: int) -> HttpResponse:
    """Read a target's results now, and compare them with ours."""
    target = get_object_or_404(ReportTarget.objects.select_related("deployment__platform"), pk=target_id)

    def do(order: Order) -> list[str]:
        # Part of every installation; imported here since it talks HTTP.
        from lti_bridge.reconciling import reconcile_target

        if OperatorAction.objects.filter(group=order.group).exists():
            raise AlreadyDoneError
        # Noted first: the reading may take long, and may fail.
        actions.note_action(OperatorActionKind.RECONCILED, order, target_id=target.pk)
        if setting("KAPASITAS_LTI_USE_CELERY"):
            enqueue("reconcile", target.pk)
            return [_("The reconciliation was begun.")]
        try:
            reconcile_target(target.pk)
        except DeliveryError as error:
            return [_("The results could not be read: %(problem)s") % {"problem": told(error.message)}]
        latest = target.reconciliations.order_by("-started_at", "-pk").first()
        if latest is None:
            return [_("The reconciliation was begun.")]
        if latest.problem:
            return [_("The results could not be read: %(problem)s") % {"problem": told(latest.problem)}]
        return [
            _("Compared: %(compared)s; discrepancies found: %(found)s; gone: %(resolved)s.")
            % {"compared": latest.compared, "found": latest.found, "resolved": latest.resolved}
        ]

    return _confirmed(
        request,
        _Confirmation(
            title=_("Reconcile target %(number)s") % {"number": target.pk},
            sentences=[
                _where(target),
                _("The HR system's results are read and compared with ours. Nothing is changed there."),
                _("This may take a minute."),
            ],
            button=_("Reconcile now"),
            back=reverse("admin:kapasitas_lti_operations_discrepancies") + f"?target={target.pk}",
            do=do,
        ),
    )


@permitted(DECIDE)
@require_http_methods(CONFIRM)
def decide(request: HttpRequest, discrepancy_id: int, decision: str) -> HttpResponse:
    """Send our value over theirs, or let theirs stand."""
    if decision not in ("send_ours", "keep_theirs"):
        raise Http404
    found = get_object_or_404(
        Discrepancy.objects.select_related("target__deployment__platform"), pk=discrepancy_id
    )
    sends = decision == "send_ours"

    def do(order: Order) -> list[str]:
        from lti_bridge.reconciling import decisions

        carry_out = decisions.send_ours if sends else decisions.keep_theirs
        try:
            carry_out(found, by=request.user, reason=order.reason)
        except decisions.AlreadyDecidedError as error:
            raise AlreadyDoneError from error
        except decisions.ChangedMeanwhileError:
            return [_("Nothing was done: our value has changed meanwhile. Look at it again.")]
        except decisions.NothingToSendError:
            return [_("Nothing was done: nothing is reported on this person any more.")]
        return [_("Our value is being sent.") if sends else _("Their value stands.")]

    what = (
        _("Our value will be sent and stand in the HR system.")
        if sends
        else _("The HR system's value will stand. Ours is sent again only when the result changes here.")
    )
    title = _("Send ours") if sends else _("Keep theirs")
    return _confirmed(
        request,
        _Confirmation(
            title=title,
            sentences=[_where(found.target), f"{found.get_report_kind_display()}. {_values(found)}", what],
            button=title,
            back=reverse("admin:kapasitas_lti_operations_discrepancies"),
            do=do,
            needs_reason=True,
            possible=found.resolved_at is None or request.method == "POST",
        ),
    )


def _values(discrepancy: Discrepancy) -> str:
    return _("Ours: %(ours)s. Sent: %(sent)s. Theirs: %(theirs)s. Maximum: %(maximum)s.") % {
        "ours": _shown(discrepancy.ours),
        "sent": _shown(discrepancy.sent),
        "theirs": _shown(discrepancy.theirs),
        "maximum": _shown(discrepancy.maximum),
    }


def _shown(value: Decimal | None) -> str:
    return NOTHING if value is None else str(localize(value))


def _where(target: ReportTarget) -> str:
    """Return which course and HR system it is about: a number tells nobody."""
    return f"{target.course_key} · {target.deployment.platform.name}"
