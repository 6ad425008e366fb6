"""The service record of competency development, and the uploads that fill it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import Official


class ServiceRecord(models.Model):
    """One completed training in an official's service record (riwayat pengembangan kompetensi).

    ``number`` is the record number given by the system that ran the course; it identifies the
    record for ever. Post and office are those at the time of completion. ``hours`` are JP.

    .. pii: training history of an official
    .. pii_types: other
    .. pii_retirement: retained
    """

    number = models.CharField(max_length=64, unique=True)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="service_records")
    post = models.CharField(max_length=255)
    office_code = models.CharField(max_length=32)
    office_name = models.CharField(max_length=255)
    course_code = models.CharField(max_length=255)
    course_title = models.CharField(max_length=255)
    organiser = models.CharField(max_length=255)
    started_on = models.DateField(null=True)
    finished_on = models.DateField()
    hours = models.PositiveIntegerField()
    grade = models.DecimalField(max_digits=5, decimal_places=2)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["-finished_on", "number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finished_on__gte=models.F("started_on")),
                name="simpeg_record_ends_after_start",
                violation_error_message=_("The training ends before it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(grade__gte=0, grade__lte=100),
                name="simpeg_record_grade_0_100",
                violation_error_message=_("The grade is not within 0 to 100."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ImportBatch(models.Model):
    """An uploaded file between preview and decision. ``rows`` is emptied with the decision.

    .. pii: the rows of the file (NIP, name, training) until the import is decided
    .. pii_types: name, id
    .. pii_retirement: retained
    """

    class State(models.TextChoices):
        """What became of the upload."""

        PREVIEW = "preview", _("Waiting for confirmation")
        IMPORTED = "imported", _("Imported")
        DISCARDED = "discarded", _("Discarded")

    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    uploaded_at = models.DateTimeField()
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    rows = models.JSONField(default=list)
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return f"import {self.pk}"
