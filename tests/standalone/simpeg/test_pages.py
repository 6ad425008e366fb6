"""The pages: who may see them, what stands on them, how many queries they take."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.translation import gettext

from standalone import serve
from standalone.simpeg.language import ChosenLanguageMiddleware
from standalone.simpeg.models import Course, Enrolment, LineItem, Official, Result, Tool
from standalone.simpeg.registry import assign_all

from . import tool as tool_side
from .conftest import make_official

OWN = ["/me/", "/me/courses/"]
PERSONNEL = [
    "/officials/",
    "/officials/{official}/",
    "/results/",
    "/results/{course}/",
    "/results/{course}/table/",
    "/import/",
]


def addresses(patterns: list[str], course: Course, official: Official) -> list[str]:
    return [pattern.format(course=course.pk, official=official.pk) for pattern in patterns]


def says(response: HttpResponse, message: str) -> bool:
    """Tell whether the page says the message in Indonesian (looked up: the test run merges catalogues)."""
    with translation.override("id"):
        return gettext(message) in response.content.decode()


def result(item: LineItem, official: Official, **fields: Any) -> Result:
    return Result.objects.create(
        line_item=item,
        official=official,
        **{
            "score": "87.5",
            "activity_progress": "Completed",
            "grading_progress": "FullyGraded",
            "timestamp": timezone.now(),
            "received_at": timezone.now(),
            **fields,
        },
    )


def test_an_official_sees_only_own_pages(signed_in: Client, course: Course, official: Official) -> None:
    """200 for one's own, 403 with a page for those of the HR officer."""
    for address in addresses(OWN, course, official):
        assert signed_in.get(address).status_code == 200
    for address in addresses(PERSONNEL, course, official):
        response = signed_in.get(address)
        assert response.status_code == 403
        assert says(response, "This page is not for your account")


def test_the_hr_officer_sees_the_pages_of_personnel(
    manager: Client, course: Course, official: Official
) -> None:
    """200 for them; an account without an official has no pages of its own."""
    for address in addresses(PERSONNEL, course, official):
        assert manager.get(address).status_code == 200
    for address in addresses(OWN, course, official):
        assert manager.get(address).status_code == 403


def test_nobody_sees_anything_without_signing_in(client: Client, course: Course, official: Official) -> None:
    """Every page leads to the log-in page and keeps where to go on."""
    for address in addresses(["/", *OWN, *PERSONNEL], course, official):
        response = client.get(address)
        assert response.status_code == 302
        assert response.url == f"/login/?next={address}"


@pytest.mark.parametrize(("username", "target"), [("lurah", "/me/courses/"), ("hr", "/results/")])
def test_everyone_is_led_to_their_own_work(client: Client, db: None, username: str, target: str) -> None:
    """After signing in with a demo account of the log-in page."""
    call_command("simpeg_demo")
    page = client.get("/login/").content.decode()
    assert f"<code>{username}</code>" in page
    response = client.post("/login/", {"username": username, "password": "demo"}, follow=True)
    assert response.redirect_chain[-1][0] == target


def test_a_wrong_password_is_said_without_saying_which_was_wrong(client: Client, official: Official) -> None:
    """Known and unknown user names get the same words."""
    for name in ("lurah", "nobody"):
        response = client.post("/login/", {"username": name, "password": "x"})
        assert says(response, "User name and password do not match. Check both and try again.")


def test_signing_in_does_not_lead_elsewhere(client: Client, official: Official) -> None:
    """An address of another host in ``next`` is ignored."""
    sent = {"username": "lurah", "password": "demo", "next": "https://evil.example/"}
    assert client.post("/login/", sent).url == "/"


def test_results_are_shown_per_official(manager: Client, line_item: LineItem, official: Official) -> None:
    """Grade in Indonesian numbers, completion in words, NIP grouped."""
    done = LineItem.objects.create(course=line_item.course, label="Penyelesaian", score_maximum=1)
    result(line_item, official)
    result(done, official, score=1)
    page = manager.get(f"/results/{line_item.course.pk}/").content.decode()
    for text in ("19800101 200501 1 001", "87,50", "dari 100", "Selesai", "Penyelesaian"):
        assert text in page
    index = manager.get("/results/").content.decode()
    assert "Kursus Contoh" in index


def test_a_completion_of_zero_is_not_called_complete(
    manager: Client, course: Course, official: Official
) -> None:
    """A yes-or-no line item is done only with its full point."""
    item = LineItem.objects.create(course=course, label="Penyelesaian", score_maximum=1)
    result(item, official, score=0, activity_progress="InProgress")
    page = manager.get(f"/results/{course.pk}/table/").content.decode()
    assert "Sedang dikerjakan" in page
    assert "tag good" not in page


def test_an_official_sees_own_results_only(signed_in: Client, line_item: LineItem) -> None:
    """Somebody else's grade never stands on one's page."""
    other = make_official("camat", 2)
    assign_all(line_item.course)
    result(line_item, other, score="12.25")
    assert "12,25" not in signed_in.get("/me/courses/").content.decode()
    result(line_item, Official.objects.get(user__username="lurah"), score="77.25")
    assert "77,25" in signed_in.get("/me/courses/").content.decode()


def test_a_withdrawn_course_is_not_offered(signed_in: Client, course: Course) -> None:
    """The page says that nothing is assigned."""
    Enrolment.objects.update(active=False)
    response = signed_in.get("/me/courses/")
    assert "Kursus Contoh" not in response.content.decode()
    assert says(response, "No course is assigned to you. Ask your personnel manager.")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("camat", {"Contoh Camat Demo"}),
        ("19800101 200501 1 002", {"Contoh Camat Demo"}),
        ("asri", None),
        ("zz", set()),
    ],
)
def test_officials_are_searched_by_name_nip_and_office(
    manager: Client, official: Official, wanted: str, found: set[str] | None
) -> None:
    """The search is a POST: NIP and names never stand in a URL."""
    make_official("camat", 2)
    response = manager.post("/officials/", {"q": wanted})
    names = {one.name for one in response.context["page"]}
    assert names == ({"Contoh Camat Demo", "Contoh Lurah Demo"} if found is None else found)
    assert 'method="post"' in response.content.decode()


def test_long_lists_come_in_pages(manager: Client, line_item: LineItem, official: Official) -> None:
    """Fifty a page, and the last page is reached."""
    for number in range(2, 53):
        make_official(f"orang{number}", number)
    assign_all(line_item.course)
    assert len(manager.post("/officials/", {"page": "1"}).context["page"]) == 50
    assert len(manager.post("/officials/", {"page": "2"}).context["page"]) == 2
    assert len(manager.get(f"/results/{line_item.course.pk}/?page=2").context["rows"]) == 2


@pytest.mark.parametrize("address", ["/officials/", "/results/{course}/table/", "/results/"])
def test_lists_take_as_many_queries_for_thirty_as_for_three(
    manager: Client, line_item: LineItem, official: Official, address: str
) -> None:
    """No query per row."""

    def queries(start: int, stop: int) -> int:
        for number in range(start, stop):
            result(line_item, make_official(f"orang{number}", number))
        assign_all(line_item.course)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert manager.get(address.format(course=line_item.course.pk)).status_code == 200
        return len(captured)

    assert queries(10, 13) == queries(20, 50)


def test_names_are_escaped(manager: Client, course: Course) -> None:
    """Text of a tool or a person is never markup."""
    make_official("x", 2, name="<script>alert(1)</script>")
    LineItem.objects.create(course=course, label="<b>Nilai</b>", score_maximum=1)
    assign_all(course)
    page = manager.get(f"/results/{course.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<b>Nilai" not in page


def test_an_unknown_page_is_404_in_words(client: Client, db: None) -> None:
    """The page says so and leads back."""
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert says(response, "There is no such page")


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"), [("", "en-US,en", "id"), ("en", "id", "en"), ("xx", "en", "id")]
)
def test_the_language_is_indonesian_unless_chosen_here(
    rf: Any, settings: Any, cookie: str, accepted: str, language: str
) -> None:
    """The browser's preference does not count; the visitor's choice on this site does."""
    request = rf.get("/", headers={"accept-language": accepted})
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    response = ChosenLanguageMiddleware(lambda request: HttpResponse())(request)
    assert response.headers["Content-Language"] == language


def test_the_pages_are_complete_in_english(signed_in: Client, course: Course, settings: Any) -> None:
    """A visitor may choose English, and then reads no Indonesian interface text."""
    response = signed_in.post("/language/", {"language": "en", "next": "/me/courses/"}, follow=True)
    page = response.content.decode()
    assert 'lang="en"' in page
    assert "Open course" in page
    assert "Buka kursus" not in page


def test_the_demo_is_made_twice_without_change(db: None) -> None:
    """simpeg_demo, simpeg_tool and simpeg_course are idempotent, and a changed password stays."""
    options = {
        "client_id": tool_side.CLIENT_ID,
        "deployment_id": "1",
        "login_url": tool_side.LOGIN_URL,
        "launch_url": f"{tool_side.LAUNCH_URL},https://tool.example/other",
        "keyset_url": "https://tool.example/jwks",
    }
    for _ in range(2):
        call_command("simpeg_demo")
        call_command("simpeg_tool", **options)
        call_command("simpeg_course", title="Kursus Contoh", target_link_uri=tool_side.TARGET)
        user = Official.objects.get(nip="198001012005011001").user
        assert user.check_password("demo")
    user.set_password("other")
    user.save()
    call_command("simpeg_demo")
    user.refresh_from_db()
    assert user.check_password("other")
    assert (Official.objects.count(), Course.objects.count(), Tool.objects.count()) == (9, 1, 1)
    assert Enrolment.objects.count() == 9
    assert Enrolment.objects.get(official__user__username="pengajar").role == "Instructor"
    assert Tool.objects.get().may_return_to("https://tool.example/other")


def test_the_demo_starts_again_after_another_tool_has_registered(db: None) -> None:
    """What registered itself in the running demo does not keep it from starting."""
    serve.set_up_simpeg()
    before = Course.objects.count()
    Tool.objects.create(client_id="other", deployment_id="1", name="Other", granted_scopes="")
    serve.set_up_simpeg()
    assert Course.objects.count() == before == len(serve.COURSES)


def test_a_course_needs_a_tool(db: None) -> None:
    """Without exactly one fitting tool the command says what to do."""
    with pytest.raises(CommandError, match="simpeg_tool"):
        call_command("simpeg_course", title="Kursus", target_link_uri=tool_side.TARGET)
