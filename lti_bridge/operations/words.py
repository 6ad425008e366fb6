"""The operators' pages in words: conditions, causes, verdicts, reasons."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lti_bridge.delivery.errors import DeliveryError
from lti_bridge.models import Platform, ReportTarget
from lti_bridge.reasons import told

from .actions import Done
from .standing import condition

if TYPE_CHECKING:
    from .rehearsal import Rehearsed

__all__ = ["ERRORS", "done_sentences", "error_words", "platform_words", "target_words", "verdict_words"]

type Text = str | Promise

# What each error class asks for, for people who do not read code.
ERRORS: Mapping[str, Text] = {
    "TransientError": gettext_lazy("not taken, and tried again too often"),
    "AmbiguousError": gettext_lazy("perhaps taken, and never confirmed"),
    "ConflictError": gettext_lazy("the HR system holds a newer value"),
    "BlockedError": gettext_lazy("blocked until something is changed"),
    "RejectedError": gettext_lazy("refused for good"),
    "": gettext_lazy("ended before it was tried"),
}


def error_words(error_class: str) -> Text:
    """Return what the class of an error means; the name itself where it is not one of ours."""
    return ERRORS.get(error_class, error_class)


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


def platform_words(platform: Platform, now: datetime) -> tuple[str, str]:
    """Return (tone, words) of a platform's condition; tones are ``good``, ``warn`` and ``bad``."""
    state = condition(platform, now)
    if state == "off":
        return "warn", _("switched off")
    if state == "left_alone" and platform.circuit_open_until is not None:
        return "bad", _("left alone until %(moment)s because: %(reason)s") % {
            "moment": _moment(platform.circuit_open_until),
            "reason": told(platform.circuit_reason) or _("it does not answer"),
        }
    return "good", _("healthy")


def target_words(target: ReportTarget, now: datetime) -> tuple[str, str]:
    """Return (tone, words) of a target's condition: its own, else its platform's."""
    if target.blocked_reason:
        return "bad", _("blocked because: %(reason)s") % {"reason": told(target.blocked_reason)}
    if target.reconcile_first:
        return "warn", _("being reconciled: nothing is sent before the results were read")
    return platform_words(target.deployment.platform, now)


def verdict_words(one: "Rehearsed") -> tuple[str, str]:
    """Return (tone, words) of what would become of a delivery."""
    if one.problem is not None:
        return "bad", _("would fail: %(problem)s") % {"problem": _problem(one.problem)}
    verdicts = {
        "would_send": ("good", _("would be sent")),
        "already_there": ("good", _("stands there already; would be confirmed")),
        "superseded": ("warn", _("would not be sent: a newer value is waiting or was sent")),
        "ended": ("warn", _("would not be sent: nothing is reported about this person there any more")),
        "off": ("warn", _("would wait: the HR system is switched off")),
        "left_alone": ("warn", _("would wait: the HR system is being left alone")),
    }
    return verdicts[one.verdict]


def _problem(error: DeliveryError) -> str:
    status = f" ({error.http_status})" if error.http_status else ""
    return f"{told(error.message)}{status}"


def done_sentences(done: Done, what: str) -> list[str]:
    """Return what an action did, and what it left alone and why."""
    said = [what % {"count": done.changed}]
    if done.superseded:
        said.append(
            ngettext(
                "%(count)s was outdated and is superseded by the newer value.",
                "%(count)s were outdated and are superseded by the newer values.",
                done.superseded,
            )
            % {"count": done.superseded}
        )
    reasons = {
        "changed": _("%(count)s left alone: changed meanwhile."),
        "ended": _("%(count)s left alone: nothing is reported about these people there any more."),
    }
    said += [reasons[reason] % {"count": count} for reason, count in sorted(done.skipped.items())]
    if done.left:
        said.append(_("There are more; do it again for the rest."))
    return said
