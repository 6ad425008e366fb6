"""manage.py lti_keys: list, prepare, rotate and retire the keys that we sign with."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from lti_bridge.keys import prepare_key, prepared_key, public_key_set, retire_key, rotate_key
from lti_bridge.models import ToolKey
from lti_bridge.secrets_at_rest import UnreadableSecretError, reencrypt_all


class Command(BaseCommand):
    """Keys are made at first use; rotate yearly, retire the old one when platforms have fetched the new."""

    help = (
        "List the tool's keys; --prepare publishes the next one, --rotate lets it sign, --retire removes "
        "an old one, --reencrypt brings all secrets under the present KAPASITAS_LTI_KEY."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without arguments the keys are listed."""
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="publish the next key, so that HR systems know it before it signs",
        )
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="let the prepared key sign, or a new one where there is none",
        )
        parser.add_argument("--retire", metavar="KID", default="", help="remove a key that does not sign")
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
            rotate_key()
        if options["prepare"]:
            prepare_key()
        if options["retire"]:
            try:
                retire_key(str(options["retire"]))
            except ToolKey.DoesNotExist as error:
                raise CommandError(
                    "There is no key with this kid, or it still signs: rotate first. "
                    "Without arguments the kids are listed."
                ) from error
        try:
            published = {key["kid"] for key in public_key_set()["keys"]}
        except UnreadableSecretError as error:
            raise CommandError(str(error)) from error
        prepared = prepared_key()
        for key in ToolKey.objects.order_by("-active", "-pk"):
            role = "signs" if key.active else "next" if key == prepared else "published"
            shown = role if key.kid in published else "unreadable"
            self.stdout.write(f"{key.kid}  {shown}  {key.created_at:%Y-%m-%d}")
