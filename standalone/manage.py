"""Django's commands for either site: ``python -m standalone.manage site|simpeg COMMAND …``."""

import os
import sys

SITES = {"site": "standalone.site_settings", "simpeg": "standalone.simpeg_settings"}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in SITES:
        sys.exit(f"usage: python -m standalone.manage {'|'.join(SITES)} COMMAND …")
    os.environ["DJANGO_SETTINGS_MODULE"] = SITES[sys.argv.pop(1)]
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
