"""Basic Outcomes (LTI 1.1): what goes out, byte for byte, and what every reply means."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_bridge import http
from lti_bridge.adapters import outcomes
from lti_bridge.adapters.outcomes import Lti11Service
from lti_bridge.adapters.pox import BadReplyError, fraction_text, read_reply, request_body
from lti_bridge.adapters.services import results_service
from lti_bridge.api import note_progress
from lti_bridge.delivery.errors import (
    AmbiguousError,
    BlockedError,
    DeliveryError,
    RejectedError,
    TransientError,
)
from lti_bridge.delivery.report import Report, Result, holds
from lti_bridge.http import Response
from lti_bridge.models import Delivery, DeliveryAttempt, Enrolment, LinkedAccount, Platform, ReportTarget
from lti_bridge.sender import deliver_next

from .consumer import LAUNCH, OutcomeService, envelope, launch, register
from .fakes import COURSE

pytestmark = pytest.mark.every_database
SOURCEDID = LAUNCH["lis_result_sourcedid"]


@pytest.fixture
def theirs(db, ags) -> OutcomeService:
    """A strict outcome service, to which a person was launched from."""
    service = OutcomeService(url=ags.url)
    ags.fault = service
    register()
    reply = launch(Client(), lis_outcome_service_url=ags.url + "/hasil?kursus=7&x=a+b")
    assert reply.status_code == 302, reply.content
    return service


@pytest.fixture
def ours(theirs) -> Lti11Service:
    found = results_service(ReportTarget.objects.select_related("deployment__platform").get())
    assert isinstance(found, Lti11Service)
    return found


def report(value: str = "85.50", kind: str = "grade", recipient: str = "orang-7") -> Report:
    return Report(
        kind=kind,
        recipient=recipient,
        value=Decimal(value),
        maximum=Decimal(100),
        completed=True,
        wire_timestamp=timezone.now().replace(microsecond=0),
    )


GOLDEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<imsx_POXEnvelopeRequest xmlns="http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0">'
    "<imsx_POXHeader><imsx_POXRequestHeaderInfo><imsx_version>V1.0</imsx_version>"
    "<imsx_messageIdentifier>pesan-1</imsx_messageIdentifier></imsx_POXRequestHeaderInfo></imsx_POXHeader>"
    "<imsx_POXBody><{operation}Request><resultRecord><sourcedGUID><sourcedId>a&lt;b&amp;c</sourcedId>"
    "</sourcedGUID>{result}</resultRecord></{operation}Request></imsx_POXBody></imsx_POXEnvelopeRequest>"
)
RESULT = "<result><resultScore><language>en</language><textString>0.855</textString></resultScore></result>"


@pytest.mark.parametrize(
    ("operation", "score", "result"),
    [("replaceResult", "0.855", RESULT), ("readResult", "", ""), ("deleteResult", "", "")],
)
def test_requests_are_these_bytes(operation, score, result):
    """Header, body, escapes: as the guide shows them (6.1)."""
    body = request_body(operation, message_id="pesan-1", sourcedid="a<b&c", score=score)
    assert body == GOLDEN.replace("{operation}", operation).replace("{result}", result)


@given(
    hundredths=st.integers(0, 10_000),
    maximum=st.sampled_from([Decimal(100), Decimal("100.00")]) | st.integers(100, 10**6).map(Decimal),
)
def test_a_score_is_a_fraction_in_fixed_point(hundredths, maximum):
    """Digits and a point, in 0..1, and exact where our points are hundredths of a hundred."""
    value = Decimal(hundredths) / 100
    text = fraction_text(value, maximum)
    assert set(text) <= set("0123456789.")
    assert 0 <= Decimal(text) <= 1
    assert abs(Decimal(text) - value / maximum) <= Decimal("0.0000005")
    if maximum == 100:
        assert Decimal(text) * 100 == value


def test_a_grade_is_replaced_read_and_deleted(theirs, ours):
    """One result, named by what the launch said; the same again changes nothing."""
    assert ours.read(report()).result is None
    for _time in range(2):
        ours.send(report())
    assert theirs.scores == {SOURCEDID: "0.855"}
    assert ours.read(report()).result == Result(score=Decimal("0.855"), maximum=Decimal(1))
    assert (holds(ours, report()), holds(ours, report("85.40"))) == (True, False)
    ours.send(report("0.01"))
    assert theirs.scores == {SOURCEDID: "0.0001"}
    ours.delete(report())
    assert theirs.scores == {}
    assert holds(ours, report()) is False


def test_every_message_has_a_number_of_its_own(theirs, ours):
    """Platforms refuse or forget a message that they think they have seen."""
    for _time in range(2):
        ours.send(report())
    first, second = theirs.bodies
    assert first != second
    assert len(first) == len(second)


def test_the_grade_travels_alone_from_progress_to_the_platform(host, theirs):
    """The outbox holds no completion for a platform with one column; the grade arrives."""
    user_id = LinkedAccount.objects.get().user_id
    host.set_progress(user_id, completed_blocks=4, grade=Decimal("0.855"))
    note_progress(user_id, COURSE)
    assert list(Delivery.objects.values_list("kind", "completed")) == [("grade", True)]
    assert deliver_next()
    assert theirs.scores == {SOURCEDID: "0.855"}
    assert Delivery.objects.get().state == "delivered"
    assert DeliveryAttempt.objects.get().outcome == "delivered"


def test_what_may_have_arrived_is_read_back(host, theirs):
    """The connection breaks after the score was taken: the next try reads, and does not send again."""
    user_id = LinkedAccount.objects.get().user_id
    host.set_progress(user_id, completed_blocks=1, grade=Decimal("0.3"))
    note_progress(user_id, COURSE)
    theirs.instead = ["drop-after"]
    deliver_next(jitter=lambda: 0.0)
    assert Delivery.objects.get().state == "pending"
    Delivery.objects.update(not_before=timezone.now())
    deliver_next(jitter=lambda: 0.0)
    assert theirs.operations == ["replaceResult", "readResult"]
    assert DeliveryAttempt.objects.latest("pk").outcome == "confirmed"


def test_a_completion_is_never_told_as_a_grade(theirs, ours):
    """There is no column for it."""
    with pytest.raises(RejectedError):
        ours.send(report(kind="completion"))
    assert holds(ours, report(kind="completion")) is None
    assert theirs.operations == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (envelope("failure"), RejectedError),
        (envelope("failure", minor="targetisbusy"), TransientError),
        (envelope("failure", minor="unauthorizedrequest"), BlockedError),
        (envelope("processing"), AmbiguousError),
        (envelope("unsupported"), BlockedError),
        (envelope("FAILURE"), RejectedError),
        (envelope("maybe"), AmbiguousError),
        (b"", AmbiguousError),
        (b"OK", AmbiguousError),
        (b"<html>error</html>", AmbiguousError),
        (401, BlockedError),
        (403, BlockedError),
        (404, RejectedError),
        (422, RejectedError),
        (429, TransientError),
        (500, AmbiguousError),
        (503, AmbiguousError),
        (302, TransientError),
        (204, TransientError),
        ("drop-before", AmbiguousError),
    ],
)
def test_what_a_reply_to_a_grade_means(theirs, ours, reply, error):
    """A failure under HTTP 200 is a failure; the class decides what happens next."""
    theirs.instead = [reply]
    with pytest.raises(error) as raised:
        ours.send(report())
    assert type(raised.value) is error
    # The description holds what platforms like: here a name.
    assert "Contoh" not in raised.value.message
    assert SOURCEDID not in raised.value.message


@pytest.mark.parametrize("code", ["unsupported", "failure"])
def test_a_platform_that_cannot_be_read(theirs, ours, code):
    """Nothing is known, nothing is wrong: the grade is sent again, which replaces it by itself."""
    theirs.instead = [envelope(code)] * 2
    assert holds(ours, report()) is None
    assert ours.read(report()).result is None


@pytest.mark.parametrize("text", ["0,5", "NaN", "inf", "-0.1", "1.1", "1e99", "\u0660.\u0665", "0x1", "1 2"])
def test_a_score_read_back_that_is_none(theirs, ours, text):
    """A number in 0..1 with a point; anything else says that the reading failed."""
    told = f"<readResultResponse><result><resultScore><textString>{text}</textString></resultScore></result>"
    theirs.instead = [envelope("success", told + "</readResultResponse>")]
    with pytest.raises(TransientError):
        holds(ours, report())


@pytest.mark.parametrize("text", ["1e-05", "1E-5", ".00001", "0.00001000"])
def test_a_score_read_back_in_another_notation(text):
    """Platforms that print floats write exponents."""
    assert read_reply(envelope("success", f"<textString>{text}</textString>")).score == Decimal("0.00001")


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
    b"<b><imsx_codeMajor>&d;</imsx_codeMajor></b>"
)
FILE = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    b"<b><imsx_codeMajor>&f;</imsx_codeMajor></b>"
)


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        FILE,
        FILE.replace(b"&f;", b"success"),
        b"<!DOCTYPE b SYSTEM 'http://127.0.0.1:9/x.dtd'><b><imsx_codeMajor>success</imsx_codeMajor></b>",
        "<!DOCTYPE b><b><imsx_codeMajor>success</imsx_codeMajor></b>".encode("utf-16"),
        b"<a>" * 5000 + b"</a>" * 5000,
        b"<a><imsx_codeMajor>success</imsx_codeMajor>" + b"x" * 70_000 + b"</a>",
        b"<a><imsx_codeMajor>success</imsx_codeMajor><imsx_codeMajor>failure</imsx_codeMajor></a>",
        b'<?xml version="1.0" encoding="x-unknown"?><a/>',
        b"<a><imsx_codeMajor/></a>",
        b"<a>&undefined;</a>",
        b"\x00",
    ],
)
def test_hostile_replies_are_refused(body):
    """Document types, entities, files, depth, size, two answers in one."""
    with pytest.raises(BadReplyError) as raised:
        read_reply(body)
    assert "success" not in str(raised.value)


def test_without_a_name_of_the_result_nothing_is_sent(theirs, ours):
    """A consumer that keeps no grades for the person said so by leaving it out."""
    Enrolment.objects.update(result_sourcedid="")
    with pytest.raises(RejectedError, match="lis_result_sourcedid"):
        ours.send(report())
    with pytest.raises(RejectedError):
        ours.send(report(recipient="orang-8"))
    assert theirs.operations == []


def test_without_service_or_secret_the_target_is_blocked(theirs, ours, settings):
    """Somebody must change something, and the text says what."""
    ours._target.outcome_url = ""
    with pytest.raises(BlockedError, match="outcome service"):
        ours.send(report())
    ours._target.outcome_url = "http://lain.example.test/"
    with pytest.raises(BlockedError, match="plain http"):
        ours.send(report())
    settings.KAPASITAS_LTI_KEY = "kunci lain " * 4
    with pytest.raises(BlockedError, match="cannot be read"):
        ours.send(report())
    Platform.objects.update(encrypted_secret="")
    ours._platform.refresh_from_db()
    with pytest.raises(BlockedError, match="no secret"):
        ours.send(report())


fragments = st.text(max_size=20) | st.sampled_from(
    ["success", "failure", "0.5", "<a/>", "<!DOCTYPE a>", "&x;"]
)
bodies = (
    st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | st.builds(
        lambda code, body, minor: envelope(code, body, minor=minor),
        st.sampled_from(["success", "failure", "processing", "unsupported", "x"]),
        fragments.map(lambda text: f"<textString>{text}</textString>"),
        fragments,
    )
)


@given(body=bodies)
@settings(max_examples=300)
def test_any_bytes_are_a_reply_or_refused(body):
    """No other error leaves the parser, and what it lets through is a number in 0..1."""
    try:
        found = read_reply(body)
    except BadReplyError:
        return
    assert found.score is None or 0 <= found.score <= 1


@given(status=st.sampled_from([200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503]), body=bodies)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_replies_end_in_success_or_a_delivery_error(ours, monkeypatch, status, body):
    """Whatever the platform answers, the sender can decide."""
    reply = Response(status=status, headers={}, body=body)
    monkeypatch.setattr(http, "fetch", lambda *_said, **_more: reply)
    for action in (ours.send, ours.read, ours.delete):
        try:
            action(report())
        except DeliveryError as error:
            assert error.message


def test_the_codes_that_are_known_do_not_overlap():
    """Each minor code means one thing."""
    assert not outcomes.BUSY & outcomes.UNAUTHORISED
