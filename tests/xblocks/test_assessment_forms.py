"""Random and adaptive forms, from the draw to the result: what is asked, kept, told, and never told."""

import json
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.utils import translation

from tests.xblocks import banks, samples
from tests.xblocks.support import Learner
from xblocks.competency.values import replace
from xblocks.host import clock, records
from xblocks.records import api
from xblocks.records.models import Calibration, Evidence, Presentation, Response

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def user(django_user_model):
    """The account behind the learner, English, and no exposure rates of another test."""
    cache.clear()
    with translation.override("en"):
        yield django_user_model.objects.create(pk=7, username="pelajar")


@pytest.fixture
def bank():
    return banks.load()


def random_form(name="a", **attributes):
    return Learner(samples.olx(banks.RANDOM, bank="uji@1", form="random", **attributes), name=name)


def adaptive_form(name="a", olx=banks.ADAPTIVE, **attributes):
    return Learner(samples.olx(olx, bank="uji@1", form="adaptive", **attributes), name=name)


def shown(html):
    return re.findall(r'data-item="([^"]+)"', html)


def prompt(html):
    return re.search(r'data-item="([^"]+)"', html)[1]


def sit(one, right, *, html=""):
    """Answer an adaptive test to its end; ``right(number)`` says whether the answer is right."""
    html, asked = html or one.start(), []
    item = prompt(html)
    while True:
        asked.append(item)
        status, reply = one.answer(item, banks.RIGHT if right(len(asked)) else banks.WRONG)
        assert status == 200, reply
        if reply["over"]:
            return asked, reply
        item = prompt(reply["next"])


# Random


def test_a_random_form_from_the_draw_to_the_result(bank):
    """What was drawn stays the attempt's, counts without the items on trial, and becomes evidence."""
    one = random_form()
    ids = shown(one.start())
    assert len(ids) == len(set(ids)) == 10
    assert shown(one.page()) == ids
    pilots = one.block.attempt["pilots"]
    assert len(pilots) == 2
    for id_ in ids:
        status, reply = one.answer(id_, banks.RIGHT)
        assert (status, reply["count"]) == (200, 10)
    html = one.submit()
    assert one.runtime.grades() == [{"value": 8.0, "max_value": 8.0}]
    assert set(shown(html)) == set(ids) - set(pilots)
    assert Response.objects.count() == 10
    assert set(Presentation.objects.filter(pilot=True).values_list("item_id", flat=True)) == set(pilots)
    assert Presentation.objects.count() == 10
    said = {(one.competency_id, one.items, one.model_version) for one in Evidence.objects.all()}
    assert said == {("gov.a", 4, "provisional"), ("gov.b", 4, "provisional")}


def test_the_result_page_of_an_uncalibrated_bank(bank):
    """Levels in words, how sure, where to study, that it is an estimate, and that it decides nothing."""
    one = random_form()
    for id_ in shown(one.start()):
        one.answer(id_, banks.WRONG)
    html = one.submit()
    for said in (
        "Your levels",
        "first estimate",
        "not a decision",
        "level",
        "Study next",
    ):
        assert said in html
    links = (
        '<a href="/jump_to_id/bab-a" target="_parent">Bab A</a>',
        '<a href="https://example.go.id/bab-b" target="_parent">Bab B &amp; lampiran</a>',
    )
    assert any(link in html for link in links)
    assert "<svg" in html


FRAMEWORK = """<competency_framework id="uji" version="1"><domain id="d"><name lang="id">D</name>
<competency id="gov.a"><name lang="id">Kompetensi A</name>
<level n="3"><description lang="id">Menganalisis usul.</description>
<indicator id="gov.a.3.1"><description lang="id">Membandingkan dua usul.</description></indicator></level>
<level n="5"><description lang="id">Menjadi rujukan.</description></level></competency>
<competency id="gov.b"><name lang="id">Kompetensi B</name></competency></domain>
<post id="camat" basis="{basis}"><name lang="id">Camat</name><requires competency="gov.a" level="3"/></post>
</competency_framework>"""


@pytest.mark.parametrize("basis", ["proposal", "regulation"])
def test_the_gap_to_what_the_post_requires(bank, user, basis):
    """The required level, what a person at it does, how many are missing, and what the level rests on."""
    api.load_framework(FRAMEWORK.format(basis=basis))
    api.record_official(user.pk, api.OfficialIdentity(post="Camat Contoh"))
    one = random_form()
    for id_ in shown(one.start()):
        one.answer(id_, banks.WRONG)
    html = one.submit()
    for said in ("Level 3", "Missing levels: ", "What a person at level 3 does", "Menganalisis usul."):
        assert said in html
    assert "<li>Membandingkan dua usul.</li>" in html
    assert ("(proposed)" in html) is (basis == "proposal")
    assert "Menjadi rujukan." not in html


def test_what_was_met_does_not_come_again(bank):
    """A second form prefers items that the learner has not had, in whatever block they stood."""
    first, second = random_form(), random_form("b")
    before = set(shown(first.start()))
    assert set(shown(second.start())) & before == set()


def test_repeats_may_be_asked_for(bank):
    olx = banks.RANDOM.replace('count="4"', 'count="18"').replace("<blueprint", '<blueprint repeats="true"')
    for name in ("a", "b"):
        one = Learner(samples.olx(olx, bank="uji@1", form="random"), name=name)
        assert len(shown(one.start())) == 38


def test_another_learner_gets_another_form(bank, django_user_model):
    django_user_model.objects.create(pk=8)
    one, other = (Learner(samples.olx(banks.RANDOM, bank="uji@1", form="random"), user_id=n) for n in (7, 8))
    assert shown(one.start()) != shown(other.start())


def test_a_rescore_follows_the_bank_that_the_author_names(bank):
    """A key that was mended in a new version counts for forms that were drawn from the old one."""
    one = random_form()
    ids = shown(one.start())
    for id_ in ids:
        one.answer(id_, banks.WRONG)
    one.submit()
    assert one.runtime.grades()[-1]["value"] == 0
    banks.load("2", key="a")
    one.olx = one.olx.replace("uji@1", "uji@2")
    one.block = one.load()
    one.block.rescore(only_if_higher=False)
    assert one.runtime.grades()[-1] == {"value": 8.0, "max_value": 8.0}
    assert one.block.history[0]["earned"] == 8.0
    assert set(Evidence.objects.values_list("revision", flat=True)) == {1, 2}


def test_an_item_outside_the_form_cannot_be_answered(bank):
    one = random_form()
    ids = shown(one.start())
    outside = next(id_ for id_ in api.bank_items(bank) if id_ not in ids)
    assert one.answer(outside, banks.RIGHT)[0] == 404


def test_a_blueprint_that_cannot_be_drawn_keeps_learners_out(bank):
    one = Learner(samples.olx(banks.RANDOM.replace('"4"', '"30"'), bank="uji@1", form="random"))
    assert "not ready" in one.page()
    assert one.post("begin")[0] == 409
    assert "30" in one.block.author_view().content


def test_a_form_that_was_seen_and_taken_back_is_not_given_again(bank):
    """Staff delete the state of an attempt with nothing answered: the next has its own number and form."""
    one = random_form()
    first = shown(one.start())
    one.block.attempt = {}
    one.block.save()
    second = shown(one.start())
    assert one.block.attempt["number"] == 2
    assert len(second) == len(first) and second != first
    assert one.block.attempt["first"] == 2
    one.submit()
    one.block.attempt, one.block.history = {}, []
    one.block.save()
    one.start()
    assert one.block.attempt["number"] == 3


def test_a_report_looks_up_each_version_of_the_bank_once(bank, django_assert_max_num_queries):
    """Attempts of a version that the author has left behind cost no query each."""
    one = random_form()
    one.answer(shown(one.start())[0], banks.RIGHT)
    one.submit()
    state = {"attempt": one.block.attempt, "history": one.block.history}
    states = [SimpleNamespace(username=f"contoh{n}", state=state) for n in range(20)]
    banks.load("2")
    block = Learner(samples.olx(banks.RANDOM, bank="uji@2", form="random"), name="b").block
    with django_assert_max_num_queries(5):
        rows = list(block.generate_report_data(states))
    assert len(rows) == 20


# Adaptive


def test_an_adaptive_test_from_the_first_item_to_the_result(bank):
    """One item after another, chosen by the answers, until the rules say stop; then levels and a grade."""
    banks.calibrate()
    one = adaptive_form()
    asked, reply = sit(one, lambda number: number % 3 > 0)
    assert 5 <= len(asked) <= 9 + 2
    assert len(set(asked)) == len(asked)
    assert "next" not in reply
    attempt = one.block.attempt
    assert (attempt["form"], attempt["bank"], attempt["calibration"]) == ("adaptive", "uji@1", "uji#1")
    assert [step[0] for step in attempt["trace"]] == asked
    html = one.submit()
    (grade,) = one.runtime.grades()
    assert grade["max_value"] == 100.0
    assert 0 < grade["value"] < 100
    assert f"{grade['value']:.2f}".rstrip("0").rstrip(".") in html
    assert "not calibrated" not in html
    assert {one.model_version for one in Evidence.objects.all()} == {"uji#1"}
    assert Response.objects.count() == len(asked)
    assert Presentation.objects.count() == len(attempt["offered"])


def test_more_right_answers_earn_more(bank):
    banks.calibrate()
    grades = []
    for name, right in (("a", lambda _n: False), ("b", lambda n: n % 2), ("c", lambda _n: True)):
        one = adaptive_form(name)
        sit(one, right)
        one.submit()
        grades.append(one.runtime.grades()[0]["value"])
    assert grades == sorted(grades)
    assert grades[0] < 30 < 70 < grades[-1]


def test_an_answer_of_an_adaptive_test_stands(bank):
    banks.calibrate()
    one = adaptive_form(feedback="immediate")
    item = prompt(one.start())
    status, reply = one.answer(item, banks.WRONG, final=False)
    assert (status, reply["final"], "html" in reply) == (200, True, False)
    assert one.answer(item, banks.RIGHT)[0] == 409
    assert one.answer(prompt(reply["next"]), {"chosen": []})[0] == 400


def test_a_repeated_answer_is_told_the_same(bank):
    """What the client did not hear of it hears again: the same next item, and no further step."""
    banks.calibrate()
    one = adaptive_form()
    request = {
        "item": prompt(one.start()),
        "response": banks.RIGHT,
        "uuid": "00000000-0000-4000-a000-000000000001",
    }
    first = one.post("answer", request)
    state = one.block.attempt
    assert one.post("answer", request) == first
    assert one.block.attempt == state


def test_what_is_sent_ahead_can_be_answered_in_its_place(bank):
    """A learner without connection goes on with the reserve; the server takes it, and goes on from there."""
    banks.calibrate()
    one = adaptive_form()
    html = one.start()
    first, *reserve = shown(html)
    assert len(reserve) == 2
    for id_ in (first, *reserve):
        status, reply = one.answer(id_, banks.RIGHT)
        assert status == 200
    assert prompt(reply["next"]) not in (first, *reserve)
    asked, _reply = sit(one, lambda _n: True, html=reply["next"])
    one.submit()
    assert [step[0] for step in one.block.attempt["trace"]] == [first, *reserve, *asked]


def test_enemies_never_come_together_in_an_adaptive_test():
    """Neither asked one after the other, nor sent ahead beside what was answered; on trial or not."""
    foes = {f"i{n:02d}": {f"i{n ^ 2:02d}"} for n in range(36)} | {
        f"i{n}": {f"i{m:02d}" for m in range(36) if m % 4 == n % 4} for n in range(36, 40)
    }
    banks.load(**{id_: f' enemies="{" ".join(sorted(some))}"' for id_, some in foes.items()})
    banks.calibrate()
    for name in "abcdef":
        one = adaptive_form(name)
        html, answered = one.start(), []
        for turn in range(9):
            sent = shown(html)
            assert not any(other in foes[id_] for id_ in answered for other in sent)
            assert not any(other in foes[id_] for id_ in sent for other in answered)
            # As without connection, the reserve is answered now and then.
            item = sent[-1] if turn % 3 == 2 else sent[0]
            reply = one.answer(item, banks.RIGHT if turn % 2 else banks.WRONG)[1]
            answered.append(item)
            if reply["over"]:
                break
            html = "".join([reply["next"], *reply["reserve"]])
        assert len(answered) >= 5


def test_what_was_not_sent_cannot_be_answered(bank):
    """The client cannot choose its items."""
    banks.calibrate()
    one = adaptive_form()
    sent = shown(one.start())
    for id_ in api.bank_items(bank):
        if id_ not in sent:
            assert one.answer(id_, banks.RIGHT)[0] == 404


def test_no_more_is_open_than_the_reserve(bank):
    """Who passes over what is asked can do so for two items, and no more: there is nothing else to answer."""
    banks.calibrate()
    one = adaptive_form()
    one.start()
    for _turn in range(4):
        attempt = one.block.attempt
        unanswered = [id_ for id_ in attempt["offered"] if id_ not in attempt["answers"]]
        assert len(unanswered) <= 3
        if one.answer(unanswered[-1], banks.RIGHT)[1]["over"]:
            break


def test_an_adaptive_test_cannot_be_broken_off(bank):
    """Who could stop at will would stop while it looks well."""
    banks.calibrate()
    one = adaptive_form()
    one.start()
    status, reply = one.post("submit")
    assert (status, "not over" in reply["error"]) == (409, True)
    assert 'data-action="submit"' not in one.page()


def test_time_ends_an_adaptive_test_and_silence_earns_nothing(bank, monkeypatch):
    """Broken off before its shortest length it earns less in proportion: an empty one nothing."""
    banks.calibrate()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    one = adaptive_form(time_limit="10")
    html = one.start()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=11))
    assert one.answer(prompt(html), banks.RIGHT)[0] == 409
    assert "data-over" in one.page()
    one.submit()
    assert one.runtime.grades() == [{"value": 0.0, "max_value": 100.0}]
    assert Evidence.objects.count() == 0


def test_parameters_are_frozen_for_the_attempt(bank):
    """A calibration that is activated meanwhile measures the next attempt, not this one."""
    banks.calibrate()
    one = adaptive_form()
    item = prompt(one.start())
    banks.calibrate(number=2)
    status, reply = one.answer(item, banks.RIGHT)
    assert (status, one.block.attempt["calibration"]) == (200, "uji#1")
    sit(one, lambda _n: True, html=reply["next"])
    one.submit()
    assert one.block.attempt["calibration"] == "uji#1"
    other = adaptive_form("b")
    other.start()
    assert other.block.attempt["calibration"] == "uji#2"


def test_an_attempt_can_be_replayed(bank):
    """The same answers, the same seed, the same items: to be shown to who doubts a result."""
    banks.calibrate()
    one = adaptive_form()
    sit(one, lambda number: number % 2 == 0)
    course = one.block._situation().course
    assert one.block.attempt["trace"]
    for place, step in enumerate(one.block.attempt["trace"]):
        at = replace(course, given=course.given[: place + 1]).step().estimate
        assert (round(at.theta, 6), round(at.se, 6)) == (step[1], step[2])


def test_an_uncalibrated_bank_gives_a_random_form_and_tells_the_author(bank):
    one = adaptive_form()
    assert "is not calibrated" in one.block.author_view().content
    assert any("is not calibrated" in message.text for message in one.block.validate().messages)
    html = one.start()
    assert "is not calibrated" not in html
    assert one.block.attempt["form"] == "random"
    assert len(shown(html)) == 10
    for id_ in shown(html):
        one.answer(id_, banks.RIGHT)
    one.submit()
    assert one.runtime.grades() == [{"value": 8.0, "max_value": 8.0}]
    banks.calibrate()
    assert "is not calibrated" not in adaptive_form("b").block.author_view().content


def test_a_calibration_that_is_gone_loses_no_work(bank):
    """The attempt cannot go on, and what was answered can be handed in."""
    banks.calibrate()
    one = adaptive_form()
    one.answer(prompt(one.start()), banks.RIGHT)
    Calibration.objects.all().delete()
    assert "data-over" in one.page()
    one.submit()
    assert one.runtime.grades()[0]["max_value"] == 100.0


def test_nothing_of_the_measurement_leaks(bank):
    """No key, parameter, ability, status or name of a calibration reaches who is tested, before or ahead."""
    banks.calibrate()
    one = adaptive_form(feedback="never")
    seen = [one.page(), str(one.block.student_view_data()), str(one.block.index_dictionary())]
    html = one.start()
    seen += [html, one.page()]
    item = prompt(html)
    while True:
        status, reply = one.answer(item, banks.WRONG)
        assert status == 200
        seen += [json.dumps(reply), one.page(), json.dumps(one.post("view")[1])]
        if reply["over"]:
            break
        item = prompt(reply["next"])
    seen += [one.submit(), one.page()]
    for text in seen:
        assert [leak for leak in banks.LEAKS if leak in text] == []
    told = json.dumps(one.runtime.published)
    assert [leak for leak in banks.LEAKS if leak in told] == []


def test_the_start_page_promises_what_is_given(bank):
    """While the bank is not calibrated a random form is given, and the page does not speak of another."""
    before = adaptive_form().page()
    assert "The test adapts" not in before
    assert "drawn for you" in before and "5 to 9" not in before
    assert len(shown(adaptive_form("b").start())) == 10
    assert re.search(r"<dt>Items</dt>\s*<dd>\s*10\s*</dd>", before)
    banks.calibrate()
    after = adaptive_form("c").page()
    assert "The test adapts" in after and "5 to 9" in after


def test_facts_for_others_name_no_item_of_the_bank(bank):
    """Which items a bank has, and of what level, is nobody's business before the test."""
    banks.calibrate()
    for one in (random_form(), adaptive_form("b")):
        data = one.block.student_view_data()
        assert data["items"] == []
        assert one.block.index_dictionary()["content"]["prompts"] == ""
    assert data["length"] == [5, 9]
    assert one.block.max_score() == data["max_score"] == 100.0


def test_without_records_there_is_nothing_to_draw_from(bank, monkeypatch):
    """On a host without the records app the form cannot be drawn, and the page says so instead of failing."""
    monkeypatch.setattr(records, "installed", lambda: False)
    one = adaptive_form()
    assert "not ready" in one.page()
    assert one.post("begin")[0] == 409


def test_queries_of_an_adaptive_answer(bank, django_assert_max_num_queries):
    """Two more than of an answer to a fixed form: the calibration, and the note of what is shown next."""
    banks.calibrate()
    fixed = Learner(samples.olx('<item ref="i00"/>', bank="uji@1"), name="fixed")
    fixed.start()
    with django_assert_max_num_queries(1):
        fixed.answer("i00", banks.RIGHT)
    one = adaptive_form()
    item = prompt(one.start())
    with django_assert_max_num_queries(3):
        one.answer(item, banks.RIGHT)
