"""manage.py lti_keys: list, rotate and retire the keys that we sign with."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from lti_bridge.keys import create_key, public_key_set, retire_key
from lti_bridge.models import ToolKey
from lti_bridge.secrets_at_rest import UnreadableSecretError, reencrypt_all


class Command(BaseCommand):
    """Keys are made at first use; rotate yearly, retire the old one when platforms have fetched the new."""

    help = (
        "List the tool's keys; --rotate makes a new one that signs from now on, --retire removes an old one, "
        "--reencrypt brings all secrets under the present KAPASITAS_LTI_KEY."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without arguments the keys are listed."""
        parser.add_argument("--rotate", action="store_true", help="make a new signing key")
        parser.add_argument("--retire", metavar="KID", default="", help="remove a key that no longer signs")

        parser.add_argument(
            "--reencrypt",
            action="store_true",
            help="encrypt the keys and the secrets of LTI 1.1 platforms under the present KAPASITAS_LTI_KEY",
        )

    def handle(self, *args: object, **options: object) -> None:
        """Do what was asked, then list the kids with their role."""
        if options["reencrypt"]:
            try:
                self.stdout.write(f"re-encrypted: {reencrypt_all()}")
            except UnreadableSecretError as error:
                raise CommandError(str(error)) from error
        if options["rotate"]:
            create_key()
        if options["retire"]:
            try:
                retire_key(str(options["retire"]))
            except ToolKey.DoesNotExist as error:
                raise CommandError(
                    "There is no key with this kid, or it still signs: rotate first. "
                    "Without arguments the kids are listed."
                ) from error
        public_key_set()
        for key in ToolKey.objects.order_by("-active", "-pk"):
            role = "signs" if key.active else "published"
            self.stdout.write(f"{key.kid}  {role}  {key.created_at:%Y-%m-%d}")
