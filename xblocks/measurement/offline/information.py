"""How sure a calibration is, from the observed information (Louis 1982)."""

import numpy as np

from .em import Problem, score
from .families import ONE_PL, Array

__all__ = ["covariances", "observed_information"]


def covariances(problem: Problem, state: Array) -> Array:
    """Return the covariance matrix of each item's parameters (J, p, p); 0 for what was not estimated."""
    information = observed_information(problem, state)
    free = _free(problem, state)
    covariance = free @ np.linalg.pinv(free.T @ information @ free, hermitian=True) @ free.T
    items, width = problem.answers.items, state.shape[1]
    blocks = [slice(item * width, (item + 1) * width) for item in range(items)]
    return np.stack([covariance[block, block] for block in blocks])


def _free(problem: Problem, state: Array) -> Array:
    """Return the matrix that leads from the free parameters to all: anchors have none, the 1PL one slope."""
    items, width = problem.answers.items, state.shape[1]
    columns = []
    if problem.family is ONE_PL and problem.fixed_slope is None:
        columns.append([i * width for i in range(items)])
    first = 1 if problem.family is ONE_PL else 0
    columns += [[i * width + j] for i in range(items) if i not in problem.fixed for j in range(first, width)]
    if problem.fixed:
        columns += [[items * width], [items * width + 1]]
    matrix = np.zeros((items * width + (2 if problem.fixed else 0), len(columns)))
    for number, rows in enumerate(columns):
        matrix[rows, number] = 1.0
    return matrix


def observed_information(problem: Problem, state: Array) -> Array:
    """Return minus the second derivatives of the log posterior at a state (Louis 1982).

    They are those of the complete data less the variance, over each person's posterior, of the score. Rows
    are the parameters item by item, then, with anchors, mean and standard deviation.
    """
    parameters, mean, sd = problem.read(state)
    probabilities, derivatives = problem.family.probabilities(parameters, problem.nodes)
    counts, abilities, _value = problem.expected(probabilities, mean, sd)
    size = parameters.size
    information = np.zeros((size + 2, size + 2))
    width = parameters.shape[1]
    for item, block in enumerate(_complete(problem, parameters, counts)):
        here = slice(item * width, (item + 1) * width)
        information[here, here] = block
    gaps = problem.nodes - mean
    of_people = np.stack([gaps / sd**2, gaps**2 / sd**3 - 1 / sd])
    moments = abilities @ np.stack([gaps**0, gaps, gaps**2]).T
    across = 2 * moments[1] / sd**3
    information[size:, size:] = [
        [moments[0] / sd**2, across],
        [across, 3 * moments[2] / sd**4 - moments[0] / sd**2],
    ]
    information -= _lost(problem, probabilities, derivatives, of_people, mean, sd)
    return information if problem.fixed else information[:size, :size]


def _complete(problem: Problem, parameters: Array, counts: Array) -> Array:
    """Return each item's information if the abilities were known (J, p, p), with the priors."""
    blocks = np.empty((*parameters.shape, parameters.shape[1]))
    h = 1e-5

    def gradient(shifted: Array) -> Array:
        found = score(counts, *problem.family.probabilities(shifted, problem.nodes))[0]
        return found + problem.family.log_prior(shifted)[1] if problem.priors else found

    for column in range(parameters.shape[1]):
        shift = np.zeros_like(parameters)
        shift[:, column] = h
        blocks[:, column] = -(gradient(parameters + shift) - gradient(parameters - shift)) / (2 * h)
    result: Array = (blocks + blocks.transpose(0, 2, 1)) / 2
    return result


def _lost(
    problem: Problem, probabilities: Array, derivatives: Array, of_people: Array, mean: float, sd: float
) -> Array:
    """Return the sum over persons of the variance of their score: what not knowing the abilities costs.

    A person's score at a node is linear in 1, the indicators of the categories and, with answers missing, of
    having answered: ``maps`` (Q, columns, parameters) holds the coefficients.
    """
    items, categories, nodes = probabilities.shape
    width = derivatives.shape[1]
    size = items * width
    slopes = derivatives / probabilities[:, None]
    of_lowest, of_higher = slopes[:, :, 0], slopes[:, :, 1:] - slopes[:, :, :1]
    complete = problem.answers.complete
    columns = 1 + items * (categories - 1) + (0 if complete else items)
    maps = np.zeros((nodes, columns, size + 2))
    maps[:, 0, size:] = of_people.T
    for item in range(items):
        here = slice(item * width, (item + 1) * width)
        for k in range(categories - 1):
            maps[:, 1 + k * items + item, here] = of_higher[item, :, k].T
        maps[:, 0 if complete else columns - items + item, here] = of_lowest[item].T
    lost = np.zeros((size + 2, size + 2))
    for rows, (indicators, gave, joint, _value) in zip(
        problem.answers.blocks(), problem.posteriors(probabilities, mean, sd), strict=True
    ):
        parts = [np.ones((len(joint), 1)), indicators, *([] if gave is None else [gave])]
        known = np.concatenate(parts, axis=1)
        for node in range(nodes):
            weighted = known * joint[:, node, None]
            lost += maps[node].T @ (known.T @ weighted) @ maps[node]
        means = _means(known, joint, maps)
        lost -= (means / problem.answers.weights[rows, None]).T @ means
    return lost


def _means(known: Array, joint: Array, maps: Array) -> Array:
    """Return each person's expected score (n, parameters), weighted, column of ``known`` by column."""
    means = np.zeros((len(known), maps.shape[2]))
    for column in range(maps.shape[1]):
        touched = np.flatnonzero(maps[:, column].any(axis=0))
        means[:, touched] += known[:, column, None] * (joint @ maps[:, column, touched])
    return means
