"""The contract suite: what the platform promises us and we promise it, tried without the platform.

It runs under settings of its own (``make contract``), because here our apps are found and set up by the
platform's real plugin loader, as in the LMS, and nothing of the one-machine site is installed.
"""

from collections.abc import Iterator

import pytest
from edx_django_utils.cache import RequestCache

# Settings of a process that a test starts: they name what only that process is told.
collect_ignore = ["bridge/worker_settings.py"]


@pytest.fixture(autouse=True)
def as_a_new_request() -> Iterator[None]:
    """Toggles and more are remembered for a request, which outside of requests is for good."""
    yield
    RequestCache.clear_all_namespaces()
