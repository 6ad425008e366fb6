"""Notices: learners whose progress has changed and has not been looked at yet."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["ProgressNotice"]


class ProgressNotice(models.Model):
    """That a learner's progress in a course changed; deleted once it was looked at.

    Written in the transaction of the change, so that a message that the broker loses is made up for.

    .. no_pii:
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("account")
    )
    course_key = models.CharField(_("course key"), max_length=255)
    left_at = models.DateTimeField(_("left at"), auto_now_add=True)
    # When the schedule looks after it, where no message has led to it before.
    not_before = models.DateTimeField(_("not before"))
    tries = models.PositiveIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("progress notice")
        verbose_name_plural = _("progress notices")
        indexes: ClassVar = [
            models.Index(fields=["user", "course_key"], name="kapasitas_lti_notice_learner"),
            models.Index(fields=["not_before"], name="kapasitas_lti_notice_due"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk} ({self.course_key})"
