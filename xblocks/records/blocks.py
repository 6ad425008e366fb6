"""The block types of this package, as its entry points register them (``setup.py``)."""

__all__ = ["BLOCK_TYPES"]

BLOCK_TYPES = ("competency_assessment",)
