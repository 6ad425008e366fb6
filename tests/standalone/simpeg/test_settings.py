"""The demo SIMPEG as it is served: own settings, own database, own cookies."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0)
call_command("simpeg_demo")
client = Client(headers={"host": "localhost", "accept-language": "en"})
page = client.get("/login/")
assert page.status_code == 200 and "Masuk ke SIMPEG" in page.content.decode(), page.status_code
response = client.post("/login/", {"username": "lurah", "password": "demo"}, follow=True)
assert response.redirect_chain[-1] == ("/me/courses/", 302), response.redirect_chain
assert set(client.cookies) == {"simpeg_sessionid", "simpeg_csrftoken"}, client.cookies
for name in ("standalone/base.css", "simpeg/simpeg.css", "simpeg/results.js", "simpeg/form_post.js"):
    assert client.get("/static/" + name).status_code == 200, name
assert "default-src 'self'" in page.headers["Content-Security-Policy"]
assert "no-store" in client.get("/me/").headers["Cache-Control"]
"""


def test_the_settings_of_the_demo_serve_it(tmp_path: Path) -> None:
    """Checks pass, log-in works in Indonesian, cookies do not clash with the course site, files are there."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "standalone.simpeg_settings",
        "KAPASITAS_VAR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "simpeg.sqlite3").exists()
