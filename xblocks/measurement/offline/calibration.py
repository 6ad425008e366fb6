"""Item parameters from answers: marginal maximum likelihood by EM. Bock & Aitkin (1981).

Ability is N(0, 1) and integrated over 61 nodes from -6 to 6. Each maximisation is a Fisher-scoring step of
all items at once; SQUAREM (Varadhan & Roland 2008) makes the sequence converge in a fraction of the passes.
Answers that are missing by design are left out of the likelihood. Standard errors come from the observed
information (Louis 1982).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xblocks.measurement.errors import ParameterError
from xblocks.measurement.models import ItemModel

from .answers import MISSING, Answers, Precision
from .em import Problem, fixed_point
from .families import ONE_PL, Array, Family
from .information import covariances

__all__ = ["MISSING", "Calibration", "calibrate"]

# A first estimate from so many persons costs little and saves most of the passes over all of them.
SAMPLE = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was estimated. ``parameters`` and ``errors`` are (J, p) in slope and intercept form.

    ``errors`` are standard errors from the observed information, NaN where they were not asked for, 0 for
    anchors; ``covariances`` (J, p, p) are those of each item's parameters. ``log_likelihood`` is of the
    answers alone, without the priors. ``answers`` says how many people answered each item
    (``policy.standing`` reads it). ``mean`` and ``sd`` are those of the abilities: 0 and 1 unless anchors fix
    the scale.
    """

    family: str
    items: tuple[ItemModel, ...]
    parameters: Array
    errors: Array
    covariances: Array
    log_likelihood: float
    passes: int
    persons: int
    answers: tuple[int, ...]
    mean: float
    sd: float


def calibrate(
    responses: npt.ArrayLike,
    family: Family,
    *,
    priors: bool = True,
    fixed_slope: float | None = None,
    anchors: Mapping[int, ItemModel] | None = None,
    errors: bool = True,
    tolerance: float = 1e-5,
    max_passes: int = 500,
) -> Calibration:
    """Return the items' parameters and their standard errors.

    ``responses`` is (N, J) of categories 0..K-1 with MISSING (-1) where an item was not given; all items
    have the same K. The 1PL has one slope for all, estimated, or ``fixed_slope``. ``anchors`` are items, by
    their column, that keep the parameters of an earlier calibration: the others come out on its scale, and
    the abilities' mean and spread are estimated (Kim 2006, multiple weights and EM cycles).

    Raises DataError where an item has a category that nobody reached, or too few persons; ParameterError
    where it does not converge, or an anchor is no item of this family.
    """
    if fixed_slope is not None and family is not ONE_PL:
        raise ParameterError("only the 1PL can have a fixed slope")
    given = Answers.of(responses)
    kept = dict(anchors or {})
    fixed = _fixed(kept, family, given, fixed_slope)

    def problem(answers: Answers, precision: Precision = np.float64) -> Problem:
        return Problem(
            answers, family, priors=priors, fixed_slope=fixed_slope, fixed=fixed, precision=precision
        )

    whole = problem(given)
    state = whole.start()
    passes = 0
    if given.persons > 4 * SAMPLE:
        state, _passes = fixed_point(problem(given.sample(SAMPLE)).step, state, 1e-3, max_passes)
        # Half the digits are enough until the last passes, and take half the time.
        state, passes = fixed_point(problem(given, np.float32).step, state, 1e-4, max_passes)
    state, last = fixed_point(whole.step, state, tolerance, max_passes)
    parameters, mean, sd = whole.read(state)
    spread = (
        covariances(whole, state) if errors else np.full((*parameters.shape, parameters.shape[1]), np.nan)
    )
    return Calibration(
        family=family.name,
        items=tuple(kept.get(item) or family.model(row) for item, row in enumerate(parameters)),
        parameters=parameters,
        errors=np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0.0)),
        covariances=spread,
        log_likelihood=whole.log_likelihood(state),
        passes=passes + last,
        persons=int(given.weights.sum()),
        answers=given.count(),
        mean=mean,
        sd=sd,
    )


def _fixed(
    anchors: Mapping[int, ItemModel], family: Family, answers: Answers, fixed_slope: float | None
) -> dict[int, list[float]]:
    """Return the anchors' parameters by column; raises ParameterError for what is none of the calibration."""
    found = {}
    for column, model in anchors.items():
        if not 0 <= column < answers.items:
            raise ParameterError(f"the anchor of column {column}: there are {answers.items} items")
        parameters = family.parameters(model)
        if parameters is None or model.categories != answers.categories:
            raise ParameterError(
                f"the anchor of column {column} is {model!r}: "
                f"no {family.name} item of {answers.categories} categories"
            )
        if family is ONE_PL and parameters[0] != fixed_slope:
            raise ParameterError(
                f"the anchor of column {column} has the slope {parameters[0]:g}; "
                "give it as the fixed slope of all"
            )
        found[column] = parameters
    return found
