"""Differential item functioning by logistic regression.

It also finds what favours one group among the weak and the other among the able; Mantel-Haenszel
(``xblocks.measurement.dif``) sees only a gap of one direction.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xblocks.measurement.chi_square import upper_tail
from xblocks.measurement.errors import DataError

from .families import Array

__all__ = ["LogisticDif", "logistic_dif"]

# Nagelkerke's R² that group and interaction add: below A, from C on (Jodoin & Gierl 2001).
MODERATE, LARGE = 0.035, 0.07


class LogisticDif(NamedTuple):
    """Likelihood ratios of three nested models, and how much they matter.

    ``chi_square`` (two degrees of freedom, probability ``p``) is for any difference between the groups;
    ``uniform`` and ``nonuniform`` (one each) are its parts: the same at all scores, or changing with them.
    ``log_odds`` > 0: the item is easier for the reference group. ``effect`` is the Nagelkerke R² that the
    group adds; ``jg_class`` is A (negligible or not significant at .05), B or C (large).
    """

    chi_square: float
    p: float
    uniform: float
    nonuniform: float
    log_odds: float
    effect: float
    jg_class: str


def logistic_dif(right: npt.ArrayLike, scores: npt.ArrayLike, reference: npt.ArrayLike) -> LogisticDif:
    """Return the test of one item (Swaminathan & Rogers 1990).

    ``right`` (N,) holds 0 or 1, ``scores`` (N,) what people are matched by (sum scores, or abilities),
    ``reference`` (N,) True for the reference group. ``policy.enough_for_dif`` says from how many answers a
    finding may be reported. Raises DataError where a group is missing, nothing varies, or the answers are
    separated wholly by score or group.
    """
    answers, matched, group = _checked(right, scores, reference)
    standard = (matched - matched.mean()) / matched.std()
    ones = np.ones_like(standard)
    base, _found = _fit(np.stack([ones, standard], axis=1), answers)
    same, coefficients = _fit(np.stack([ones, standard, group], axis=1), answers)
    full, _found = _fit(np.stack([ones, standard, group, standard * group], axis=1), answers)
    share = answers.mean()
    null = len(answers) * (share * np.log(share) + (1 - share) * np.log(1 - share))
    uniform, nonuniform = max(2 * (same - base), 0.0), max(2 * (full - same), 0.0)
    whole = uniform + nonuniform
    p = upper_tail(whole, 2)
    effect = _nagelkerke(full, null, len(answers)) - _nagelkerke(base, null, len(answers))
    size = "A" if p >= 0.05 or effect < MODERATE else "C" if effect >= LARGE else "B"
    return LogisticDif(whole, p, uniform, nonuniform, float(coefficients[2]), effect, size)


def _checked(
    right: npt.ArrayLike, scores: npt.ArrayLike, reference: npt.ArrayLike
) -> tuple[Array, Array, Array]:
    answers, matched, group = (np.asarray(one, dtype=float) for one in (right, scores, reference))
    if answers.ndim != 1 or not answers.shape == matched.shape == group.shape:
        raise DataError("every person needs an answer, a score and a group")
    if not np.isin(answers, (0, 1)).all() or not np.isin(group, (0, 1)).all():
        raise DataError("an answer is 0 or 1, and a person is of the reference group or not")
    if not np.isfinite(matched).all():
        raise DataError("every person needs a score")
    for name, values in (("answers", answers), ("groups", group), ("scores", matched)):
        if not len(values) or values.std() == 0.0:
            raise DataError(f"the {name} are all the same: DIF cannot be tested")
    return answers, matched, group


def _fit(design: Array, answers: Array) -> tuple[float, Array]:
    """Return the log-likelihood and the coefficients, by Newton's method."""
    found = np.zeros(design.shape[1])
    for _pass in range(50):
        right = 0.5 * (1.0 + np.tanh(0.5 * (design @ found)))
        information = (design * (right * (1.0 - right))[:, None]).T @ design
        if np.linalg.cond(information) > 1e12:
            break
        step = np.linalg.solve(information, design.T @ (answers - right))
        found = found + step
        if np.abs(step).max() < 1e-10:
            logits = design @ found
            return float((answers * logits - np.logaddexp(0.0, logits)).sum()), found
    raise DataError("score or group tell right from wrong wholly: the logistic regression has no solution")


def _nagelkerke(value: float, null: float, count: int) -> float:
    """Return Nagelkerke's (1991) R²."""
    return float((1.0 - np.exp(2 * (null - value) / count)) / (1.0 - np.exp(2 * null / count)))
