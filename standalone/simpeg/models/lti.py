"""What the LTI 1.3 platform keeps. Secrets that come over the wire are stored hashed."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import Official

DIGEST_LENGTH = 64


class PlatformKey(models.Model):
    """A signing key of this platform, made at first use; the newest signs, all are published.

    .. no_pii:
    """

    kid = models.CharField(max_length=64, unique=True)
    private_pem = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.kid


class Tool(models.Model):
    """A registered LTI tool. ``redirect_uris`` and ``granted_scopes`` hold one value a line.

    .. no_pii:
    """

    client_id = models.CharField(max_length=255, unique=True)
    deployment_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    login_url = models.URLField(max_length=500)
    redirect_uris = models.TextField()
    keyset_url = models.URLField(max_length=500)
    granted_scopes = models.TextField()
    keyset = models.JSONField(null=True, editable=False)
    keyset_fetched_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name

    def may_return_to(self, uri: str) -> bool:
        """Tell whether ``uri`` is registered, character for character."""
        return uri in self.redirect_uris.split("\n")

    def scopes(self) -> frozenset[str]:
        """Return the scopes granted to the tool."""
        return frozenset(self.granted_scopes.split())


class Course(models.Model):
    """A course offered here through a tool: one LTI context with one resource link.

    .. no_pii:
    """

    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="courses")
    title = models.CharField(max_length=255)
    target_link_uri = models.URLField(max_length=500)
    context_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    resource_link_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["tool", "target_link_uri"], name="simpeg_course_once_per_target")
        ]

    def __str__(self) -> str:
        return self.title


class Enrolment(models.Model):
    """An official assigned to a course. Only active members may be launched and graded.

    .. no_pii: links internal ids
    """

    class Role(models.TextChoices):
        """The LIS membership role, by its short name."""

        LEARNER = "Learner", _("Learner")
        INSTRUCTOR = "Instructor", _("Instructor")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="enrolments")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LEARNER)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["official__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["course", "official"], name="simpeg_enrolled_once")]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class LoginHint(models.Model):
    """A login begun here and not finished: who may come back for which course, once.

    ``nonce_digest`` is set when the hint is used; a tool may not use one nonce twice.

    .. no_pii: links internal ids
    """

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    message_digest = models.CharField(max_length=DIGEST_LENGTH)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    course = models.ForeignKey(Course, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    nonce_digest = models.CharField(max_length=DIGEST_LENGTH, null=True, unique=True)

    def __str__(self) -> str:
        return f"login hint {self.pk}"


class AssertionId(models.Model):
    """A ``jti`` that a tool has used, kept until its assertion would have expired anyway.

    .. no_pii:
    """

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tool", "digest"], name="simpeg_jti_used_once")]

    def __str__(self) -> str:
        return f"assertion {self.pk}"


class AccessToken(models.Model):
    """A bearer token of a tool. ``granted_scopes`` are separated by spaces.

    .. no_pii:
    """

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE)
    granted_scopes = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"access token {self.pk}"

    def scopes(self) -> frozenset[str]:
        """Return the scopes that the token carries."""
        return frozenset(self.granted_scopes.split())


class LineItem(models.Model):
    """An AGS line item: a column of a course's results, made by its tool.

    .. no_pii:
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="line_items")
    label = models.CharField(max_length=255)
    score_maximum = models.DecimalField(max_digits=16, decimal_places=4)
    resource_link_id = models.CharField(max_length=255, blank=True)
    resource_id = models.CharField(max_length=255, blank=True)
    tag = models.CharField(max_length=255, blank=True)
    start_at = models.DateTimeField(null=True)
    end_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.label


class ScorePost(models.Model):
    """One POST to a line item's scores, accepted or refused (``status`` as answered). Append-only.

    .. pii: assessment results of an official
    .. pii_types: other
    .. pii_retirement: retained
    """

    line_item = models.ForeignKey(LineItem, on_delete=models.CASCADE, related_name="posts")
    received_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField()
    problem = models.CharField(max_length=255, blank=True)
    official = models.ForeignKey(Official, on_delete=models.CASCADE, null=True)
    timestamp = models.CharField(max_length=64, blank=True)
    score_given = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    score_maximum = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    activity_progress = models.CharField(max_length=20, blank=True)
    grading_progress = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"score post {self.pk}"


class Result(models.Model):
    """What counts now for an official in a line item; ``score`` is on the line item's scale.

    .. pii: assessment results of an official
    .. pii_types: other
    .. pii_retirement: retained
    """

    line_item = models.ForeignKey(LineItem, on_delete=models.CASCADE, related_name="results")
    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="results")
    score = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    activity_progress = models.CharField(max_length=20)
    grading_progress = models.CharField(max_length=20)
    comment = models.TextField(blank=True)
    # The tool's own timestamp of the newest score: only a later one may replace it.
    timestamp = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["line_item", "official"], name="simpeg_one_result")]

    def __str__(self) -> str:
        return f"result {self.pk}"


class Fault(models.Model):
    """A misbehaviour switched on for a test or a chaos run (see ``faults``). None exists by default.

    .. no_pii:
    """

    kind = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=20, validators=[RegexValidator(r"^[a-z_]+\Z")])
    # Requests still to be hit; null: until removed.
    remaining = models.PositiveIntegerField(null=True)
    percent = models.PositiveSmallIntegerField(default=100)
    seconds = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} on {self.endpoint}"
