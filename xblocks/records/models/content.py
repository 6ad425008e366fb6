"""Frameworks and item banks as they were loaded: versions that never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from xblocks.competency.framework import Basis

__all__ = ["Competency", "Framework", "ItemBank", "Post"]


class Framework(models.Model):
    """One version of a competency framework, as it was loaded; never changed afterwards.

    .. no_pii:
    """

    framework_id = models.CharField(_("framework id"), max_length=100)
    version = models.CharField(_("version"), max_length=50)
    content_hash = models.CharField(_("content hash"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("competency framework")
        verbose_name_plural = _("competency frameworks")
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

    ``levels`` is what a person does, by the level's number and language; ``indicators`` the behaviours by
    which it shows, by the level's number: a list with a text by language for each.

    .. no_pii:
    """

    framework = models.ForeignKey(
        Framework,
        on_delete=models.CASCADE,
        related_name="competencies",
        verbose_name=_("competency framework"),
    )
    competency_id = models.CharField(_("competency id"), max_length=100, db_index=True)
    domain_id = models.CharField(_("domain"), max_length=100)
    position = models.PositiveIntegerField(_("position"))
    hr_code = models.CharField(_("HR code"), max_length=100, blank=True)
    names = models.JSONField(_("names"))
    levels = models.JSONField(_("levels"), default=dict)
    indicators = models.JSONField(_("indicators"), default=dict)

    class Meta:
        verbose_name = _("competency")
        verbose_name_plural = _("competencies")
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


class Post(models.Model):
    """A post (jabatan) as one version of a framework defines it. ``names`` is by language code.

    ``requires`` is the level, 1 to 5, by competency id, and ``basis`` what that rests on; ``eselon`` is HR's
    two-digit code.

    .. no_pii:
    """

    framework = models.ForeignKey(
        Framework, on_delete=models.CASCADE, related_name="posts", verbose_name=_("competency framework")
    )
    post_id = models.CharField(_("post id"), max_length=100)
    position = models.PositiveIntegerField(_("position"))
    names = models.JSONField(_("names"))
    eselon = models.CharField("eselon", max_length=2, blank=True)
    requires = models.JSONField(_("required levels"), default=dict)
    basis = models.CharField(
        _("basis of the required levels"),
        max_length=20,
        choices=[(Basis.PROPOSAL.value, _("proposal")), (Basis.REGULATION.value, _("regulation"))],
        default=Basis.PROPOSAL.value,
    )

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "post_id"],
                name="kapasitas_post_in_framework",
                violation_error_message="A framework names a post once.",
            )
        ]
        ordering = ["framework", "position"]

    def __str__(self) -> str:
        return self.post_id


class ItemBank(models.Model):
    """One version of an item bank, kept as it was loaded; never changed afterwards.

    Assessments name ``bank_id@version``: what a learner once answered stays what it was.

    .. no_pii:
    """

    bank_id = models.CharField(_("bank"), max_length=100)
    version = models.CharField(_("version"), max_length=50)
    content_hash = models.CharField(_("content hash"), max_length=64)
    xml = models.TextField("XML")
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("item bank")
        verbose_name_plural = _("item banks")
        constraints = [
            models.UniqueConstraint(
                fields=["bank_id", "version"],
                name="kapasitas_item_bank_version",
                violation_error_message="This version of the bank is loaded already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank_id}@{self.version}"
