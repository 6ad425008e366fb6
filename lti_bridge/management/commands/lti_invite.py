"""manage.py lti_invite: make a one-time link by which an HR system registers itself."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from lti_bridge.launch.invitations import DEFAULT_DAYS, LONGEST_DAYS, invite
from lti_bridge.management.given import text_given
from lti_bridge.origins import is_host, origin


class Command(BaseCommand):
    """Prints the link's path once; only a digest of it is kept."""

    help = "Make a one-time link by which an HR system registers itself (LTI Dynamic Registration)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The name is what people here will call the system."""
        parser.add_argument("name", help="what people here call the system")
        parser.add_argument("--host", default="", help="the only host that may use the link")
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="for how many days it is good")
        parser.add_argument(
            "--trusts-nip",
            action="store_true",
            help="take the NIP of its launches into the official's record",
        )
        parser.add_argument(
            "--site", default="", help="address of this site, such as https://learn.example.go.id"
        )

    def handle(self, *args: object, **options: object) -> None:
        """Make the invitation and print its link."""
        days = int(str(options["days"]))
        if not 1 <= days <= LONGEST_DAYS:
            raise CommandError(f"--days is to be from 1 to {LONGEST_DAYS}.")
        host, site = str(options["host"]), str(options["site"]).rstrip("/")
        if host and not is_host(host):
            raise CommandError("--host is to be a host name such as simpeg.example.go.id, and no address.")
        if site and origin(site) is None:
            raise CommandError("--site is to be an address such as https://learn.example.go.id.")
        _invitation, token = invite(
            name=text_given("name", options["name"]),
            host=host,
            days=days,
            trusts_nip=bool(options["trusts_nip"]),
            now=timezone.now(),
        )
        path = reverse("kapasitas_lti:register", args=[token])
        self.stdout.write(site + path)
