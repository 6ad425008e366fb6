"""Make the demo's offices, officials and accounts."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.management.base import BaseCommand
from django.db import transaction

from standalone.simpeg.demo import OFFICES, OFFICIALS, PASSWORD
from standalone.simpeg.models import Course, Office, Official
from standalone.simpeg.registry import assign_all

HR_ACCOUNT = "hr"


class Command(BaseCommand):
    """``simpeg_demo``: safe to repeat; passwords that were changed are kept."""

    help = "Make the demo's offices, officials and accounts (safe to repeat)."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing and set what differs."""
        offices = {}
        for code, name, kind in OFFICES:
            offices[code], _ = Office.objects.update_or_create(
                code=code, defaults={"name": name, "kind": kind}
            )
        manager = account(HR_ACCOUNT)
        manager.user_permissions.add(
            Permission.objects.get(content_type__app_label="kapasitas_simpeg", codename="manage_personnel")
        )
        for person in OFFICIALS:
            Official.objects.update_or_create(
                user=account(person.username),
                defaults={
                    "nip": person.nip,
                    "name": person.name,
                    "office": offices[person.office],
                    "post": person.post,
                    "teaches": person.teaches,
                },
            )
        for course in Course.objects.all():
            assign_all(course)


def account(username: str) -> User:
    """Return the account, made with the demo password where it is missing."""
    user = User.objects.filter(username=username).first()
    return user or User.objects.create_user(username, password=PASSWORD)
