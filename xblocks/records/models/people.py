"""Officials: who a learner is in the civil service."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Official"]


class Official(models.Model):
    """An official: who a learner is in the civil service, as the HR system last said it.

    .. pii: NIP, name, office and post, needed to report completion to the HR system
    .. pii_types: name, id, other
    .. pii_retirement: local_api
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="kapasitas_official",
        verbose_name=_("account"),
    )
    nip = models.CharField("NIP", max_length=18, blank=True, db_index=True)
    full_name = models.CharField(_("name"), max_length=255, blank=True)
    office_code = models.CharField(
        _("office code"), max_length=13, blank=True
    )  # Kemendagri code: PP.KK.CC or PP.KK.CC.DDDD
    office_name = models.CharField(_("office"), max_length=255, blank=True)
    post = models.CharField(_("post"), max_length=255, blank=True)
    updated_at = models.DateTimeField(_("last told at"), auto_now=True)

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
