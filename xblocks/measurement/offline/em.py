"""One calibration as EM sees it: the map from parameters to better ones, and its acceleration."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from xblocks.measurement.errors import ParameterError

from .answers import Answers, Precision
from .families import ONE_PL, Array, Family

__all__ = ["Problem", "fixed_point", "score"]


class Problem:
    """One calibration: its answers, its family, and the map that EM repeats.

    A state is what EM repeats on: the parameters (J, p), and with anchors a row more, which holds the mean
    and the logarithm of the standard deviation of the abilities.
    """

    def __init__(
        self,
        answers: Answers,
        family: Family,
        *,
        priors: bool,
        fixed_slope: float | None,
        fixed: Mapping[int, list[float]],
        precision: Precision = np.float64,
    ) -> None:
        self.answers, self.family, self.priors, self.fixed_slope = answers, family, priors, fixed_slope
        self.fixed, self.precision = fixed, precision
        self.nodes = np.linspace(-6.0, 6.0, 61)

    def start(self) -> Array:
        """Return a state to begin with."""
        start = self.family.start(self.answers.shares())
        if self.fixed_slope is not None:
            start[:, 0] = self.fixed_slope
        return self._state(self.family.bounded(start), 0.0, 1.0)

    def read(self, state: Array) -> tuple[Array, float, float]:
        """Return parameters, mean and standard deviation of a state."""
        if not self.fixed:
            return state, 0.0, 1.0
        return state[:-1], float(state[-1, 0]), float(np.exp(state[-1, 1]))

    def _state(self, parameters: Array, mean: float, sd: float) -> Array:
        if not self.fixed:
            return parameters
        population = np.zeros((1, parameters.shape[1]))
        population[0, :2] = np.clip(mean, -4.0, 4.0), np.log(np.clip(sd, 0.2, 3.0))
        state: Array = np.concatenate([parameters, population])
        for column, values in self.fixed.items():
            state[column] = values
        return state

    def step(self, state: Array) -> tuple[Array, float]:
        """Return the state after one EM pass, and the log posterior at the one it was given."""
        parameters, mean, sd = self.read(state)
        # A jump of SQUAREM's may have left the range.
        parameters, mean, sd = self.read(self._state(self.family.bounded(parameters), mean, sd))
        probabilities, derivatives = self.family.probabilities(parameters, self.nodes)
        counts, abilities, value = self.expected(probabilities, mean, sd)
        gradient, information = score(counts, probabilities, derivatives)
        if self.priors:
            log_prior, slope, curvature = self.family.log_prior(parameters)
            value += float(log_prior.sum())
            gradient = gradient + slope
            information = information + curvature[:, :, None] * np.eye(parameters.shape[1])
        if self.fixed:
            share = abilities / abilities.sum()
            mean = float(share @ self.nodes)
            sd = float(np.sqrt(share @ (self.nodes - mean) ** 2))
        moved = self.family.bounded(parameters + self._move(gradient, information))
        return self._state(moved, mean, sd), value

    def _move(self, gradient: Array, information: Array) -> Array:
        if self.family is not ONE_PL:
            moved = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        else:
            moved = self._common_slope(gradient, information)
        # A step of a Newton kind may be far too long where the start was bad.
        longest = np.abs(moved).max(axis=1, keepdims=True)
        result: Array = moved * np.minimum(1.0, 1.0 / np.maximum(longest, 1e-12))
        return result

    def _common_slope(self, gradient: Array, information: Array) -> Array:
        """Return the step with one slope for all items: intercepts eliminated first, then put back."""
        across, of_intercept = information[:, 0, 1], information[:, 1, 1]
        slope = 0.0
        if self.fixed_slope is None:
            left = gradient[:, 0] - across * gradient[:, 1] / of_intercept
            slope = float(left.sum() / (information[:, 0, 0] - across**2 / of_intercept).sum())
        intercepts = (gradient[:, 1] - across * slope) / of_intercept
        return np.stack([np.full_like(intercepts, slope), intercepts], axis=1)

    def expected(self, probabilities: Array, mean: float, sd: float) -> tuple[Array, Array, float]:
        """Return the expected counts (J, K, Q), the expected abilities (Q,), and the log-likelihood."""
        items, categories, nodes = probabilities.shape
        reached = np.zeros((items * (categories - 1), nodes))
        answered = np.zeros((items, nodes))
        abilities = np.zeros(nodes)
        value = 0.0
        for indicators, gave, joint, block_value in self.posteriors(probabilities, mean, sd):
            value += block_value
            reached += indicators.T @ joint
            here = joint.sum(axis=0)
            abilities += here
            answered += here if gave is None else gave.T @ joint
        higher = reached.reshape(categories - 1, items, nodes).transpose(1, 0, 2)
        lowest = answered - higher.sum(axis=1)
        return np.concatenate([lowest[:, None], higher], axis=1), abilities, value

    def posteriors(
        self, probabilities: Array, mean: float, sd: float
    ) -> Iterator[tuple[Array, Array | None, Array, float]]:
        """Yield for each block its indicators, its weighted posteriors (n, Q) and its log-likelihood."""
        density = -0.5 * ((self.nodes - mean) / sd) ** 2
        log_prior = density - np.log(np.exp(density).sum())
        logs = np.log(probabilities)
        nodes = len(self.nodes)
        above = (logs[:, 1:] - logs[:, :1]).transpose(1, 0, 2).reshape(-1, nodes).astype(self.precision)
        lowest: Array = logs[:, 0].astype(self.precision)
        alone: Array = log_prior.astype(self.precision)
        everybody = (log_prior + logs[:, 0].sum(axis=0)).astype(self.precision)
        for rows in self.answers.blocks():
            indicators, gave = self.answers.indicators(rows, self.precision)
            joint = indicators @ above
            joint += everybody if gave is None else gave @ lowest + alone
            value = self._to_posterior(joint, self.answers.weights[rows])
            yield indicators, gave, joint, value

    @staticmethod
    def _to_posterior(joint: Array, weights: Array) -> float:
        """Turn log joint densities (n, Q) into weighted posteriors in place; return the log-likelihood."""
        largest = joint.max(axis=1, keepdims=True)
        joint -= largest
        np.exp(joint, out=joint)
        total = joint.sum(axis=1)
        joint *= (weights / total).astype(joint.dtype)[:, None]
        return float(weights @ (np.log(total) + largest[:, 0]))

    def log_likelihood(self, state: Array) -> float:
        """Return it for the answers alone, without the priors."""
        parameters, mean, sd = self.read(state)
        return self.expected(self.family.probabilities(parameters, self.nodes)[0], mean, sd)[2]


def score(counts: Array, probabilities: Array, derivatives: Array) -> tuple[Array, Array]:
    """Return the complete-data gradient (J, p) and expected information (J, p, p)."""
    gradient = np.einsum("jkq,jpkq->jp", counts / probabilities, derivatives)
    weighted = derivatives * (counts.sum(axis=1, keepdims=True) / probabilities)[:, None]
    information = np.einsum("jpkq,jrkq->jpr", weighted, derivatives)
    return gradient, information


def fixed_point(
    step: Callable[[Array], tuple[Array, float]], start: Array, tolerance: float, max_passes: int
) -> tuple[Array, int]:
    """Return the fixed point of the map and the passes it took (SQUAREM, scheme S3)."""
    current, passes, best = start, 0, -np.inf
    while passes < max_passes:
        first, value = step(current)
        second, _value = step(first)
        passes += 2
        r, v = first - current, (second - first) - (first - current)
        if np.abs(second - first).max() < tolerance:
            return second, passes
        length = max(float(np.linalg.norm(r)) / max(float(np.linalg.norm(v)), 1e-12), 1.0)
        jumped = current + 2 * length * r + length**2 * v
        landed, reached = step(jumped)
        passes += 1
        # A jump that made the fit worse is taken back: then this was two plain passes.
        current = landed if np.isfinite(reached) and reached >= max(value, best) - 1e-9 else second
        best = max(best, value)
    raise ParameterError(
        f"the calibration did not settle in {max_passes} passes; there are too few answers for this model"
    )
