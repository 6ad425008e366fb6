"""One part of the demo as a process: ``python -m standalone.serve site|simpeg|sender``."""

import json
import os
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

CONTENT = Path(__file__).resolve().parent.parent / "course_content"
# In the order in which an official meets them.
COURSES = {
    "governance": "course-v1:Kapasitas+PEM101+2026",
    "finance": "course-v1:Kapasitas+KEU101+2026",
    "public_service": "course-v1:Kapasitas+LAY101+2026",
    "leadership": "course-v1:Kapasitas+KPM101+2026",
    "communication": "course-v1:Kapasitas+KOM101+2026",
}
CLIENT_ID = "kapasitas"
DEPLOYMENT_ID = "1"
THREADS = 6


def say(text: str) -> None:
    """Tell what is being done; a first start takes a while."""
    print(f"  {text}", flush=True)


def title_of(name: str) -> str:
    """Return the title of a course, as its policy says it."""
    (path,) = (CONTENT / name).glob("policies/*/policy.json")
    policy = json.loads(path.read_text(encoding="utf-8"))
    return str(policy[f"course/{path.parent.name}"]["display_name"])


def set_up_site() -> None:
    """Bring the course site to the state of the sources; safe to repeat."""
    from django.core.management import call_command

    from .common_settings import SIMPEG_URL

    say("Course site: database")
    call_command("migrate", verbosity=0, interactive=False)
    say("Course site: competencies and item banks")
    call_command("load_content", CONTENT, verbosity=0)
    for name in COURSES:
        say(f"Course site: course {name}")
        call_command("import_course", CONTENT / name, if_changed=True, verbosity=0)
    say("Course site: demo people and the connection to SIMPEG")
    call_command("site_demo", verbosity=0)
    call_command(
        "lti_platform",
        name="SIMPEG Kota Contoh",
        issuer=SIMPEG_URL,
        client_id=CLIENT_ID,
        deployment_id=DEPLOYMENT_ID,
        auth_login_url=f"{SIMPEG_URL}/lti/auth",
        auth_token_url=f"{SIMPEG_URL}/lti/token",
        key_set_url=f"{SIMPEG_URL}/.well-known/jwks.json",
        trusts_nip=True,
        verbosity=0,
    )


def set_up_simpeg() -> None:
    """Bring the demo SIMPEG to the state of the sources; safe to repeat."""
    from django.core.management import call_command

    from .common_settings import SITE_URL

    say("SIMPEG: database and demo people")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("simpeg_demo", verbosity=0)
    call_command(
        "simpeg_tool",
        client_id=CLIENT_ID,
        deployment_id=DEPLOYMENT_ID,
        login_url=f"{SITE_URL}/lti/login",
        launch_url=f"{SITE_URL}/lti/launch",
        keyset_url=f"{SITE_URL}/lti/jwks",
        verbosity=0,
    )
    for name, key in COURSES.items():
        call_command(
            "simpeg_course",
            title=title_of(name),
            target_link_uri=f"{SITE_URL}/lti/resource/{key}",
            # Another tool may have registered itself since.
            client_id=CLIENT_ID,
            verbosity=0,
        )


def serve(port: int) -> None:
    """Serve the configured Django project until terminated."""
    from django.core.wsgi import get_wsgi_application
    from waitress import serve as serve_wsgi

    # localhost only: demo log-ins must not be reachable from elsewhere.
    serve_wsgi(get_wsgi_application(), host="127.0.0.1", port=port, threads=THREADS, ident=None)


def run_part(
    settings: str, set_up: Callable[[], None], port: int, warm_up: Callable[[], None] = lambda: None
) -> None:
    """Configure Django, set the part up and serve it; ``warm_up`` runs beside the first requests."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    # fs 2.4.16, which XBlock brings, is loud about its own future.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    import django
    from django.core.management import CommandError

    django.setup()
    try:
        set_up()
    except CommandError as error:
        sys.exit(str(error))
    threading.Thread(target=warm_up, daemon=True).start()
    serve(port)


def main(part: str) -> None:
    """Run the part named."""
    from .common_settings import SIMPEG_PORT, SITE_PORT

    if part == "site":
        from .courseware.contrib import preload

        run_part("standalone.site_settings", set_up_site, SITE_PORT, preload)
    elif part == "simpeg":
        run_part("standalone.simpeg_settings", set_up_simpeg, SIMPEG_PORT)
    elif part == "sender":
        os.environ["DJANGO_SETTINGS_MODULE"] = "standalone.site_settings"
        from django.core.management import execute_from_command_line

        execute_from_command_line(["manage", "deliver", "--idle", "1"])
    else:
        sys.exit(f"Unknown part {part!r}: site, simpeg or sender.")


if __name__ == "__main__":
    main(*sys.argv[1:])
