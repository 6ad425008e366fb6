"""What people see, and what they may not."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import override

from standalone.courseware.models import BlockCompletion, Course, CourseRole, Enrolment, LearnerState
from standalone.courseware.olx.archive import pack
from standalone.courseware.views.errors import server_error
from xblocks.records import api as records

from .conftest import KEY, usage

UNIT = reverse("unit", args=[KEY, usage("u1", "vertical")])
HANDLER = [KEY, usage("p1")]


@pytest.fixture
def as_learner(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


@pytest.fixture
def as_instructor(instructor: User) -> Client:
    client = Client()
    client.force_login(instructor)
    return client


def pages() -> list[Any]:
    names = [
        ("course", [KEY]),
        ("progress", [KEY]),
        ("unit", [KEY, usage("u1", "vertical")]),
        ("block", [KEY, usage("p1")]),
        ("asset", [KEY, "lampiran.txt"]),
        ("handler", [*HANDLER, "answer"]),
        ("viewed", [KEY, usage("r1", "read")]),
        ("gradebook", [KEY]),
        ("export", [KEY]),
    ]
    return [pytest.param(reverse(name, args=args), id=name) for name, args in names]


@pytest.mark.parametrize("url", pages())
def test_strangers_are_sent_to_log_in(client: Client, course: Course, url: str) -> None:
    """Nothing of a course is shown without a log-in."""
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("url", pages())
def test_the_unenrolled_are_refused(client: Client, course: Course, url: str) -> None:
    """An account is not enough: nothing of a course is shown to those outside it."""
    client.force_login(User.objects.create_user("luar"))
    response = client.post(url) if "viewed" in url or "handler" in url else client.get(url)
    assert response.status_code == 403


@pytest.mark.parametrize("name", ["gradebook", "export"])
def test_learners_do_not_teach(as_learner: Client, name: str) -> None:
    """Instructors' pages are theirs alone."""
    assert as_learner.get(reverse(name, args=[KEY])).status_code == 403


def test_nobody_has_a_number_without_end(as_instructor: Client, course: Course) -> None:
    """What no database can hold is nobody's number."""
    assert as_instructor.get(reverse("learner", args=[KEY, 10**30])).status_code == 404


def test_learners_do_not_change_states(as_learner: Client, learner: User) -> None:
    """A learner cannot delete or rescore, not even their own."""
    url = reverse("state", args=[KEY, learner.pk, usage("p1")])
    assert as_learner.post(url, {"action": "delete"}).status_code == 403


def test_hidden_units_are_hidden(as_learner: Client, as_instructor: Client) -> None:
    """What is for staff only neither shows nor opens for learners."""
    url = reverse("unit", args=[KEY, usage("u3", "vertical")])
    assert as_learner.get(url).status_code == 404
    assert as_instructor.get(url).status_code == 200
    assert "Rahasia" not in as_learner.get(reverse("course", args=[KEY])).content.decode()


@pytest.mark.parametrize("name", ["course", "unit"])
def test_authors_titles_are_text(as_learner: Client, name: str) -> None:
    """Whatever an author puts into a title, it cannot become markup or close a script."""
    url = UNIT if name == "unit" else reverse(name, args=[KEY])
    html = as_learner.get(url).content.decode()
    assert "<script>alert(1)" not in html
    assert "<img src=x>" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_arguments_of_scripts_are_escaped_json(as_learner: Client) -> None:
    """A block's arguments reach its script as they are, whatever they hold."""
    html = as_learner.get(UNIT).content.decode()
    _, _, rest = html.partition('class="xblock-json-init-args">')
    assert json.loads(rest.partition("</script>")[0]) == {"title": "</script><img src=x>"}


def test_course_files_are_linked(as_learner: Client) -> None:
    """/static/ in content leads to the course's file, which is served."""
    url = reverse("asset", args=[KEY, "lampiran.txt"])
    assert f'href="{url}"' in as_learner.get(UNIT).content.decode()
    response = as_learner.get(url)
    assert b"".join(response.streaming_content) == b"Lampiran"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        pytest.param("bytes=2-4", 206, b"mpi", id="a part"),
        pytest.param("bytes=5-", 206, b"ran", id="from there on"),
        pytest.param("bytes=5-999", 206, b"ran", id="beyond the end"),
        pytest.param("bytes=8-", 416, b"", id="nothing there"),
        pytest.param("lines=1-2", 200, b"Lampiran", id="another unit"),
        pytest.param("bytes=" + "9" * 5000 + "-", 200, b"Lampiran", id="a number of thousands of digits"),
    ],
)
def test_course_files_come_in_parts(as_learner: Client, wanted: str, status: int, part: bytes) -> None:
    """A player that jumps in a video gets the bytes from there."""
    url = reverse("asset", args=[KEY, "lampiran.txt"])
    response = as_learner.get(url, headers={"Range": wanted})
    assert response.status_code == status
    assert b"".join(response.streaming_content) == part
    assert response["Content-Length"] == str(len(part))


@pytest.mark.parametrize(
    "path", ["../secret.txt", "..%2f..%2fsite.sqlite3", "tidakada.txt", "%00", "a" * 300]
)
def test_course_files_stay_in_their_directory(as_learner: Client, path: str) -> None:
    """No name leads out of a course's files."""
    base = reverse("asset", args=[KEY, "x"])[:-1]
    assert as_learner.get(base + path).status_code == 404


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        ("public/assessment.css", 404),
        ("public/../competency_assessment.py", 404),
        ("competency_assessment.py", 404),
        ("public/%2e%2e/templates", 404),
    ],
)
def test_block_files_stay_public(client: Client, db: None, uri: str, status: int) -> None:
    """Only what a package publishes is served."""
    assert client.get(f"/xblock-resource/competency_assessment/{uri}").status_code == status
    assert client.get("/xblock-resource/tidakada/public/x.js").status_code == 404


def test_handler_grades_the_one_who_asks(as_learner: Client, learner: User) -> None:
    """A handler acts for the user of the session."""
    url = reverse("handler", args=[*HANDLER, "answer"])
    response = as_learner.post(url, {"earned": 3}, content_type="application/json")
    assert response.status_code == 200
    state = LearnerState.objects.get()
    assert (state.user, state.grade, state.state) == (learner, 3, {"earned": 3})


def test_handlers_need_the_csrf_token(learner: User) -> None:
    """A page elsewhere cannot answer in a learner's name."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    url = reverse("handler", args=[*HANDLER, "answer"])
    assert client.post(url, {"earned": 4}, content_type="application/json").status_code == 403
    token = client.get(UNIT) and client.cookies["csrftoken"].value
    headers = {"X-CSRFToken": token}
    response = client.post(url, {"earned": 4}, content_type="application/json", headers=headers)
    assert response.status_code == 200


def test_handlers_take_a_suffix(as_learner: Client) -> None:
    """What follows the handler's name reaches it."""
    url = reverse("handler", args=[*HANDLER, "publish", "a/b"])
    data = {"event": "x.y", "data": {}}
    assert as_learner.post(url, data, content_type="application/json").json() == {"suffix": "a/b"}


def test_handlers_do_not_change_content(as_learner: Client, settings: Any) -> None:
    """A block that tries to change the course from a handler fails, and nothing is changed."""
    as_learner.raise_request_exception = False
    url = reverse("handler", args=[*HANDLER, "write_content"])
    assert as_learner.post(url, {}, content_type="application/json").status_code == 500
    assert not LearnerState.objects.exists()


def test_unknown_handler_is_not_found(as_learner: Client) -> None:
    """No attribute of a block is callable from outside but its handlers."""
    for name in ("tidakada", "max_score", "save"):
        assert as_learner.post(reverse("handler", args=[*HANDLER, name])).status_code == 404


def test_seeing_completes_what_seeing_completes(as_learner: Client) -> None:
    """Blocks that are read are complete when seen; scored ones and those with a say of their own are not."""
    assert (
        'data-viewed-url="'
        in as_learner.get(reverse("unit", args=[KEY, usage("u2", "vertical")])).content.decode()
    )
    assert as_learner.post(reverse("viewed", args=[KEY, usage("r1", "read")])).status_code == 200
    for name, kind in (("p1", "probe"), ("k1", "custom"), ("u1", "vertical")):
        assert as_learner.post(reverse("viewed", args=[KEY, usage(name, kind)])).status_code == 400
    assert BlockCompletion.objects.get().usage_key == usage("r1", "read")
    assert as_learner.post(reverse("viewed", args=[KEY, usage("r2", "read")])).status_code == 404  # hidden


@pytest.mark.parametrize(("name", "most"), [("unit", 13), ("course", 12), ("progress", 12)])
def test_pages_ask_the_database_a_bounded_number_of_times(
    as_learner: Client, learner: User, django_assert_max_num_queries: Any, name: str, most: int
) -> None:
    """However many blocks a page has, its queries are few and always the same."""
    url = UNIT if name == "unit" else reverse(name, args=[KEY])
    with django_assert_max_num_queries(most):
        assert as_learner.get(url).status_code == 200


def test_gradebook_queries_do_not_grow_with_the_class(
    as_instructor: Client, course: Course, django_assert_max_num_queries: Any
) -> None:
    """Thirty learners cost as many queries as one."""
    for number in range(30):
        Enrolment.objects.create(user=User.objects.create_user(f"p{number}"), course=course)
    with django_assert_max_num_queries(12):
        assert as_instructor.get(reverse("gradebook", args=[KEY])).status_code == 200


def test_instructor_deletes_and_rescores(as_instructor: Client, as_learner: Client, learner: User) -> None:
    """Both ask first; then the state is as said."""
    as_learner.post(
        reverse("handler", args=[*HANDLER, "answer"]), {"earned": 3}, content_type="application/json"
    )
    url = reverse("state", args=[KEY, learner.pk, usage("p1")])
    for action in ("rescore", "delete"):
        assert as_instructor.get(url, {"action": action}).status_code == 200
        assert LearnerState.objects.count() == 1  # asking changes nothing
    assert as_instructor.post(url, {"action": "rescore"}).status_code == 302
    assert as_instructor.get(reverse("learner", args=[KEY, learner.pk])).status_code == 200
    as_instructor.post(url, {"action": "delete"})
    assert not LearnerState.objects.exists()
    as_instructor.post(url, {"action": "rescore"})
    page = as_instructor.get(reverse("learner", args=[KEY, learner.pk])).content.decode()
    assert "tidak dinilai ulang" in page


def archive_of(directory: Path) -> SimpleUploadedFile:
    file = io.BytesIO()
    pack(directory, file)
    return SimpleUploadedFile("kursus.tar.gz", file.getvalue(), "application/gzip")


@pytest.fixture
def author(db: None, client: Client) -> User:
    call_command("site_demo", stdout=io.StringIO())
    user = User.objects.get(username="instruktur")
    client.force_login(user)
    return user


def test_author_imports_by_the_page(client: Client, author: User, write_course: Callable[..., Path]) -> None:
    """Who imports a new course teaches it, and gets it back by the page."""
    response = client.post(reverse("import"), {"archive": archive_of(write_course())})
    assert response["Location"] == reverse("course", args=[KEY])
    assert CourseRole.objects.get().user == author
    exported = b"".join(client.get(reverse("export", args=[KEY])).streaming_content)
    again = SimpleUploadedFile("lagi.tar.gz", exported)
    assert client.post(reverse("import"), {"archive": again}).status_code == 302


def test_page_lists_the_problems(client: Client, author: User, write_course: Callable[..., Path]) -> None:
    """A refused course shows each problem with its place; nothing is imported."""
    bad = archive_of(write_course({"course/R.xml": "<course>\n<chapter/></course>"}))
    response = client.post(reverse("import"), {"archive": bad})
    assert response.status_code == 422
    html = response.content.decode()
    assert "course/R.xml" in html
    assert "url_name" in html
    assert not Course.objects.exists()


@pytest.mark.parametrize("taught", [True, False])
def test_others_courses_are_not_replaced(
    client: Client,
    author: User,
    instructor: User,
    settings: Any,
    write_course: Callable[..., Path],
    taught: bool,
) -> None:
    """An author who does not teach a course cannot take it over, and leaves no files behind."""
    if not taught:
        CourseRole.objects.all().delete()
    before = sorted(Path(settings.KAPASITAS_ASSETS).rglob("*"))
    response = client.post(reverse("import"), {"archive": archive_of(write_course())})
    assert response.status_code == 422
    assert KEY in response.content.decode()
    assert not CourseRole.objects.filter(user=author).exists()
    assert sorted(Path(settings.KAPASITAS_ASSETS).rglob("*")) == before


def test_import_needs_the_permission(as_learner: Client, as_instructor: Client) -> None:
    """Teaching one course does not let anybody bring in others."""
    assert as_learner.get(reverse("import")).status_code == 403
    assert as_instructor.post(reverse("import")).status_code == 403


def test_demo_people_are_made_once(db: None, course: Course) -> None:
    """Running it again changes nothing, and no superuser appears unasked."""
    for _ in range(2):
        call_command("site_demo", stdout=io.StringIO())
    assert User.objects.count() == 6
    assert not User.objects.filter(is_superuser=True).exists()
    hr = User.objects.get(username="hr")
    assert hr.has_perm("kapasitas_lti.view_completionrecord")
    assert not User.objects.get(username="pelajar").has_perm("kapasitas_lti.view_completionrecord")


def test_navigation_follows_roles(client: Client, author: User, course: Course) -> None:
    """The way to the completion records is shown to HR officers, to import to authors."""
    records, imports = reverse("kapasitas_lti:records"), reverse("import")
    shown = {}
    for name in ("pelajar", "instruktur", "hr"):
        client.force_login(User.objects.get(username=name))
        html = client.get(reverse("home"), follow=True).content.decode()
        shown[name] = [url for url in (records, imports) if f'href="{url}"' in html]
    assert shown == {"pelajar": [], "instruktur": [imports], "hr": [records]}


def test_who_has_records_only_is_led_to_them(client: Client, author: User, course: Course) -> None:
    """An HR officer without a course begins at the records; with a course, among their courses."""
    hr = User.objects.get(username="hr")
    client.force_login(hr)
    page = client.get(reverse("home"), follow=True)
    assert page.redirect_chain == [(reverse("kapasitas_lti:records"), 302)]
    assert "Kursus saya" not in page.content.decode()
    Enrolment.objects.create(user=hr, course=course)
    assert course.title in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("who", ["learner", "instructor", "neither"])
def test_the_report_to_hr_has_the_course_s_tabs(
    client: Client, course: Course, request: Any, who: str
) -> None:
    """Each tab that the reader may open, the page's own marked; none for who has no place in the course."""
    user = User.objects.create_user("luar") if who == "neither" else request.getfixturevalue(who)
    client.force_login(user)
    url = reverse("kapasitas_lti:my_record", args=[KEY])
    html = client.get(url).content.decode()
    assert html.count("<h1") == 1
    assert course.title in html
    assert (f'href="{url}" aria-current="page"' in html) is (who != "neither")
    assert (f'href="{reverse("progress", args=[KEY])}"' in html) is (who != "neither")
    assert (f'href="{reverse("gradebook", args=[KEY])}"' in html) is (who == "instructor")


def test_namesakes_are_told_apart(
    as_instructor: Client, instructor: User, learner: User, course: Course
) -> None:
    """By their user names, and their offices for who may see officials; nobody else's is shown."""
    other = User.objects.create_user("peserta-lain", first_name=learner.first_name.upper())
    single = User.objects.create_user("sendiri", first_name="Contoh Sendiri Demo")
    for user in (other, single):
        Enrolment.objects.create(user=user, course=course)
        records.record_official(user.pk, records.OfficialIdentity(office_name=f"Kelurahan {user.username}"))
    url = reverse("gradebook", args=[KEY])
    html = as_instructor.get(url).content.decode()
    assert all(f">{name}</span>" in html for name in ("peserta", "peserta-lain"))
    assert "sendiri" not in html
    assert "Kelurahan" not in html
    instructor.user_permissions.add(
        Permission.objects.get(codename="view_official", content_type__app_label="kapasitas_records")
    )
    html = as_instructor.get(url).content.decode()
    assert "Kelurahan peserta-lain" in html
    assert "Kelurahan sendiri" not in html


def test_launched_learners_find_the_way_back(as_learner: Client) -> None:
    """A session that came from an HR system leads back to it."""
    assert "Kembali ke SIMPEG" not in as_learner.get("/").content.decode()
    session = as_learner.session
    session["lti_return_url"] = "https://simpeg.example/kembali"
    session.save()
    assert 'href="https://simpeg.example/kembali"' in as_learner.get("/").content.decode()


@pytest.mark.parametrize(
    ("cookie", "accepts", "language"),
    [("", "en-US", "id"), ("en", "id", "en"), ("xx", "en", "id")],
    ids=["until chosen", "chosen", "unknown choice"],
)
def test_language_is_the_chosen_one(
    client: Client, db: None, cookie: str, accepts: str, language: str
) -> None:
    """Bahasa Indonesia until the user chooses; the browser's wish does not count."""
    if cookie:
        client.cookies["django_language"] = cookie
    html = client.get(reverse("login"), headers={"Accept-Language": accepts}).content.decode()
    assert f'<html lang="{language}">' in html
    assert ("Kata sandi" in html) is (language == "id")


def test_errors_speak_plainly(as_learner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """404 and 500 pages are in words and tell nothing of the inside."""
    response = as_learner.get("/tidak/ada")
    assert response.status_code == 404
    assert "Halaman tidak ditemukan" in response.content.decode()
    as_learner.raise_request_exception = False

    def broken(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("standalone.courseware.views.access.load_tree", broken)
    response = as_learner.get(reverse("course", args=[KEY]))
    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()
    assert "Terjadi kesalahan" in response.content.decode()


def test_the_error_page_asks_nobody(rf: RequestFactory) -> None:
    """Whatever failed, the page that says so needs neither user nor database, and names its language."""
    request = rf.get("/")
    request.user = object()  # type: ignore[assignment]  # none that can be asked
    for language in ("id", "en"):
        with override(language):
            page = server_error(request).content.decode()
        assert f'<html lang="{language}">' in page


def test_pages_run_no_foreign_scripts(as_learner: Client) -> None:
    """Pages carry a policy whose nonce is new each time."""
    first, second = (as_learner.get(UNIT)["Content-Security-Policy"] for _ in range(2))
    assert "script-src 'self' 'nonce-" in first
    assert "unsafe-eval" not in first
    assert first != second
