"""Figures as the reader's language writes them."""

from django.utils import formats

__all__ = ["number"]


def number(value: float, places: int) -> str:
    """Return the figure with so many decimals; what rounds to zero has no sign."""
    # Adding zero turns -0.0 into 0.0.
    return formats.number_format(round(value, places) + 0.0, places)
