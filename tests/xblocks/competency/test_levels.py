"""Levels, and the words for them: no more is said than is known."""

from math import isclose, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.levels import (
    BANDS,
    HIGHEST,
    PROVISIONAL_CUTS,
    LevelCuts,
    certainty,
    gap,
    gap_words,
    level_of,
    level_words,
    span,
)
from xblocks.measurement.ability import Estimate
from xblocks.measurement.errors import ParameterError
from xblocks.measurement.models import rasch

thetas = st.floats(-6, 6)
errors = st.floats(0.05, 1)


def test_a_level_begins_where_its_items_are_answered_rightly_by_two_in_three():
    """The provisional cuts are response probability .67 at the experts' difficulties."""
    for difficulty, cut in zip((-2, -1, 0, 1, 2), PROVISIONAL_CUTS.thetas, strict=True):
        assert isclose(rasch(difficulty).category_probs(cut)[1], 0.67, abs_tol=1e-4)


@pytest.mark.parametrize("wrong", [(), (1, 2, 3, 4), (1, 2, 3, 4, 4), (5, 4, 3, 2, 1), (1, 2, 3, 4, nan)])
def test_cuts_that_are_none_are_refused(wrong):
    with pytest.raises(ParameterError, match="cut scores"):
        LevelCuts(wrong)


@given(thetas, errors)
def test_the_level_is_the_highest_that_is_as_likely_as_not(theta, se):
    found = level_of(Estimate(theta, se), PROVISIONAL_CUTS)
    assert found.level == sum(theta >= cut for cut in PROVISIONAL_CUTS.thetas)
    assert list(found.at_least) == sorted(found.at_least, reverse=True)
    assert found.reaches(0) == 1.0
    assert all(found.reaches(level) == found.at_least[level - 1] for level in range(1, HIGHEST + 1))


@given(thetas, thetas, errors)
def test_a_higher_ability_is_never_at_a_lower_level(first, second, se):
    low, high = (level_of(Estimate(one, se), PROVISIONAL_CUTS) for one in sorted((first, second)))
    assert low.level <= high.level
    assert all(a <= b for a, b in zip(low.at_least, high.at_least, strict=True))


@given(thetas, errors)
def test_the_span_holds_the_level_and_four_fifths_of_what_is_possible(theta, se):
    found = level_of(Estimate(theta, se), PROVISIONAL_CUTS)
    low, high = span(found)
    assert low <= found.level <= high
    above = found.reaches(high + 1) if high < HIGHEST else 0.0
    assert found.reaches(low) - above >= 0.8 - 1e-9


@pytest.mark.parametrize(
    ("theta", "se", "words"),
    [
        (-3.0, 0.3, "Below level 1"),
        (-1.3, 0.6, "At most level 1"),
        (0.2, 0.2, "Level 2"),
        (0.7, 0.2, "Between levels 2 and 3"),
        (0.0, 1.0, "Between levels 1 and 3"),
        (4.0, 0.3, "Level 5"),
    ],
)
def test_levels_in_words(theta, se, words):
    """What could be either is said to be either; knowing nothing is a wide span."""
    assert str(level_words(level_of(Estimate(theta, se), PROVISIONAL_CUTS))) == words


@pytest.mark.parametrize(
    ("theta", "se", "required", "words"),
    [
        (-3.0, 0.3, 2, "Missing levels: 2"),
        (-1.3, 0.6, 4, "Missing levels: 3 to 4"),
        (0.0, 1.0, 3, "Missing levels: at most 2"),
        (4.0, 0.3, 5, "Missing levels: 0"),
    ],
)
def test_the_gap_in_words(theta, se, required, words):
    """It claims no more than the span of levels does."""
    assert str(gap_words(level_of(Estimate(theta, se), PROVISIONAL_CUTS), required)) == words


def test_certainty_has_one_word_a_band():
    """And the bands end where findings are made, .8 and .2."""
    assert [str(certainty(begins)) for begins, _words in BANDS] == [words for _begins, words in BANDS]
    assert str(certainty(0.7999)) != str(certainty(0.8)) == "very likely"
    assert str(certainty(0.1999)) != str(certainty(0.2))
    assert str(certainty(1.0)) == "almost certain"


def test_the_gap_is_what_is_missing():
    assert [gap(level, 3) for level in range(6)] == [3, 2, 1, 0, 0, 0]


@pytest.mark.parametrize(("level", "required"), [(-1, 3), (6, 3), (2, 0), (2, 6), (True, 3)])
def test_no_level_no_gap(level, required):
    with pytest.raises(ParameterError, match="is no level"):
        gap(level, required)
