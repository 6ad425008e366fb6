"""Forgets who an account was, where the platform's own retirement of accounts is not in use."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lti_bridge.retirement import retire_user
from xblocks.records.api import forget_person


class Command(BaseCommand):
    """Delete a user's identity and answers, end the reports to HR; completion records stay."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account's id: a name would stay in the shell's history."""
        parser.add_argument("user_id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do both, or neither, and say what was done."""
        user_id = options["user_id"]
        with transaction.atomic():
            answers = forget_person(user_id)
            retired = retire_user(user_id)
            known = answers or retired.accounts or retired.records_kept
            # An account that is gone may have left something; a number that nobody has is a slip.
            if not known and not get_user_model().objects.filter(pk=user_id).exists():
                raise CommandError(f"There is no account {user_id}, and nothing is known of one.")
        self.stdout.write(
            f"user {user_id}: {answers} answers deleted, {retired.accounts} accounts unlinked, "
            f"{retired.reports_given_up} reports given up, {retired.records_kept} completion records kept"
        )
