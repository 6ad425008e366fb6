"""Assessments whose items come from a bank, from loading to the records."""

import pytest
from django.utils import translation

from tests.xblocks import samples
from tests.xblocks.support import Learner
from xblocks.host import records
from xblocks.records import api
from xblocks.records.models import Response

pytestmark = pytest.mark.django_db

ITEM = """<item id="q{n}" type="single_choice" competencies="gov.a" level="1"><prompt>Pertanyaan {n}</prompt>
<option id="a" correct="true">A</option><option id="b">B</option><source>PP 17/2018</source>
<feedback>SECRET {n}</feedback></item>"""
FRAMEWORK = """<competency_framework id="kapasitas" version="1"><domain id="d"><name lang="id">D</name>
<competency id="gov.a"><name lang="id">Kedudukan kecamatan</name><name lang="en">Status</name>
<level n="1"><description lang="id">Menyebut jabatan.</description></level></competency>
</domain></competency_framework>"""
REFS = '<item ref="q2"/><item ref="q1"/>'


@pytest.fixture(autouse=True)
def loaded(django_user_model):
    django_user_model.objects.create(pk=7, username="pelajar")
    api.load_framework(FRAMEWORK)
    items = "".join(ITEM.format(n=n) for n in range(1, 4))
    api.load_bank(f'<item_bank id="uji" version="1" title="Uji" lang="id">{items}</item_bank>')


def test_the_author_reads_what_the_level_means():
    """Beside each item stands what a person at its level does."""
    one = Learner(samples.olx(REFS, bank="uji@1"))
    with translation.override("id"):
        assert one.block.author_view().content.count("level 1: Menyebut jabatan.") == 2


def test_references_are_resolved_and_named():
    """Items come in the order referred to; the result names competencies in the reader's language."""
    one = Learner(samples.olx(REFS, bank="uji@1", feedback="immediate"))
    assert list(one.block.validate().messages) == []
    html = one.start()
    assert html.index("Pertanyaan 2") < html.index("Pertanyaan 1")
    assert "Pertanyaan 3" not in html
    assert one.answer("q1", {"chosen": ["a"]}, final=True)[0] == 200
    assert Response.objects.count() == 1
    assert "Kedudukan kecamatan" in one.submit()
    assert Response.objects.get().item_id == "q1"
    with translation.override("en"):
        assert "Status" in one.page()
    assert one.runtime.grades() == [{"value": 1.0, "max_value": 2.0}]


def test_an_item_that_the_bank_lacks_is_a_problem():
    """A dangling reference keeps learners out and is told with the bank's name."""
    one = Learner(samples.olx(f'{REFS}<item ref="q9"/>', bank="uji@1"))
    assert one.post("begin")[0] == 409
    text = " ".join(message.text for message in one.block.validate().messages)
    assert "uji@1" in text
    assert "q9" in text


DRAW = '<blueprint><draw competency="gov.a" count="{n}"/></blueprint>'


def test_drawn_forms_ask_live_items_of_the_bank():
    """What the blueprint may draw is asked; where it is too little nothing is, and the author is told."""
    one = Learner(samples.olx(DRAW.format(n=2), bank="uji@1", form="random"))
    assert list(one.block.validate().messages) == []
    assert "Pertanyaan" in one.start()
    short = Learner(samples.olx(DRAW.format(n=4), bank="uji@1", form="random"), name="b")
    assert short.post("begin")[0] == 409
    (message,) = short.block.validate().messages
    assert "4" in message.text and "3" in message.text and "gov.a" in message.text


def test_a_draft_is_not_asked():
    """A fixed form that names a draft keeps learners out; one that names a retired item does not."""
    for status, found in (("draft", 409), ("retired", 200), ("pilot", 200)):
        item = ITEM.format(n=1).replace("level=", f'status="{status}" level=')
        api.load_bank(f'<item_bank id="uji" version="{status}" title="U" lang="id">{item}</item_bank>')
        one = Learner(samples.olx('<item ref="q1"/>', bank=f"uji@{status}"), name=status)
        assert one.post("begin")[0] == found


def test_references_need_a_bank():
    """A reference without a bank on the assessment is told."""
    one = Learner(samples.olx(REFS))
    assert any("q2" in message.text for message in one.block.validate().messages)


def test_pages_cost_few_queries(django_assert_max_num_queries):
    """However many items, a page asks the tables a handful of times."""
    refs = "".join(f'<item ref="q{n}"/>' for n in range(1, 4))
    one = Learner(samples.olx(refs, bank="uji@1"))
    one.page()
    with django_assert_max_num_queries(5):
        one.start()
    with django_assert_max_num_queries(10):
        one.submit()
    with django_assert_max_num_queries(10):
        one.page()


def test_hosts_without_records(monkeypatch):
    """Where the records app is not installed, inline items work and nothing is recorded."""
    monkeypatch.setattr(records, "installed", lambda: False)
    one = Learner(samples.olx())
    one.start()
    one.answer("single", {"chosen": ["b"]})
    assert "gov.a" in one.submit()
    assert not Response.objects.exists()
    assert Learner(samples.olx(REFS, bank="uji@1")).block.validate().messages
