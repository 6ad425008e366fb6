"""Who is on a roster, and how far they are here."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models import TextChoices as Choices
from django.utils.translation import gettext_lazy as _

from lti_bridge.models import CompletionRecord, Enrolment, LinkedAccount, ReportTarget, RosterMember

__all__ = ["Counts", "Progress", "SelectionForm", "counts_of", "with_progress"]


class Progress(Choices):
    """How far a member is in the course."""

    NOT_BEGUN = "not_begun", _("not begun")
    BEGUN = "begun", _("begun")
    COMPLETED = "completed", _("completed")


class Presence(Choices):
    """Whether a member belongs to the course at the HR system."""

    PRESENT = "present", _("on the roster")
    LEFT = "left", _("left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many active learners of a roster are how far; others are not counted."""

    learners: int
    not_begun: int
    begun: int
    completed: int


class SelectionForm(forms.Form):
    """Progress and presence; everything may be left out."""

    progress = forms.ChoiceField(
        label=_("Progress"), required=False, choices=[("", _("All")), *Progress.choices]
    )
    presence = forms.ChoiceField(
        label=_("Belongs to the course"), required=False, choices=[("", _("All")), *Presence.choices]
    )

    def members(self, target: ReportTarget) -> QuerySet[Any]:
        """Return the members asked for with ``progress``, by name; all where the form is not valid."""
        found = with_progress(target).order_by("full_name", "pk")
        if not self.is_valid():
            return found
        if progress := self.cleaned_data["progress"]:
            # Of who teaches nothing is expected.
            found = found.filter(progress=progress, is_learner=True)
        if presence := self.cleaned_data["presence"]:
            found = found.filter(left_at__isnull=presence == Presence.PRESENT)
        return found


def with_progress(target: ReportTarget) -> QuerySet[Any]:
    """Return the target's members with ``progress``, a value of ``Progress``; the deployment is loaded.

    Begun is who was launched into the course from the platform, by whatever link.
    """
    platform_id, course_key = target.deployment.platform_id, target.course_key
    same_person = {"platform_id": platform_id, "sub_digest": OuterRef("sub_digest")}
    user_id = Subquery(LinkedAccount.objects.filter(**same_person).values("user_id")[:1])
    began = Enrolment.objects.filter(
        account__platform_id=platform_id,
        account__sub_digest=OuterRef("sub_digest"),
        target__course_key=course_key,
    )
    completed = CompletionRecord.objects.filter(user_id=OuterRef("account_user_id"), course_key=course_key)
    return (
        RosterMember.objects.filter(target=target)
        .annotate(account_user_id=user_id)
        .annotate(
            progress=Case(
                When(Exists(completed), then=Value(Progress.COMPLETED.value)),
                When(Exists(began), then=Value(Progress.BEGUN.value)),
                default=Value(Progress.NOT_BEGUN.value),
                output_field=CharField(),
            )
        )
    )


def counts_of(target: ReportTarget) -> Counts:
    """Return the counts of those who are on the roster now."""
    learners = with_progress(target).filter(left_at__isnull=True, is_active=True, is_learner=True)
    found = learners.aggregate(
        learners=Count("pk"),
        **{value: Count("pk", filter=Q(progress=value)) for value in Progress.values},
    )
    return Counts(**found)
