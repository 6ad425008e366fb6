"""What crosses learners: officials, frameworks, banks, responses. Facts only; reports live elsewhere."""

from django.conf import settings
from django.db import models


class Official(models.Model):
    """An official: who a learner is in the civil service, as the HR system last said it.

    .. pii: NIP, name, office and post, needed to report completion to the HR system
    .. pii_types: name, id, other
    .. pii_retirement: local_api
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kapasitas_official"
    )
    nip = models.CharField(max_length=18, blank=True, db_index=True)
    full_name = models.CharField(max_length=255, blank=True)
    office_code = models.CharField(max_length=13, blank=True)  # Kemendagri code: PP.KK.CC or PP.KK.CC.DDDD
    office_name = models.CharField(max_length=255, blank=True)
    post = models.CharField(max_length=255, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"official {self.pk}"


class Framework(models.Model):
    """One version of a competency framework, as it was loaded; never changed afterwards.

    .. no_pii:
    """

    framework_id = models.CharField(max_length=100)
    version = models.CharField(max_length=50)
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["framework_id", "version"],
                name="kapasitas_framework_version",
                violation_error_message="This version of the framework is loaded already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.framework_id}@{self.version}"


class Competency(models.Model):
    """A competency as one version of a framework defines it. ``names`` is by language code.

    .. no_pii:
    """

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="competencies")
    competency_id = models.CharField(max_length=100, db_index=True)
    domain_id = models.CharField(max_length=100)
    position = models.PositiveIntegerField()
    hr_code = models.CharField(max_length=100, blank=True)
    names = models.JSONField()
    levels = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "competency_id"],
                name="kapasitas_competency_in_framework",
                violation_error_message="A framework names a competency once.",
            )
        ]
        ordering = ["framework", "position"]

    def __str__(self) -> str:
        return self.competency_id


class ItemBank(models.Model):
    """One version of an item bank, kept as it was loaded; never changed afterwards.

    Assessments name ``bank_id@version``: what a learner once answered stays what it was.

    .. no_pii:
    """

    bank_id = models.CharField(max_length=100)
    version = models.CharField(max_length=50)
    content_hash = models.CharField(max_length=64)
    xml = models.TextField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank_id", "version"],
                name="kapasitas_item_bank_version",
                violation_error_message="This version of the bank is loaded already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank_id}@{self.version}"


class Response(models.Model):
    """A learner's answer to one item, given up for scoring. Append-only.

    ``answered_at`` is the learner's own clock, for information; ``received_at`` is ours.

    .. pii: what a learner answered, linked to the account
    .. pii_types: other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kapasitas_responses"
    )
    usage_key = models.CharField(max_length=255)
    attempt = models.PositiveIntegerField()
    item_id = models.CharField(max_length=100)
    client_uuid = models.UUIDField()
    response = models.JSONField()
    fraction = models.DecimalField(max_digits=7, decimal_places=6)
    points = models.DecimalField(max_digits=10, decimal_places=6)
    answered_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                # Within an attempt only: the client chooses the uuid, and one that it uses again elsewhere
                # must not hide an answer.
                fields=["user", "usage_key", "attempt", "client_uuid"],
                name="kapasitas_response_once",
                violation_error_message="This answer was recorded already.",
            )
        ]
        indexes = [models.Index(fields=["usage_key", "item_id"], name="kapasitas_response_item")]

    def __str__(self) -> str:
        return f"response {self.pk}"
