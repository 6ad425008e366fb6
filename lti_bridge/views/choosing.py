"""The pages on which instructors choose what their platform links to (Deep Linking 2.0).

They work in frames that keep no cookies and without script: everything travels in the form, and the request's
token is never part of an address.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from lti_bridge.host import CourseTitle, CourseUnit, UnknownCourseError, course_host
from lti_bridge.launch.claims import DeepLinking
from lti_bridge.launch.deep_linking import (
    LIFETIME,
    MOST_ITEMS,
    Choice,
    answer,
    find_request,
    offered_courses,
    open_request,
    take_request,
)
from lti_bridge.launch.errors import StaleLoginError
from lti_bridge.models import DeepLinkRequest, Platform
from lti_bridge.models.digests import digest

from .pages import errors_as_page, framed_page, is_own_form, language_of

__all__ = ["begin_choosing", "choose", "deep_link"]

COOKIE_PREFIX = "kapasitas_lti_choice_"
# How many courses a page shows; the search finds the others.
SHOWN = 50
SEARCH_LIMIT = 100


@require_GET
@errors_as_page
def deep_link(request: HttpRequest) -> HttpResponse:
    """Tell who comes without a launch what this address is for."""
    return framed_page(request, "lti_bridge/deep_link.html", {})


def begin_choosing(
    request: HttpRequest, platform: Platform, asked: DeepLinking, *, with_cookie: bool
) -> HttpResponse:
    """Open the request and show the courses. ``with_cookie``: the browser keeps our cookies here."""
    browser = secrets.token_urlsafe(32) if with_cookie else ""
    token = open_request(platform, asked, browser=browser, now=timezone.now())
    opened = find_request(token, browser=browser, now=timezone.now())
    language = language_of(asked.locale) or translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        response = _courses_page(request, opened, _Form(token=token, language=language))
    if browser:
        secure = request.is_secure()
        response.set_cookie(
            _cookie(token),
            browser,
            max_age=LIFETIME,
            secure=secure,
            httponly=True,
            samesite="None" if secure else "Lax",
            path=reverse("kapasitas_lti:deep_link"),
        )
    return response


class _Form:
    """What the form carries from page to page; ``chosen`` are values of items (see ``_value``)."""

    def __init__(self, *, token: str, language: str, search: str = "", chosen: Sequence[str] = ()) -> None:
        self.token = token
        self.language = language
        self.search = search
        self.chosen = list(dict.fromkeys(chosen))[:MOST_ITEMS]


def _cookie(token: str) -> str:
    """Return the cookie's name; one a request, so that two tabs do not disturb each other."""
    return COOKIE_PREFIX + digest(token)[:16]


def _value(course_key: str, usage_key: str = "") -> str:
    """Return how the form names a course or a part of it; keys hold no spaces."""
    return f"{course_key} {usage_key}".strip()


# The form's origin, the request's token and its browser's cookie do the work of Django's token, whose cookie
# frames may not keep.
@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "POST"])
@errors_as_page
def choose(request: HttpRequest) -> HttpResponse:
    """Search, look into a course, and send what was chosen back to the platform."""
    if request.method == "GET":
        # A browser that opens its tabs again comes here so.
        return redirect("kapasitas_lti:deep_link")
    if not is_own_form(request):
        raise StaleLoginError("origin", _("This page was not opened by a launch."))
    form = _Form(
        token=request.POST.get("token", ""),
        language=language_of(request.POST.get("language", "")) or settings.LANGUAGE_CODE,
        search=request.POST.get("search", "").strip()[:SEARCH_LIMIT],
        chosen=request.POST.getlist("item"),
    )
    browser = request.COOKIES.get(_cookie(form.token), "")
    with translation.override(form.language):
        opened = find_request(form.token, browser=browser, now=timezone.now())
        if "cancel" in request.POST:
            return _done(request, form, browser, [])
        if "send" in request.POST:
            return _send(request, opened, form, browser)
        if course_key := request.POST.get("open", ""):
            return _units_page(request, opened, form, course_key)
        return _courses_page(request, opened, form)


def _done(request: HttpRequest, form: _Form, browser: str, chosen: Sequence[Choice]) -> HttpResponse:
    """Use the request up and return the form that takes the answer to the platform."""
    taken = take_request(form.token, browser=browser, now=timezone.now())
    context = {
        "action": taken.return_url,
        "token": answer(taken, chosen, now=timezone.now()),
        "count": len(chosen),
    }
    response = framed_page(request, "lti_bridge/deep_link_answer.html", context)
    response.delete_cookie(_cookie(form.token), path=reverse("kapasitas_lti:deep_link"))
    return response


def _send(request: HttpRequest, opened: DeepLinkRequest, form: _Form, browser: str) -> HttpResponse:
    chosen = _choices(request, form.chosen)
    if not chosen:
        return _courses_page(request, opened, form, problem=_("Choose a course first."))
    if len(chosen) > 1 and not opened.accepts_several:
        return _courses_page(request, opened, form, problem=_("The HR system takes one choice only."))
    return _done(request, form, browser, chosen)


def _choices(request: HttpRequest, values: Sequence[str]) -> list[Choice]:
    """Return what was chosen; what is not offered (any more) is left out."""
    titles = {course.course_key: course.title for course in offered_courses()}
    parts: dict[str, dict[str, str]] = {}
    chosen = []
    for value in values:
        course_key, _space, usage_key = value.partition(" ")
        if course_key not in titles:
            continue
        if usage_key and course_key not in parts:
            parts[course_key] = {unit.usage_key: unit.title for unit in _units(course_key)}
        if usage_key and usage_key not in parts[course_key]:
            continue
        chosen.append(_choice(request, course_key, titles[course_key], usage_key, parts))
    return chosen


def _choice(
    request: HttpRequest, course_key: str, title: str, usage_key: str, parts: dict[str, dict[str, str]]
) -> Choice:
    if usage_key:
        path = reverse("kapasitas_lti:resource_block", args=[course_key, usage_key])
        name, text = parts[course_key][usage_key], title
    else:
        path = reverse("kapasitas_lti:resource", args=[course_key])
        hours = course_host().course(course_key).lesson_hours
        name, text = title, f"{hours} JP" if hours else ""
    return Choice(
        course_key=course_key,
        usage_key=usage_key,
        title=name,
        text=text,
        url=request.build_absolute_uri(path),
    )


def _units(course_key: str) -> Sequence[CourseUnit]:
    try:
        return course_host().units(course_key)
    except UnknownCourseError:
        return []


def _courses_page(
    request: HttpRequest, opened: DeepLinkRequest, form: _Form, *, problem: Any = ""
) -> HttpResponse:
    words = form.search.casefold().split()
    found: list[CourseTitle] = [
        course
        for course in offered_courses()
        if all(word in f"{course.title} {course.course_key}".casefold() for word in words)
    ]
    shown = [
        {"title": course.title, "course_key": course.course_key, "value": _value(course.course_key)}
        for course in found[:SHOWN]
    ]
    return _page(
        request,
        opened,
        form,
        "lti_bridge/choose_course.html",
        {"courses": shown, "left_out": len(found) - len(shown), "problem": problem},
    )


def _units_page(request: HttpRequest, opened: DeepLinkRequest, form: _Form, course_key: str) -> HttpResponse:
    titles = {course.course_key: course.title for course in offered_courses()}
    if course_key not in titles:
        return _courses_page(request, opened, form, problem=_("This course is not offered any more."))
    shown = [
        {"title": unit.title, "depth": unit.depth, "value": _value(course_key, unit.usage_key)}
        for unit in _units(course_key)
    ]
    context = {"course": titles[course_key], "units": shown, "value": _value(course_key)}
    return _page(request, opened, form, "lti_bridge/choose_unit.html", context)


def _page(
    request: HttpRequest, opened: DeepLinkRequest, form: _Form, template: str, context: dict[str, Any]
) -> HttpResponse:
    rows = [*context.get("courses", ()), *context.get("units", ())]
    here = {row["value"] for row in rows} | {context.get("value", "")}
    common = {
        "form": form,
        "platform": opened.deployment.platform.name,
        "title": opened.title,
        "several": opened.accepts_several,
        # What was chosen on another page stays chosen; where one thing only can be, the page's own decides.
        "elsewhere": [value for value in form.chosen if value not in here],
    }
    return framed_page(request, template, {**common, **context})
