"""LTI 1.1 launches: which ones begin a session, and which are refused (reference "LTI 1.1")."""

import base64
import hashlib
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_bridge.launch import claims
from lti_bridge.launch.errors import LaunchError, MalformedLaunchError, StaleLoginError, UntrustedLaunchError
from lti_bridge.lti11 import reading
from lti_bridge.lti11 import signature as checking
from lti_bridge.lti11.parameters import read_parameters
from lti_bridge.lti11.reading import place_of, read_launch
from lti_bridge.lti11.signature import verified_platform
from lti_bridge.models import Enrolment, LinkedAccount, OneTimeNonce, Platform, ReportTarget
from xblocks.records.api import official_of

from .consumer import FORM, KEY, LAUNCH, OUTCOMES, SECRET, form_of, launch, post, register
from .fakes import BLOCK, COURSE, OTHER_COURSE
from .test_concurrency import WORKERS, at_once

pytestmark = pytest.mark.every_database
URL = "http://testserver/lti/launch11"


@pytest.fixture
def consumer(db) -> Platform:
    return register()


def refused(reply, status: int, fault: str) -> None:
    page = reply.content.decode()
    assert (reply.status_code, f"<code>{fault}</code>" in page) == (status, True), page
    assert not LinkedAccount.objects.exists()
    # Nothing of the person on the page of a refusal.
    assert not any(LAUNCH[name] in page for name in ("lis_person_name_full", "custom_nip", "user_id"))


def test_a_launch_signs_its_person_in_and_remembers_where_the_grade_goes(client, consumer, host):
    """The same as in LTI 1.3: account, enrolment, identity, language; and the name of the person's result."""
    reply = launch(client)
    assert (reply.status_code, reply["Location"]) == (302, f"/course/{COURSE}")
    account = LinkedAccount.objects.get()
    assert account.sub == "orang-7"
    assert client.get(reply["Location"]).content.decode() == f"course {COURSE}  user {account.user_id}"
    assert host.enrolled == {(account.user_id, COURSE): False}
    official = official_of(account.user_id)
    assert official is not None
    assert (official.nip, official.full_name, official.office_code, official.post) == (
        "198001012005011001",
        "Contoh Camat Demo",
        "99.01.01",
        "Camat",
    )
    target = ReportTarget.objects.select_related("deployment").get()
    assert (target.outcome_url, target.lineitems_url, target.context_id) == (OUTCOMES, "", "diklat-1")
    assert (target.resource_link_id, target.deployment.deployment_id) == ("tautan-1", "")
    enrolment = Enrolment.objects.get()
    assert (enrolment.reports, enrolment.result_sourcedid) == (True, LAUNCH["lis_result_sourcedid"])
    assert reply.cookies["django_language"].value == "id"
    assert "no-store" in reply["Cache-Control"]


def test_the_address_may_name_the_course_and_a_page(client, consumer):
    """Keys as they are, or escaped; the platform signs what it was given."""
    path = f"/lti/launch11/{COURSE}"
    assert launch(client, path, drop=("custom_course",))["Location"] == f"/course/{COURSE}"
    # The platform escaped the keys, the server hands them over without escapes.
    written = "http://testserver" + path.replace("v1:K", "v1%3AK").replace("+", "%2B")
    reply = post(client, form_of(written, drop=("custom_course",)), written.removeprefix("http://testserver"))
    assert reply["Location"] == f"/course/{COURSE}"
    reply = launch(client, f"{path}/{BLOCK}", drop=("custom_course",))
    assert reply["Location"] == f"/course/{COURSE}/{BLOCK}"
    assert launch(client, custom_block=BLOCK)["Location"] == f"/course/{COURSE}/{BLOCK}"


def test_parameters_of_the_address_are_signed_too(client, consumer):
    """RFC 5849, 3.4.1.3.1: the query belongs to the signature."""
    path = "/lti/launch11?unit=3"
    assert launch(client, path).status_code == 302
    refused_reply = post(Client(), form_of("http://testserver" + path), "/lti/launch11?unit=4")
    assert refused_reply.status_code == 401


@pytest.mark.parametrize(
    ("roles", "instructor", "reports"),
    [
        ("Learner", False, True),
        ("Instructor", True, False),
        ("urn:lti:role:ims/lis/Instructor", True, False),
        ("urn:lti:role:ims/lis/ContentDeveloper", True, False),
        ("Learner, Instructor", True, True),
        ("urn:lti:role:ims/lis/Instructor/GuestInstructor", True, False),
        ("http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor", True, False),
        ("urn:lti:instrole:ims/lis/Instructor", False, True),
        ("urn:lti:sysrole:ims/lis/SysAdmin,Lainnya", False, True),
        ("", False, True),
    ],
)
def test_roles_of_the_course_count_and_no_others(client, consumer, host, roles, instructor, reports):
    """Short names and URNs alike; roles in institution or system give no right in a course."""
    launch(client, roles=roles)
    assert list(host.enrolled.values()) == [instructor]
    assert Enrolment.objects.get().reports is reports


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://simpeg.example.test/kembali", True),
        ("https://jahat.example.test/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_the_way_back_leads_to_the_platform_only(client, consumer, url, kept):
    """The origin of the outcome service, which is signed and checked, is the platform's own."""
    launch(client, launch_presentation_return_url=url)
    assert client.session.get("lti_return_url") == (url if kept else None)


def test_without_names_and_services_it_launches_too(client, consumer):
    """Only four parameters are required; variables that the platform left as they were count as missing."""
    needed = ("lti_message_type", "lti_version", "resource_link_id", "user_id", "custom_course")
    drop = tuple(name for name in LAUNCH if name not in needed)
    assert launch(client, drop=drop, custom_post="$Person.sourcedId").status_code == 302
    assert official_of(LinkedAccount.objects.get().user_id) is None


# Must reject.


def test_rejects_a_wrong_secret(client, consumer):
    """Who does not know the secret is nobody."""
    refused(launch(client, secret="bukan itu"), 401, "oauth_signature")


def test_rejects_an_unknown_key_like_a_wrong_secret(client, consumer, monkeypatch):
    """The same page, and the same work: neither answer nor time tells which keys there are."""
    done: list[str] = []
    reading = checking.shared_secret
    monkeypatch.setattr(checking, "shared_secret", lambda row: done.append("secret") or reading(row))
    signing = checking._is_signed
    monkeypatch.setattr(checking, "_is_signed", lambda *said: done.append("signature") or signing(*said))
    refused(launch(client, oauth_consumer_key="tidak-ada"), 401, "oauth_signature")
    assert done == ["secret", "signature"]
    del done[:]
    refused(launch(client, secret="salah"), 401, "oauth_signature")
    # The second look, for the scheme, is in the log's interest.
    assert done == ["secret", "signature", "signature"]


def test_rejects_the_secret_that_stands_for_unknown_keys(client, db):
    """It is written in the source, and opens nothing."""
    reply = launch(client, secret="a secret that nobody shares with us", oauth_consumer_key="tidak-ada")
    refused(reply, 401, "oauth_signature")
    Platform.objects.create(name="tanpa rahasia", lti_version="1.1", client_id=KEY)
    refused(launch(client, secret="a secret that nobody shares with us"), 401, "oauth_signature")
    refused(launch(client, secret=""), 401, "oauth_signature")


def test_rejects_a_platform_of_lti_1_3(client, registered):
    """A client id is no consumer key."""
    Platform.objects.update(issuer="")
    Platform.objects.get().save()
    refused(launch(client, oauth_consumer_key=registered.client_id), 401, "oauth_signature")


def test_rejects_a_platform_that_is_not_in_use(client, consumer):
    """Said only to who has the secret."""
    Platform.objects.update(enabled=False)
    refused(launch(client, secret="salah"), 401, "oauth_signature")
    refused(launch(client), 403, "oauth_consumer_key")


@pytest.mark.parametrize("seconds", [-301, 302])
def test_rejects_a_stale_or_future_timestamp(client, consumer, seconds):
    """Five minutes to either side."""
    refused(launch(client, seconds=seconds), 401, "oauth_timestamp")


@pytest.mark.parametrize("seconds", [-290, 290])
def test_takes_a_timestamp_within_five_minutes(client, consumer, seconds):
    """Clocks differ."""
    assert launch(client, seconds=seconds).status_code == 302


@pytest.mark.parametrize("text", ["", "-1", "1e9", "soon", "١٢٣", "9" * 40, "1.5"])
def test_rejects_a_timestamp_that_is_none(client, consumer, text):
    """Digits, and of a time that exists."""
    assert launch(client, oauth_timestamp=text).status_code in (400, 401)
    assert not LinkedAccount.objects.exists()


def test_rejects_a_nonce_that_was_used(client, consumer):
    """The same form again, and another one with the same nonce."""
    fields = form_of(URL)
    assert post(client, fields).status_code == 302
    for again in (fields, form_of(URL, oauth_nonce=fields["oauth_nonce"])):
        reply = post(Client(), again)
        assert (reply.status_code, b"oauth_nonce" in reply.content) == (401, True)


def test_rejects_a_nonce_for_as_long_as_its_timestamp_can_be_accepted(consumer):
    """Dated five minutes ahead, a message is good for ten minutes, and its nonce is kept for longer."""
    start = timezone.now()
    fields = form_of(URL, seconds=299)
    assert verified_platform(fields, urls=[URL], now=start) == consumer
    for minutes in (1, 5, 9.9):
        with pytest.raises(StaleLoginError):
            verified_platform(fields, urls=[URL], now=start + timedelta(minutes=minutes))
    with pytest.raises(UntrustedLaunchError) as late:
        verified_platform(fields, urls=[URL], now=start + timedelta(minutes=10.1))
    assert late.value.fault == "oauth_timestamp"


def test_old_nonces_are_forgotten(consumer):
    """The table does not grow for ever."""
    now = timezone.now()
    verified_platform(form_of(URL), urls=[URL], now=now)
    OneTimeNonce.objects.update(expires_at=now - timedelta(seconds=1))
    verified_platform(form_of(URL), urls=[URL], now=now)
    assert OneTimeNonce.objects.count() == 1


def test_a_refused_signature_uses_no_nonce_up(client, consumer):
    """Else anybody could spoil a launch of which they saw the nonce."""
    fields = form_of(URL)
    assert post(client, {**fields, "oauth_signature": "AAAA"}).status_code == 401
    assert not OneTimeNonce.objects.exists()
    assert post(client, fields).status_code == 302


def test_rejects_a_tampered_parameter(client, consumer):
    """Another person, another course, another role, one more, one less."""
    for change in (
        {"user_id": "orang-8"},
        {"custom_course": OTHER_COURSE},
        {"roles": "Instructor"},
        {"custom_extra": "1"},
    ):
        refused(post(client, {**form_of(URL), **change}), 401, "oauth_signature")
    fields = form_of(URL)
    del fields["roles"]
    refused(post(client, fields), 401, "oauth_signature")


def test_rejects_a_duplicated_parameter(client, consumer):
    """Which one counts would be a guess: in the body, and between address and body."""
    refused(post(client, form_of(URL), extra="&user_id=orang-7"), 400, "body")
    refused(post(client, form_of(URL), "/lti/launch11?user_id=orang-7"), 400, "body")
    assert post(client, form_of(URL), extra="&user_id=orang-8").status_code == 400


def test_rejects_a_body_hash_that_is_not_right(client, consumer):
    """Forms are signed by their parameters; the hash of nothing says nothing, any other is wrong."""
    wrong = base64.b64encode(hashlib.sha1(b"something").digest()).decode()
    refused(launch(client, oauth_body_hash=wrong), 401, "oauth_body_hash")
    assert launch(client, oauth_body_hash="2jmj7l5rSw0yVb/vlWAYkK/YBwk=").status_code == 302


@pytest.mark.parametrize("method", ["PLAINTEXT", "HMAC-SHA256", "RSA-SHA1", "hmac-sha1"])
def test_rejects_another_signature_method(client, consumer, method):
    """PLAINTEXT would send the secret itself."""
    refused(launch(client, oauth_signature_method=method), 401, "oauth_signature_method")


def test_rejects_another_oauth_version(client, consumer):
    """1.0, or not said."""
    refused(launch(client, oauth_version="2.0"), 400, "oauth_version")
    assert launch(client, drop=("oauth_version",)).status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "user_id",
        "resource_link_id",
        "lti_message_type",
        "lti_version",
        "custom_course",
        "oauth_consumer_key",
        "oauth_nonce",
        "oauth_timestamp",
        "oauth_signature_method",
    ],
)
def test_rejects_a_launch_that_lacks_something(client, consumer, name):
    """Missing and empty are the same, and the page names it."""
    refused(launch(client, drop=(name,)), 400, name)
    refused(launch(client, **{name: ""}), 400, name)


def test_rejects_an_unsigned_launch(client, consumer):
    """No signature is no launch."""
    fields = form_of(URL)
    del fields["oauth_signature"]
    refused(post(client, fields), 400, "oauth_signature")


def test_rejects_another_message_and_version(client, consumer):
    """Content items and LTI 2 are not spoken here."""
    refused(launch(client, lti_message_type="ContentItemSelectionRequest"), 400, "lti_message_type")
    refused(launch(client, lti_version="LTI-2p0"), 400, "lti_version")


def test_rejects_two_courses_in_one_launch(client, consumer):
    """Address and parameters must not contradict each other."""
    refused(launch(client, f"/lti/launch11/{OTHER_COURSE}"), 400, "custom_course")


def test_rejects_a_course_that_is_not_here(client, consumer):
    """And a page that is not in it."""
    refused(launch(client, custom_course="course-v1:A+B+C"), 403, "target_link_uri")
    refused(launch(client, custom_block="block-v1:A+B+C+type@x+block@y"), 403, "target_link_uri")


@pytest.mark.parametrize(
    "url", ["http://simpeg.example.test/hasil", "https://169.254.169.254/", "ftp://x/", "https://u:p@x/"]
)
def test_rejects_an_outcome_service_that_cannot_be_used(client, consumer, url):
    """Said at once, and not when the first grade is blocked."""
    refused(launch(client, lis_outcome_service_url=url), 400, "lis_outcome_service_url")


def test_rejects_a_result_that_xml_cannot_name(client, consumer):
    """Control characters have no form in XML."""
    refused(launch(client, lis_result_sourcedid="a\x01b"), 400, "lis_result_sourcedid")


@pytest.mark.parametrize("name", ["user_id", "resource_link_id", "custom_post", "roles", "context_id"])
def test_rejects_what_is_too_long(client, consumer, name):
    """No column is written beyond its width."""
    refused(launch(client, **{name: "x" * 2001}), 400, name)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"user_id=%FF", FORM),
        (b"user_id=\xff", FORM),
        (b"a=%00", FORM),
        (b"", FORM),
        (b"{}", "application/json"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (b"a=" + b"x" * 70_000, FORM),
        ("&".join(f"p{n}=1" for n in range(300)).encode(), FORM),
    ],
)
def test_rejects_what_is_no_form(client, consumer, body, content_type):
    """Broken text, other media types, floods."""
    reply = client.post("/lti/launch11", body, content_type=content_type)
    assert reply.status_code == 400


def test_rejects_a_get(client, consumer):
    """A launch is posted; a browser that opens its tabs again gets a page that says where to go."""
    reply = client.get("/lti/launch11", form_of(URL))
    assert (reply.status_code, reply.context["fault"]) == (401, "method")


def test_a_scheme_that_a_proxy_hides_is_explained(client, consumer, settings, caplog):
    """The usual trap; the page says what was signed and what arrived, and the setting mends it."""
    signed = form_of(URL.replace("http:", "https:"))
    reply = post(client, signed)
    page = reply.content.decode()
    assert reply.status_code == 401
    assert "oauth_signature (scheme)" in page
    assert "https://testserver/lti/launch11" in page
    assert "SECURE_PROXY_SSL_HEADER" in page
    assert "checked against http://testserver/lti/launch11" in caplog.text
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    behind_proxy = {"X-Forwarded-Proto": "https", "Host": "testserver"}
    assert post(client, signed, headers=behind_proxy).status_code == 302


def test_a_host_that_a_proxy_hides_is_taken_from_it(client, consumer, settings):
    """USE_X_FORWARDED_HOST."""
    settings.ALLOWED_HOSTS = ["belajar.example.test", "testserver"]
    signed = form_of("http://belajar.example.test/lti/launch11")
    assert post(client, signed, headers={"X-Forwarded-Host": "belajar.example.test"}).status_code == 401
    settings.USE_X_FORWARDED_HOST = True
    assert post(client, signed, headers={"X-Forwarded-Host": "belajar.example.test"}).status_code == 302


def test_a_secret_that_cannot_be_read_is_no_crash(client, consumer, settings, caplog):
    """The page says whose matter it is, the log which platform and what to do."""
    settings.KAPASITAS_LTI_KEY = "kunci lain " * 4
    refused(launch(client), 403, "secret")
    assert "KAPASITAS_LTI_FORMER_KEYS" in caplog.text
    assert SECRET not in caplog.text


def test_the_log_names_no_person(client, consumer, caplog):
    """Whatever is refused."""
    for changes in ({"secret": "salah"}, {"seconds": 900}, {"custom_course": "x"}, {"roles": "x" * 3000}):
        launch(client, **changes)
    assert "event=launch_refused" in caplog.text
    assert not any(LAUNCH[name] in caplog.text for name in ("user_id", "lis_person_name_full", "custom_nip"))


@pytest.mark.server_database
@pytest.mark.django_db(transaction=True)
def test_one_nonce_is_used_once_however_many_come_at_once(host):
    """The unique index decides, not a look before the insert."""
    register()
    fields = form_of(URL)
    results = at_once(lambda _number: verified_platform(fields, urls=[URL], now=timezone.now()))
    assert sum(isinstance(result, StaleLoginError) for result in results) == WORKERS - 1, results
    assert OneTimeNonce.objects.count() == 1


# Whatever is sent.

texts = st.text(max_size=40) | st.sampled_from(
    ["", "Learner", COURSE, "https://x.example.test/", "%00", "$A.b"]
)


@given(
    changes=st.dictionaries(
        st.sampled_from([*LAUNCH, "custom_block"]) | st.text(min_size=1, max_size=9), texts
    )
)
@settings(max_examples=300)
def test_any_parameters_are_a_launch_or_a_clear_refusal(changes):
    """A Launch, or a LaunchError that names the part at fault."""
    try:
        found = read_parameters(urlencode({**LAUNCH, **changes}).encode(), "")
        launch_ = read_launch(found, url=URL)
        place_of(found)
    except LaunchError as error:
        assert error.fault
        assert str(error.message)
        return
    assert launch_.sub.strip()


@given(body=st.binary(max_size=80) | st.text(max_size=60).map(str.encode), query=st.text(max_size=30))
def test_any_bytes_are_parameters_or_refused(body, query):
    """No other error leaves the parser."""
    with suppress(LaunchError):
        assert read_parameters(body, query) is not None


@given(
    changes=st.dictionaries(st.sampled_from([*LAUNCH, "oauth_nonce", "oauth_timestamp"]), texts, max_size=4)
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_signed_launch_is_answered(client, consumer, changes):
    """From a platform that is registered, too: 302 or a page that explains."""
    reply = post(client, form_of(URL, **changes))
    assert reply.status_code in (302, 400, 401, 403)


@pytest.mark.parametrize(
    "read",
    [
        lambda: claims._text({"lineitem": "a" * 11}, "lineitem", 10),
        lambda: reading._text({"lineitem": "a" * 11}, "lineitem", 10),
    ],
)
def test_what_is_too_long_is_said_to_be(read):
    """With the field and the limit, in both versions of LTI."""
    with pytest.raises(MalformedLaunchError) as caught:
        read()
    assert "“lineitem”" in str(caught.value.message)
    assert "10" in str(caught.value.message)
