"""What can be written and what is told is in the reference."""

from dataclasses import fields
from pathlib import Path

from tests.xblocks import samples
from tests.xblocks.support import Learner
from xblocks import events
from xblocks.competency.assessment import FeedbackPolicy
from xblocks.competency.numbers import NumberFormat
from xblocks.host.studio import author_fields
from xblocks.olx import assessments, items
from xblocks.olx.codecs import CODECS, QUANTITY
from xblocks.olx.markup import INLINE

DOCS = Path(__file__).parents[2] / "docs"


def missing(page: str, names) -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    return [name for name in names if f"`{name}`" not in text]


def test_olx_reference():
    """Each attribute, type, policy, format and inline tag is in the reference."""
    types = {*CODECS, *(name for codec in CODECS.values() for name in codec.attributes)}
    names = {*assessments.ATTRIBUTES, *items.ATTRIBUTES, *types, *FeedbackPolicy, *NumberFormat, *INLINE}
    assert missing("reference/olx.md", names | {*QUANTITY[1:], "formula"}) == []


def test_student_view_data_reference():
    """Each field of student_view_data is in the reference."""
    data = Learner(samples.olx()).block.student_view_data()
    names = {*data, *data["items"][0]}
    assert missing("reference/student_view_data.md", names) == []


def test_events_reference():
    """Each event that the tracker is told, and each field of it, is in the reference."""
    told = [*events.TRACKED, events.CompetencyPoints]
    names = {event.name for event in events.TRACKED} | {
        field.name for event in told for field in fields(event)
    }
    assert missing("reference/events.md", names) == []


def test_studio_how_to():
    """What each setting does is told to instructors."""
    assert missing("how-to/edit-in-studio.md", author_fields(Learner(samples.olx()).block)) == []
