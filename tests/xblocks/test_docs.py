"""What can be written and what is told is in the reference."""

from dataclasses import fields
from pathlib import Path

from tests.xblocks import samples
from tests.xblocks.support import Learner
from xblocks import events
from xblocks.competency.assessment import FeedbackPolicy
from xblocks.competency.numbers import NumberFormat
from xblocks.host.publishing import EVENTS
from xblocks.olx import assessments, items
from xblocks.olx.codecs import CODECS, QUANTITY
from xblocks.olx.markup import INLINE

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def missing(page: str, names) -> list[str]:
    text = (REFERENCE / page).read_text("utf-8")
    return [name for name in names if f"`{name}`" not in text]


def test_olx_reference():
    """Each attribute, type, policy, format and inline tag is in the reference."""
    types = {*CODECS, *(name for codec in CODECS.values() for name in codec.attributes)}
    names = {*assessments.ATTRIBUTES, *items.ATTRIBUTES, *types, *FeedbackPolicy, *NumberFormat, *INLINE}
    assert missing("olx.md", names | {*QUANTITY[1:], "formula"}) == []


def test_student_view_data_reference():
    """Each field of student_view_data, each event and each field of it is in the reference."""
    data = Learner(samples.olx()).block.student_view_data()
    told = [events.AttemptStarted, events.ItemAnswered, events.AttemptSubmitted]
    assert {event.name for event in told} == EVENTS
    names = {*data, *data["items"][0], *EVENTS, *(field.name for event in told for field in fields(event))}
    assert missing("student_view_data.md", names) == []
