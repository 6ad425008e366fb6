"""AGS and NRPS: tokens, scopes, media types, line items, results, members, paging."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from standalone.simpeg.lti import names
from standalone.simpeg.models import Course, Enrolment, LineItem, Official, Result, Tool
from standalone.simpeg.registry import register_course, register_tool

from . import tool as tool_side
from .conftest import Caller, make_official

MakeCaller = Callable[..., Caller]


def container(course: Course) -> str:
    return f"/lti/contexts/{course.context_id}/line_items"


def url(item: LineItem, tail: str = "") -> str:
    return f"{container(item.course)}/{item.pk}{tail}"


def members(course: Course) -> str:
    return f"/lti/contexts/{course.context_id}/memberships"


def post_item(caller: Caller, course: Course, **changes: Any) -> HttpResponse:
    body = {
        "label": "Nilai",
        "scoreMaximum": 100,
        "tag": "grade",
        "resourceId": "course-1",
        "resourceLinkId": str(course.resource_link_id),
        **changes,
    }
    sent = json.dumps({name: value for name, value in body.items() if value is not None})
    return caller("POST", container(course), sent, content_type=names.LINE_ITEM)


# --- tokens and scopes


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer made-up", "Basic dXNlcjpwYXNz"],
    ids=["none", "empty", "unknown", "basic"],
)
def test_without_a_valid_token_nothing_is_answered(
    call: MakeCaller, line_item: LineItem, header: str
) -> None:
    """401 with a WWW-Authenticate challenge (RFC 6750, 3)."""
    for address in (container(line_item.course), url(line_item, "/results"), members(line_item.course)):
        response = call()("GET", address, Authorization=header)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_is_invalid(call: MakeCaller, course: Course) -> None:
    """401 with invalid_token tells the tool to fetch a new one."""
    response = call(seconds=0)("GET", container(course))
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]


ALL = set(names.ISSUABLE_SCOPES)
NEEDS = [
    ("GET", "{items}", {names.SCOPE_LINE_ITEM, names.SCOPE_LINE_ITEM_READ}),
    ("POST", "{items}", {names.SCOPE_LINE_ITEM}),
    ("GET", "{item}", {names.SCOPE_LINE_ITEM, names.SCOPE_LINE_ITEM_READ}),
    ("PUT", "{item}", {names.SCOPE_LINE_ITEM}),
    ("DELETE", "{item}", {names.SCOPE_LINE_ITEM}),
    ("POST", "{item}/scores", {names.SCOPE_SCORE}),
    ("GET", "{item}/results", {names.SCOPE_RESULT}),
    ("GET", "{members}", {names.SCOPE_MEMBERSHIP}),
]


@pytest.mark.parametrize(("method", "pattern", "enough"), NEEDS, ids=[f"{m} {p}" for m, p, _ in NEEDS])
def test_each_call_needs_its_scope(
    call: MakeCaller, line_item: LineItem, method: str, pattern: str, enough: set[str]
) -> None:
    """Every other scope is refused with 403 insufficient_scope; each fitting one gets past that."""
    course = line_item.course
    address = pattern.format(items=container(course), item=url(line_item), members=members(course))
    refused = call(*(ALL - enough))(method, address)
    assert refused.status_code == 403
    assert "insufficient_scope" in refused.headers["WWW-Authenticate"]
    for scope in enough:
        assert call(scope)(method, address).status_code not in (401, 403, 404, 405)
        LineItem.objects.filter(pk=line_item.pk).exists() or line_item.save(force_insert=True)


def test_another_tools_context_does_not_exist(call: MakeCaller, line_item: LineItem) -> None:
    """A token opens only its own tool's contexts: 404, as for a context that never was."""
    other: Tool = register_tool(
        client_id="tool-2",
        deployment_id="1",
        name="Second",
        login_url=tool_side.LOGIN_URL,
        launch_urls=[tool_side.LAUNCH_URL],
        keyset_url="https://second.example/jwks",
    )
    caller = call(of=other)
    for address in (
        container(line_item.course),
        url(line_item),
        url(line_item, "/results"),
        members(line_item.course),
    ):
        assert caller("GET", address).status_code == 404
    assert caller("POST", url(line_item, "/scores")).status_code == 404


@pytest.mark.parametrize(
    ("method", "pattern"),
    [
        ("DELETE", "{items}"),
        ("POST", "{item}"),
        ("GET", "{item}/scores"),
        ("POST", "{item}/results"),
        ("PUT", "{members}"),
    ],
)
def test_other_methods_are_405_and_name_the_allowed(
    call: MakeCaller, line_item: LineItem, method: str, pattern: str
) -> None:
    """The Allow header says what there is (RFC 9110, 15.5.6)."""
    course = line_item.course
    response = call()(
        method, pattern.format(items=container(course), item=url(line_item), members=members(course))
    )
    assert response.status_code == 405
    assert response.headers["Allow"]


# --- media types


def test_every_answer_has_its_own_media_type(call: MakeCaller, line_item: LineItem) -> None:
    """The types of AGS and NRPS, and only callers that accept them are served."""
    course = line_item.course
    for address, media_type in (
        (container(course), names.LINE_ITEM_CONTAINER),
        (url(line_item), names.LINE_ITEM),
        (url(line_item, "/results"), names.RESULT_CONTAINER),
        (members(course), names.MEMBERSHIP_CONTAINER),
    ):
        response = call()("GET", address, Accept=media_type)
        assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)
        assert "no-store" in response.headers["Cache-Control"]
        assert call()("GET", address, Accept="text/html").status_code == 406


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "", names.SCORE, names.LINE_ITEM_CONTAINER]
)
def test_a_line_item_must_be_sent_as_one(call: MakeCaller, course: Course, content_type: str) -> None:
    """Any other Content-Type is 415."""
    response = call()(
        "POST", container(course), '{"label": "a", "scoreMaximum": 1}', content_type=content_type
    )
    assert response.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"label": "a", "label": "b", "scoreMaximum": 1}',
        b'{"label": "a", "scoreMaximum": NaN}',
        b'{"label": "a", "scoreMaximum": Infinity}',
        b'{"label": "\\ud800", "scoreMaximum": 1}',
        b'{"label": "a", "scoreMaximum": ' + b"9" * 5000 + b"}",
        b"[" * 60_000,
    ],
    ids=[
        "empty",
        "list",
        "null",
        "cut",
        "UTF-16",
        "name twice",
        "NaN",
        "Infinity",
        "surrogate",
        "huge",
        "deep",
    ],
)
def test_a_body_that_is_no_proper_json_object_is_refused(
    call: MakeCaller, course: Course, body: bytes
) -> None:
    """400, never a server error."""
    response = call()("POST", container(course), body, content_type=names.LINE_ITEM)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_huge_body_is_refused(call: MakeCaller, course: Course) -> None:
    """413 above 64 KiB."""
    response = call()("POST", container(course), b" " * 70_000, content_type=names.LINE_ITEM)
    assert response.status_code == 413


# --- line items


def test_a_line_item_lives_from_creation_to_removal(call: MakeCaller, course: Course) -> None:
    """POST 201 with Location; GET; PUT; DELETE 204; then 404."""
    caller = call(names.SCOPE_LINE_ITEM)
    made = post_item(caller, course, startDateTime="2026-11-01T00:00:00Z")
    assert made.status_code == 201
    item = made.json()
    assert made.headers["Location"] == item["id"]
    assert item["id"].startswith("http://localhost:8001/lti/contexts/")
    assert item["scoreMaximum"] == 100
    path = item["id"].removeprefix("http://localhost:8001")
    shown = caller("GET", path).json()
    assert shown == {**item, "startDateTime": "2026-11-01T00:00:00+00:00"}
    put = caller(
        "PUT",
        path,
        json.dumps({**item, "label": "Nilai akhir", "scoreMaximum": 12.5}),
        content_type=names.LINE_ITEM,
    )
    assert (put.status_code, put.json()["label"], put.json()["scoreMaximum"]) == (200, "Nilai akhir", 12.5)
    assert caller("DELETE", path).status_code == 204
    assert caller("GET", path).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"label": None},
        {"label": " "},
        {"label": 7},
        {"label": "x" * 256},
        {"scoreMaximum": None},
        {"scoreMaximum": 0},
        {"scoreMaximum": -1},
        {"scoreMaximum": True},
        {"scoreMaximum": "100"},
        {"scoreMaximum": 10**11},
        {"scoreMaximum": 0.00001},
        {"resourceLinkId": "unknown"},
        {"tag": 1},
        {"startDateTime": "tomorrow"},
        {"startDateTime": "2026-11-01T00:00:00"},
        {"startDateTime": "2026-11-02T00:00:00Z", "endDateTime": "2026-11-01T00:00:00Z"},
    ],
    ids=str,
)
def test_a_wrong_line_item_is_refused(call: MakeCaller, course: Course, changes: dict[str, Any]) -> None:
    """400 that names the member, and nothing is made."""
    response = post_item(call(), course, **changes)
    assert response.status_code == 400
    assert next(reversed(changes)) in response.json()["detail"]
    assert not LineItem.objects.exists()


def test_the_binding_of_a_line_item_may_not_change(call: MakeCaller, line_item: LineItem) -> None:
    """AGS 3.2.7: id and resourceLinkId stay."""
    body = {"label": "a", "scoreMaximum": 1}
    assert call()("PUT", url(line_item), json.dumps(body), content_type=names.LINE_ITEM).status_code == 400
    body["resourceLinkId"] = line_item.resource_link_id
    body["id"] = "https://elsewhere.example/1"
    assert call()("PUT", url(line_item), json.dumps(body), content_type=names.LINE_ITEM).status_code == 400


def test_line_items_are_filtered(call: MakeCaller, course: Course) -> None:
    """By tag, resource_id and resource_link_id, alone and together."""
    caller = call()
    post_item(caller, course, tag="grade")
    post_item(caller, course, tag="completion", resourceLinkId=None)
    post_item(caller, course, tag="grade", resourceId="course-2")

    def count(query: str) -> int:
        return len(caller("GET", f"{container(course)}?{query}").json())

    assert count("tag=grade") == 2
    assert count("tag=other") == 0
    assert count("resource_id=course-1") == 2
    assert count(f"resource_link_id={course.resource_link_id}") == 2
    assert count("tag=grade&resource_id=course-2") == 1


def pages(caller: Caller, address: str) -> list[list[Any]]:
    """Follow the next links to the end."""
    found = []
    while address:
        response = caller("GET", address.removeprefix("http://localhost:8001"))
        assert response.status_code == 200
        body = response.json()
        found.append(body["members"] if isinstance(body, dict) else body)
        link = response.headers.get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        address = link.partition(">")[0].removeprefix("<")
    return found


def test_line_items_come_in_pages_of_ten(call: MakeCaller, course: Course) -> None:
    """Without a limit asked for, ten; the next link keeps the filter, and the last page has none."""
    for number in range(21):
        LineItem.objects.create(course=course, label=str(number), score_maximum=1, tag="a" if number else "b")
    assert [len(page) for page in pages(call(), container(course))] == [10, 10, 1]
    found = pages(call(), f"{container(course)}?tag=a&limit=7")
    assert [len(page) for page in found] == [7, 7, 6]
    assert len({item["id"] for page in found for item in page}) == 20


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=a", "limit=", "page=0", "page=1.5", "limit=1e3", "limit=²"]
)
def test_wrong_paging_is_refused(call: MakeCaller, course: Course, query: str) -> None:
    """400 rather than a guess."""
    assert call()("GET", f"{container(course)}?{query}").status_code == 400
    assert call()("GET", f"{members(course)}?{query}").status_code == 400


# --- results and members


def test_results_page_and_filter_by_user(call: MakeCaller, line_item: LineItem) -> None:
    """Every result once over the pages; user_id picks one, and an unknown one nothing."""
    people = [make_official(f"orang{number}", number + 10) for number in range(12)]
    for official in people:
        Result.objects.create(
            line_item=line_item,
            official=official,
            score="87.5",
            activity_progress="Completed",
            grading_progress="FullyGraded",
            timestamp=timezone.now(),
            received_at=timezone.now(),
        )
    found = pages(call(), url(line_item, "/results"))
    assert [len(page) for page in found] == [10, 2]
    assert {result["userId"] for page in found for result in page} == {str(one.subject) for one in people}
    mine = f"{url(line_item, '/results')}?user_id={people[3].subject}"
    [[only]] = pages(call(), mine)
    assert (only["resultScore"], only["resultMaximum"]) == (87.5, 100)
    assert only["scoreOf"].endswith(url(line_item))
    for unknown in ("nobody", str(people[3].subject).upper(), ""):
        assert pages(call(), f"{url(line_item, '/results')}?user_id={unknown}") == [[]]


def test_members_page_and_filter_by_role(call: MakeCaller, course: Course, official: Official) -> None:
    """Everyone assigned, Active or Inactive; the role by its short name or as a URI."""
    for number in range(11):
        make_official(f"orang{number}", number + 10)
    teacher = make_official("pengajar", 99, teaches=True)
    register_course(tool=course.tool, title=course.title, target_link_uri=course.target_link_uri)
    Enrolment.objects.filter(official=official).update(active=False)
    found = pages(call(), members(course))
    assert [len(page) for page in found] == [10, 3]
    people = {member["user_id"]: member for page in found for member in page}
    assert len(people) == 13
    assert people[str(official.subject)] == {
        "status": "Inactive",
        "name": "Contoh Lurah Demo",
        "given_name": "Contoh Lurah",
        "family_name": "Demo",
        "user_id": str(official.subject),
        "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
    }
    for role in ("Instructor", "http://purl.imsglobal.org/vocab/lis/v2/membership%23Instructor"):
        [[only]] = pages(call(), f"{members(course)}?role={role}")
        assert only["user_id"] == str(teacher.subject)
    assert pages(call(), f"{members(course)}?role=Mentor") == [[]]


def test_members_of_a_resource_link(call: MakeCaller, course: Course, official: Official) -> None:
    """Rlid must be a link of the context."""
    assert len(pages(call(), f"{members(course)}?rlid={course.resource_link_id}")[0]) == 1
    assert call()("GET", f"{members(course)}?rlid=unknown").status_code == 404
