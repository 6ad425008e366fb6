"""Reading everybody's results: hostile pages, and platforms that are asked person by person."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge import http
from lti_bridge.adapters import results
from lti_bridge.adapters.results import AgsResults, NotKeptError, OneByOneResults, UnreadableError, results_of
from lti_bridge.delivery.errors import DeliveryError, TransientError
from lti_bridge.delivery.report import Reading, Result
from lti_bridge.models import Delivery, LineItem, Platform, ReportKind, ReportTarget
from lti_bridge.reconciling import reconcile_target

from .fakes import make_enrolment
from .parting import change, key, open_kinds, reconcile

pytestmark = pytest.mark.every_database

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
rows = st.dictionaries(st.sampled_from(["userId", "resultScore", "resultMaximum", "x"]), scalars)
documents = st.recursive(scalars | rows, lambda inner: st.lists(inner, max_size=4), max_leaves=12)


@given(st.lists(documents) | documents | st.just("nothing"))
def test_whatever_a_page_holds_it_is_results_or_an_error_of_delivery(document):
    reply = http.Response(status=200, headers={}, body=json.dumps(document).encode())
    try:
        found = results._results_in(reply)
    except DeliveryError:
        return
    assert all(isinstance(one.person, str) for one in found)
    assert "person" not in repr(found)


@pytest.mark.parametrize("score", ["1e1000000", "-1e999999999999999999", "9" * 4000])
def test_a_number_that_no_gradebook_holds_is_no_result(ags, told, score):
    """And the rest of the page is read."""
    body = f'[{{"userId": "lain", "resultScore": {score}}}, {{"userId": "orang-7", "resultScore": 0.8}}]'
    ags.fault = lambda call: (200, {}, body.encode()) if call.path == key(ags)[0] + "/results" else None
    summary = reconcile(told)
    assert (summary.problem, summary.found, summary.unknown) == ("", 0, 0)


def test_pages_are_bounded(ags, told, monkeypatch):
    monkeypatch.setattr(results, "MOST_PAGES", 3)
    number = iter(range(100))
    path = key(ags)[0] + "/results"
    ags.fault = lambda call: (
        (200, {"Link": f'<{path}?page={next(number)}>; rel="next"'}, b"[]") if call.path == path else None
    )
    assert "does not end" in reconcile(told).problem
    assert len(ags.requests_to("GET", path)) == 3


def test_a_reply_that_is_too_large_is_refused(ags, told):
    body = b"[" + b" " * http.RESPONSE_LIMIT_BYTES + b"]"
    ags.fault = lambda call: (200, {}, body) if call.path.endswith("/results") else None
    assert reconcile(told).problem


def test_a_platform_that_does_not_page(ags, told):
    """Ten thousand people in one reply."""
    item = key(ags)[0]
    row = (
        '{{"id": "{0}{1}/results/{2}", "userId": "{2:036d}", "resultScore": 80.0, "resultMaximum": 100.0, '
        '"comment": ""}}'
    )
    strangers = ", ".join(row.format(ags.url, item, number) for number in range(10_000))
    mine = '{"userId": "orang-7", "resultScore": 80, "resultMaximum": 100}'
    ags.fault = lambda call: (
        (200, {}, f"[{strangers}, {mine}]".encode()) if call.path == item + "/results" else None
    )
    summary = reconcile(told)
    assert (summary.problem, summary.found, summary.unknown) == ("", 0, 10_000)


def test_the_query_of_a_line_item_stays(ags, told):
    """AGS 2.0, 3.3: moodle tells its line items apart by it."""
    row = LineItem.objects.get(tag="kapasitas-grade")
    LineItem.objects.filter(pk=row.pk).update(url=row.url + "?type_id=3")
    assert reconcile(told).found == 0
    (call,) = ags.requests_to("GET", key(ags)[0] + "/results")
    assert call.query == {"type_id": ["3"], "limit": [str(results.PAGE_SIZE)]}


def test_the_line_item_that_came_with_the_link(ags, told):
    """Where we may neither list nor make any, the coupled one holds the grades."""
    target = told.target
    LineItem.objects.all().delete()
    ReportTarget.objects.update(
        lineitems_url="", lineitem_url=ags.url + key(ags)[0], scopes=target.scopes[1:]
    )
    change(ags, "70")
    summary = reconcile(told)
    # There is no column for the completion: nothing is missing from it.
    assert (summary.compared, summary.remaining, open_kinds()) == (1, 1, ["changed"])
    assert not LineItem.objects.exists()


class FakeOneByOne:
    """Fake of an LTI 1.1 service: one column, read person by person; ``closed`` people are refused."""

    def __init__(self, held: dict[str, str], *closed: str) -> None:
        self.held, self.closed, self.asked = held, set(closed), []
        self.fault: DeliveryError | None = None

    def read(self, report) -> Reading:
        self.asked.append(report.recipient)
        if self.fault:
            raise self.fault
        if report.recipient in self.closed:
            return Reading(is_readable=False)
        score = self.held.get(report.recipient)
        return Reading(result=Result(score=Decimal(score), maximum=Decimal(1)) if score else None)


@pytest.fixture
def asked_one_by_one(db, ags, monkeypatch):
    """Three people to whom 80 points were told, at a platform of LTI 1.1."""
    enrolments = [make_enrolment(ags.url, sub=f"orang-{number}") for number in range(3)]
    past = timezone.now() - timedelta(hours=1)
    for enrolment in enrolments:
        Delivery.objects.create(
            target=enrolment.target,
            account=enrolment.account,
            kind="grade",
            sequence=1,
            value=80,
            maximum=100,
            completed=True,
            event_time=past,
            not_before=past,
            wire_timestamp=past,
            settled_at=past,
            state="delivered",
        )
    Platform.objects.update(lti_version="1.1")
    service = FakeOneByOne({"orang-0": "0.8", "orang-1": "0.7"})
    monkeypatch.setattr(results, "results_service", lambda _target: service)
    return enrolments[0], service


def test_a_platform_that_is_asked_person_by_person(asked_one_by_one):
    enrolment, service = asked_one_by_one
    summary = reconcile_target(enrolment.target_id)
    assert (summary.compared, summary.found, summary.sent_again) == (3, 2, 1)
    assert sorted(open_kinds()) == ["changed", "missing"]
    assert sorted(service.asked) == ["orang-0", "orang-1", "orang-2"]


def test_of_whom_nothing_can_be_read_nothing_is_said(asked_one_by_one):
    """One whom the platform does not know any more is no reason to write; nobody at all, no reading."""
    enrolment, service = asked_one_by_one
    service.closed = {"orang-1", "orang-2"}
    summary = reconcile_target(enrolment.target_id)
    assert (summary.compared, summary.found, summary.problem) == (1, 0, "")
    service.closed = {"orang-0", "orang-1", "orang-2"}
    ReportTarget.objects.update(reconcile_first=True)
    summary = reconcile_target(enrolment.target_id)
    assert (summary.compared, summary.found) == (0, 0)
    assert "nobody's result" in summary.problem
    assert not ReportTarget.objects.get().reconcile_first


def test_asking_that_fails(asked_one_by_one):
    enrolment, service = asked_one_by_one
    service.fault = TransientError("the platform answered 503")
    assert "503" in reconcile_target(enrolment.target_id).problem
    assert open_kinds() == []


def test_which_reader(ags, told):
    target = ReportTarget.objects.select_related("deployment__platform").get()
    assert isinstance(results_of(target, lambda _kind: ()), AgsResults)
    with pytest.raises(NotKeptError):
        next(OneByOneResults(FakeOneByOne({}), lambda _kind: ()).pages(ReportKind.COMPLETION))
    ReportTarget.objects.update(scopes=[])
    with pytest.raises(UnreadableError):
        next(AgsResults(ReportTarget.objects.get()).pages(ReportKind.GRADE))
