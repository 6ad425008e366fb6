"""manage.py lti_platform: register an HR system, or change its registration."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lti_bridge.http import UrlNotAllowedError, check_url
from lti_bridge.management.given import text_given
from lti_bridge.management.treating import add_treatment, treatment_in
from lti_bridge.models import Deployment, Platform
from lti_bridge.models.digests import digest

URLS = ("auth_login_url", "auth_token_url", "key_set_url")
URL_LIMIT = 500


class Command(BaseCommand):
    """Registers a platform and a deployment of it; the same call twice changes nothing."""

    help = (
        "Register an HR system (LTI 1.3 platform) and a deployment, or change the registration; idempotent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """(issuer, client id) names the platform; what is required, and trust, are set to what is given."""
        parser.add_argument("--issuer", required=True)
        parser.add_argument("--client-id", required=True)
        parser.add_argument("--deployment-id", required=True)
        parser.add_argument("--name", required=True, help="what people here call the system")
        parser.add_argument("--auth-login-url", required=True, help="OIDC authentication request")
        parser.add_argument("--auth-token-url", required=True, help="OAuth 2 access token")
        parser.add_argument("--key-set-url", required=True, help="public keys (JWKS)")
        parser.add_argument(
            "--trusts-nip",
            action="store_true",
            help="take the NIP of its launches into the official's record",
        )
        parser.add_argument(
            "--token-audience",
            help="audience of token requests, where it is not the access token URL; empty: it is",
        )
        add_treatment(parser)

    def handle(self, *args: object, **options: object) -> None:
        """Write both rows in one transaction; what does not fit is refused before."""
        name = text_given("--name", options["name"])
        issuer = text_given("--issuer", options["issuer"])
        client_id = text_given("--client-id", options["client_id"])
        deployment_id = text_given("--deployment-id", options["deployment_id"])
        urls = {url: _address(url, str(options[url])) for url in URLS}
        values: dict[str, object] = {"name": name, **urls, **treatment_in(options)}
        if options.get("token_audience") is not None:
            audience = str(options["token_audience"])
            values["token_audience"] = (
                text_given("--token-audience", audience, limit=URL_LIMIT) if audience else ""
            )
        with transaction.atomic():
            platform, made = Platform.objects.update_or_create(
                key_digest=digest(issuer, client_id),
                defaults={
                    **values,
                    "issuer": issuer,
                    "client_id": client_id,
                    "trusts_nip": bool(options["trusts_nip"]),
                },
            )
            # Who names it here confirms it, should a launch have named it before.
            Deployment.objects.update_or_create(
                platform=platform,
                key_digest=digest(deployment_id),
                defaults={"deployment_id": deployment_id, "confirmed": True},
            )
        if int(str(options["verbosity"])):
            self.stdout.write(f"{'registered' if made else 'updated'}: {platform.name}")


def _address(name: str, url: str) -> str:
    option = f"--{name.replace('_', '-')}"
    if len(url) > URL_LIMIT:
        raise CommandError(f"{option} cannot be used: it is longer than {URL_LIMIT} characters.")
    try:
        check_url(url)
    except UrlNotAllowedError as error:
        raise CommandError(
            f"{option} cannot be used: {error}. Plain http is for hosts in "
            "KAPASITAS_LTI_ALLOW_HTTP_HOSTS only."
        ) from error
    return url
