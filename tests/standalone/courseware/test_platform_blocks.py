"""The platform's own text, problem and video blocks run here."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from standalone.courseware import regrading
from standalone.courseware.models import Block, BlockCompletion, Course, Enrolment, LearnerState
from standalone.courseware.olx.importer import import_directory
from standalone.courseware.tree import load_tree
from standalone.courseware.views.page import without_imports

from .conftest import DATA

KEY = "course-v1:Kapasitas+CONTOH+2026"


def block(block_type: str, name: str) -> str:
    return f"block-v1:Kapasitas+CONTOH+2026+type@{block_type}+block@{name}"


def handler(block_type: str, name: str, *rest: str) -> str:
    return reverse("handler", args=[KEY, block(block_type, name), *rest])


@pytest.fixture
def platform_course(db: None, django_capture_on_commit_callbacks: Any) -> Course:
    with django_capture_on_commit_callbacks(execute=True):
        return import_directory(DATA / "small")


@pytest.fixture
def reader(client: Client, platform_course: Course) -> User:
    user = User.objects.create_user("pembaca", first_name="Contoh Pembaca Demo")
    Enrolment.objects.create(user=user, course=platform_course)
    client.force_login(user)
    return user


def page(client: Client, unit: str) -> str:
    response = client.get(reverse("unit", args=[KEY, block("vertical", unit)]))
    assert response.status_code == 200
    return response.content.decode()


def answer(client: Client, choice: str) -> dict[str, Any]:
    field = f"input_{block('problem', 'soal1').rpartition('@')[2]}_2_1"
    response = client.post(handler("problem", "soal1", "xmodule_handler", "problem_check"), {field: choice})
    assert response.status_code == 200, response.content
    reply: dict[str, Any] = response.json()
    return reply


def test_text_is_shown_with_links_that_lead_here(client: Client, reader: User) -> None:
    """Authors' /static/ and /jump_to_id/ lead to this site; what does not exist is left alone."""
    html = page(client, "teks")
    assert "Kecamatan dipimpin camat." in html
    assert f'href="{reverse("asset", args=[KEY, "lampiran.txt"])}"' in html
    assert f'href="{reverse("block", args=[KEY, block("problem", "soal1")])}"' in html
    assert 'src="/static/tiada.png"' in html


@pytest.mark.parametrize(
    ("choice", "success", "points"), [("choice_0", "correct", 1), ("choice_1", "incorrect", 0)]
)
def test_problem_is_scored(client: Client, reader: User, choice: str, success: str, points: int) -> None:
    """An answer is scored here; its points, attempts and completion are kept."""
    assert 'data-init="Problem"' in page(client, "soal")
    reply = answer(client, choice)
    assert reply["success"] == success
    state = LearnerState.objects.get(usage_key=block("problem", "soal1"))
    assert (state.grade, state.max_grade, state.state["attempts"]) == (points, 1, 1)
    assert BlockCompletion.objects.get().completion == 1


def test_a_link_hands_in_nothing(client: Client, reader: User) -> None:
    """The problem acts on any request; here it must be one that only this site's pages send."""
    assert client.get(handler("problem", "soal1", "xmodule_handler", "problem_check")).status_code == 405
    assert not LearnerState.objects.exists()


def test_problem_speaks_indonesian(client: Client, reader: User) -> None:
    """The platform brings no Indonesian; the site does."""
    contents = answer(client, "choice_0")["contents"]
    assert "Kirim" in contents
    assert "Anda telah memakai 1 dari 2 kesempatan" in contents


def test_problem_does_not_show_its_key(client: Client, reader: User) -> None:
    """Neither the page nor a reply to a wrong answer tells which choice is right."""
    assert "correct=" not in page(client, "soal")
    assert "correct=" not in answer(client, "choice_1")["contents"]


def test_problem_is_rescored(client: Client, reader: User, platform_course: Course) -> None:
    """The stored answer is scored by today's key; without an answer there is nothing to score."""
    answer(client, "choice_0")
    row = platform_course.blocks.get(usage_key=block("problem", "soal1"))
    swapped = (
        row.fields["data"].replace('"true"', '"x"').replace('"false"', '"true"').replace('"x"', '"false"')
    )
    row.fields = {**row.fields, "data": swapped}
    row.save()
    regrading.rescore(load_tree(KEY), reader, block("problem", "soal1"))
    assert LearnerState.objects.get(usage_key=block("problem", "soal1")).grade == 0
    with pytest.raises(regrading.CannotRescoreError):
        regrading.rescore(load_tree(KEY), reader, block("problem", "soal2"))


def test_video_completes_when_it_says_so(client: Client, reader: User) -> None:
    """The player reports how much was seen; that, and not opening the page, completes the block."""
    html = page(client, "tonton")
    assert 'data-init="Video"' in html
    assert f'data-viewed-url="{reverse("viewed", args=[KEY, block("video", "video1")])}"' not in html
    url = handler("video", "video1", "publish_completion")
    assert client.post(url, {"completion": 1.0}, content_type="application/json").status_code == 200
    done = BlockCompletion.objects.get()
    assert (done.usage_key, done.completion) == (block("video", "video1"), Decimal(1))


@pytest.mark.parametrize(
    ("block_type", "uri"),
    [
        ("problem", "public/js/ProblemBlockDisplay.js"),
        ("problem", "public/css/ProblemBlockDisplay.css"),
        ("video", "public/js/video-xblock.js"),
        ("video", "public/css/video.css"),
    ],
)
def test_their_scripts_and_styles_are_served(client: Client, db: None, block_type: str, uri: str) -> None:
    """What the blocks ask the page to load is there."""
    response = client.get(reverse("resource", args=[block_type, uri]))
    assert response.status_code == 200
    assert response["Content-Type"].startswith(("text/javascript", "text/css"))
    assert len(response.getvalue()) > 1000


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        pytest.param('@import url("https://fonts.example/css?family=A:300,400");\np{}', "\np{}", id="url"),
        pytest.param("@import '//fonts.example/a;b.css'; p{}", " p{}", id="no-scheme"),
        pytest.param('@import url("own.css");p{}', '@import url("own.css");p{}', id="own-file"),
        pytest.param("p{background:url(https://a.example/b.png)}", None, id="no-import"),
    ],
)
def test_style_sheets_import_nothing_from_elsewhere(style: str, kept: str | None) -> None:
    """An office without internet does not wait for fonts that the page's policy refuses anyway."""
    assert without_imports(style) == (style if kept is None else kept)


def test_served_styles_and_pages_name_no_font_server(client: Client, reader: User) -> None:
    """Neither the style sheet that has an address nor the one that stands in the page."""
    sheet = client.get(reverse("resource", args=["problem", "public/css/ProblemBlockDisplay.css"]))
    assert sheet.status_code == 200 and sheet["Content-Type"].startswith("text/css")
    assert b".problem" in sheet.content and b"fonts.googleapis" not in sheet.content
    assert "fonts.googleapis" not in page(client, "teks")


def test_a_title_is_said_once(client: Client, reader: User) -> None:
    """A block whose title is its unit's is marked, so that only screen readers hear it again."""
    assert "repeats-title" not in page(client, "soal")
    row = Block.objects.get(usage_key=block("vertical", "soal"))
    row.fields["display_name"] = "Latihan angka"
    row.save()
    assert page(client, "soal").count("repeats-title") == 1
