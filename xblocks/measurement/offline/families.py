"""The model families as calibration sees them: arrays of parameters, probabilities and their derivatives.

All items of a group have the same family and number of categories. Parameters are in slope and intercept
form (logit = a theta + d), which is better conditioned than difficulties. Shapes: J items, p parameters,
K categories, Q nodes.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from xblocks.measurement.errors import ParameterError
from xblocks.measurement.models import (
    GeneralizedPartialCredit,
    GradedResponse,
    ItemModel,
    ThreeParameterLogistic,
    TwoParameterLogistic,
)

__all__ = [
    "GPCM",
    "GRM",
    "ONE_PL",
    "THREE_PL",
    "TWO_PL",
    "Array",
    "Family",
    "curves",
    "parameters_of",
]

type Array = npt.NDArray[np.float64]

# No probability is nearer to 0: logarithms and weights stay finite.
TINY = 1e-12


class Family(Protocol):
    """What calibration asks of a family."""

    name: str

    def start(self, shares: Array) -> Array:
        """Return starting parameters (J, p) from the shares of each category (J, K)."""
        ...

    def probabilities(self, parameters: Array, nodes: Array) -> tuple[Array, Array]:
        """Return P (J, K, Q) and its derivatives (J, p, K, Q)."""
        ...

    def bounded(self, parameters: Array) -> Array:
        """Return the parameters inside the range that the run-time models take."""
        ...

    def model(self, parameters: Sequence[float]) -> ItemModel:
        """Return one item as the run-time models have it."""
        ...

    def parameters(self, model: ItemModel) -> list[float] | None:
        """Return what ``model`` was made of, None where the item is not of this family."""
        ...

    def log_prior(self, parameters: Array) -> tuple[Array, Array, Array]:
        """Return the log of the prior (J,), its gradient (J, p) and the negative of its curvature (J, p)."""
        ...


def _sigmoid(x: Array) -> Array:
    result: Array = 0.5 * (1.0 + np.tanh(0.5 * x))
    return result


def _log_normal(a: Array) -> tuple[Array, Array, Array]:
    """The slope's prior, log a ~ N(.1, .4²) as a density of log a."""
    mean, variance = 0.1, 0.16
    log_a = np.log(a)
    value = -((log_a - mean) ** 2) / (2 * variance)
    gradient = -(log_a - mean) / (variance * a)
    curvature = (1 - (log_a - mean)) / (variance * a**2)
    return value, gradient, np.maximum(curvature, 0.0)


def _normal(x: Array, variance: float = 4.0) -> tuple[Array, Array, Array]:
    """An intercept's prior, N(0, 2²)."""
    return -(x**2) / (2 * variance), -x / variance, np.full_like(x, 1 / variance)


class _TwoPL:
    """Parameters a, d: P = 1 / (1 + exp(-(a theta + d)))."""

    name = "2PL"

    def start(self, shares: Array) -> Array:
        right = np.clip(shares[:, 1], 0.02, 0.98)
        return np.stack([np.ones_like(right), 1.2 * np.log(right / (1 - right))], axis=1)

    def probabilities(self, parameters: Array, nodes: Array) -> tuple[Array, Array]:
        right = _sigmoid(parameters[:, :1] * nodes + parameters[:, 1:2])
        slope = right * (1 - right)
        by_slope, by_intercept = slope * nodes, slope
        probabilities = np.stack([1 - right, right], axis=1)
        derivatives = np.stack(
            [np.stack([-by_slope, by_slope], axis=1), np.stack([-by_intercept, by_intercept], axis=1)],
            axis=1,
        )
        return np.clip(probabilities, TINY, 1.0), derivatives

    def bounded(self, parameters: Array) -> Array:
        slopes = np.clip(parameters[:, 0], 0.02, 8.0)
        return np.stack([slopes, np.clip(parameters[:, 1], -9 * slopes, 9 * slopes)], axis=1)

    def model(self, parameters: Sequence[float]) -> ItemModel:
        a, d = parameters
        return TwoParameterLogistic(float(a), float(-d / a))

    def parameters(self, model: ItemModel) -> list[float] | None:
        if not isinstance(model, ThreeParameterLogistic) or model.c:
            return None
        return [model.a, -model.a * model.b]

    def log_prior(self, parameters: Array) -> tuple[Array, Array, Array]:
        slope, intercept = _log_normal(parameters[:, 0]), _normal(parameters[:, 1])
        return (
            slope[0] + intercept[0],
            np.stack([slope[1], intercept[1]], axis=1),
            np.stack([slope[2], intercept[2]], axis=1),
        )


class _OnePL(_TwoPL):
    """Parameters a (the same for all; see ``calibrate``), d."""

    name = "1PL"


class _ThreePL:
    """Parameters a, d, g: P = c + (1 - c) sigmoid(a theta + d), c = sigmoid(g)."""

    name = "3PL"

    def start(self, shares: Array) -> Array:
        two = TWO_PL.start(shares)
        guess = np.full((len(two), 1), np.log(0.2 / 0.8))
        return np.concatenate([two, guess], axis=1)

    def probabilities(self, parameters: Array, nodes: Array) -> tuple[Array, Array]:
        c = _sigmoid(parameters[:, 2:3])
        inner = _sigmoid(parameters[:, :1] * nodes + parameters[:, 1:2])
        right = c + (1 - c) * inner
        slope = (1 - c) * inner * (1 - inner)
        by = np.stack([slope * nodes, slope, (1 - inner) * c * (1 - c)], axis=1)
        probabilities = np.stack([1 - right, right], axis=1)
        return np.clip(probabilities, TINY, 1.0), np.stack([-by, by], axis=2)

    def bounded(self, parameters: Array) -> Array:
        two = TWO_PL.bounded(parameters[:, :2])
        guess = np.clip(parameters[:, 2:], np.log(0.002 / 0.998), np.log(0.6 / 0.4))
        return np.concatenate([two, guess], axis=1)

    def model(self, parameters: Sequence[float]) -> ItemModel:
        a, d, g = map(float, parameters)
        return ThreeParameterLogistic(a, -d / a, float(1.0 / (1.0 + np.exp(-g))))

    def parameters(self, model: ItemModel) -> list[float] | None:
        if not isinstance(model, ThreeParameterLogistic) or not model.c:
            return None
        return [model.a, -model.a * model.b, float(np.log(model.c / (1.0 - model.c)))]

    def log_prior(self, parameters: Array) -> tuple[Array, Array, Array]:
        value, gradient, curvature = TWO_PL.log_prior(parameters[:, :2])
        # c ~ Beta(5, 17), as a density of its logit: 5 log c + 17 log(1 - c). Its curvature is 22 c(1 - c);
        # the largest that it can have, at c = .5, keeps a step from leaping to and fro where c is small.
        c = _sigmoid(parameters[:, 2])
        value = value + 5 * np.log(c) + 17 * np.log(1 - c)
        return (
            value,
            np.concatenate([gradient, (5 - 22 * c)[:, None]], axis=1),
            np.concatenate([curvature, np.full((len(c), 1), 22 / 4)], axis=1),
        )


class _Steps:
    """What GRM and GPCM share: parameters a, d1..d(K-1)."""

    def bounded(self, parameters: Array) -> Array:
        slopes = np.clip(parameters[:, :1], 0.02, 8.0)
        return np.concatenate([slopes, np.clip(parameters[:, 1:], -9 * slopes, 9 * slopes)], axis=1)

    def log_prior(self, parameters: Array) -> tuple[Array, Array, Array]:
        slope, steps = _log_normal(parameters[:, 0]), _normal(parameters[:, 1:])
        return (
            slope[0] + steps[0].sum(axis=1),
            np.concatenate([slope[1][:, None], steps[1]], axis=1),
            np.concatenate([slope[2][:, None], steps[2]], axis=1),
        )


class _GRM(_Steps):
    """P(k or more) = sigmoid(a theta + d_k), the d falling."""

    name = "GRM"

    def start(self, shares: Array) -> Array:
        above = np.clip(shares[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:], 0.01, 0.99)
        steps = 1.2 * np.log(above / (1 - above)) - 0.01 * np.arange(above.shape[1])
        return np.concatenate([np.ones((len(shares), 1)), steps], axis=1)

    def bounded(self, parameters: Array) -> Array:
        inside = super().bounded(parameters)
        steps = np.minimum.accumulate(inside[:, 1:] + 1e-4 * np.arange(inside.shape[1] - 1), axis=1)
        return np.concatenate([inside[:, :1], steps - 1e-4 * np.arange(steps.shape[1])], axis=1)

    def probabilities(self, parameters: Array, nodes: Array) -> tuple[Array, Array]:
        items, width = parameters.shape
        above = _sigmoid(parameters[:, :1, None] * nodes + parameters[:, 1:, None])
        ends = np.ones((items, 1, len(nodes)))
        whole = np.concatenate([ends, above, 0 * ends], axis=1)
        slope = whole * (1 - whole)
        derivatives = np.zeros((items, width, width, len(nodes)))
        derivatives[:, 0] = (slope[:, :-1] - slope[:, 1:]) * nodes
        for step in range(1, width):
            derivatives[:, step, step - 1] = -slope[:, step]
            derivatives[:, step, step] = slope[:, step]
        return np.clip(whole[:, :-1] - whole[:, 1:], TINY, 1.0), derivatives

    def model(self, parameters: Sequence[float]) -> ItemModel:
        a, *steps = map(float, parameters)
        return GradedResponse(a, [-d / a for d in steps])

    def parameters(self, model: ItemModel) -> list[float] | None:
        if not isinstance(model, GradedResponse):
            return None
        return [model.a, *(-model.a * step for step in model.steps)]


class _GPCM(_Steps):
    """P(k) is proportional to exp(k a theta + d_1 + … + d_k)."""

    name = "GPCM"

    def start(self, shares: Array) -> Array:
        filled = np.clip(shares, 0.01, 1.0)
        return np.concatenate([np.ones((len(shares), 1)), np.log(filled[:, 1:] / filled[:, :-1])], axis=1)

    def probabilities(self, parameters: Array, nodes: Array) -> tuple[Array, Array]:
        items, width = parameters.shape
        category = np.arange(width)[:, None]
        sums = np.concatenate([np.zeros((items, 1)), parameters[:, 1:].cumsum(axis=1)], axis=1)
        logits = parameters[:, :1, None] * category * nodes + sums[:, :, None]
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities = grown / grown.sum(axis=1, keepdims=True)
        # d log P_k / d parameter = (its coefficient in k) - (the mean coefficient).
        derivatives = np.empty((items, width, width, len(nodes)))
        for parameter in range(width):
            coefficient = (
                category * nodes if parameter == 0 else (category >= parameter) * np.ones_like(nodes)
            )
            mean = (probabilities * coefficient).sum(axis=1, keepdims=True)
            derivatives[:, parameter] = probabilities * (coefficient - mean)
        return np.clip(probabilities, TINY, 1.0), derivatives

    def model(self, parameters: Sequence[float]) -> ItemModel:
        a, *steps = map(float, parameters)
        return GeneralizedPartialCredit(a, [-d / a for d in steps])

    def parameters(self, model: ItemModel) -> list[float] | None:
        if not isinstance(model, GeneralizedPartialCredit):
            return None
        return [model.a, *(-model.a * step for step in model.steps)]


TWO_PL, ONE_PL, THREE_PL, GRM, GPCM = _TwoPL(), _OnePL(), _ThreePL(), _GRM(), _GPCM()


def parameters_of(model: ItemModel) -> tuple[Family, list[float]]:
    """Return the family of a run-time model and its parameters; raises ParameterError for another kind."""
    for family in (TWO_PL, THREE_PL, GRM, GPCM):
        parameters = family.parameters(model)
        if parameters is not None:
            return family, parameters
    raise ParameterError(f"{model!r} is of no family that calibration knows")


def curves(models: Sequence[ItemModel], thetas: Array) -> list[Array]:
    """Return for each item the probabilities of its categories (K, len(thetas))."""
    found = []
    for model in models:
        family, parameters = parameters_of(model)
        found.append(family.probabilities(np.array([parameters]), thetas)[0][0])
    return found
