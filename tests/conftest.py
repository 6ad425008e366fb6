"""How the tests reach what a machine may or may not have, and how CI refuses silent gaps.

Markers for tests that need more than Python:

``every_database``   runs on SQLite by default, and again on MariaDB and PostgreSQL: set
                     ``KAPASITAS_TEST_DATABASE`` and choose ``-m "every_database or server_database"``.
``server_database``  needs row locks: runs on MariaDB and PostgreSQL only.
``service("redis")`` or ``("rabbitmq")`` needs that service; skipped where it does not answer.
``browser``          drives a real Chromium (fixture ``chromium``).
``peer``             talks to an independent implementation in a process of its own.

``scripts/test.sh`` runs them all. With ``CI`` set, a skipped test fails the run unless
``tests/allowed_skips.txt`` names it with a reason.
"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

# The contract suite has settings of its own (tests/edxapp/conftest.py): the one is never run with the other.
if os.environ.get("DJANGO_SETTINGS_MODULE") != "tests.edxapp.settings":
    collect_ignore = ["edxapp"]

# Machines do other work too: no deadlines, and examples enough for rules of this size.
settings.register_profile(
    "shared", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared")

DATABASE = os.environ.get("KAPASITAS_TEST_DATABASE", "sqlite")
IN_CI = bool(os.environ.get("CI"))
RESULTS = Path(__file__).parent.parent / "test-results"
PORTS = {"mariadb": 3306, "postgresql": 5432, "rabbitmq": 5672, "redis": 6379}

_skipped: list[tuple[str, str]] = []


def answers(service: str) -> bool:
    """Tell whether the service listens on its usual local port."""
    try:
        with socket.create_connection(("127.0.0.1", PORTS[service]), timeout=2):
            return True
    except OSError:
        return False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, left = [], []
    for item in items:
        (left if item.get_closest_marker("server_database") and DATABASE == "sqlite" else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("service"):
        for service in marker.args:
            if not answers(service):
                pytest.skip(f"{service} does not answer on 127.0.0.1:{PORTS[service]}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append((report.nodeid, reason.removeprefix("Skipped: ")))


def allowed_skips() -> set[str]:
    lines = (Path(__file__).parent / "allowed_skips.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("  # ")[0].strip() for line in lines if line.strip() and not line.startswith("#")}


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if hasattr(session.config, "workerinput"):
        return
    if _skipped:
        RESULTS.mkdir(exist_ok=True)
        with (RESULTS / "skipped.txt").open("a", encoding="utf-8") as file:
            file.writelines(f"{node}: {reason}\n" for node, reason in _skipped)
    if IN_CI and exitstatus == 0 and any(node not in allowed_skips() for node, _ in _skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    unlisted = [(node, reason) for node, reason in _skipped if node not in allowed_skips()]
    if IN_CI and unlisted:
        terminalreporter.section("skipped in CI without a listed reason")
        for node, reason in unlisted:
            terminalreporter.line(f"{node}: {reason}", red=True)


@pytest.fixture(autouse=True)
def as_a_new_thread() -> Iterator[None]:
    """Language, time zone and cache as if no test had run: a request of the test client leaves its own."""
    yield
    translation.deactivate()
    timezone.deactivate()
    cache.clear()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A Playwright browser: the system's Chromium, else the one that Playwright fetched."""
    from playwright.sync_api import expect, sync_playwright

    from scripts.browser import LAUNCH_ARGUMENTS, system_browser

    # Playwright's loop must not make Django refuse the test thread's own queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # What does not come fails after this; a busy machine needs more than the five seconds of Playwright.
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser(), args=LAUNCH_ARGUMENTS)
        yield browser
        browser.close()
        # Under Playwright's loop this thread had database connections of its own, which nobody else closes.
        connections.close_all()
