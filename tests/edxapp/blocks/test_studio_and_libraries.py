"""What Studio's preview and a content library give a block, and what they lack."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from xblock.exceptions import NoSuchServiceError

from tests.edxapp.runtimes import library as fake_library
from tests.edxapp.runtimes.course import reply_of
from tests.edxapp.runtimes.library import SITE, FakeLibrary
from xblocks.olx.xml import canonical

pytestmark = pytest.mark.django_db


# Studio


@pytest.fixture
def key(course, adapter):
    return course.add(adapter.olx(attempts="3"))


def test_the_author_sees_the_key_and_what_is_wrong(course, key, adapter, teacher):
    content = course.preview(key, teacher).render("author_view", {}).content
    assert "SECRET" in content
    assert course.collected(key).display_name in content


def test_what_an_author_tries_in_the_preview_is_nobodys_work(course, key, adapter, teacher):
    """Studio has no publish, completion or state service; its preview runs handlers all the same."""

    def post(handler, data):
        return reply_of(course.preview(key, teacher), handler, data)

    before = canonical(course.export(key))
    adapter.begin(post)
    adapter.finish(post)
    assert course.preview(key, teacher).render("student_view", {}).content
    assert adapter.recorded(teacher) == 0
    assert (course.modules, course.tracked, course.weighted) == ({}, [], {})
    assert canonical(course.export(key)) == before


def test_the_preview_looks_no_learner_up(course, key, adapter, teacher):
    block = course.preview(key, teacher)
    assert adapter.staff_handler not in block.render("student_view", {}).content
    assert reply_of(block, adapter.staff_handler, {"learner": "pelajar"})[0] == 403


# Content libraries


@pytest.fixture
def library():
    return FakeLibrary()


@pytest.fixture
def component(library, adapter):
    return library.add(adapter.olx(attempts="3"))


def test_keys_in_a_library_are_for_its_editors(library, component, adapter, teacher, learner, monkeypatch):
    """The platform renders any view for whoever may learn there; of what is published nobody sees them."""
    fake_library.install(monkeypatch, teacher)

    def seen(user, view, **how):
        content = library.block(component, user, **how).render(view, {}).content
        return [one for one in adapter.keys if one in content]

    for view in ("author_view", "studio_view"):
        assert seen(teacher, view) != []
        assert seen(learner, view) == []
        assert seen(teacher, view, draft=False) == []
    assert reply_of(library.block(component, learner), "save_edit", {})[0] == 403


def test_a_component_is_read_anew_and_never_written(library, component, adapter, teacher, monkeypatch):
    """Views and handlers make no version of the component, not even of a draft."""
    fake_library.install(monkeypatch, teacher)

    def post(handler, data):
        return reply_of(library.block(component, teacher), handler, data)

    adapter.begin(post)
    adapter.finish(post)
    for view in ("student_view", "author_view", "public_view"):
        assert library.block(component, teacher).render(view, {}).content
    assert library.versions == 0
    reply_of(library.block(component, teacher, draft=False), "view", {})


def test_what_is_tried_in_a_library_is_nobodys_work(library, component, adapter, teacher):
    """A library is no course: there is nothing to grade, complete, tell or record."""

    def post(handler, data):
        return reply_of(library.block(component, teacher), handler, data)

    adapter.begin(post)
    adapter.finish(post)
    assert library.block(component, teacher).has_submitted_answer()
    assert library.told == []
    assert adapter.recorded(teacher) == 0


@pytest.mark.parametrize("user", [None, AnonymousUser()])
def test_visitors_get_public_view_alone(library, component, adapter, user):
    with pytest.raises(PermissionDenied):
        library.block(component, user).render("student_view", {})
    fragment = library.block(component, user).render("public_view", {})
    assert library.block(component, user).display_name in fragment.content
    assert [one for one in adapter.keys if one in fragment.content] == []
    for handler in (*adapter.handlers, adapter.staff_handler):
        assert reply_of(library.block(component, user), handler, {})[0] == 403


def test_a_component_without_a_user_answers_what_is_asked_without_one(library, component, adapter):
    block = library.block(component, None)
    assert block.max_score() == adapter.possible
    assert set(block.student_view_data()) == adapter.facts
    assert block.index_dictionary()
    assert block.validate() is not None


def test_addresses_are_the_librarys(library, component, teacher):
    """Absolute, with a slash at the end, and never joined to by hand."""
    fragment = library.block(component, teacher).render("student_view", {})
    assert f"{SITE}/api/xblock/v2/xblocks/{component}/handler/" in fragment.content
    assert all(one.data.startswith(SITE) for one in fragment.resources if one.kind == "url")


def test_only_declared_services_are_asked_for(library, component, teacher):
    """A library raises for any other, where a course would give it."""
    block = library.block(component, teacher)
    with pytest.raises(NoSuchServiceError):
        block.runtime.service(block, "mako")


def test_a_save_makes_one_version_of_equal_content(library, component, teacher):
    """When an author changes a field the component is written whole, and read back the same."""
    block = library.block(component, teacher)
    block.display_name = "Nama baru"
    block.save()
    assert library.versions == 1
    again = library.block(component, teacher)
    assert again.display_name == "Nama baru"
    assert again.definition == block.definition
