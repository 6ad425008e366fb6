"""Saving from the editor: all or nothing, for authors, against what was opened."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree
from webob import Request
from xblock.core import XBlock
from xblock.fields import Boolean, Float, Integer, Scope, String
from xblock.runtime import DictKeyValueStore, Mixologist

from tests.xblocks import samples, strategies
from xblocks.host import studio
from xblocks.host.settings_form import WrongValueError, choices_of, shown, value_of
from xblocks.olx.assessments import AssessmentDefinition, write_definition
from xblocks.olx.xml import canonical
from xblocks.parts.competency_assessment.studio import EDITOR, read, source_of
from xblocks.records import api

from .runtimes import FakeHost

SETTINGS = {
    "display_name": "Uji",
    "weight": "1",
    "attempts": "",
    "feedback": "never",
    "bank": "",
    "form": "",
    "grading": "",
    "time_limit": "",
    "certainty": "",
}


class Author:
    """One author at one block. ``post`` is a request of its own, as the host handles it."""

    def __init__(self, kind: str = "studio", *, olx: str = "", author: bool = True) -> None:
        self.host = FakeHost(kind, DictKeyValueStore(), author=author)
        self.host.load(olx or samples.olx())
        self.opened = studio.digest(self.block, EDITOR)

    @property
    def block(self) -> Any:
        return self.host.load()

    def post(self, data: object) -> tuple[int, dict[str, Any]]:
        request = Request.blank("/save_edit/", method="POST", body=json.dumps(data).encode())
        response = self.block.handle("save_edit", request)
        return response.status_code, json.loads(response.body)

    def save(self, source: str | None = None, **settings: str) -> tuple[int, dict[str, Any]]:
        text = source_of(self.block.definition) if source is None else source
        return self.post({"settings": {**SETTINGS, **settings}, "source": text, "digest": self.opened})


pytestmark = [pytest.mark.django_db, pytest.mark.every_database]


def test_a_drawn_form_is_checked_against_the_bank() -> None:
    """The form's settings are saved; a blueprint that the bank cannot fill, and a draft, are not."""
    item = (
        '<item id="q{n}" type="short_text" competencies="gov.a" level="1" status="{status}">'
        "<prompt>P</prompt><accept>a</accept><source>S</source><feedback>F</feedback></item>"
    )
    items = "".join(item.format(n=n, status=status) for n, status in enumerate(("live", "live", "draft")))
    api.load_bank(f'<item_bank id="uji" version="1" title="Uji" lang="id">{items}</item_bank>')
    author = Author()
    source = (
        "<competency_assessment>\n<blueprint>"
        '<draw competency="gov.a" count="{n}"/></blueprint></competency_assessment>'
    )
    chosen = {"bank": "uji@1", "form": "random", "time_limit": "45", "certainty": "true", "grading": "last"}
    status, reply = author.save(source.format(n=3), **chosen)
    assert (status, reply["saved"]) == (200, False)
    assert "3" in str(reply) and "gov.a" in str(reply)
    status, reply = author.save(source.format(n=2), **chosen)
    assert (status, reply["saved"]) == (200, True), reply
    block = author.block
    assert (block.form, block.time_limit, block.certainty, block.grading) == ("random", 45, True, "last")
    fixed = '<competency_assessment>\n<item ref="q0"/>\n<item ref="q2"/></competency_assessment>'
    found = read(fixed, {"bank": "uji@1"})
    assert [(one.line, one.message.values) for one in found.problems] == [(3, {"item": "q2"})]


@pytest.mark.parametrize("kind", ["studio", "library"])
def test_saves_settings_and_source(kind: str) -> None:
    author = Author(kind)
    status, reply = author.save(weight="2,5", attempts="3", feedback="immediate")
    assert (status, reply["saved"]) == (200, True)
    block = author.block
    assert (block.weight, block.attempts, block.feedback) == (2.5, 3, "immediate")
    assert reply["digest"] == studio.digest(block, EDITOR) != author.opened


def test_nothing_is_saved_where_anything_is_wrong() -> None:
    """A good title is not saved beside a bad bank, nor a good source beside a bad weight."""
    author = Author()
    before = author.opened
    for wrong in ({"bank": "Bank Tanpa Versi"}, {"weight": "-1"}, {"feedback": "later"}, {"source": "<a>"}):
        status, reply = author.save(**{"display_name": "Baru", **wrong})
        assert (status, reply["saved"]) == (200, False)
        assert "data-problem" in reply["html"]
        assert studio.digest(author.block, EDITOR) == before


@pytest.mark.parametrize("kind", ["studio", "library"])
def test_an_emptied_setting_is_its_default_again(kind: str) -> None:
    """Also where nothing else is changed: the host is told to save. What nobody set stays unset."""
    author = Author(kind, olx=samples.olx(attempts="2", weight="3.0"))
    saved = []
    author.host.save_block = saved.append
    author.save(attempts="", weight="", feedback="after_submission")
    block = author.block
    assert (block.attempts, block.weight, block.feedback) == (None, 1.0, "after_submission")
    assert not block.fields["feedback"].is_set_on(block)
    assert len(saved) == 1


@pytest.mark.parametrize(
    ("kind", "author"),
    [("lms", True), ("studio", False), ("library", False)],
    ids=["lms", "reader", "library reader"],
)
def test_refused(kind: str, author: bool) -> None:
    """Learners, and authors without leave to write here, are refused before anything is read."""
    one = Author(kind, author=author)
    status, reply = one.save(display_name="Curang")
    assert status == 403
    assert reply["error"]
    assert one.block.display_name == "Uji"


def test_refused_in_the_preview() -> None:
    """Studio's preview has the service of permissions, but its block is bound to who looks at it."""
    block = Author().block
    bound = block.scope_ids._replace(user_id=7)
    assert studio.may_edit(block)
    object.__setattr__(block, "scope_ids", bound)
    assert not studio.may_edit(block)


def test_refused_for_a_librarys_published_content() -> None:
    """In the LMS a library's runtime has the same service, and serves what is published."""
    from enum import Enum

    block = Author("library").block
    modes = Enum("AuthoredDataMode", ["STRICTLY_PUBLISHED", "DEFAULT_DRAFT"])
    block.runtime.authored_data_mode = modes.DEFAULT_DRAFT
    assert studio.may_edit(block)
    block.runtime.authored_data_mode = modes.STRICTLY_PUBLISHED
    assert not studio.may_edit(block)


def test_the_newer_name_of_the_permission() -> None:
    """The platform's newer commits ask can_edit_content; the older name is not asked then."""
    block = Author().block
    service = block.runtime.service(block, "studio_user_permissions")
    service.can_edit_content = lambda _context: False
    assert not studio.may_edit(block)


def test_conflict() -> None:
    """Whoever opened an older state is told so, and is not shown the newer one."""
    author = Author()
    assert author.save(display_name="Pertama")[0] == 200
    status, reply = author.save(display_name="Kedua")
    assert status == 409
    assert author.block.display_name == "Pertama"
    assert "SECRET" not in json.dumps(reply)


@pytest.mark.parametrize(
    "data",
    [
        None, [], {}, {"settings": SETTINGS}, {"settings": {}, "source": "", "digest": ""},
        {"settings": {**SETTINGS, "definition": "x"}, "source": "", "digest": ""},
        {"settings": {**SETTINGS, "weight": 1}, "source": "", "digest": ""},
        {"settings": SETTINGS, "source": 1, "digest": ""},
        {"settings": SETTINGS, "source": "", "digest": "", "earned": "1"},
    ],
)  # fmt: skip
def test_any_other_request(data: object) -> None:
    assert Author().post(data)[0] == 400


@pytest.mark.parametrize(
    "source",
    [
        "", "x", "<x/>", "\x00", "\ud800", "<competency_assessment>&x;</competency_assessment>",
        '<!DOCTYPE x [<!ENTITY a "b">]><competency_assessment>&a;</competency_assessment>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><competency_assessment/>',
        "<competency_assessment>" + "<p>" * 300 + "</p>" * 300 + "</competency_assessment>",
        "<competency_assessment>" + "x" * 2_000_000 + "</competency_assessment>",
    ],
)  # fmt: skip
def test_hostile_sources(source: str) -> None:
    """Whatever is sent is answered with problems, and nothing of it is kept."""
    author = Author()
    before = author.opened
    status, reply = author.save(source)
    assert (status, reply["saved"]) == (200, False)
    assert "root:" not in reply["html"]
    assert studio.digest(author.block, EDITOR) == before


def test_settings_have_one_place() -> None:
    """A setting on the source's root is told, with its line; what the platform writes there is left out."""
    source = source_of(Author().block.definition).replace(
        "<competency_assessment>",
        '<competency_assessment\n  url_name="a" xblock-family="xblock.v1" schema="1" attempts="2">',
    )
    found = read(source, {"bank": ""})
    assert len(found.problems) == 1
    assert "attempts" in str(found.problems[0])
    assert "url_name" not in found.definition and "attempts" not in found.definition


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(items=strategies.assessments())
def test_opening_and_saving_changes_nothing(items: list[Any]) -> None:
    """The source that the editor shows is read as the definition that it was made of."""
    definition = canonical(write_definition(AssessmentDefinition(intro="<p>a</p>", entries=tuple(items))))
    found = read(source_of(definition), {"bank": ""})
    assert found.problems == ()
    assert found.definition == definition


def test_what_is_saved_is_what_is_imported_again() -> None:
    """Settings and source, saved, exported and parsed again, are the same fields."""
    author = Author()
    author.save(display_name="A <b> & “c” 😀", weight="0,0001", attempts="9999", bank="")
    block = author.block
    node = etree.Element("x")
    block.add_xml_to_node(node)
    again = FakeHost("studio", DictKeyValueStore()).load(etree.tostring(node, encoding="unicode"))
    assert studio.digest(again, EDITOR) == studio.digest(block, EDITOR)


class Kinds(XBlock):
    """A block with a setting of every kind that the form has a control for."""

    title = String(default="t", scope=Scope.settings)
    flag = Boolean(default=False, scope=Scope.settings)
    number = Integer(default=None, values={"min": 1, "max": 5}, scope=Scope.settings)
    share = Float(default=0.5, values={"min": 0}, scope=Scope.settings)
    choice = Integer(default=1, values=[{"display_name": "One", "value": 1}], scope=Scope.settings)
    content = String(default="", scope=Scope.content)
    state = String(default="", scope=Scope.user_state)


class Mixed(XBlock):
    """What a host mixes into every block."""

    graded = Boolean(scope=Scope.settings)


def test_the_form_is_made_of_the_blocks_own_settings() -> None:
    """In the order written; nothing of the library, the host, the content or the learner."""
    mixed = Mixologist([Mixed]).mix(Kinds)
    assert list(studio.author_fields(mixed.__new__(mixed))) == ["title", "flag", "number", "share", "choice"]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("title", "  x ", "x"), ("title", "", "t"), ("flag", "true", True), ("flag", "false", False),
        ("number", "5", 5), ("number", "", None), ("share", "0,25", 0.25), ("share", "0.25", 0.25),
        ("share", "3", 3.0), ("choice", "1", 1),
    ],
)  # fmt: skip
def test_values(name: str, text: str, value: object) -> None:
    field = Kinds.fields[name]
    read_value = value_of(field, text)
    assert read_value == value and type(read_value) is type(value)
    assert value_of(field, shown(field, value, "id")) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("title", "a\nb"), ("title", "\x00"), ("title", "\ud800"), ("title", "x" * 1001), ("flag", "yes"),
        ("number", "0"), ("number", "6"), ("number", "1.0"), ("number", "1e1"), ("number", "٣"),
        ("share", "nan"), ("share", "inf"), ("share", "1e-5"), ("share", "1.000,5"), ("share", "-1"),
        ("share", "0,00001"), ("choice", "2"),
    ],
)  # fmt: skip
def test_values_that_are_none(name: str, text: str) -> None:
    with pytest.raises(WrongValueError):
        value_of(Kinds.fields[name], text)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_setting_of_every_block_of_ours_has_a_control(language: str) -> None:
    """The next block gets its form for nothing, or is told here that a kind of field has no control."""
    classes = [one for _name, one in XBlock.load_classes() if one.__module__.partition(".")[0] == "xblocks"]
    assert classes
    for one in classes:
        for field in studio.author_fields(one.__new__(one)).values():
            text = shown(field, field.default, language)
            assert value_of(field, text) == field.default
            assert not choices_of(field) or text in choices_of(field)
            assert field.help and field.display_name
