"""Blocks over HTTP, as the LMS leads to them: the token, the login, the iframe's page, third parties."""

import re

import pytest
from django.test import Client

from tests.edxapp.runtimes import views

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.edxapp.runtimes.views")]


@pytest.fixture
def key(course, adapter):
    views.COURSES[str(course.key)] = course
    yield course.add(adapter.olx())
    views.COURSES.clear()


@pytest.fixture
def client(learner):
    found = Client(enforce_csrf_checks=True)
    found.force_login(learner)
    return found


def address(course, key, handler, name="handler"):
    return f"/courses/{course.key}/xblock/{key}/{name}/{handler}"


def test_a_post_needs_the_token_of_the_page(course, key, adapter, client):
    """The page sets the cookie; with it in the header the handler answers, without it nothing happens."""
    url = address(course, key, adapter.handlers[0])
    assert client.post(url, {}, content_type="application/json").status_code == 403
    assert course.modules.writes == 0
    page = client.get(f"/xblock/{key}?view=student_view")
    assert page.status_code == 200
    token = page.cookies["csrftoken"].value
    reply = client.post(url, {}, content_type="application/json", headers={"X-CSRFToken": token})
    assert (reply.status_code, reply["Content-Type"].partition(";")[0]) == (200, "application/json")
    assert course.modules.writes == 1


def test_the_page_names_the_handlers_that_answer(course, key, adapter, client):
    """What the page holds are the paths of the LMS, and each leads to a handler."""
    html = client.get(f"/xblock/{key}").content.decode()
    urls = set(re.findall(r'data-url-\w+="([^"]+)"', html))
    assert urls
    for url in urls:
        assert client.get(url).status_code == 405


@pytest.mark.parametrize("view", ["student_view", "public_view"])
def test_the_page_can_be_framed(key, client, view):
    response = client.get(f"/xblock/{key}?view={view}")
    assert response.status_code == 200
    assert "X-Frame-Options" not in response


@pytest.mark.parametrize("view", ["studio_view", "author_view", "nonsense"])
def test_the_page_shows_no_other_view(key, client, view):
    """An author's view holds every key: it is nowhere for learners to ask for."""
    assert client.get(f"/xblock/{key}?view={view}").status_code == 400


def test_who_is_not_signed_in(course, key, adapter):
    """A visitor's posts are stopped by the platform, and by the block where the platform lets them pass."""
    visitor = Client(enforce_csrf_checks=True)
    assert visitor.get(f"/xblock/{key}?view=public_view").status_code == 200
    for handler in (*adapter.handlers, adapter.staff_handler):
        for name in ("handler", "handler_noauth"):
            url = address(course, key, handler, name)
            assert visitor.post(url, {}, content_type="application/json").status_code == 403
    assert course.modules.writes == 0


def test_no_view_is_a_handler(course, key, client):
    """What is not marked as a handler cannot be called by name."""
    for name in ("student_view", "author_view", "set_score", "rescore", "publish_grade", "nope"):
        assert client.get(address(course, key, name)).status_code == 404
