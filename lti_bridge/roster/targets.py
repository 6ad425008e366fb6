"""Which targets have a roster that can be read."""

from django.db.models import QuerySet

from lti_bridge.models import ReportTarget

__all__ = ["readable_targets"]


def readable_targets() -> QuerySet[ReportTarget]:
    """Return the targets whose launches granted a roster, of platforms that are in use."""
    return (
        ReportTarget.objects.exclude(memberships_url="")
        .filter(deployment__platform__enabled=True)
        .select_related("deployment__platform")
        .order_by("pk")
    )
