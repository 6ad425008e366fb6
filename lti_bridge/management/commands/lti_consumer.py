"""manage.py lti_consumer: register an HR system that speaks LTI 1.1, or change its registration."""

import secrets
import sys
from argparse import ArgumentParser
from getpass import getpass

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lti_bridge.lti11.consumers import LEAST_SECRET, MOST_SECRET, give_deployment, is_fit_secret
from lti_bridge.management.given import text_given
from lti_bridge.management.treating import add_treatment, treatment_in
from lti_bridge.models import LtiVersion, Platform
from lti_bridge.models.digests import digest
from lti_bridge.secrets_at_rest import encrypt

SECRET_BYTES = 32


class Command(BaseCommand):
    """Registers a consumer; the secret is an argument never, and is shown at most once."""

    help = (
        "Register an HR system that speaks LTI 1.1 (a consumer key with a shared secret), or change the "
        "registration. A new secret is made and shown once, or read with --ask-secret."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The key names the registration; name and trust are set to what is given."""
        parser.add_argument("--key", required=True, help="consumer key")
        parser.add_argument("--name", required=True, help="what people here call the system")
        parser.add_argument(
            "--trusts-nip",
            action="store_true",
            help="take the NIP of its launches into the official's record",
        )
        parser.add_argument("--rotate", action="store_true", help="replace the secret at once")
        parser.add_argument(
            "--ask-secret",
            action="store_true",
            help="take the HR system's own secret, from the keyboard or from standard input",
        )
        add_treatment(parser)

    def handle(self, *args: object, **options: object) -> None:
        """Write both rows in one transaction; a secret that is there stays, unless it is to be replaced."""
        key, name = text_given("--key", options["key"]), text_given("--name", options["name"])
        asked = _asked_secret() if options["ask_secret"] else ""
        made = ""
        with transaction.atomic():
            platform, is_new = Platform.objects.select_for_update().get_or_create(
                key_digest=digest("", key),
                defaults={"name": name, "client_id": key, "lti_version": LtiVersion.V1_1},
            )
            platform.name, platform.trusts_nip = name, bool(options["trusts_nip"])
            if asked:
                platform.encrypted_secret = encrypt(asked)
            elif options["rotate"] or not platform.encrypted_secret:
                made = secrets.token_urlsafe(SECRET_BYTES)
                platform.encrypted_secret = encrypt(made)
            treatment = treatment_in(options)
            for column, value in treatment.items():
                setattr(platform, column, value)
            platform.save(update_fields=["name", "trusts_nip", "encrypted_secret", "key_digest", *treatment])
            give_deployment(platform)
        if int(str(options["verbosity"])):
            self.stdout.write(f"{'registered' if is_new else 'updated'}: {name}")
        if made:
            self.stdout.write(f"secret (shown this once): {made}")


def _asked_secret() -> str:
    secret = getpass("Shared secret: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not is_fit_secret(secret):
        raise CommandError(
            f"The secret is to be {LEAST_SECRET} to {MOST_SECRET} printable characters; nothing was changed."
        )
    return secret
