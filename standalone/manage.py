"""Django's commands for either site: ``python -m standalone.manage site|simpeg COMMAND …``."""

import os
import sys
import warnings

SITES = {"site": "standalone.site_settings", "simpeg": "standalone.simpeg_settings"}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in SITES:
        sys.exit(f"usage: python -m standalone.manage {'|'.join(SITES)} COMMAND …")
    os.environ["DJANGO_SETTINGS_MODULE"] = SITES[sys.argv.pop(1)]
    # fs 2.4.16, which XBlock brings, is loud about its own future.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
