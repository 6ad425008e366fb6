"""What the LMS asks of a block: views, handlers, grade, completion, and who is asking."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from completion.models import BlockCompletion
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from django.contrib.auth.models import AnonymousUser
from edx_toggles.toggles.testutils import override_waffle_switch
from web_fragments.fragment import Fragment
from webob import Request
from xblock.core import XBlock, XBlockAside

from tests.edxapp.runtimes import tasks
from tests.edxapp.runtimes.course import FakeCourse

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(course, adapter):
    return course.add(adapter.olx(attempts="3"))


def everything_of(fragment):
    """What a fragment sends to the browser, as text."""
    resources = " ".join(str(one.data) for one in fragment.resources)
    return " ".join((fragment.content, resources, json.dumps(fragment.json_init_args)))


class Ids(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.used = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            elif name in ("for", "aria-labelledby", "aria-describedby"):
                self.used += (value or "").split()


# Views


@pytest.mark.parametrize("who", ["learner", "teacher", "nobody", "masquerade", "crawler"])
def test_views_write_nothing(course, key, adapter, poster, learner, teacher, who):
    """Whoever looks, and whatever the learner did: pages are read, nothing is stored or told."""
    adapter.begin(poster(key, learner))
    before = (course.modules.writes, len(course.tracked), {})
    requests = {
        "learner": ((learner,), {}),
        "teacher": ((teacher,), {"staff": True}),
        "nobody": ((AnonymousUser(),), {}),
        "masquerade": ((course.view_as(learner, teacher),), {}),
        "crawler": ((learner,), {"read_only": True}),
    }
    users, options = requests[who]
    for view in ("student_view", "public_view"):
        block = course.block(key, *users, **options)
        fragment = block.render(view, {})
        block.save()
        assert isinstance(fragment, Fragment)
        assert fragment.content.strip()
    assert (course.modules.writes, len(course.tracked), course.session.get("masquerade_data", {})) == before


def test_views_take_no_context(course, key, learner):
    """Some callers pass no context at all."""
    assert course.block(key, learner).student_view().content
    assert course.block(key, learner).public_view().content


def test_public_view_is_a_page_of_our_own(course, key, adapter):
    """Who has not enrolled reads what the block is about and how big it is; no key, no handler, no script."""
    fragment = course.render(key, view="public_view")
    block = course.collected(key)
    assert block.display_name in fragment.content
    assert "enrolled" in fragment.content
    assert str(len(block.student_view_data()["items"])) in fragment.content
    assert [one for one in adapter.keys if one in everything_of(fragment)] == []
    assert "/handler/" not in fragment.content
    assert not [one for one in fragment.resources if "javascript" in one.mimetype]


def test_a_masquerade_is_shown(key, course):
    """Blocks that do not say so are blanked when staff view the course as a learner."""
    assert course.block(key).show_in_read_only_mode


def test_two_blocks_on_a_page_share_no_id(course, key, adapter, poster, learner, teacher):
    """Ids come from the usage key, and what names an id names one of its own block."""
    other = course.add(adapter.olx(), "b")
    pages = []
    for one in (key, other):
        adapter.begin(poster(one, teacher, staff=True))
        pages.append(Ids(course.render(one, teacher, staff=True).content))
    first, second = pages
    assert len(first.ids) == len(set(first.ids))
    assert set(first.ids) & set(second.ids) == set()
    for page in pages:
        assert set(page.used) <= set(page.ids)


def test_init_arguments_hold_nothing(course, key, learner):
    """Outside the LMS they are printed into a script unescaped: authors' text travels in escaped HTML."""
    fragment = course.block(key, learner).student_view()
    assert fragment.json_init_args is None
    assert re.fullmatch(r"[A-Za-z]+", fragment.js_init_fn)


def test_an_authors_markup_stays_text(course, adapter, learner):
    """A title is text in every view, whatever it holds."""
    attack = "</script><b id=pwn>&quot;'"
    key = course.add(adapter.olx(attempts="3").replace("Uji", html.escape(attack)))
    for view, user in (("student_view", learner), ("public_view", None)):
        content = course.render(key, user, view).content
        assert "<b id=pwn>" not in content
        assert course.collected(key).display_name in html.unescape(content)


def test_pages_name_no_person_and_no_other_host(course, key, adapter, poster, learner, teacher):
    adapter.begin(poster(key, learner))
    for page in (course.render(key, learner), course.render(key, teacher, staff=True)):
        text = everything_of(page)
        for personal in (learner.username, learner.email, learner.first_name):
            assert personal not in text
        assert re.findall(r"(?:src|href|action)=[\"']?(?:https?:)?//", text) == []


def test_nothing_navigates_the_page_around(course, key, adapter, poster, learner):
    """In the learning iframe a form or a # link would take the parent page away."""
    adapter.begin(poster(key, learner))
    content = course.render(key, learner).content
    assert "<form" not in content
    assert 'href="#' not in content


class FakeAside(XBlockAside):
    @XBlockAside.aside_for("student_view")
    def beside(self, block, context):
        return Fragment(f"<p>beside {block.scope_ids.usage_id.block_id}</p>")

    def get_event_context(self, event_type, event):
        return {"seen": event_type}


def test_an_aside_stands_beside_the_block(course, key, adapter, poster, learner):
    """Asides of others render with our block, and add to its events, without breaking it."""
    course.asides["fake_aside"] = FakeAside
    content = course.render(key, learner).content
    assert "beside a" in content
    assert course.collected(key).display_name in content
    adapter.begin(poster(key, learner))
    assert course.tracked[-1][2]["asides"] == {"fake_aside": {"seen": course.tracked[-1][0]}}


# Handlers


def test_handlers_take_posts_of_json_objects_only(course, key, adapter, learner):
    """Anything else is refused in JSON, with a sentence, and nothing is stored."""
    for handler in (*adapter.handlers, adapter.staff_handler):
        for method in ("GET", "PUT", "DELETE"):
            block = course.block(key, learner)
            assert block.handle(handler, Request.blank("/", method=method)).status_code == 405
        for body in (b"{", b"[]", b'"x"', b"12", b'{"score": 11}', b"\xff"):
            block = course.block(key, learner)
            response = block.handle(handler, Request.blank("/", method="POST", body=body))
            assert 400 <= response.status_code < 500, (handler, body)
            assert json.loads(response.body)["error"]
    assert course.modules.writes == 0


@pytest.mark.parametrize("user", [None, AnonymousUser()])
def test_nobody_signed_in_is_refused_before_anything_is_stored(course, key, adapter, user):
    """handler_noauth runs every handler without a user."""
    for handler in (*adapter.handlers, adapter.staff_handler):
        status, reply = course.post(key, user, handler, {})
        assert (status, bool(reply["error"])) == (403, True)
    assert course.modules.writes == 0
    assert course.tracked == []


def test_nothing_leaks_before_it_is_due(course, adapter, poster, learner):
    """No view, reply, script or index holds a key, from the first look to long after."""
    key = course.add(adapter.olx(**adapter.sealed))
    post = poster(key, learner)
    seen = [
        everything_of(course.render(key, learner)),
        everything_of(course.render(key, None, "public_view")),
    ]
    adapter.begin(post)
    seen += [everything_of(course.render(key, learner)), json.dumps(adapter.guess(post))]
    adapter.finish(post)
    seen += [everything_of(course.render(key, learner)), json.dumps(adapter.guess(post))]
    block = course.collected(key)
    seen += [json.dumps(block.student_view_data()), json.dumps(block.index_dictionary())]
    seen += [json.dumps(course.tracked)]
    cls = XBlock.load_class(adapter.block_type)
    for uri in set(re.findall(r"/(public/[\w.]+)", " ".join(seen))):
        with cls.open_local_resource(uri) as file:
            assert "SECRET" not in file.read().decode()
    for text in seen:
        assert [one for one in adapter.keys if one in text] == []


# Grade and completion


def test_grade_completion_and_record(course, key, adapter, poster, learner):
    """What a learner hands in is graded in raw points, weighted by the platform, completed, recorded once."""
    adapter.begin(poster(key, learner))
    assert course.weighted == {}
    adapter.finish(poster(key, learner))
    row = course.modules[learner.pk, key]
    assert (row.grade, row.max_grade) == (adapter.earned, adapter.possible)
    assert course.weighted[learner.pk, key] == (pytest.approx(adapter.earned / adapter.possible), 1.0)
    assert BlockCompletion.objects.get(user=learner, block_key=key).completion == 1
    assert adapter.recorded(learner) > 0
    block = course.block(key, learner)
    assert tuple(block.get_score()) == (adapter.earned, adapter.possible)
    assert block.max_score() == adapter.possible


def test_seeing_is_not_completing(course, key, learner):
    """The platform completes what is merely seen only where there is no score."""
    status, _reply = course.post(key, learner, "publish_completion", {"completion": 1.0})
    assert status == 400
    assert not BlockCompletion.objects.exists()


def test_without_completion_tracking(course, key, adapter, poster, learner):
    """Where the platform does not track completion, everything else is the same."""
    with override_waffle_switch(ENABLE_COMPLETION_TRACKING_SWITCH, active=False):
        adapter.begin(poster(key, learner))
        adapter.finish(poster(key, learner))
    assert course.modules[learner.pk, key].grade == adapter.earned
    assert not BlockCompletion.objects.exists()


def test_a_better_attempt_raises_the_grade_and_a_worse_one_does_not(course, key, adapter, poster, learner):
    post = poster(key, learner)
    for turn in (adapter.finish_better, adapter.begin, adapter.finish):
        turn(post)
    assert course.modules[learner.pk, key].grade > adapter.earned


def test_frozen_grades_are_told_to_the_learner(adapter, learner):
    """Where the platform takes no more grades of the course, learners know before they work for one."""
    frozen = FakeCourse(frozen=True)
    assert "are final" in frozen.render(frozen.add(adapter.olx()), learner).content
    open_ = FakeCourse()
    assert "are final" not in open_.render(open_.add(adapter.olx()), learner).content


@pytest.mark.parametrize(
    ("due_in", "grace", "self_paced", "closed"),
    [(-1, None, False, True), (-1, 2, False, False), (1, None, False, False), (-1, None, True, False)],
)
def test_the_platforms_deadline(course, adapter, learner, due_in, grace, self_paced, closed):
    """The inherited due date closes the block, its grace period included, but in self-paced courses."""
    key = course.add(
        adapter.olx(),
        due=datetime.now(UTC) + timedelta(days=due_in),
        graceperiod=None if grace is None else timedelta(days=grace),
        self_paced=self_paced,
    )
    assert ("deadline has passed" in course.render(key, learner).content) is closed


# Who is asking


def test_viewing_as_a_learner_leaves_no_trace_of_them(course, key, adapter, poster, learner, teacher):
    """Staff who try answers in a learner's place store, record and tell nothing in the learner's name."""
    adapter.begin(poster(key, learner))
    state, tracked = course.modules[learner.pk, key].state, list(course.tracked)
    seen = course.view_as(learner, teacher)
    adapter.finish(poster(key, seen))
    assert course.modules[learner.pk, key].state == state
    assert course.modules[learner.pk, key].grade is None
    assert course.tracked == tracked
    assert adapter.recorded(learner) == adapter.recorded(teacher) == 0
    assert not BlockCompletion.objects.exists()
    assert course.block(key, seen).has_submitted_answer()


def test_staff_answer_as_themselves(course, key, adapter, poster, teacher):
    """Staff who take the block without a masquerade are learners like others."""
    post = poster(key, teacher, staff=True)
    adapter.begin(post)
    adapter.finish(post)
    assert course.modules[teacher.pk, key].grade == adapter.earned
    assert adapter.recorded(teacher) > 0


def test_staff_see_what_a_learner_got(course, key, adapter, poster, learner, teacher):
    """Course staff look a learner up by name or address and see answers, keys and points; nothing to edit."""
    adapter.begin(poster(key, learner))
    adapter.finish(poster(key, learner))
    assert adapter.staff_handler in course.render(key, teacher, staff=True).content
    writes = course.modules.writes
    for name in (learner.username, f" {learner.email} "):
        status, reply = course.post(key, teacher, adapter.staff_handler, {"learner": name}, staff=True)
        assert status == 200, reply
        assert "SECRET" in reply["html"]
        assert "<button" not in reply["html"]
        assert reply["html"].count("<fieldset") == len(re.findall(r"<fieldset[^>]* disabled", reply["html"]))
        assert f"{adapter.earned:g} of {adapter.possible:g}" in reply["html"]
    assert course.modules.writes == writes
    page = Ids(course.render(key, teacher, staff=True).content + reply["html"])
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize(
    ("name", "status"), [("siapa", 404), ("", 400), (7, 400), (None, 400), ("pengajar", 404)]
)
def test_staff_look_up_nobody(course, key, adapter, poster, learner, teacher, name, status):
    """Nobody by that name, and somebody who has no attempt, are told alike."""
    adapter.begin(poster(key, learner))
    got, reply = course.post(key, teacher, adapter.staff_handler, {"learner": name}, staff=True)
    assert (got, bool(reply["error"])) == (status, True)


def test_staff_look_up_who_was_graded_without_an_answer(course, key, adapter, learner, teacher):
    """A row with a grade and no state makes the platform's own look-up fail; here nobody notices."""
    course.modules.row(learner, key).grade = 1.0
    request = {"learner": learner.username}
    assert course.post(key, teacher, adapter.staff_handler, request, staff=True)[0] == 404


def test_learners_look_nobody_up(course, key, adapter, poster, learner, teacher):
    """Neither learners nor who views as one are shown the look-up, or what it finds."""
    adapter.begin(poster(key, learner))
    for user in (learner, course.view_as(learner, teacher)):
        assert adapter.staff_handler not in course.render(key, user).content
        status, reply = course.post(key, user, adapter.staff_handler, {"learner": learner.username})
        assert status == 403
        assert "SECRET" not in json.dumps(reply)


def test_reset_attempts_breaks_nothing(course, key, adapter, poster, learner):
    """The dashboard writes a CAPA problem's state into ours: it is not ours, and is left alone."""
    adapter.begin(poster(key, learner))
    tasks.reset_attempts(course, key, learner)
    assert course.render(key, learner).content
    adapter.finish(poster(key, learner))
    assert course.modules[learner.pk, key].grade == adapter.earned
