"""Checks each connection to an HR system end to end, and what sending needs here. Changes nothing there."""

from .findings import Finding, Status
from .running import examine, examine_platform, examine_site

__all__ = ["Finding", "Status", "examine", "examine_platform", "examine_site"]
