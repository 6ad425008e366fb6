"""Find a Chromium for the browser tests, or fetch one through Playwright: ``python -m scripts.browser``."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LAUNCH_ARGUMENTS = [
    "--no-sandbox",  # containers and CI run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def system_browser() -> str | None:
    """Return the path of the installed Chromium; None lets Playwright use the one it fetched."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def fetched_browser() -> bool:
    """Tell whether Playwright has a Chromium of its own here."""
    from pathlib import Path

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def ensure_browser(
    installed: Callable[[], str | None] = system_browser,
    fetched: Callable[[], bool] = fetched_browser,
    run: Callable[[Sequence[str]], int] = subprocess.call,
) -> int:
    """Make sure that there is a Chromium; return 0, or the exit status of the failed fetch."""
    if installed() or fetched():
        return 0
    print("No Chromium is installed: fetching one through Playwright")
    status = run([sys.executable, "-m", "playwright", "install", "chromium"])
    if status:
        print("Could not fetch Chromium: install it (Debian/Ubuntu: apt install chromium) and run again.")
    return status


if __name__ == "__main__":
    sys.exit(ensure_browser())
