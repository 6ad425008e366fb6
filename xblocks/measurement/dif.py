"""Differential item functioning: whether an item works the same for two groups of equal ability."""

from collections.abc import Iterable, Sequence
from math import exp, log, sqrt
from typing import NamedTuple

from .errors import DataError

__all__ = ["MantelHaenszel", "mantel_haenszel"]

Z95 = 1.959963984540054
CHI_SQUARE_95 = 3.841458820694124


class MantelHaenszel(NamedTuple):
    """The common odds ratio over strata and its test with one degree of freedom.

    ``odds_ratio`` > 1: the item is easier for the reference group. ``delta`` is on the ETS scale,
    -2.35 ln(odds ratio); ``ets_class`` is A (negligible), B or C (large), after Zieky (1993).
    """

    chi_square: float
    odds_ratio: float
    low: float
    high: float
    delta: float
    ets_class: str


def mantel_haenszel(strata: Iterable[Sequence[Sequence[float]]], *, corrected: bool = True) -> MantelHaenszel:
    """Return the Mantel-Haenszel statistic of 2 x 2 tables, one a stratum of equal sum score.

    A table is ((reference right, reference wrong), (focal right, focal wrong)). Mantel & Haenszel (1959);
    Holland & Thayer (1988); interval by Robins, Breslow & Greenland (1986). Strata with fewer than two
    persons say nothing and are left out. Raises DataError where no stratum holds both groups and answers.
    """
    sums = _Sums()
    for (a, b), (c, d) in strata:
        if a + b + c + d >= 2:
            sums.add(a, b, c, d)
    if sums.variance <= 0.0 or sums.right <= 0.0 or sums.wrong <= 0.0:
        raise DataError("no stratum holds both groups with right and wrong answers: DIF cannot be tested")
    gap = abs(sums.observed - sums.expected)
    chi_square = max(gap - (0.5 if corrected else 0.0), 0.0) ** 2 / sums.variance
    ratio = sums.right / sums.wrong
    half = Z95 * sums.log_se()
    delta = -2.35 * log(ratio)
    ets = _ets_class(delta, 2.35 * sums.log_se(), chi_square)
    return MantelHaenszel(chi_square, ratio, ratio * exp(-half), ratio * exp(half), delta, ets)


class _Sums:
    """Running sums over strata, named as in Robins, Breslow & Greenland."""

    def __init__(self) -> None:
        self.observed = self.expected = self.variance = self.right = self.wrong = 0.0
        self._pr = self._ps_qr = self._qs = 0.0

    def add(self, a: float, b: float, c: float, d: float) -> None:
        n = a + b + c + d
        reference, focal, right, wrong = a + b, c + d, a + c, b + d
        self.observed += a
        self.expected += reference * right / n
        self.variance += reference * focal * right * wrong / (n * n * (n - 1))
        r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
        self.right += r
        self.wrong += s
        self._pr += p * r
        self._ps_qr += p * s + q * r
        self._qs += q * s

    def log_se(self) -> float:
        return sqrt(
            self._pr / (2 * self.right**2)
            + self._ps_qr / (2 * self.right * self.wrong)
            + self._qs / (2 * self.wrong**2)
        )


def _ets_class(delta: float, delta_se: float, chi_square: float) -> str:
    """A unless significantly not 0 and at least 1; C if at least 1.5 and significantly above 1; else B."""
    if chi_square < CHI_SQUARE_95 or abs(delta) < 1.0:
        return "A"
    one_sided_95 = 1.6448536269514722
    return "C" if abs(delta) >= 1.5 and (abs(delta) - 1.0) / delta_se > one_sided_95 else "B"
