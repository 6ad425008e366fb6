"""Serves our blocks in xblock-sdk's workbench: ``python -m standalone.workbench [port]``.

Learners are chosen by ``?student=NAME`` in the address; grades and completion go nowhere here.
"""

import os
import sys
from pathlib import Path

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
    port = int(arguments[0]) if arguments else int(os.environ.get("KAPASITAS_WORKBENCH_PORT", "8002"))
    served = application()
    from waitress import serve

    print(f"Workbench: http://localhost:{port}/")
    serve(served, host="127.0.0.1", port=port, threads=4)


if __name__ == "__main__":
    main(sys.argv[1:])
