"""The grading rules, apart from everything else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standalone.courseware.grading import Score, SubsectionGrade, course_grade, subsection_grade, weighted


def subsection(percent: str, kind: str = "Kuis", graded: bool = True) -> SubsectionGrade:
    score = Score(earned=Decimal(percent), possible=Decimal(100), attempted=True)
    return subsection_grade("k", "t", kind, graded, [score])


def rule(kind: str = "Kuis", weight: float = 1.0, least: int = 0, drop: int = 0) -> dict[str, object]:
    return {"type": kind, "weight": weight, "min_count": least, "drop_count": drop}


@pytest.mark.parametrize(
    ("rules", "percents", "expected"),
    [
        pytest.param([rule()], ["50", "100"], "0.75", id="average"),
        pytest.param([rule(least=4)], ["100", "100"], "0.5", id="missing ones count as zero"),
        pytest.param([rule(drop=1)], ["0", "80"], "0.8", id="the lowest is dropped"),
        pytest.param([rule(drop=1, least=3)], ["80", "80"], "0.8", id="a missing one is dropped first"),
        pytest.param([rule(drop=5)], ["80"], "0", id="all are dropped"),
        pytest.param([rule(weight=0.3), rule("Ujian", 0.7)], ["100"], "0.3", id="a type without work"),
        pytest.param([rule()], ["59.5"], "0.6", id="subsections round to whole per cents"),
        pytest.param([], ["100"], "0", id="no rules"),
    ],
)
def test_assignment_types(rules: list[dict[str, object]], percents: list[str], expected: str) -> None:
    """Each assignment type averages its subsections as its rule says; the course adds them up."""
    grade = course_grade({"GRADER": rules}, [subsection(one) for one in percents])
    assert grade.percent == Decimal(expected)


def test_ungraded_subsections_do_not_count() -> None:
    """Practice is shown but not counted."""
    assert course_grade({"GRADER": [rule()]}, [subsection("100", graded=False)]).percent == 0


@pytest.mark.parametrize(
    ("cutoffs", "percent", "passed"),
    [
        pytest.param({"Lulus": 0.6}, "60", True, id="reached exactly"),
        pytest.param({"Lulus": 0.6}, "59", False, id="missed"),
        pytest.param({"A": 0.9, "B": 0.5}, "55", True, id="the lowest mark passes"),
        pytest.param({}, "100", False, id="without marks nobody passes"),
    ],
)
def test_pass_mark(cutoffs: dict[str, float], percent: str, passed: bool) -> None:
    """The lowest mark above zero is the pass mark."""
    grade = course_grade({"GRADER": [rule()], "GRADE_CUTOFFS": cutoffs}, [subsection(percent)])
    assert grade.passed is passed


points = st.decimals(0, 1000, places=3)


@given(earned=points, possible=points, weight=st.none() | points)
def test_weight_keeps_the_fraction(earned: Decimal, possible: Decimal, weight: Decimal | None) -> None:
    """Weighting changes what a block is worth, never how well it was done."""
    got, most = weighted(earned, possible, weight)
    assert abs(got * possible - earned * most) < Decimal("1e-15")


@given(percents=st.lists(st.integers(0, 100), min_size=1, max_size=6), drop=st.integers(0, 5))
def test_doing_better_never_lowers_the_grade(percents: list[int], drop: int) -> None:
    """The course grade is monotone in each subsection and stays in 0..1."""
    policy = {"GRADER": [rule(drop=drop)]}
    before = course_grade(policy, [subsection(str(one)) for one in percents]).percent
    better = [str(min(100, percents[0] + 10)), *map(str, percents[1:])]
    after = course_grade(policy, [subsection(one) for one in better]).percent
    assert 0 <= before <= after <= 1
