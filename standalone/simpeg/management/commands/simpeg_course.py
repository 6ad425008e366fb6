"""Add a course."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from standalone.simpeg.models import Tool
from standalone.simpeg.registry import register_course


class Command(BaseCommand):
    """``simpeg_course``: safe to repeat; the target link URI identifies the course."""

    help = "Add a course of a registered tool and assign every official to it (safe to repeat)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--title", required=True)
        parser.add_argument("--target-link-uri", required=True)
        parser.add_argument("--client-id", help="the tool; not needed where only one is registered")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add the course."""
        tools = Tool.objects.all()
        if options["client_id"]:
            tools = tools.filter(client_id=options["client_id"])
        found = list(tools[:2])
        if len(found) != 1:
            raise CommandError("Name one registered tool with --client-id (see simpeg_tool).")
        register_course(tool=found[0], title=options["title"], target_link_uri=options["target_link_uri"])
