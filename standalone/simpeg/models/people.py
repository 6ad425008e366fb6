"""Offices and the officials who serve in them."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Office(models.Model):
    """A regional office. ``code`` is the Kemendagri code, PP.KK[.CC[.DDDD]].

    .. no_pii:
    """

    class Kind(models.TextChoices):
        """What sort of office it is."""

        AGENCY = "agency", _("Agency")
        KECAMATAN = "kecamatan", _("Kecamatan")
        KELURAHAN = "kelurahan", _("Kelurahan")

    code = models.CharField(
        max_length=13, unique=True, validators=[RegexValidator(r"^\d\d\.\d\d(\.\d\d(\.\d{4})?)?\Z")]
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Official(models.Model):
    """An official with an account here. ``subject`` is the only id that a tool sees.

    ``teaches``: takes part in courses as an instructor.

    .. pii: NIP and name of an official; this is the HR system, which holds them by its task.
    .. pii_types: name, id
    .. pii_retirement: retained
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="official")
    subject = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    nip = models.CharField(max_length=18, unique=True, validators=[RegexValidator(r"^\d{18}\Z")])
    name = models.CharField(max_length=120)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="officials")
    post = models.CharField(max_length=120)
    teaches = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]
        permissions = [("manage_personnel", "Can manage personnel records")]

    def __str__(self) -> str:
        # Not the name: this text reaches logs.
        return f"official {self.pk}"

    @property
    def grouped_nip(self) -> str:
        """The NIP as it is written on paper: birth date, start of service, sex, number."""
        return f"{self.nip[:8]} {self.nip[8:14]} {self.nip[14]} {self.nip[15:]}"
