"""The course that is measured: whatever becomes of the bank, it can be read."""

from benchmarks.course import ITEMS, assessment_olx
from xblocks.parts.competency_assessment import olx


def test_the_assessment_has_its_items_and_no_problem() -> None:
    found, problems = olx.read(assessment_olx(), False)
    assert problems == ()
    assert len(found.entries) == ITEMS
