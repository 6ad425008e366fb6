"""``site_demo``: make the demo people; a second run changes nothing."""

import os
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction

from standalone.courseware.demo import PASSWORD, PEOPLE, make_people


class Command(BaseCommand):
    """Make the demo accounts, their groups and enrolments."""

    help = "Make the demo accounts. Run it after importing courses: people are enrolled in all there are."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        make_people()
        for person in PEOPLE if options["verbosity"] else ():
            self.stdout.write(f"{person.username} / {PASSWORD}  {person.role}")
        if os.environ.get("KAPASITAS_DEMO_ADMIN"):
            admin, made = get_user_model().objects.get_or_create(
                username="admin", defaults={"is_staff": True, "is_superuser": True}
            )
            if made:
                admin.set_password(PASSWORD)
                admin.save()
            self.stdout.write(f"admin / {PASSWORD}  superuser")
