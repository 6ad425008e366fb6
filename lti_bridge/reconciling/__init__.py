"""Reconciling: reading what platforms hold, comparing it with ours, settling where they part."""

from .running import Summary, reconcile_target

__all__ = ["Summary", "reconcile_target"]
