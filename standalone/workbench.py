"""Serves our blocks in xblock-sdk's workbench: ``python -m standalone.workbench [port]``.

Learners are chosen by ``?student=NAME`` in the address; grades and completion go nowhere here.
"""

import os
import sys
import warnings
from pathlib import Path

from .common_settings import port
from .run import free

PORT = "KAPASITAS_WORKBENCH_PORT"
SCENARIOS = Path(__file__).resolve().parent / "workbench_scenarios"


class Permissions:
    """Studio's service of this name, for a place where everybody is an author."""

    def can_write(self, _context: object) -> bool:
        """Tell that the block may be edited."""
        return True


def load_scenarios() -> None:
    """Put our scenarios in the place of all that installed blocks bring.

    Other packages' scenarios ask for services that the workbench has not, and one failing keeps all
    of them from loading.
    """
    from workbench import scenarios

    scenarios.SCENARIOS.clear()
    scenarios.WORKBENCH_KVS.prep_for_scenario_loading()
    for file in sorted(SCENARIOS.glob("*.xml")):
        title = file.stem.replace("_", " ").capitalize()
        scenarios.add_xml_scenario(f"competency_assessment.{file.stem}", title, file.read_text("utf-8"))
    scenarios.get_scenarios.initialized = True


def application() -> object:
    """Return the WSGI application, its database migrated and its scenarios loaded."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "standalone.workbench_settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    load_scenarios()
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    return StaticFilesHandler(get_wsgi_application())


def main(arguments: list[str]) -> None:
    """Serve until interrupted."""
    if arguments:
        os.environ[PORT] = arguments[0]
    number = port(PORT, "8002")
    if not free(number):
        sys.exit(f"Port {number} is in use, and the workbench needs it: free it or set {PORT} to another.")
    # fs 2.4.16, which XBlock brings, is loud about its own future.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    served = application()
    from waitress import serve

    print(f"Workbench: http://localhost:{number}/  (Ctrl+C stops it)", flush=True)
    serve(served, host="127.0.0.1", port=number, threads=4)


if __name__ == "__main__":
    main(sys.argv[1:])
