"""Addresses of course files, as the host serves them."""

from typing import Any

__all__ = ["resolved"]


def resolved(block: Any, html: str) -> str:
    """Return the HTML with ``/static/…`` resolved, where the host has a service for it."""
    service = block.runtime.service(block, "replace_urls")
    return html if service is None else str(service.replace_urls(html))
