"""Random and adaptive forms of the assessment in each host: what is recorded, and where nothing is."""

import json
import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache

from tests.edxapp.blocks.test_lms import Ids, everything_of
from tests.edxapp.runtimes import library as fake_library
from tests.edxapp.runtimes import tasks
from tests.edxapp.runtimes.course import reply_of
from tests.edxapp.runtimes.library import FakeLibrary
from tests.xblocks import banks, samples
from xblocks.records.models import Evidence, Presentation, Response

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]
FORMS = {
    "random": samples.olx(banks.RANDOM, bank="uji@1", form="random", attempts="3"),
    "adaptive": samples.olx(banks.ADAPTIVE, bank="uji@1", form="adaptive", attempts="3"),
}


@pytest.fixture(params=FORMS)
def olx(request):
    """A calibrated bank, and a form drawn from it."""
    cache.clear()
    banks.load()
    banks.calibrate()
    return FORMS[request.param]


@pytest.fixture
def key(course, olx):
    return course.add(olx)


def taken(reply):
    status, data = reply
    assert status == 200, data
    return data


UUIDS = iter(range(10**6))


def sit(post, response=banks.RIGHT):
    """Take the whole assessment; returns the page of the result."""
    items = re.findall(r'data-item="([^"]+)"', taken(post("begin", {}))["html"])
    waiting = [items[0]]
    for item in waiting:
        uuid = f"00000000-0000-4000-b000-{next(UUIDS):012d}"
        reply = taken(post("answer", {"item": item, "response": response, "uuid": uuid}))
        if reply.get("next"):
            waiting.append(re.search(r'data-item="([^"]+)"', reply["next"])[1])
        elif "over" not in reply and len(waiting) < len(items):
            waiting.append(items[len(waiting)])
    return taken(post("submit", {}))["html"]


def recorded(user):
    return [model.objects.filter(user=user).count() for model in (Response, Presentation, Evidence)]


def test_in_a_course(course, key, poster, learner):
    """Grade, answers, what was shown, and evidence of both competencies."""
    html = sit(poster(key, learner))
    assert "Your levels" in html
    row = course.modules[learner.pk, key]
    assert 0 < row.grade <= row.max_grade
    responses, presentations, evidence = recorded(learner)
    assert presentations >= responses > 0
    assert evidence == 2
    assert course.block(key, learner).max_score() == row.max_grade


def test_views_write_nothing(course, key, poster, learner, teacher):
    taken(poster(key, learner)("begin", {}))
    before = (course.modules.writes, len(course.tracked), recorded(learner))
    for user, how in (
        (learner, {}),
        (learner, {"read_only": True}),
        (AnonymousUser(), {}),
        (teacher, {"staff": True}),
    ):
        for view in ("student_view", "public_view"):
            block = course.block(key, user, **how)
            assert block.render(view, {}).content.strip()
            block.save()
    assert (course.modules.writes, len(course.tracked), recorded(learner)) == before


def test_in_a_learners_place(course, key, learner, teacher):
    """Staff who try the test as a learner leave nothing in the learner's name, nor in their own."""
    seen = course.view_as(learner, teacher)
    html = sit(lambda handler, data: course.post(key, seen, handler, data))
    assert "Your levels" in html
    assert recorded(learner) == recorded(teacher) == [0, 0, 0]
    assert (learner.pk, key) not in course.modules or course.modules[learner.pk, key].grade is None
    assert course.tracked == []


def test_in_studios_preview(course, key, teacher):
    """An author tries the adaptive test in the preview; it is nobody's work."""
    html = sit(lambda handler, data: reply_of(course.preview(key, teacher), handler, data))
    assert "Your levels" in html
    assert recorded(teacher) == [0, 0, 0]
    assert (course.modules, course.tracked) == ({}, [])


def test_in_a_library(olx, teacher, monkeypatch):
    """A library has no course and nobody to grade; the test runs all the same and makes no version."""
    fake_library.install(monkeypatch, teacher)
    library = FakeLibrary()
    component = library.add(olx)
    html = sit(lambda handler, data: reply_of(library.block(component, teacher), handler, data))
    assert "Your levels" in html
    assert recorded(teacher) == [0, 0, 0]
    assert (library.versions, library.told) == (0, [])


def test_nobody_signed_in(course, key):
    for user in (None, AnonymousUser()):
        for handler in ("begin", "answer", "submit", "view"):
            assert course.post(key, user, handler, {})[0] == 403
    assert Presentation.objects.count() == 0


def test_ids_are_the_blocks_own(course, key, poster, learner):
    """What is sent ahead stands in the page, too: no id twice, and none that names another block's."""
    taken(poster(key, learner)("begin", {}))
    page = Ids(course.render(key, learner).content)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.used) <= set(page.ids)


def test_nothing_of_the_bank_leaks(course, key, poster, learner):
    """Neither keys nor what is known of the items, in what any host hands out."""
    post = poster(key, learner)
    seen = [everything_of(course.render(key, learner)), json.dumps(taken(post("begin", {})))]
    seen += [everything_of(course.render(key, learner)), json.dumps(course.tracked)]
    block = course.collected(key)
    seen += [json.dumps(block.student_view_data()), json.dumps(block.index_dictionary())]
    for text in seen:
        assert [leak for leak in banks.LEAKS if leak in text] == []


def test_staff_see_what_was_asked_and_why(course, key, poster, learner, teacher):
    """The look-up shows the learner's own items with their keys, and of an adaptive test its course."""
    sit(poster(key, learner))
    writes = course.modules.writes
    status, reply = course.post(key, teacher, "learner_answers", {"learner": learner.username}, staff=True)
    assert status == 200
    assert "SECRET why" in reply["html"]
    assert "<button" not in reply["html"]
    assert course.modules.writes == writes
    adaptive = course.block(key, learner).attempt["form"] == "adaptive"
    assert ("Course of the test" in reply["html"]) is adaptive


def test_a_rescore_revises_the_evidence(course, key, olx, poster, learner):
    """When the author names a bank whose keys were mended, grade and evidence follow."""
    sit(poster(key, learner), banks.WRONG)
    before = course.modules[learner.pk, key].grade
    banks.load("2", key="a")
    course.replace(key, olx.replace("uji@1", "uji@2"))
    assert tasks.rescore(course, key, learner) == tasks.SUCCEEDED
    assert course.modules[learner.pk, key].grade > before
    assert set(Evidence.objects.values_list("revision", flat=True)) == {1, 2}
    assert recorded(learner)[0] > 0


def test_after_the_state_was_deleted(course, key, poster, learner):
    """Numbers go on, so that evidence and presentations of the attempts before stay what they are."""
    sit(poster(key, learner))
    tasks.delete_state(course, key, learner)
    sit(poster(key, learner), banks.WRONG)
    assert set(Evidence.objects.values_list("attempt", flat=True)) == {1, 2}


def test_the_report(course, key, poster, learner):
    """Each answer with its form, certainty, both times, and where the adaptive test stood after it."""
    sit(poster(key, learner))
    state = json.loads(course.modules[learner.pk, key].state)
    told = SimpleNamespace(username=learner.username, state=state)
    rows = [row for _name, row in course.collected(key).generate_report_data([told])]
    assert len(rows) == Response.objects.count()
    for row in rows:
        assert row["Received at"] >= row["Answered at"] > ""
        assert (row["Late"], row["Certainty"]) == (False, None)
        assert row["Form"] == state["attempt"]["form"]
        assert (row["Ability"] is not None) is (row["Form"] == "adaptive")
