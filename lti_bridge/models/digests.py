"""Digests as unique keys of case-sensitive identifiers.

LTI compares ``sub``, resource link ids and the like character by character, but the usual MySQL
collations take "a" and "A" for one. A digest keeps two people apart on every database, and keeps
index lengths short.
"""

import hashlib

__all__ = ["DIGEST_LENGTH", "digest"]

DIGEST_LENGTH = 64


def digest(*parts: str) -> str:
    """Return the SHA-256 of the parts as hex; no two lists of parts share a digest by concatenation."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()
