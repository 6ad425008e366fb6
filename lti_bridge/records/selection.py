"""Which completion records HR asked for, and how their reports to the HR system stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lti_bridge.models import CompletionRecord, Delivery, DeliveryState

__all__ = ["DeliveryCounts", "SelectionForm", "delivery_counts"]

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCounts:
    """How many of a record's newest reports are where."""

    delivered: int = 0
    waiting: int = 0
    failed: int = 0


def _day_field(label: Any) -> forms.DateField:
    """Return a field for a day that has a day before it and after it in every time zone."""
    ends = {"type": "date", "min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
    return forms.DateField(
        label=label,
        required=False,
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        widget=forms.DateInput(attrs=ends, format="%Y-%m-%d"),
    )


class SelectionForm(forms.Form):
    """Course and days of completion; everything may be left out."""

    course = forms.ChoiceField(label=_("Course"), required=False)
    since = _day_field(_("Completed from"))
    until = _day_field(_("Completed until"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        courses = CompletionRecord.objects.order_by("course_title", "course_key")
        known = dict(courses.values_list("course_key", "course_title").distinct())
        self.fields["course"].choices = [("", _("All courses")), *known.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """Refuse a period that ends before it begins."""
        found: dict[str, object] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            self.add_error("until", _("The last day lies before the first."))
        return found

    def records(self) -> QuerySet[CompletionRecord]:
        """Return the records asked for, newest first; none where the form is not valid."""
        found = CompletionRecord.objects.order_by("-completed_at", "-pk")
        if not self.is_valid():
            return found.none()
        if course := self.cleaned_data.get("course"):
            found = found.filter(course_key=course)
        if since := self.cleaned_data.get("since"):
            found = found.filter(completed_at__gte=_start_of(since))
        if until := self.cleaned_data.get("until"):
            found = found.filter(completed_at__lt=_start_of(until + timedelta(days=1)))
        return found


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def delivery_counts(records: Iterable[CompletionRecord]) -> dict[int, DeliveryCounts]:
    """Return the counts by record id, in one query. Superseded reports count no more."""
    wanted = {(record.user_id, record.course_key): record.pk for record in records}
    rows = (
        Delivery.objects.filter(
            account__user_id__in={user_id for user_id, _course in wanted},
            target__course_key__in={course_key for _user, course_key in wanted},
        )
        .exclude(state=DeliveryState.SUPERSEDED)
        .values_list("account__user_id", "target__course_key")
        .annotate(
            delivered=Count("pk", filter=Q(state=DeliveryState.DELIVERED)),
            waiting=Count("pk", filter=Q(state__in=(DeliveryState.PENDING, DeliveryState.IN_FLIGHT))),
            failed=Count("pk", filter=Q(state__in=(DeliveryState.DEAD, DeliveryState.BLOCKED))),
        )
    )
    return {
        wanted[user_id, course_key]: DeliveryCounts(delivered=delivered, waiting=waiting, failed=failed)
        for user_id, course_key, delivered, waiting, failed in rows
        if (user_id, course_key) in wanted
    }
