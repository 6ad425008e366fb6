"""Tables of the site: courses as imported, learners' states and completions, who may do what.

Learner state names its block by usage key, not by foreign key: it outlives the re-import of a course,
and comes back with the block if an import drops one by mistake.
"""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Course(models.Model):
    """One course run. ``settings`` and ``grading_policy`` are the course's own OLX policies.

    .. no_pii:
    """

    course_key = models.CharField(max_length=255, unique=True)
    title = models.CharField(max_length=255)
    settings = models.JSONField(default=dict)
    grading_policy = models.JSONField(default=dict)
    imported_at = models.DateTimeField(auto_now=True)
    # Hash of the files that it was imported from; empty where it came another way.
    source_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["title", "course_key"]

    def __str__(self) -> str:
        return self.course_key


class Block(models.Model):
    """One block of a course. ``fields`` holds its content and settings as XBlock writes them in JSON.

    ``max_score`` is collected at import, without a learner, as the LMS does at publishing.

    .. no_pii:
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="blocks")
    usage_key = models.CharField(max_length=255, unique=True)
    block_type = models.CharField(max_length=64)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    position = models.PositiveIntegerField()
    fields = models.JSONField(default=dict)
    max_score = models.DecimalField(max_digits=14, decimal_places=6, null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "position"], name="courseware_block_one_per_position"),
            models.UniqueConstraint(
                fields=["course"], condition=Q(parent=None), name="courseware_block_one_root_per_course"
            ),
        ]

    def __str__(self) -> str:
        return self.usage_key


class LearnerState(models.Model):
    """A learner's ``user_state`` in one block, with the raw score the block last published.

    ``grade`` and ``max_grade`` are points before weighting; both null until a score is published.

    .. pii: what a learner answered and earned; deleted with the account
    .. pii_types: other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    usage_key = models.CharField(max_length=255)
    state = models.JSONField(default=dict)
    grade = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    max_grade = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "usage_key"], name="courseware_state_one_per_learner_block"
            ),
            models.CheckConstraint(
                condition=Q(grade=None, max_grade=None)
                | Q(grade__gte=0, max_grade__gte=0, grade__lte=models.F("max_grade")),
                name="courseware_state_grade_within_max",
                violation_error_message=_("A score lies between 0 and the most that can be earned."),
            ),
        ]
        indexes = [models.Index(fields=["course", "user"], name="courseware_state_course_user")]

    def __str__(self) -> str:
        return f"state {self.pk}"


class SharedState(models.Model):
    """One field outside ``user_state``.

    Which columns name it depends on ``scope``: user_state_summary: ``ref`` is the usage key; preferences:
    ``user`` and ``ref``, the block type; user_info: ``user`` alone.

    .. pii: what a learner prefers in blocks; deleted with the account
    .. pii_types: other
    .. pii_retirement: local_api
    """

    class Scope(models.TextChoices):
        SUMMARY = "user_state_summary"
        PREFERENCES = "preferences"
        USER_INFO = "user_info"

    scope = models.CharField(max_length=20, choices=Scope)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    ref = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=100)
    value = models.JSONField(null=True)

    class Meta:
        # Two constraints, because NULLs differ from one another in a unique index.
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "ref", "name"],
                condition=Q(user=None),
                name="courseware_shared_one_per_block",
            ),
            models.UniqueConstraint(
                fields=["scope", "user", "ref", "name"],
                condition=Q(user__isnull=False),
                name="courseware_shared_one_per_user",
            ),
            models.CheckConstraint(
                condition=Q(scope="user_state_summary", user=None)
                | (~Q(scope="user_state_summary") & Q(user__isnull=False)),
                name="courseware_shared_user_fits_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.name}"


class BlockCompletion(models.Model):
    """How complete one block is for one learner, 0..1.

    .. no_pii: links internal ids
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    usage_key = models.CharField(max_length=255)
    completion = models.DecimalField(
        max_digits=5, decimal_places=4, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "usage_key"], name="courseware_completion_one_per_learner_block"
            ),
            models.CheckConstraint(
                condition=Q(completion__gte=0, completion__lte=1), name="courseware_completion_is_a_fraction"
            ),
        ]
        indexes = [models.Index(fields=["course", "user"], name="courseware_done_course_user")]

    def __str__(self) -> str:
        return f"completion {self.pk}"


class Enrolment(models.Model):
    """A learner in a course. ``started_at`` is when they were enrolled.

    .. no_pii: links internal ids
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "course"], name="courseware_enrolment_once_per_course")
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class CourseRole(models.Model):
    """What a user may do in one course beyond learning. Site-wide roles are Django groups.

    .. no_pii: links internal ids
    """

    class Role(models.TextChoices):
        INSTRUCTOR = "instructor", _("Instructor")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "course", "role"], name="courseware_role_once_per_course")
        ]

    def __str__(self) -> str:
        return f"role {self.pk}"


class TrackedEvent(models.Model):
    """An event that a block published which is neither a grade nor a completion.

    Only its name and place are kept: what blocks put into events may hold answers or names.

    .. no_pii: links internal ids
    """

    name = models.CharField(max_length=255)
    usage_key = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    occurred_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class SitePermission(models.Model):
    """Holds the site-wide permissions; has no table.

    .. no_pii:
    """

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [("author_course", "Can import and export courses")]

    def __str__(self) -> str:
        return "site permissions"
