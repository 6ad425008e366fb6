"""Runs the checks within a bounded time."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lti_bridge.models import Platform

from .connections import platform_findings
from .findings import Finding, Status
from .site import site_findings

__all__ = ["Examined", "examine", "examine_platform", "examine_site"]

PLATFORM_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The findings about one platform, or about our own side (``platform`` is None)."""

    platform: Platform | None
    findings: list[Finding]

    @property
    def has_problem(self) -> bool:
        """Whether anything keeps results from arriving."""
        return any(found.status == Status.PROBLEM for found in self.findings)


def examine(platforms: Iterable[Platform], site: str = "") -> Iterator[Examined]:
    """Check our side, then each platform. Not inside a transaction."""
    yield Examined(platform=None, findings=examine_site(site))
    for platform in platforms:
        yield Examined(platform=platform, findings=examine_platform(platform))


def examine_site(site: str = "") -> list[Finding]:
    """Check our side; ``site`` is our public address, where it is to be tried."""
    return list(site_findings(site))


def examine_platform(platform: Platform, seconds: float = PLATFORM_S) -> list[Finding]:
    """Check a platform; what was not reached within the time is said to be left out."""
    end = time.monotonic() + seconds
    found: list[Finding] = []
    for one in platform_findings(platform):
        found.append(one)
        if time.monotonic() > end:
            detail = _("The HR system answers too slowly; the rest was not tried.")
            found.append(Finding(code="time", step=_("Time"), status=Status.PROBLEM, detail=detail))
            break
    return found
