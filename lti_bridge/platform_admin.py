"""Administration of platforms: each version of LTI with what it needs, and a secret that is never shown."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .lti11.consumers import LEAST_SECRET, MOST_SECRET, give_deployment, is_fit_secret
from .models import Deployment, LtiVersion, Platform
from .models.digests import digest

__all__ = ["PlatformAdmin"]

# With LTI 1.1 all of these are empty; with LTI 1.3 none is.
ADDRESSES = ("issuer", "auth_login_url", "auth_token_url", "key_set_url")
# What the form shows of each version; a new one shows both, as it may become either.
OF_VERSION = {
    LtiVersion.V1_3: ("LTI 1.3", {"fields": (*ADDRESSES, "token_audience")}),
    LtiVersion.V1_1: ("LTI 1.1", {"fields": ("shared_secret",)}),
}


class PlatformForm(forms.ModelForm):  # type: ignore[type-arg]
    """A registration; ``shared_secret`` is taken and never given out. The admin names model and fields."""

    shared_secret = forms.CharField(
        label=_("Shared secret"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("It is never shown; empty: the present one stays."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields["client_id"].help_text = _("With LTI 1.1 the consumer key.")
        elif self.instance.lti_version == LtiVersion.V1_1:
            self.fields["client_id"].label = _("Consumer key")

    def clean(self) -> dict[str, Any]:
        """Ask for what the version needs, and for nothing that it does not know."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        version = data.get("lti_version", self.instance.lti_version)
        secret = data.get("shared_secret", "")
        is_old = version == LtiVersion.V1_1
        for name in ADDRESSES:
            if is_old and data.get(name):
                self.add_error(name, _("Leave this empty: LTI 1.1 does not know it."))
            elif not (is_old or data.get(name) or name in self.errors):
                self.add_error(name, _("LTI 1.3 needs this."))
        if secret and not is_old:
            self.add_error("shared_secret", _("Leave this empty: LTI 1.3 signs with keys."))
        elif is_old and (secret or not self.instance.encrypted_secret) and not is_fit_secret(secret):
            self.add_error(
                "shared_secret",
                _("Give a secret of %(least)s to %(most)s printable characters.")
                % {"least": LEAST_SECRET, "most": MOST_SECRET},
            )
        known = Platform.objects.filter(key_digest=digest(data.get("issuer", ""), data.get("client_id", "")))
        # The digest is no field of the form, so that the form does not look at its constraint.
        if "client_id" in data and known.exclude(pk=self.instance.pk).exists():
            self.add_error("client_id", _("This issuer is already registered with this client id."))
        return data


class DeploymentInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Deployment
    extra = 0


@admin.register(Platform)
class PlatformAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Registrations of HR systems."""

    form = PlatformForm
    list_display = (
        "name",
        "lti_version",
        "issuer",
        "client_id",
        "enabled",
        "trusts_nip",
        "awaits_confirmation",
    )
    inlines: ClassVar = [DeploymentInline]
    # What is typed without a scheme is meant as https, as Django 6 will take it.
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}

    @admin.display(boolean=True, description=_("deployment awaits confirmation"))
    def awaits_confirmation(self, platform: Platform) -> bool:
        """Whether a launch named a deployment that nobody has confirmed."""
        return platform.deployments.filter(confirmed=False).exists()

    def get_fieldsets(self, request: HttpRequest, obj: Platform | None = None) -> Any:
        """Show what the registration's version knows, and nothing of the other."""
        versions = OF_VERSION if obj is None else (LtiVersion(obj.lti_version),)
        return [
            (None, {"fields": ("name", "lti_version", "client_id", "enabled")}),
            *(OF_VERSION[version] for version in versions),
            (_("People and results"), {"fields": ("trusts_nip", "overwrites_changes", "sends_per_second")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Platform | None = None) -> Any:
        """Keep the version: accounts and places of one are none of the other."""
        return ("lti_version",) if obj is not None else ()

    def get_inlines(self, request: HttpRequest, obj: Platform | None) -> Any:
        """Show deployments where there is a choice of them."""
        return [] if obj is not None and obj.lti_version == LtiVersion.V1_1 else self.inlines

    def save_model(self, request: HttpRequest, obj: Platform, form: Any, change: bool) -> None:
        """Save what the form shows, and the secret encrypted; what workers count in the row stays."""
        names = {field.name for field in obj._meta.fields} & set(form.fields)
        if secret := form.cleaned_data.get("shared_secret"):
            # Brings cryptography, which no process needs in order to start.
            from .secrets_at_rest import encrypt

            obj.encrypted_secret = encrypt(secret)
            names.add("encrypted_secret")
        obj.save(update_fields=[*names, "key_digest"] if change else None)
        if obj.lti_version == LtiVersion.V1_1:
            give_deployment(obj)
