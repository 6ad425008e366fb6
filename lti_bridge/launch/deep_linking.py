"""Deep Linking 2.0, the tool's side: an open request to choose, and the signed answer to it."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from lti_bridge.conf import setting
from lti_bridge.courses import is_watched
from lti_bridge.host import CourseTitle, course_host
from lti_bridge.models import DeepLinkRequest, LinkedAccount, Platform, ReportKind
from lti_bridge.models.digests import digest

from .accounts import deployment_of
from .claims import CLAIM, DeepLinking
from .errors import MalformedLaunchError, RefusedLaunchError, StaleLoginError
from .expiry import forget_expired
from .login import check_enabled

__all__ = [
    "LIFETIME",
    "MOST_ITEMS",
    "Choice",
    "answer",
    "find_request",
    "offered_courses",
    "open_request",
    "take_request",
]

# An hour to choose in; the platform's own form behind may be older.
LIFETIME = timedelta(hours=1)
ANSWER_LIFETIME = timedelta(minutes=5)
MOST_ITEMS = 100
DL_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"
MAXIMUM = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A course, or a part of it, that was chosen. ``url`` is the page that a launch asks for."""

    course_key: str
    usage_key: str
    title: str
    text: str
    url: str


def open_request(platform: Platform, asked: DeepLinking, *, browser: str, now: datetime) -> str:
    """Store the request and return its token, of which only the digest is kept.

    ``browser`` is the secret of the browser's cookie, without which the token opens nothing; empty where
    the browser keeps no cookies. Raises LaunchError: nothing of ours is accepted, the person may not
    choose, or the answer would go to an address that we do not use.
    """
    if not asked.accepts_links:
        raise RefusedLaunchError(
            "accept_types",
            _("The HR system asks for another kind of content; this tool has links to courses only."),
            _("Ask the administrator of the HR system to choose this tool where links to courses are added."),
        )
    if not asked.may_choose:
        raise RefusedLaunchError(
            "roles",
            _("Only instructors and administrators may choose courses."),
            _("Ask the administrator of the HR system for the role of an instructor there."),
        )
    _check_return_url(asked.return_url)
    _check_account(platform, asked.sub)
    deployment = deployment_of(platform, asked.deployment_id)
    token = secrets.token_urlsafe(32)
    forget_expired(DeepLinkRequest, now)
    DeepLinkRequest.objects.create(
        token_digest=digest(token, browser),
        deployment=deployment,
        return_url=asked.return_url,
        data=asked.data,
        accepts_several=asked.accepts_several,
        accepts_line_items=asked.accepts_line_items,
        title=asked.title,
        expires_at=now + LIFETIME,
    )
    return token


def _check_return_url(url: str) -> None:
    # Brings requests, which no process needs in order to start.
    from lti_bridge.http import UrlNotAllowedError, check_url

    try:
        check_url(url)
    except UrlNotAllowedError as error:
        raise MalformedLaunchError(
            "deep_link_return_url", _("The answer would go to an address that is not used here.")
        ) from error


def _check_account(platform: Platform, sub: str) -> None:
    """Raise RefusedLaunchError where the person has an account here that was closed."""
    account = LinkedAccount.objects.select_related("user").filter(platform=platform, sub_digest=digest(sub))
    if any(not one.user.is_active for one in account):
        raise RefusedLaunchError("account", _("Your account on the learning site was closed."))


def find_request(token: str, *, browser: str, now: datetime) -> DeepLinkRequest:
    """Return the open request of this token in this browser; raises LaunchError."""
    found = (
        DeepLinkRequest.objects.select_related("deployment__platform")
        .filter(
            token_digest__in=[digest(token, browser), digest(token, "")],
            used_at__isnull=True,
            expires_at__gte=now,
        )
        .first()
    )
    if found is None:
        raise StaleLoginError(
            "deep link", _("This choice was sent already, took too long, or began in another browser.")
        )
    check_enabled(found.deployment.platform)
    return found


def take_request(token: str, *, browser: str, now: datetime) -> DeepLinkRequest:
    """Use the request up and return it; of two callers at once, one gets it."""
    found = find_request(token, browser=browser, now=now)
    if not DeepLinkRequest.objects.filter(pk=found.pk, used_at__isnull=True).update(used_at=now):
        raise StaleLoginError("deep link", _("This choice was sent already."))
    return found


def offered_courses() -> Sequence[CourseTitle]:
    """Return the courses that HR systems are offered.

    Those that count for HR (KAPASITAS_LTI_COURSES and what was launched before) where the operator has
    named any; else every course that the host offers.
    """
    courses = course_host().courses()
    if not setting("KAPASITAS_LTI_COURSES"):
        return courses
    return [course for course in courses if is_watched(course.course_key)]


def answer(request: DeepLinkRequest, chosen: Sequence[Choice], *, now: datetime) -> str:
    """Return the signed LtiDeepLinkingResponse (Deep Linking 4.5); nothing chosen is an answer too."""
    # Brings cryptography, which no process needs in order to start.
    from lti_bridge.keys import sign

    platform = request.deployment.platform
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": issued,
        "exp": issued + int(ANSWER_LIFETIME.total_seconds()),
        "nonce": secrets.token_urlsafe(32),
        CLAIM + "message_type": "LtiDeepLinkingResponse",
        CLAIM + "version": "1.3.0",
        CLAIM + "deployment_id": request.deployment.deployment_id,
        DL_CLAIM + "content_items": [_item(choice, request) for choice in chosen],
    }
    if request.data:
        claims[DL_CLAIM + "data"] = json.loads(request.data)
    return sign(claims)


def _item(choice: Choice, request: DeepLinkRequest) -> dict[str, Any]:
    item: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": choice.title,
        "url": choice.url,
        "custom": {"course_key": choice.course_key},
    }
    if choice.text:
        item["text"] = choice.text
    # A page within a course has no grade of its own: results are the course's.
    if request.accepts_line_items and not choice.usage_key:
        # The tag by which the outbox finds the column again (adapters.line_items).
        from lti_bridge.adapters.line_items import TAGS

        item["lineItem"] = {
            "scoreMaximum": MAXIMUM,
            "label": choice.title,
            "resourceId": choice.course_key,
            "tag": TAGS[ReportKind.GRADE],
        }
    return item
