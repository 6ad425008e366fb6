"""Origins of URLs, as browsers compare them."""

from urllib.parse import urlsplit

__all__ = ["is_host", "origin", "origin_text"]


def origin(url: str) -> tuple[str, str, int] | None:
    """Return (scheme, host, port) of an http(s) URL, else None."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80)


def origin_text(url: str) -> str:
    """Return the origin as browsers write it (``https://simpeg.example.go.id``); "" where there is none."""
    found = origin(url)
    if found is None:
        return ""
    scheme, host, port = found
    name = f"[{host}]" if ":" in host else host
    usual = port == (443 if scheme == "https" else 80)
    return f"{scheme}://{name}" if usual else f"{scheme}://{name}:{port}"


def is_host(value: object) -> bool:
    """Whether the value is a host's name or address, without scheme, port, path or pattern."""
    if not isinstance(value, str) or not value:
        return False
    # A host name with a port has one colon, an IPv6 address has more.
    return value.count(":") != 1 and not any(char in "/@*" or char.isspace() for char in value)
