"""Rosters (NRPS 2.0): read over HTTP, page by page; who came, changed and left, and what follows."""

import json
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_bridge.adapters import memberships
from lti_bridge.adapters.memberships import members_in
from lti_bridge.api import note_progress
from lti_bridge.delivery.errors import TransientError
from lti_bridge.http import Response
from lti_bridge.launch.claims import NRPS_CLAIM, read_launch
from lti_bridge.launch.errors import MalformedLaunchError
from lti_bridge.models import Platform, ReportTarget, RosterMember, RosterReading
from lti_bridge.models.digests import digest
from lti_bridge.roster import admin
from lti_bridge.roster import reading as reading_module
from lti_bridge.roster.listing import Counts, counts_of
from lti_bridge.roster.reading import AlreadyReadingError, read_due, read_roster
from lti_bridge.tasks import read_rosters

from .fakes import COURSE, FakePlatform, make_enrolment
from .roster_server import ROLE, RosterService, person
from .test_concurrency import WORKERS, at_once

pytestmark = pytest.mark.every_database


@pytest.fixture
def theirs(ags, enrolment) -> RosterService:
    """A roster at the platform from which orang-7 was launched."""
    service = RosterService(server=ags)
    ags.fault = service
    ReportTarget.objects.update(memberships_url=ags.url + "/roster")
    return service


def target() -> ReportTarget:
    return ReportTarget.objects.select_related("deployment__platform").get()


def read(**options) -> RosterReading:
    return read_roster(target(), **options)


def counts(reading: RosterReading) -> tuple[int, int, int, int]:
    assert reading.problem == ""
    assert reading.finished_at is not None
    return reading.members, reading.joined, reading.changed, reading.left


def member(sub: str) -> RosterMember:
    return RosterMember.objects.get(sub_digest=digest(sub))


def test_a_roster_is_read_page_by_page(theirs, ags):
    """All pages, with a token for this scope alone, for this resource link."""
    theirs.members = [
        person("orang-7", name="Contoh Camat Demo"),
        person("orang-8", given_name="Contoh", family_name="Lurah Demo"),
        person("orang-9", "Instructor", "Learner"),
        person("orang-10", "Instructor"),
        person("orang-11", status="Inactive"),
    ]
    assert counts(read()) == (5, 5, 0, 0)
    rows = {row.sub: row for row in RosterMember.objects.all()}
    assert rows["orang-7"].full_name == "Contoh Camat Demo"
    assert rows["orang-8"].full_name == "Contoh Lurah Demo"
    assert (rows["orang-9"].is_learner, rows["orang-9"].is_instructor) == (True, True)
    assert (rows["orang-10"].is_learner, rows["orang-10"].is_instructor) == (False, True)
    assert [rows[f"orang-{n}"].is_active for n in (7, 11)] == [True, False]
    assert len(theirs.calls) == 3
    assert theirs.calls[0].query == {"limit": ["200"], "rlid": ["tautan-1"]}
    (asked,) = ags.requests_to("POST", "/token")
    scopes = parse_qs(asked.body.decode())["scope"]
    assert scopes == ["https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"]


def test_the_same_roster_again_changes_nothing(theirs):
    """Readings are idempotent."""
    theirs.members = [person("a", name="A"), person("b"), person("c")]
    read()
    before = list(RosterMember.objects.order_by("pk").values())
    assert counts(read()) == (3, 0, 0, 0)
    assert list(RosterMember.objects.order_by("pk").values()) == before


def test_who_changed_who_left_and_who_came_back(theirs):
    """A whole reading tells all three; nobody is deleted."""
    theirs.members = [person("a", name="A"), person("b"), person("c")]
    read()
    theirs.members = [person("a", name="A Baru"), person("c", status="Inactive")]
    assert counts(read()) == (2, 0, 2, 1)
    assert member("b").left_at is not None
    assert (member("a").full_name, member("c").is_active) == ("A Baru", False)
    theirs.members = [person("a", name="A Baru"), person("b"), person("c", status="Deleted")]
    assert counts(read()) == (2, 1, 0, 1)
    assert member("b").left_at is None
    assert member("c").left_at is not None


def test_identifiers_are_compared_letter_by_letter(theirs):
    """Also where the database's collation takes "a" for "A"."""
    theirs.members = [person("abc"), person("ABC"), person("äbc")]
    assert counts(read()) == (3, 3, 0, 0)
    assert counts(read()) == (3, 0, 0, 0)


def test_somebody_named_twice_is_one_person(theirs):
    """On one page and on two."""
    theirs.members = [person("a", name="1"), person("a", name="2"), person("a", name="3")]
    read()
    assert member("a").full_name == "3"


def test_differences_are_asked_for_where_they_are_offered(theirs):
    """The address is kept and used next time; only who is named as deleted leaves."""
    theirs.tells_differences = True
    theirs.members = [person("a"), person("b"), person("c")]
    first = read()
    assert not first.differences
    theirs.changes = [person("b", status="Deleted"), person("d"), person("x", status="Deleted")]
    second = read()
    assert second.differences
    assert counts(second) == (3, 1, 0, 1)
    assert theirs.calls[-1].path == "/changes"
    assert [bool(member(sub).left_at) for sub in "abcd"] == [False, True, False, False]
    # The next ones begin where these ended.
    assert target().differences_url.endswith(f"since={len(theirs.calls)}")
    assert not read(full=True).differences


def test_the_whole_roster_is_read_once_a_week_all_the_same(theirs):
    """What a platform's differences forgot comes right."""
    theirs.tells_differences = True
    theirs.members = [person("a")]
    read()
    assert read().differences
    RosterReading.objects.update(started_at=timezone.now() - timedelta(days=8))
    assert not read().differences


def test_a_roster_that_has_moved_is_read_whole(theirs):
    """The former host is not asked for differences, and gets no token."""
    theirs.tells_differences = True
    theirs.members = [person("a")]
    read()
    ReportTarget.objects.update(differences_url="https://dahulu.example.test/changes?since=1")
    assert not read().differences


def test_differences_that_have_expired_are_forgotten(theirs):
    """The next reading is of the whole roster."""
    theirs.tells_differences = True
    theirs.members = [person("a"), person("b")]
    read()
    theirs.instead["/changes"] = (410, {}, b"")
    failed = read()
    assert (failed.problem, failed.members) == ("reading the roster answered 410", 2)
    assert target().differences_url == ""
    assert not read().differences


def test_without_a_link_header_the_page_is_all(theirs, ags):
    """openedx/xblock-lti-consumer#669: no header, one page."""
    theirs.size = 100
    theirs.members = [person(str(number)) for number in range(30)]
    assert counts(read()) == (30, 30, 0, 0)
    assert target().differences_url == ""


def test_a_page_as_full_as_we_asked_for_may_not_be_all(theirs, monkeypatch):
    """A platform that takes the limit and tells of no next page is asked once more, without limit."""
    monkeypatch.setattr(memberships, "PAGE_SIZE", 3)
    everybody = [person(str(number)) for number in range(7)]

    def page(call):
        return everybody[: int(call.query.get("limit", ["100"])[0])]

    monkeypatch.setattr(theirs, "_page", lambda _members, _links: page_of(page(theirs.calls[-1])))
    assert counts(read()) == (7, 7, 0, 0)
    assert [call.query.get("limit") for call in theirs.calls] == [["3"], None]


def test_a_next_page_in_the_body_is_followed(theirs, ags):
    """lti1p3platform has it there; at another origin it is refused as in the header."""
    theirs.instead["/roster"] = page_of([person("a")], next=ags.url + "/changes")
    theirs.instead["/changes"] = page_of([person("b")], next="")
    assert counts(read()) == (2, 2, 0, 0)
    theirs.instead["/changes"] = page_of([], next="https://lain.example.test/")
    assert "another origin" in read().problem


def page_of(members, **more):
    return 200, {}, json.dumps({"members": members, **more}).encode()


BODY = json.dumps({"members": [person("z")]}).encode()


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ((200, {"Link": '<https://lain.example.test/>; rel="next"'}, BODY), "another origin"),
        ((200, {"Link": '<?>; rel="next"'}, BODY), "does not end"),
        ((200, {}, b"<html>"), "no JSON"),
        ((200, {}, b"[]"), "no list of members"),
        ((200, {}, b'{"members": {}}'), "no list of members"),
        ((403, {}, b""), "does not let us read"),
        ((404, {}, b""), "404"),
        ((500, {}, b""), "500"),
        ((302, {"Location": "https://lain.example.test/"}, b""), "302"),
    ],
)
def test_a_reading_that_fails_lets_nobody_leave(theirs, reply, problem):
    """What was read is kept, who was not named stays, and the problem is on record."""
    theirs.members = [person("a"), person("b")]
    read()
    theirs.instead["/roster"] = reply
    failed = read()
    assert problem in failed.problem
    assert failed.left == 0
    assert not RosterMember.objects.filter(left_at__isnull=False).exists()


def test_differences_at_another_origin_are_not_asked_for(theirs):
    """Our token would be sent there."""
    theirs.instead["/roster"] = (200, {"Link": '<https://lain.example.test/>; rel="differences"'}, BODY)
    assert counts(read()) == (1, 1, 0, 0)
    assert target().differences_url == ""


def test_entries_that_name_nobody_are_counted(theirs):
    """And the others are taken."""
    theirs.members = [person("a"), {"roles": []}, {"user_id": 7}, person("x" * 256), person(" ")]
    reading = read()
    assert (reading.members, reading.problem) == (1, "4 without a usable identifier")


def test_a_reading_gives_up_in_time(theirs, monkeypatch):
    """An endless platform does not keep a worker."""
    theirs.members = [person(str(number)) for number in range(10)]
    assert "too long" in read(longest=timedelta(0)).problem
    monkeypatch.setattr(reading_module, "MOST_MEMBERS", 3)
    assert "longer than any" in read().problem


def test_who_no_longer_teaches_loses_the_role_and_keeps_the_results(theirs, host):
    """Left, inactive, or a learner only: the role goes; the enrolment, the account and what is known stay."""
    people = {sub: make_enrolment(theirs.server.url, sub=sub).account.user_id for sub in ("a", "b", "c", "d")}
    for user_id in people.values():
        host.enrolled[user_id, COURSE] = True
    theirs.members = [person(sub, "Instructor") for sub in people]
    read()
    assert all(host.enrolled.values())
    theirs.members = [
        person("a", "Instructor"),
        person("b", "Instructor", status="Inactive"),
        person("c", "Learner"),
    ]
    read()
    assert {sub: host.enrolled[user_id, COURSE] for sub, user_id in people.items()} == {
        "a": True,
        "b": False,
        "c": False,
        "d": False,
    }
    # Taken at the change, and not at each reading: a launch may have given it again since.
    host.enrolled[people["d"], COURSE] = True
    read()
    assert host.enrolled[people["d"], COURSE]


def test_who_teaches_by_another_link_keeps_the_role(theirs, host):
    """The role is the course's; one roster does not speak for the other."""
    enrolment = make_enrolment(theirs.server.url, sub="a")
    other = make_enrolment(theirs.server.url, sub="a", link="tautan-2").target
    now = timezone.now()
    RosterMember.objects.create(target=other, sub="a", is_instructor=True, joined_at=now, changed_at=now)
    host.enrolled[enrolment.account.user_id, COURSE] = True
    here = ReportTarget.objects.select_related("deployment__platform").get(pk=enrolment.target_id)
    theirs.members = [person("a", "Instructor")]
    read_roster(here)
    theirs.members = []
    read_roster(here)
    assert host.enrolled[enrolment.account.user_id, COURSE]


def test_a_course_that_is_gone_does_not_stop_the_reading(theirs, host, monkeypatch):
    """Nobody can teach it any more."""
    theirs.members = [person("orang-7", "Instructor")]
    read()
    monkeypatch.setattr(host, "titles", {})
    theirs.members = []
    assert counts(read()) == (0, 0, 0, 1)


def test_one_reading_at_a_time(theirs):
    """The second one is told so; one that was abandoned holds nobody up."""
    started = RosterReading.objects.create(target=target(), started_at=timezone.now())
    with pytest.raises(AlreadyReadingError):
        read()
    RosterReading.objects.filter(pk=started.pk).update(started_at=timezone.now() - timedelta(hours=1))
    assert counts(read()) == (0, 0, 0, 0)


@pytest.mark.server_database
@pytest.mark.django_db(transaction=True)
def test_of_readings_at_once_one_reads(theirs):
    """With real threads."""
    theirs.members = [person(str(number)) for number in range(6)]
    results = at_once(lambda _number: read())
    done = [result for result in results if isinstance(result, RosterReading)]
    assert len(done) + sum(isinstance(one, AlreadyReadingError) for one in results) == WORKERS, results
    assert RosterMember.objects.count() == 6
    assert sum(reading.joined for reading in done) == 6


def test_rosters_are_read_once_a_night_the_longest_unread_first(theirs):
    """The time budget ends it; platforms that are not in use are left alone; a failure waits a night too."""
    second = make_enrolment(theirs.server.url, link="tautan-2").target
    make_enrolment(theirs.server.url, link="tautan-3")
    ReportTarget.objects.filter(pk=second.pk).update(memberships_url=theirs.server.url + "/roster")
    asked = iter([False, True])
    assert read_due(stop=lambda: next(asked)) == 1
    read_rosters()
    assert RosterReading.objects.count() == 2
    assert read_due(stop=lambda: False) == 0
    RosterReading.objects.update(started_at=timezone.now() - timedelta(hours=21))
    Platform.objects.update(enabled=False)
    assert read_due(stop=lambda: False) == 0
    Platform.objects.update(enabled=True)
    theirs.instead["/roster"] = (500, {}, b"")
    assert read_due(stop=lambda: False) == 2
    assert read_due(stop=lambda: False) == 0


def test_the_command_reads_and_says_what_changed(theirs, capsys):
    """Numbers and never a person; a problem is the command's end."""
    theirs.members = [person("orang-7", name="Contoh Camat Demo")]
    call_command("roster", "--all")
    number = target().pk
    assert capsys.readouterr().out == (
        f"target {number}: whole roster, members 1, joined 1, changed 0, left 0\n"
    )
    theirs.instead["/roster"] = (403, {}, b"")
    with pytest.raises(CommandError, match="1 could not be read"):
        call_command("roster", "--target", str(number), "--full")
    assert "does not let us read" in capsys.readouterr().out
    with pytest.raises(CommandError, match="granted a roster"):
        call_command("roster", "--target", "0")
    with pytest.raises(CommandError):
        call_command("roster")


# The claim.


def claims(**service: object) -> dict[str, object]:
    found = FakePlatform().claims("n", "http://testserver/x")
    return {**found, NRPS_CLAIM: service} if service else found


def test_the_claim_says_where_the_roster_is():
    """Only version 2.0 is spoken, and only http(s)."""
    url = "https://simpeg.example.test/anggota"
    for versions, expected in ((["2.0"], url), (["1.0", "2.0"], url), (["1.0"], ""), ("2.0", ""), (None, "")):
        found = read_launch(claims(context_memberships_url=url, service_versions=versions))
        assert found.services.memberships_url == expected
    assert read_launch(claims()).services.memberships_url == ""
    with pytest.raises(MalformedLaunchError):
        read_launch(claims(context_memberships_url="javascript:1", service_versions=["2.0"]))


# Whatever is sent.

scalars = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["\ud800", "\x00", "a"])
)
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(max_size=3), scalars, max_size=2)
entries = st.fixed_dictionaries(
    {},
    optional={
        "user_id": values,
        "roles": values | st.lists(st.sampled_from(["Instructor", ROLE + "Learner", "urn:x", ROLE])),
        "status": values | st.sampled_from(["Active", "INACTIVE", "Deleted", "?"]),
        "name": values,
        "given_name": values,
        "family_name": values,
    },
)


@given(document=values | st.fixed_dictionaries({"members": values | st.lists(entries | values, max_size=4)}))
@settings(max_examples=300)
def test_any_document_is_a_page_or_a_problem(document):
    """No other error leaves the parser, and what it lets through a database can keep."""
    body = json.dumps(document).encode()
    try:
        members, unreadable = members_in(Response(status=200, headers={}, body=body))
    except TransientError:
        return
    assert len(members) + unreadable == len(document["members"])
    for found in members:
        (found.sub + found.full_name).encode()
        assert len(found.sub) <= 255
        assert len(found.full_name) <= 255
        assert found.is_learner or found.is_instructor
        assert found.sub not in repr(found) or len(found.sub) < 6


# The pages.


@pytest.fixture
def staff(client):
    """Sign in a member of staff with the permissions named."""

    def sign_in(*codenames: str):
        user = get_user_model().objects.create_user("petugas", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return sign_in


LIST = "/admin/kapasitas_lti/rosterreading/"


@pytest.fixture
def a_class(theirs, host) -> ReportTarget:
    """One who has completed, one who has begun, two who have not, one who teaches, one who left."""
    done = make_enrolment(theirs.server.url).account.user_id
    host.set_progress(done, completed_blocks=4, grade=Decimal("0.9"))
    note_progress(done, COURSE)
    make_enrolment(theirs.server.url, sub="mulai")
    theirs.members = [
        person("orang-7", name="Contoh Selesai"),
        person("mulai", name="Contoh Mulai"),
        person("belum", name="Contoh Belum"),
        person("lagi", name="<script>Contoh"),
        person("guru", "Instructor", name="Contoh Pengajar"),
        person("pergi", name="Contoh Pergi"),
    ]
    read()
    del theirs.members[-1]
    read()
    return target()


def test_the_page_tells_who_has_not_begun(staff, a_class):
    """Counts of active learners; the filter chooses; who left is listed with the day."""
    assert counts_of(a_class) == Counts(learners=4, not_begun=2, begun=1, completed=1)
    client = staff("view_rosterreading", "view_rostermember")
    overview = client.get(LIST).content.decode()
    assert "Manajemen Pemerintahan Kecamatan" in overview
    url = f"{LIST}roster/{a_class.pk}/"
    assert url in overview
    page = client.get(url).content.decode()
    for name in ("Contoh Selesai", "Contoh Mulai", "Contoh Belum", "Contoh Pengajar", "Contoh Pergi"):
        assert name in page
    assert "&lt;script&gt;Contoh" in page
    page = client.get(url, {"progress": "not_begun", "presence": "present"}).content.decode()
    assert "Contoh Belum" in page
    assert not any(name in page for name in ("Contoh Selesai", "Contoh Pengajar", "Contoh Pergi"))
    assert "Contoh Pergi" in client.get(url, {"presence": "left"}).content.decode()
    assert client.get(url, {"progress": "apa saja", "page": "x"}).status_code == 200


def test_names_need_a_permission_of_their_own(staff, a_class):
    """Who may only see readings sees numbers."""
    page = staff("view_rosterreading").get(f"{LIST}roster/{a_class.pk}/").content.decode()
    assert "Contoh" not in page.replace("SIMPEG Contoh", "")
    assert "<dd>4</dd>" in page


def test_without_permission_there_is_no_page(staff, a_class):
    """Neither list, nor roster, nor reading."""
    client = staff("view_rostermember", "add_rosterreading")
    for url in (LIST, f"{LIST}roster/{a_class.pk}/"):
        assert client.get(url).status_code == 403
    assert client.post(f"{LIST}roster/{a_class.pk}/read/").status_code == 403
    client.logout()
    assert client.get(LIST).status_code == 302


def test_a_roster_is_read_at_the_press_of_a_button(staff, a_class, theirs):
    """By POST and with permission; the page says how it went."""
    client = staff("view_rosterreading", "add_rosterreading")
    url = f"{LIST}roster/{a_class.pk}/read/"
    assert client.get(url).status_code == 405
    theirs.members.append(person("baru"))
    before = RosterReading.objects.count()
    page = client.post(url, follow=True)
    assert RosterReading.objects.count() == before + 1
    assert RosterReading.objects.latest("pk").joined == 1
    assert b"messagelist" in page.content
    theirs.instead["/roster"] = (403, {}, b"")
    assert b"tidak mengizinkan pembacaan daftar peserta" in client.post(url, follow=True).content
    RosterReading.objects.create(target=a_class, started_at=timezone.now())
    assert client.post(url, follow=True).status_code == 200
    assert client.post(f"{LIST}roster/0/read/").status_code == 404


def test_reading_needs_its_permission(staff, a_class):
    """Who may look may not ask the HR system for more."""
    client = staff("view_rosterreading", "view_rostermember")
    assert client.post(f"{LIST}roster/{a_class.pk}/read/").status_code == 403
    assert b"/read/" not in client.get(f"{LIST}roster/{a_class.pk}/").content


def test_with_celery_a_worker_reads(staff, a_class, settings, monkeypatch):
    """The browser does not wait, and the message holds a number only."""
    asked: list[tuple[str, int]] = []
    settings.KAPASITAS_LTI_USE_CELERY = True
    monkeypatch.setattr(admin, "enqueue", lambda name, number: asked.append((name, number)))
    client = staff("view_rosterreading", "add_rosterreading")
    assert client.post(f"{LIST}roster/{a_class.pk}/read/").status_code == 302
    assert asked == [("read_roster", a_class.pk)]
