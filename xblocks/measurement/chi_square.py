"""The tail of the chi-square distribution, in closed form for whole degrees of freedom."""

from math import erfc, exp, pi, sqrt

from .errors import ParameterError, within

__all__ = ["upper_tail"]


def upper_tail(value: float, df: int) -> float:
    """Return P(chi-square with ``df`` degrees of freedom > value).

    Abramowitz & Stegun (1964), 26.4.4 and 26.4.5. ``df`` from 1 to 1,000; raises ParameterError for what is
    outside, or a negative value.
    """
    if isinstance(df, bool) or not 1 <= df <= 1000:
        raise ParameterError(f"{df!r} degrees of freedom; the tail is known for 1 to 1000")
    half = within("a chi-square", value, 0.0, 1e9) / 2.0
    if df % 2:
        total, term, power = erfc(sqrt(half)), 2.0 * sqrt(half / pi) * exp(-half), 1.5
    else:
        total, term, power = 0.0, exp(-half), 1.0
    for _step in range(df // 2):
        total += term
        term *= half / power
        power += 1.0
    return min(total, 1.0)
