"""The block, request by request, in a runtime like the LMS's."""

# Data stays on one line, where it is easier to read.
# ruff: noqa: E501

import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from xblock.exceptions import DisallowedFileError
from xblock.scorable import Score

from tests.xblocks import samples
from tests.xblocks.support import Learner
from xblocks.competency.layout import tokens
from xblocks.competency_assessment import CompetencyAssessmentXBlock
from xblocks.records.models import Response

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def user(django_user_model):
    """The account behind the learner that tests get when they name none."""
    return django_user_model.objects.create(pk=7, username="pelajar")


def learner(user=None, **options):
    host = options.pop("host", {})
    return Learner(
        samples.olx(**options), user_id=user.pk if user else 7, services=("user", "replace_urls"), **host
    )


def shuffled(one, item):
    """The tokens of an item by its real ids, as only the server knows them."""
    found = one.block._situation()
    return {id_: token for token, id_ in tokens(found.assessment.item(item), found.attempt.seed).items()}


def answer_all(one, answers, **fields):
    for item, response in answers.items():
        status, reply = one.answer(item, response, **fields)
        assert status == 200, reply


def answer_rightly(one):
    answer_all(one, samples.RIGHT)
    entries = shuffled(one, "ordering")
    places = {entries[id_]: place for place, id_ in enumerate(("first-one", "second-one", "third-one"), 1)}
    assert one.answer("ordering", {"places": places})[0] == 200
    rights = shuffled(one, "matching")
    matches = {pair: rights[pair] for pair in ("pair-one", "pair-two")}
    assert one.answer("matching", {"matches": matches})[0] == 200


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800", "\udfff", "x" * 501], ids=ascii)
def test_text_that_nothing_can_hold_is_refused(user, text):
    """NUL and halves of characters fail in databases, pages and the instructor's report."""
    one = learner(user)
    one.start()
    assert one.answer("text", {"text": text})[0] == 400
    answer_rightly(one)
    one.submit()
    assert Response.objects.filter(user=user).count() == samples.COUNT


def test_whole_path(user):
    """A learner starts, answers, submits; grade, records and the result are right."""
    one = learner(user)
    assert 'data-action="start"' in one.page()
    one.start()
    answer_rightly(one)
    html = one.submit()
    assert one.runtime.grades() == [{"value": 11.0, "max_value": 11.0}]
    # The host completes a scored block by its grade: what it takes back with the grade must not stay.
    assert "completion" not in dict(one.runtime.published)
    assert Response.objects.filter(user=user).count() == samples.COUNT
    assert {row.fraction for row in Response.objects.all()} == {1}
    assert "100%" in html
    assert "SECRET why" in html


def test_partial_credit():
    """Wrong answers earn what the rules give: only the ratings are partly right."""
    one = learner()
    one.start()
    answer_all(one, samples.WRONG)
    one.submit()
    # rate: (1 - 3/4 + 1 - 1/4) / 2 = 0.5; the table's sum does not follow from the learner's own cells.
    assert one.runtime.grades() == [{"value": 0.5, "max_value": 11.0}]


def test_follow_through():
    """A sum that follows from the learner's own wrong cells is right."""
    one = learner()
    one.start()
    assert one.answer("table", {"numbers": {"b1": "1", "b2": "2", "b3": "3"}})[0] == 200
    one.submit()
    assert one.runtime.grades()[0]["value"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("policy", ["immediate", "after_submission", "after_due", "never"])
def test_nothing_leaks_before_it_is_due(policy):
    """No key in a page, a reply or what others are told before the policy says so; over all types."""
    due = {"due": datetime.now(UTC) + timedelta(days=1)}
    one = learner(feedback=policy, host=due)
    seen = [one.page(), one.start(), str(one.block.student_view_data()), str(one.block.index_dictionary())]
    for item, response in samples.WRONG.items():
        status, reply = one.answer(item, response)
        assert status == 200
        seen += [str(reply), one.page()]
    seen += [
        str(one.answer("single", {"chosen": ["zzz"]})),
        str(one.answer("ordering", {"places": {"x": 1}})),
    ]
    seen += [
        str(one.answer("matching", {"matches": {"pair-one": "x"}})),
        str(one.answer("numeric", {"a": 1})),
    ]
    seen += [str(one.answer("table", {"numbers": {"zzz": "1"}})), str(one.post("view")[1])]
    if policy in ("after_due", "never"):
        seen += [one.submit(), one.page(), str(one.post("view")[1])]
    for text in seen:
        assert [leak for leak in samples.LEAKS if leak in text] == []


@pytest.mark.parametrize(
    ("policy", "due_in", "shown"),
    [("after_submission", 1, True), ("after_due", 1, False), ("after_due", -1, True), ("never", -1, False)],
)
def test_feedback_policy_after_submission(policy, due_in, shown):
    """After submission the key shows as the policy says, and the score always."""
    one = learner(feedback=policy)
    one.start()
    answer_all(one, samples.WRONG)
    one.host = {"due": datetime.now(UTC) + timedelta(days=due_in)}
    html = one.submit()
    assert ("SECRET why" in html) is shown
    assert "ka-score" in html


def items_of(*competencies):
    """An assessment of one item for each of the competencies named."""
    items = "".join(
        f'<item id="q{n}" type="short_text" competencies="{names}" level="1"><prompt>P</prompt><accept>x</accept></item>'
        for n, names in enumerate(competencies)
    )
    return f'<competency_assessment feedback="{{}}">{items}</competency_assessment>'


@pytest.mark.parametrize(
    ("competencies", "told"),
    [
        # Each row would be one answer's.
        (("gov.a", "gov.b", "gov.c"), []),
        # The total less gov.a's would be that of one answer.
        (("gov.a", "gov.a", "gov.b"), []),
        (("gov.a", "gov.a", "gov.b", "gov.b", "gov.b", "gov.c"), ["gov.b"]),
        (("gov.a", "gov.a", "gov.b", "gov.c"), ["gov.a"]),
        # gov.b's one answer is among gov.a's.
        (("gov.a", "gov.a gov.b"), ["gov.a"]),
        (("gov.a", "gov.a", "gov.b", "gov.b"), ["gov.a", "gov.b"]),
    ],
)
def test_results_by_competency_tell_of_no_single_answer(competencies, told):
    """While the key is withheld: what one item makes is not told, nor what the rest would tell."""
    olx = items_of(*competencies)
    for policy, shown in (("never", told), ("after_submission", sorted({*" ".join(competencies).split()}))):
        one = Learner(olx.format(policy))
        one.start()
        one.answer("q0", {"text": "x"})
        html = one.submit()
        # In the table of points, and in that of levels.
        assert sorted({*re.findall(r'<th scope="row">([^<]*)</th>', html)}) == shown
        assert ("of a single item" in html) is (len(shown) < len({*" ".join(competencies).split()}))
        assert "ka-score" in html


def test_the_platform_can_hide_results():
    """Where the platform's show_correctness says never, neither score nor key is shown."""
    one = learner(host={"show_correctness": "never"})
    one.start()
    html = one.submit()
    assert "ka-score" not in html
    assert "SECRET" not in html


def test_immediate_feedback_locks_the_item():
    """A final answer brings the item's own feedback, is recorded at once, and cannot be changed."""
    one = learner(feedback="immediate")
    one.start()
    status, reply = one.answer("single", {"chosen": ["a"]}, final=True)
    assert (status, reply["final"]) == (200, True)
    assert "SECRET single b" in reply["html"]
    assert "SECRET multiple" not in one.page()
    status, reply = one.answer("single", {"chosen": ["b"]})
    assert status == 409
    assert "single" in reply["error"]
    one.submit()
    assert one.runtime.grades()[0]["value"] == 0


def test_final_needs_a_whole_answer():
    """Nothing is checked that is not answered in full: a guess at the key by an empty answer fails."""
    one = learner(feedback="immediate")
    one.start()
    assert one.answer("single", {"chosen": []}, final=True)[0] == 400
    assert one.answer("table", {"numbers": {"b1": "1"}}, final=True)[0] == 400
    assert "SECRET" not in one.page()


def test_final_means_nothing_without_immediate_feedback():
    """A client cannot make another policy give the key early."""
    one = learner(feedback="after_submission")
    one.start()
    status, reply = one.answer("single", {"chosen": ["a"]}, final=True)
    assert (status, reply["final"], "html" in reply) == (200, False, False)


def test_answers_are_idempotent(user):
    """The same request again changes nothing and is told the same."""
    one = learner(user)
    one.start()
    request = {"item": "single", "response": {"chosen": ["b"]}, "uuid": str(uuid.uuid4())}
    first = one.post("answer", request)
    one.answer("single", {"chosen": ["a"]})
    assert one.post("answer", request) == first
    one.submit()
    assert one.runtime.grades()[0]["value"] == 0
    assert Response.objects.get().response == {"chosen": ["a"]}
    told = [data for name, data in one.runtime.published if name.endswith("item.answered")]
    assert len(told) == 2


def test_one_uuid_is_one_answer():
    """A UUID that was used for another item is refused: its record would be lost."""
    one = learner()
    one.start()
    request = {"response": {"chosen": ["a"]}, "uuid": str(uuid.uuid4())}
    assert one.post("answer", {"item": "single", **request})[0] == 200
    status, reply = one.post("answer", {"item": "multiple", **request})
    assert (status, "uuid" in reply["error"]) == (400, True)


def test_a_page_of_an_earlier_attempt_is_refused():
    """What another tab still shows of an earlier attempt neither answers nor ends this one."""
    one = learner()
    one.start()
    one.submit()
    one.start()
    for status, reply in (
        one.answer("single", {"chosen": ["a"]}, attempt=1),
        one.post("submit", {"attempt": 1}),
    ):
        assert status == 409
        assert "reload" in reply["error"]
    assert one.answer("single", {"chosen": ["a"]}, attempt=2)[0] == 200


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("2026-11-24T08:00:00+07:00", 200),
        ("1970-01-01T00:00:00Z", 200),
        ("0001-01-01T00:00:00+14:00", 400),
        ("9999-12-31T23:59:59-12:00", 400),
        ("2026-11-24T08:00:00", 400),
        ("kemarin", 400),
        (1764000000, 400),
    ],
)
def test_the_clients_clock(told, status):
    """The learner's clock is taken where it is a time with its zone that any database holds."""
    one = learner()
    one.start()
    assert one.answer("single", {"chosen": ["a"]}, answered_at=told)[0] == status
    one.submit()


def test_submission_is_idempotent():
    """A submission that is repeated, because its reply was lost, scores once and shows the result."""
    one = learner()
    one.start()
    first = one.post("submit", {"attempt": 1})
    assert one.post("submit", {"attempt": 1}) == first
    assert len(one.runtime.grades()) == 1
    assert one.post("submit")[0] == 409


def test_best_attempt_counts():
    """The grade is the best attempt's, whatever comes after."""
    one = learner(attempts="3")
    for answers, grade in ((samples.WRONG, 0.5), (samples.RIGHT, 9.0), (samples.WRONG, 9.0)):
        one.start()
        answer_all(one, answers)
        one.submit()
        assert one.runtime.grades()[-1] == {"value": grade, "max_value": 11.0}
    status, reply = one.post("begin")
    assert status == 409
    assert "used up" in reply["error"]
    assert 'data-action="start"' not in one.page()


@pytest.mark.parametrize(
    ("handler", "data", "status", "named"),
    [
        ("answer", {"item": "nope", "response": {}, "uuid": str(uuid.uuid4())}, 404, "nope"),
        ("answer", {"item": "single", "response": {"chosen": "b"}, "uuid": str(uuid.uuid4())}, 400, "single"),
        ("answer", {"item": "single", "response": {"chosen": ["b"]}, "uuid": "x"}, 400, "uuid"),
        ("answer", {"item": "single", "response": {"chosen": ["b"]}}, 400, "uuid"),
        (
            "answer",
            {"item": "single", "response": {"chosen": ["b"]}, "uuid": str(uuid.uuid4()), "score": 1},
            400,
            "score",
        ),
        ("answer", {"item": "numeric", "response": {"numbers": {"value": "12.5"}}, "uuid": str(uuid.uuid4())}, 400, "12.5"),
        ("answer", {"item": ["single"], "response": {}, "uuid": str(uuid.uuid4())}, 404, "single"),
        ("answer", ["single"], 400, "object"),
        ("submit", {"value": 11}, 400, "value"),
        ("begin", {}, 409, "going on"),
    ],
)  # fmt: skip
def test_refusals_name_what_is_wrong(handler, data, status, named):
    """Each bad request is refused with a message that names the thing at fault, and nothing is lost."""
    one = learner()
    one.start()
    one.answer("text", {"text": "tetap ada"})
    got, reply = one.post(handler, data)
    assert (got, named in reply["error"]) == (status, True), reply
    assert "tetap ada" in one.page()


def test_deadline():
    """After the deadline nothing is begun or answered; what was saved can be handed in."""
    one = learner()
    one.start()
    one.answer("single", {"chosen": ["b"]})
    one.host = {"has_deadline_passed": lambda: True}
    assert one.answer("single", {"chosen": ["a"]})[0] == 409
    assert "deadline" in one.page()
    one.submit()
    assert one.runtime.grades()[0]["value"] == 1
    assert one.post("begin")[0] == 409


@pytest.mark.parametrize(
    ("due_in", "grace", "status"), [(-2, None, 409), (-2, 1, 409), (-2, 3, 200), (2, None, 200)]
)
def test_due_date_and_grace(due_in, grace, status):
    """Where the platform gives a due date and a grace period, their end closes the assessment."""
    host = {"due": datetime.now(UTC) + timedelta(days=due_in), "graceperiod": grace and timedelta(days=grace)}
    assert learner(host=host).post("begin")[0] == status


def test_anonymous_visitors_read_only():
    """Without an account the page says so, and handlers refuse before anything is written."""
    one = Learner(samples.olx(), user_id=None)
    assert "Sign in" in one.page()
    assert one.post("begin")[0] == 403


def test_authors_see_the_key_without_a_verdict():
    """The author's view has every key, and judges no answer, since there is none."""
    html = Learner(samples.olx()).block.author_view().content
    for key in (
        "SECRET single b",
        "Rp9.871.250",
        "197.433",
        "SECRET lurah",
        "Right place: 3",
        "Experts: 5 of 5",
    ):
        assert key in html
    for verdict in ("ka-good", "ka-bad", "ka-missed", "you did not"):
        assert verdict not in html


def test_assets_hold_nothing_secret():
    """Only what lies below public is served."""
    for name in ("js", "css"):
        with CompetencyAssessmentXBlock.open_local_resource(f"public/competency_assessment.{name}") as file:
            assert file.read()
    for uri in (
        "public/../../competency_assessment.py",
        "../templates/assessment/item.html",
        "competency_assessment.py",
    ):
        with pytest.raises((DisallowedFileError, ValueError, FileNotFoundError)):
            CompetencyAssessmentXBlock.open_local_resource(uri)


def test_without_user_services():
    """In a content library there is no user service beyond the id: the block renders and works."""
    one = Learner(samples.olx(), services=())
    one.page()
    one.start()
    assert one.answer("single", {"chosen": ["b"]})[0] == 200
    one.submit()


def test_rescore_by_the_items_as_they_are_now():
    """When the author mends a key, the better of the submitted attempts counts, if higher on request."""
    one = learner(attempts="2")
    for answers in (samples.RIGHT, samples.WRONG):
        one.start()
        answer_all(one, answers)
        one.submit()
    key, other = '<option id="b" correct="true">', '<option id="a">'
    single, rest = samples.ITEMS.split("</item>", 1)
    mended = single.replace(key, '<option id="b">').replace(other, '<option id="a" correct="true">')
    one.olx = samples.olx(f"{mended}</item>{rest}")
    one.block = one.load()
    one.block.rescore(only_if_higher=True)
    assert len(one.runtime.grades()) == 2
    one.block.rescore(only_if_higher=False)
    assert one.runtime.grades()[-1] == {"value": 8.0, "max_value": 11.0}
    assert one.block.get_score() == (8.0, 11.0)


def test_rescore_refuses_broken_content():
    """With an item that cannot be read, no grade is touched."""
    one = learner()
    one.start()
    one.submit()
    one.olx = samples.olx(samples.ITEMS.replace('type="numeric"', 'type="essay"'))
    one.block = one.load()
    with pytest.raises(TypeError, match="problems"):
        one.block.rescore(only_if_higher=False)
    assert len(one.runtime.grades()) == 1


def test_rescore_refuses_what_was_not_submitted():
    """There is nothing to rescore before a submission."""
    one = learner()
    one.start()
    with pytest.raises(ValueError, match="not submitted"):
        one.block.rescore(only_if_higher=False)


def test_state_deleted():
    """With the state row gone, the learner starts afresh."""
    one = learner(attempts="1")
    one.start()
    one.submit()
    assert one.post("begin")[0] == 409
    again = learner(attempts="1")
    assert 'data-action="start"' in again.page()
    assert not again.block.has_submitted_answer()


def test_override_survives_a_worse_attempt():
    """A grade that the instructor raised is not lowered by a later attempt."""
    one = learner()
    one.start()
    one.submit()
    one.block.set_score(Score(10, 11))
    one.block.save()
    one.start()
    one.submit()
    assert one.runtime.grades()[-1] == {"value": 10.0, "max_value": 11.0}


def test_shuffles_are_the_learners_own_and_stay():
    """The order of shuffled parts is the same at each view of an attempt and says nothing of the key."""
    pages = set()
    for number in range(6):
        one = Learner(samples.olx(), user_id=number + 1)
        html = one.start()
        order = re.findall(r'data-part="(t\w+)" data-place', html)
        assert order == re.findall(r'data-part="(t\w+)" data-place', one.page())
        assert len(order) == 3
        pages.add(tuple(re.findall(r">(Satu|Dua|Tiga)<", html))[:3])
    assert ("Satu", "Dua", "Tiga") not in pages
    assert len(pages) > 1


def test_hostile_html_is_harmless():
    """Whatever an author's markup holds, learners and authors get none of it to run."""
    item = (
        '<item id="x" type="short_text" competencies="c" level="1"><prompt>P<script>alert(1)</script>'
        '<img src="x" alt="" onerror="alert(1)"/><a href="javascript:alert(1)">x</a></prompt><accept>a</accept></item>'
    )
    one = Learner(samples.olx(item))
    for html in (one.block.author_view().content, one.page()):
        assert "<script" not in html
        assert "onerror=" not in html.replace("onerror &lt;", "")
        assert 'href="javascript' not in html
    assert len(one.block.validate().messages) >= 3


def test_titles_are_escaped():
    """A title is text."""
    one = Learner(samples.olx().replace('"Uji"', '"&lt;img src=x onerror=alert(1)&gt;"'))
    assert "<img src=x" not in one.page() + one.block.author_view().content


def test_problems_keep_learners_out():
    """Content with problems lets nobody start, loses nothing, and tells the author each one."""
    items = '<item ref="gone"/><item id="q" type="essay" competencies="c" level="1"/>'
    one = Learner(samples.olx(items, bank="nowhere@9", attempts="many", colour="red"))
    assert "not ready" in one.page()
    assert one.post("begin")[0] == 409
    text = " ".join(message.text for message in one.block.validate().messages)
    for named in ("essay", "nowhere@9", "many", "colour"):
        assert named in text
    assert 'colour="red"' in one.block.definition
    assert "essay" in one.block.definition


def test_unknown_competencies_are_told():
    """A competency that no framework defines is told to the author; learners are not kept out."""
    one = learner()
    assert "gov.a" in " ".join(message.text for message in one.block.validate().messages)
    assert 'data-action="start"' in one.page()


def test_what_others_are_told():
    """student_view_data and max_score ask for no learner and hold what the documentation says."""
    one = Learner(samples.olx(attempts="2"), user_id=None, services=())
    data = one.block.student_view_data()
    assert data.keys() == {
        "schema", "display_name", "intro", "ready", "attempts", "feedback", "form", "time_limit", "grading",
        "certainty", "length", "max_score", "items",
    }  # fmt: skip
    assert data["items"][1] == {
        "id": "multiple", "type": "multiple_response", "points": 2.0, "level": 2, "competencies": ["gov.a", "gov.b"],
    }  # fmt: skip
    assert one.block.max_score() == data["max_score"] == samples.POINTS
    assert one.block.index_dictionary()["content"]["prompts"].startswith("Prompt single")
    # Whoever could look the questions up would begin the time with the answers at hand.
    assert learner(time_limit="10").block.index_dictionary()["content"]["prompts"] == ""


def test_report_rows():
    """The instructor's table has a row an answer, with the learner's words."""
    one = learner()
    one.start()
    one.answer("text", {"text": "camat"})
    state = type("State", (), {"username": "pelajar", "state": {"attempt": one.block.attempt}})
    rows = list(one.block.generate_report_data([state]))
    assert [(name, row["Item"], row["Answer"]) for name, row in rows] == [
        ("pelajar", "text", '{"text": "camat"}')
    ]
    assert list(one.block.generate_report_data([state], limit_responses=0)) == []


def test_state_is_small():
    """A full attempt's state stays far below what a host's column takes."""
    one = learner()
    one.start()
    for _round in range(30):
        answer_all(one, samples.WRONG)
    assert len(json.dumps(one.block.attempt)) < 8000


def test_static_addresses_are_resolved():
    """Course files in a text are addressed as the host serves them."""
    one = Learner(
        samples.olx(samples.ITEMS.replace("Selamat datang", '<img src="/static/a.png" alt="peta"/>'))
    )
    assert "/asset-v1:Kapasitas" in one.page()


def test_authors_are_told_that_a_judgement_on_trial_was_adopted_by_no_panel():
    """Its key is a proposal; of a pilot of another type the law is the judge."""
    items = (
        '<item id="s" type="situational_judgement" mode="rate" competencies="c" level="2" status="pilot">'
        '<prompt><p>Warga marah.</p></prompt><action id="a" effectiveness="5">Dengar</action>'
        '<action id="b" effectiveness="1">Usir</action></item>'
        '<item id="n" type="numeric" competencies="c" level="1" status="pilot">'
        '<prompt><p>Berapa?</p></prompt><answer value="2"/></item>'
    )
    html = Learner(samples.olx(items)).block.author_view().content
    assert html.count("on trial") == 2
    assert html.count("not yet adopted by a panel") == 1
