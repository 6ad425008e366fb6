"""What is asked of a block without a user or a request: publishing, search, validation, copies, exports."""

import json

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from lxml import etree
from xblock.fields import Scope
from xblock.validation import Validation

from tests.edxapp.blocks import adapter_of, our_entry_points
from tests.edxapp.runtimes.course import FakeCourse
from tests.edxapp.runtimes.library import FakeLibrary
from xblocks.olx.xml import canonical

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(course, adapter):
    return course.add(adapter.olx(attempts="3"))


def source(olx):
    """The source as an export should be: with what every export says of itself, without comments."""
    node = etree.fromstring(olx, etree.XMLParser(remove_comments=True, resolve_entities=False))
    node.set("schema", "1")
    node.set("xblock-family", "xblock.v1")
    node.set("url_name", "a")
    return canonical(node)


def test_block_structures_are_collected(course, key, adapter):
    """At every publishing: the same each time, as JSON, of no learner, with no key, as it is documented."""
    block = course.collected(key)
    facts = block.student_view_data()
    assert facts == course.collected(key).student_view_data(None)
    assert json.loads(json.dumps(facts)) == facts
    assert set(facts) == adapter.facts
    assert [one for one in adapter.keys if one in json.dumps(facts)] == []
    assert block.max_score() == adapter.possible
    assert (block.has_score, block.weight, block.graded) == (True, 1.0, False)
    assert block.has_support(block.student_view, "multi_device")
    assert block.get_content_titles() == [block.display_name]
    assert block.get_icon_class() == "problem"


def test_search_finds_what_is_asked_and_not_what_is_right(course, key, adapter):
    index = course.collected(key).index_dictionary()
    assert json.loads(json.dumps(index)) == index
    assert index["content"]["display_name"] == course.collected(key).display_name
    assert [one for one in adapter.keys if one in json.dumps(index)] == []


def test_odd_content_is_told_and_never_raises(course, adapter, learner):
    """Whatever an author leaves, every question has an answer, and validate says what is wrong."""
    for number, olx in enumerate(adapter.odd):
        key = course.add(olx, f"odd{number}")
        block = course.collected(key)
        found = block.validate()
        assert isinstance(found, Validation)
        assert found.messages, olx
        assert all(str(one.text) for one in found.messages)
        json.dumps([block.student_view_data(), block.index_dictionary(), block.max_score()])
        assert list(block.generate_report_data(iter(()))) == []
        assert not block.allows_rescore()
        assert course.render(key, learner).content
        assert course.render(key, None, "public_view").content
        assert course.preview(key, learner).render("author_view", {}).content


def test_good_content_is_valid(course, key):
    """Without frameworks, competencies are all that there is to say of the sample."""
    messages = [str(one.text) for one in course.collected(key).validate().messages]
    assert all("framework" in one for one in messages)


@pytest.mark.parametrize("where", ["course", "library"])
@pytest.mark.parametrize(
    "extra",
    [
        "",
        "<!-- a comment is an author's own and is not kept -->",
    ],
)
def test_export_equals_the_source(adapter, teacher, where, extra):
    """After canonical XML, through each runtime; comments alone are not kept."""
    olx = adapter.olx(attempts="3", colour="red").replace("Uji", "Uji \N{GRINNING FACE} 1e-05  a ")
    olx = olx.replace("Selamat datang", f"{extra}<![CDATA[Selamat <datang> & mari]]>")
    assert exported(where, olx, teacher) == source(olx)


def exported(where, olx, teacher):
    if where == "course":
        course = FakeCourse()
        return canonical(course.export(course.add(olx)))
    library = FakeLibrary()
    node = etree.Element("unknown", {"url_name": "a"})
    library.block(library.add(olx), teacher).add_xml_to_node(node)
    return canonical(node)


@pytest.mark.parametrize("block_type", [one.name for one in our_entry_points()])
def test_any_source_is_exported_as_it_was(block_type, teacher):
    """Whatever items, titles and attributes hold, in courses and in libraries."""

    @hypothesis_settings(deadline=None, max_examples=25)
    @given(olx=adapter_of(block_type).sources)
    def holds(olx):
        for where in ("course", "library"):
            assert exported(where, olx, teacher) == source(olx)

    holds()


@pytest.mark.parametrize("where", ["course", "library"])
def test_what_the_platform_adds_to_a_source_keeps_nobody_out(
    course, adapter, poster, learner, teacher, where
):
    """Tags, links to a library, marks of the clipboard and inherited fields are no fault of the author's.

    Where the host has the field it is set; where it has not, nothing is kept that would come to life later.
    """
    said = {
        "tags-v1": "keterampilan:Surat,Anggaran",
        "copied_from_block": "lb:Kapasitas:soal:a:b",
        "copied_from_version": "3",
        "upstream": "lb:Kapasitas:soal:a:b",
        "upstream_version": "2",
        "top_level_downstream_parent_key": "vertical@v",
        "parent_url": "i4x://x",
        "index_in_children_list": "1",
        "show_correctness": "always",
    }
    olx = adapter.olx(**said)
    if where == "course":
        key = course.add(olx)
        block = course.collected(key)
        adapter.begin(poster(key, learner))
        kept = {"show_correctness"}
        node = course.export(key)
        assert block.show_correctness == "always"
    else:
        library = FakeLibrary()
        block = library.block(library.add(olx), teacher)
        kept = set()
        node = etree.Element("unknown")
        block.add_xml_to_node(node)
    assert block.allows_rescore()
    assert set(node.attrib) & set(said) == kept


def test_an_export_is_imported_again_to_the_same_fields(course, key, adapter):
    again = FakeCourse()
    copied = again.add(etree.tostring(course.export(key), encoding="unicode"))
    for name, field in course.collected(key).fields.items():
        if field.scope in (Scope.content, Scope.settings):
            assert field.read_from(course.collected(key)) == field.read_from(again.collected(copied)), name


def test_an_export_holds_no_learner(course, key, adapter, poster, learner):
    before = canonical(course.export(key))
    adapter.begin(poster(key, learner))
    adapter.finish(poster(key, learner))
    node = etree.Element("unknown", {"url_name": "a"})
    course.block(key, learner).add_xml_to_node(node)
    assert canonical(node) == before


def test_inherited_fields_are_not_written_by_those_who_inherit(course, adapter):
    """What a section sets is its own; what stands on the block is kept."""
    key = course.add(adapter.olx(graded="true"))
    assert course.export(key).get("graded") == "true"
    assert "due" not in course.export(key).attrib


def nameless(node):
    del node.attrib["url_name"]
    return canonical(node)


def test_a_copy_has_the_content_and_nothing_of_learners(course, key, adapter, poster, learner):
    """Duplicates and pastes are new blocks: the same fields, other ids, nobody's answers."""
    adapter.begin(poster(key, learner))
    adapter.finish(poster(key, learner))
    copied = course.duplicate(key, "b")
    assert nameless(course.export(copied)) == nameless(course.export(key))
    pasted = course.add(etree.tostring(course.export(key), encoding="unicode"), "c")
    for one in (copied, pasted):
        assert not course.block(one, learner).has_submitted_answer()
        post = poster(one, learner)
        adapter.begin(post)
        adapter.finish(post)
        assert course.modules[learner.pk, one].grade == adapter.earned
