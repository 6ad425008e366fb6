"""Launches: which ones begin a session, and which are refused, and what is then said."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.utils import timezone

from lti_bridge import shared_cache
from lti_bridge.http import HttpError, Response
from lti_bridge.launch import accounts, expiry, keysets, login
from lti_bridge.launch.errors import StaleLoginError
from lti_bridge.models import Deployment, Enrolment, LinkedAccount, LoginState, Platform, ReportTarget
from xblocks.records.api import OfficialIdentity, official_of

from .fakes import BLOCK, CLAIM, COURSE, query_of
from .launching import MEMBERSHIP, TARGET, begin, launch

pytestmark = pytest.mark.every_database
NIP = "198001012005011001"


def test_a_launch_signs_its_person_in_and_goes_to_the_course(client, registered, host):
    """A genuine launch makes an account, enrols it, remembers where results go, and opens the course."""
    reply = launch(client, registered)
    assert (reply.status_code, reply["Location"]) == (302, f"/course/{COURSE}")
    account = LinkedAccount.objects.get()
    assert client.get(reply["Location"]).content.decode() == f"course {COURSE}  user {account.user_id}"
    assert host.enrolled == {(account.user_id, COURSE): False}
    assert host.names == {account.user_id: "Contoh Camat Demo"}
    assert official_of(account.user_id) == OfficialIdentity(
        nip="198001012005011001",
        full_name="Contoh Camat Demo",
        office_code="99.01.01",
        office_name="Kecamatan Contoh",
        post="Camat",
    )
    target = ReportTarget.objects.get()
    assert (target.course_key, target.resource_link_id, target.lineitems_url) == (
        COURSE,
        "tautan-1",
        registered.issuer + "/ags/1/lineitems",
    )
    assert Enrolment.objects.get().reports
    assert client.session["lti_return_url"] == registered.issuer + "/kembali"
    assert reply.cookies["django_language"].value == "id"


def test_who_comes_to_the_launch_without_one_is_told_the_way(client, db):
    """A browser that opens its tabs again asks for the address by GET, and shows more than an empty page."""
    client.cookies["django_language"] = "en"
    reply = client.get("/lti/launch")
    assert reply.status_code == StaleLoginError.status
    assert "open the course again" in reply.content.decode()


def test_a_launch_may_go_to_one_block(client, registered):
    """A target below the course opens that block; a block that is not there is refused."""
    assert launch(client, registered, f"{TARGET}/{BLOCK}")["Location"] == f"/course/{COURSE}/{BLOCK}"
    assert launch(client, registered, f"{TARGET}/block-v1:x+y+z+type@a+block@b").status_code == 403


def test_keys_in_the_target_may_be_percent_encoded(client, registered):
    """A platform may encode ``:`` and ``+`` in the target."""
    target = TARGET.replace(":K", "%3AK").replace("+", "%2B")
    assert launch(client, registered, target)["Location"] == f"/course/{COURSE}"


def test_a_login_may_come_by_post(client, registered):
    """GET and POST begin a login alike."""
    reply = client.post(
        "/lti/login", {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET}
    )
    query = query_of(reply["Location"])
    assert query["redirect_uri"] == "http://testserver/lti/launch"
    assert {name: query[name] for name in ("scope", "response_type", "response_mode", "prompt")} == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
    }


def test_the_hints_come_back_to_the_platform(client, registered):
    """login_hint and lti_message_hint are returned as they came."""
    asked = begin(client, registered, login_hint="a b&c", lti_message_hint="kunci/1")
    assert (asked["login_hint"], asked["lti_message_hint"]) == ("a b&c", "kunci/1")


@pytest.mark.parametrize(
    ("secure", "same_site"), [(True, "None"), (False, "Lax")], ids=["https", "plain-http"]
)
def test_the_browser_cookie_survives_the_post_from_the_platform(client, registered, secure, same_site):
    """The cookie is SameSite=None; Secure over https, Lax otherwise; never readable by scripts."""
    scheme = "https" if secure else "http"
    reply = client.get(
        "/lti/login",
        {
            "iss": registered.issuer,
            "login_hint": "h",
            "target_link_uri": TARGET.replace("http", scheme, 1),
        },
        secure=secure,
    )
    (cookie,) = reply.cookies.values()
    assert (cookie["samesite"], bool(cookie["secure"]), cookie["httponly"]) == (same_site, secure, True)


def test_launches_in_two_tabs_do_not_disturb_each_other(client, registered):
    """Two logins begun one after the other can be finished in any order."""
    asked = [begin(client, registered) for _tab in range(2)]
    for one in reversed(asked):
        token = registered.token(registered.claims(one["nonce"], TARGET))
        reply = client.post("/lti/launch", {"state": one["state"], "id_token": token})
        assert reply.status_code == 302


@pytest.mark.parametrize(
    ("roles", "instructor", "reports"),
    [
        ([MEMBERSHIP + "#Instructor"], True, False),
        (["Instructor", "Learner"], True, True),
        ([MEMBERSHIP + "/Instructor#TeachingAssistant"], True, False),
        (["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"], False, True),
        ([], False, True),
        ([MEMBERSHIP + "#Mentor"], False, True),
        ([MEMBERSHIP + "#Learner", MEMBERSHIP + "#Mentor"], False, True),
        ([MEMBERSHIP + "#Administrator"], False, True),
        ([MEMBERSHIP + "#TeachingAssistant"], False, True),
        (["urn:lain:Instructor", "instructor", "Instructor "], False, True),
        ([MEMBERSHIP + "#ContentDeveloper", MEMBERSHIP + "#Learner"], True, True),
        (["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"], False, True),
    ],
    ids=[
        "instructor",
        "both",
        "sub-role",
        "institution-role",
        "none",
        "mentor",
        "several",
        "context-administrator",
        "no-principal-role",
        "unknown",
        "author-who-learns",
        "system-role",
    ],
)
def test_roles_are_set_by_the_launch(client, registered, host, roles, instructor, reports):
    """Only context roles give rights; someone who only teaches is not reported on."""
    launch(client, registered, **{CLAIM + "roles": roles})
    assert list(host.enrolled.values()) == [instructor]
    assert Enrolment.objects.get().reports is reports


@pytest.mark.parametrize(
    "roles",
    [[], ["Learner"], [MEMBERSHIP + "#Mentor"], ["urn:lain:peran"]],
    ids=["none", "learner", "mentor", "unknown"],
)
def test_roles_are_withdrawn_by_the_launch(client, registered, host, roles):
    """The next launch without the role takes it away, and the person is reported on as a learner."""
    launch(client, registered, **{CLAIM + "roles": ["Instructor"]})
    assert not Enrolment.objects.get().reports
    launch(client, registered, **{CLAIM + "roles": roles})
    assert list(host.enrolled.values()) == [False]
    assert Enrolment.objects.get().reports


def test_an_expired_login_is_refused(client, registered):
    """A login is good for ten minutes."""
    asked = begin(client, registered)
    LoginState.objects.update(expires_at=timezone.now())
    token = registered.token(registered.claims(asked["nonce"], TARGET))
    reply = client.post("/lti/launch", {"state": asked["state"], "id_token": token})
    assert (reply.status_code, reply.context["fault"]) == (401, "state")


@pytest.mark.django_db(transaction=True)
def test_a_launch_that_the_database_ended_for_anothers_sake_is_begun_again(
    client, registered, host, monkeypatch
):
    """A deadlock is nothing that a learner has to know of; what was half done is done once."""
    noted = []

    def note_progress(user_id: int, course_key: str) -> None:
        noted.append(user_id)
        if len(noted) == 1:
            raise OperationalError("deadlock detected")

    monkeypatch.setattr(accounts, "note_progress", note_progress)
    assert launch(client, registered).status_code == 302
    assert len(noted) == 2
    assert LinkedAccount.objects.count() == Enrolment.objects.count() == 1


def test_what_strangers_begin_is_bounded(client, registered, monkeypatch):
    """Logins that nobody finishes make room for newer ones; the newest can be finished."""
    monkeypatch.setattr(login, "MOST_OPEN", 3)
    begun = [begin(client, registered) for _time in range(6)]
    assert LoginState.objects.count() == 3
    token = registered.token(registered.claims(begun[-1]["nonce"], TARGET))
    reply = client.post("/lti/launch", {"state": begun[-1]["state"], "id_token": token})
    assert reply.status_code == 302


def test_what_has_expired_goes_a_few_at_a_time(client, registered, monkeypatch):
    """One person's launch is not kept waiting by all that strangers began before."""
    monkeypatch.setattr(expiry, "MOST_AT_ONCE", 2)
    for _time in range(5):
        begin(client, registered)
    LoginState.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    begin(client, registered)
    assert LoginState.objects.count() == 4


@pytest.mark.parametrize(
    "answer", [HttpError("down"), Response(status=200, headers={}, body=b"[]")], ids=["no-answer", "nonsense"]
)
def test_a_platform_without_keys_is_not_asked_at_every_launch(client, registered, monkeypatch, answer):
    """Launches are refused at once until it is asked again; then it may have come back."""
    asked = []

    def fetch(*_args: object, **_kwargs: object) -> Response:
        asked.append(1)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(keysets, "fetch", fetch)
    for _time in range(3):
        reply = launch(client, registered)
        assert (reply.status_code, reply.context["fault"]) == (503, "key set")
    assert len(asked) == 1
    # Time passes: one asks, and those that come meanwhile do not.
    shared_cache.forget(keysets._name("retry", registered.key_set_url))
    assert shared_cache.add(keysets._name("retry", registered.key_set_url), True, 60)
    assert launch(client, registered).status_code == 503
    assert len(asked) == 1
    shared_cache.forget(keysets._name("retry", registered.key_set_url))
    monkeypatch.setattr(keysets, "fetch", registered.fetch)
    assert launch(client, registered).status_code == 302
    assert shared_cache.get(keysets._name("down", registered.key_set_url)) is None


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ({"id_token": "x"}, "state"),
        ({"state": "x"}, "id_token"),
        ({"state": "tidak-dikenal", "id_token": "x"}, "state"),
        ({"error": "login_required", "state": "x"}, "error"),
    ],
    ids=["no-state", "no-token", "unknown-state", "platform-refused"],
)
def test_incomplete_launches_are_refused(client, registered, message, fault):
    """A launch needs a state of ours and a token."""
    reply = client.post("/lti/launch", message)
    assert reply.status_code in (400, 401)
    assert reply.context["fault"] == fault


@pytest.mark.parametrize("missing", ["iss", "login_hint", "target_link_uri"])
def test_incomplete_logins_are_refused(client, registered, missing):
    """A login request names issuer, login hint and target."""
    parameters = {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET}
    del parameters[missing]
    reply = client.get("/lti/login", parameters)
    assert (reply.status_code, reply.context["fault"]) == (400, missing)


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://lain.example.test"}, {"client_id": "lain"}, {"iss": "HTTPS://SIMPEG.EXAMPLE.TEST"}],
    ids=["issuer", "client-id", "issuer-in-capitals"],
)
def test_an_unregistered_platform_is_refused(client, registered, changes):
    """Issuer and client id are compared letter by letter."""
    parameters = {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET, **changes}
    reply = client.get("/lti/login", parameters)
    assert (reply.status_code, reply.context["fault"]) == (403, "iss")


def test_an_issuer_registered_twice_must_say_which_client(client, registered):
    """Without client_id, an issuer with two registrations is ambiguous."""
    first = Platform.objects.get()
    Platform.objects.create(
        name="dua",
        issuer=first.issuer,
        client_id="dua",
        auth_login_url=first.auth_login_url,
        auth_token_url=first.auth_token_url,
        key_set_url=first.key_set_url,
    )
    parameters = {"iss": registered.issuer, "login_hint": "h", "target_link_uri": TARGET}
    reply = client.get("/lti/login", parameters)
    assert (reply.status_code, reply.context["fault"]) == (400, "client_id")


@pytest.mark.parametrize(
    "target",
    [
        f"https://lain.example.test/lti/resource/{COURSE}",
        f"//testserver/lti/resource/{COURSE}",
        f"http://testserver@lain.example.test/lti/resource/{COURSE}",
        "http://testserver/admin/",
        "http://testserver/lti/launch",
        "http://testserver/tidak/ada",
        f"{TARGET}?next=https://lain.example.test",
        "javascript:alert(1)",
        "http://[",
    ],
    ids=["host", "no-scheme", "user-info", "admin", "launch", "nowhere", "query", "script", "broken"],
)
def test_a_target_that_is_not_a_course_page_is_refused(client, registered, target):
    """Only our own resource pages can be launched."""
    reply = client.get("/lti/login", {"iss": registered.issuer, "login_hint": "h", "target_link_uri": target})
    assert (reply.status_code, reply.context["fault"]) == (403, "target_link_uri")


def test_an_unknown_course_is_refused(client, registered):
    """The course must exist at the time of the launch."""
    reply = launch(client, registered, "http://testserver/lti/resource/course-v1:tidak+ada+1")
    assert (reply.status_code, reply.context["fault"]) == (403, "target_link_uri")


def test_a_deployment_of_another_platform_is_refused(client, registered):
    """A deployment belongs to its platform."""
    row = Platform.objects.get()
    other = Platform.objects.create(
        name="lain", issuer="https://lain.example.test", client_id="x", key_set_url=row.key_set_url
    )
    Deployment.objects.create(platform=other, deployment_id="99")
    assert launch(client, registered, **{CLAIM + "deployment_id": "99"}).status_code == 403


def test_a_closed_account_is_refused(client, registered):
    """Closing an account here closes its launches."""
    launch(client, registered)
    get_user_model().objects.update(is_active=False)
    reply = launch(client, registered)
    assert (reply.status_code, reply.context["fault"]) == (403, "account")


def test_the_same_person_gets_the_same_account_and_case_matters(client, registered):
    """(issuer, sub) is the person; "A" and "a" are two."""
    for sub in ("abc", "abc", "ABC"):
        assert launch(client, registered, sub=sub).status_code == 302
    assert LinkedAccount.objects.count() == 2


def test_no_launch_signs_in_to_an_existing_account(client, registered):
    """Whatever e-mail or name a platform claims, accounts made otherwise stay closed to it."""
    admin = get_user_model().objects.create_superuser("admin", "admin@example.test", "x")
    launch(client, registered, email=admin.email, preferred_username="admin", sub="admin")
    assert LinkedAccount.objects.get().user_id != admin.pk


def test_the_session_is_a_fresh_one(client, registered):
    """Nothing of the former session is left, and its key is no longer good."""
    session = client.session
    session["sisa"] = "x"
    session.save()
    before = session.session_key
    launch(client, registered)
    assert "sisa" not in client.session
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "url",
    ["https://lain.example.test/", "javascript:alert(1)", "http://simpeg.example.test/", "", "http://["],
    ids=["other-origin", "script", "other-scheme", "empty", "broken"],
)
def test_a_return_address_elsewhere_is_dropped(client, registered, url):
    """Only an address on the platform's own origin is kept."""
    launch(client, registered, **{CLAIM + "launch_presentation": {"return_url": url}})
    assert "lti_return_url" not in client.session


@pytest.mark.parametrize(
    ("locale", "language"), [("en", "en"), ("en-GB", "en"), ("id_ID", "id"), ("xx", None)], ids=str
)
def test_the_locale_of_the_launch_is_honoured(client, registered, locale, language):
    """A language that we speak is set, another one changes nothing."""
    reply = launch(client, registered, **{CLAIM + "launch_presentation": {"locale": locale}})
    cookie = reply.cookies.get("django_language")
    assert (cookie.value if cookie else None) == language


def test_an_invalid_nip_is_left_out_and_the_launch_works(client, registered):
    """HR sees the NIP as missing; the learner can learn."""
    custom = {"nip": "12345", "name": "Contoh Lurah Demo"}
    assert launch(client, registered, **{CLAIM + "custom": custom}).status_code == 302
    official = official_of(LinkedAccount.objects.get().user_id)
    assert (official.nip, official.full_name) == ("", "Contoh Lurah Demo")


def test_a_platform_that_is_not_trusted_with_nips_gives_none(client, registered):
    """Whether a platform's NIP is believed is the site's decision."""
    Platform.objects.update(trusts_nip=False)
    launch(client, registered)
    assert official_of(LinkedAccount.objects.get().user_id).nip == ""


def test_variables_that_the_platform_left_are_no_names(client, registered):
    """An unsubstituted variable is not a person's name."""
    launch(client, registered, **{CLAIM + "custom": {"name": "$Person.name.full"}})
    assert official_of(LinkedAccount.objects.get().user_id) is None


def test_a_launch_without_personal_data_forgets_nothing(client, registered):
    """A lean launch does not erase who the official is."""
    launch(client, registered)
    launch(client, registered, drop=(CLAIM + "custom",))
    assert official_of(LinkedAccount.objects.get().user_id).nip == "198001012005011001"


def test_what_a_launch_leaves_out_is_not_forgotten(client, registered):
    """Another link, or a platform that is not believed any more, says less: NIP and post stay."""
    office = {"office_code": "34.71.03", "office_name": "Kecamatan Contoh"}
    launch(client, registered, **{CLAIM + "custom": {"nip": NIP, "name": "Lama", "post": "Lurah", **office}})
    Platform.objects.update(trusts_nip=False)
    custom = {"nip": "198202022008022002", "name": "Baru", "office_name": "Kelurahan Contoh"}
    launch(client, registered, **{CLAIM + "custom": custom})
    assert official_of(LinkedAccount.objects.get().user_id) == OfficialIdentity(
        nip=NIP, full_name="Baru", office_name="Kelurahan Contoh", post="Lurah"
    )


def test_a_refusal_is_explained_and_logged_without_personal_data(client, registered, caplog):
    """The page names the fault and the remedy; the log has a reference and no person."""
    with caplog.at_level(logging.DEBUG):
        reply = launch(client, registered, **{CLAIM + "deployment_id": "rahasia-99"})
    text = reply.content.decode()
    reference = reply.context["reference"]
    assert reference in text
    assert reference in caplog.text
    for private in ("rahasia-99", "198001012005011001", "19800101", "Contoh Camat", "orang-7"):
        assert private not in caplog.text
        assert private not in text


def test_the_key_set_is_public_and_holds_no_private_part(client, db):
    """Platforms verify us with it; the private half never leaves."""
    (key,) = client.get("/lti/jwks").json()["keys"]
    assert set(key) - {"key_ops"} == {"kty", "n", "e", "kid", "alg", "use"}


def test_an_unlaunched_visitor_of_a_resource_reaches_the_page(client, db):
    """The target address is a real page."""
    assert client.get(f"/lti/resource/{COURSE}")["Location"] == f"/course/{COURSE}"
    assert client.get("/lti/resource/course-v1:tidak+ada+1").status_code == 403
