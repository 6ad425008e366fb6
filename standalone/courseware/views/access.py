"""Who may enter which page of a course. Every view of a course begins here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from lti_bridge.host import UnknownCourseError
from standalone.courseware.people import is_enrolled, is_instructor
from standalone.courseware.runtime import SiteRuntime
from standalone.courseware.tree import CourseTree, load_tree


def reads_only[View: Callable[..., Any]](view: View) -> View:
    """Mark a view that needs no transaction around it.

    SQLite lets one transaction write at a time, and ours take that right when they begin; a page that
    only reads must not wait for it, nor keep others waiting while it renders. What a block saves while it
    is rendered is one row, written by itself.
    """
    return transaction.non_atomic_requests(view)


@dataclass(frozen=True, slots=True)
class Access:
    """The course, and the user as somebody who may see it. ``staff``: they teach it."""

    tree: CourseTree
    user: User
    staff: bool

    @property
    def key(self) -> str:
        """The course key."""
        return self.tree.course.course_key

    def runtime(self) -> SiteRuntime:
        """Return the runtime of the user's own blocks."""
        return SiteRuntime(self.tree, self.user, staff=self.staff)

    def require_block(self, usage_key: str) -> None:
        """Raise Http404 unless the user may see the block."""
        if usage_key not in self.tree or (self.tree.hidden(usage_key) and not self.staff):
            raise Http404(_("There is no such page in this course."))


def signed_in(request: HttpRequest) -> User:
    """Return the user of a view that has made sure of a log-in."""
    return cast(User, request.user)


def enter(request: HttpRequest, course_key: str) -> Access:
    """Let in who learns in the course or teaches it; the view has made sure of a log-in.

    Raises Http404 for an unknown course and PermissionDenied for everybody else.
    """
    try:
        tree = load_tree(course_key)
    except UnknownCourseError as error:
        raise Http404(_("There is no such course.")) from error
    user = signed_in(request)
    staff = is_instructor(user, tree.course)
    if not staff and not is_enrolled(user, tree.course):
        raise PermissionDenied(_("You are not enrolled in this course."))
    return Access(tree, user, staff)


def enter_to_teach(request: HttpRequest, course_key: str) -> Access:
    """Let in who teaches the course; raises like ``enter``."""
    access = enter(request, course_key)
    if not access.staff:
        raise PermissionDenied(_("This page is for the course's instructors."))
    return access
