"""Register an LTI tool."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from standalone.simpeg.registry import register_tool


class Command(BaseCommand):
    """``simpeg_tool``: safe to repeat."""

    help = "Register an LTI 1.3 tool, or change its registration (safe to repeat)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--client-id", required=True)
        parser.add_argument("--deployment-id", required=True)
        parser.add_argument("--name", default="Kapasitas")
        parser.add_argument("--login-url", required=True)
        parser.add_argument(
            "--launch-url", required=True, help="redirect URI; several are separated by commas"
        )
        parser.add_argument("--keyset-url", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Register the tool."""
        register_tool(
            client_id=options["client_id"],
            deployment_id=options["deployment_id"],
            name=options["name"],
            login_url=options["login_url"],
            launch_urls=options["launch_url"].split(","),
            keyset_url=options["keyset_url"],
        )
