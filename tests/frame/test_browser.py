"""Where no Chromium is installed, one is fetched through Playwright."""

import sys
from collections.abc import Sequence

import pytest

from scripts.browser import ensure_browser


def test_installed_browser_needs_no_fetch() -> None:
    """Nothing is fetched where a Chromium is installed."""
    assert ensure_browser(installed=lambda: "/usr/bin/chromium", fetched=lambda: False, run=pytest.fail) == 0


def test_fetched_browser_is_not_fetched_again() -> None:
    """Nothing is fetched where Playwright has its own already."""
    assert ensure_browser(installed=lambda: None, fetched=lambda: True, run=pytest.fail) == 0


@pytest.mark.parametrize("status", [0, 1])
def test_missing_browser_is_fetched_through_playwright(
    status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fetch is Playwright's own command; its failure is passed on with a remedy."""
    calls: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> int:
        calls.append(command)
        return status

    assert ensure_browser(installed=lambda: None, fetched=lambda: False, run=run) == status
    assert calls == [[sys.executable, "-m", "playwright", "install", "chromium"]]
    assert ("apt install chromium" in capsys.readouterr().out) == bool(status)
