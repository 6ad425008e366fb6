"""The pages of learners: courses, outline, unit, progress."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from standalone.courseware import progress
from standalone.courseware.host import own_settings
from standalone.courseware.models import Course, CourseRole, Enrolment
from standalone.courseware.people import sees_records_only
from standalone.courseware.progress import Completeness
from standalone.courseware.tree import CourseTree, Node, load_tree

from .access import Access, enter, reads_only, signed_in
from .page import page_resources


@reads_only
@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """List the courses that the user learns in or teaches; who has records only is led to them."""
    user = signed_in(request)
    if sees_records_only(user):
        return redirect("kapasitas_lti:records")
    learning = set(Enrolment.objects.filter(user=user).values_list("course_id", flat=True))
    teaching = set(CourseRole.objects.filter(user=user).values_list("course_id", flat=True))
    courses = Course.objects.all()
    if not user.is_superuser:
        courses = courses.filter(pk__in=learning | teaching)
    cards = [
        {
            "course": course,
            "hours": own_settings(course).get("lesson_hours"),
            "learns": course.pk in learning,
            "teaches": course.pk in teaching or user.is_superuser,
            "completeness": _completeness(course, user.pk) if course.pk in learning else None,
        }
        for course in courses
    ]
    return render(request, "courseware/home.html", {"cards": cards})


def _completeness(course: Course, user_id: int) -> Completeness:
    tree = load_tree(course.course_key)
    return progress.completeness(tree, progress.completed_blocks(tree, user_id))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the outline: a block, how complete it is, and what lies in it."""

    node: Node
    completeness: Completeness
    lines: list["Line"]


@reads_only
@login_required
@require_GET
def course(request: HttpRequest, course_key: str) -> HttpResponse:
    """Show the outline with what is complete."""
    access = enter(request, course_key)
    done = progress.completed_blocks(access.tree, access.user.pk)
    grade = progress.grade(access.tree, progress.learner_points(access.tree, access.user.pk))
    context = _course_context(access) | {
        "chapters": [_line(access, node, done) for node in access.tree.children(access.tree.root)],
        "completeness": progress.completeness(access.tree, done),
        "grade": grade,
        "grades": {one.usage_key: one for one in grade.subsections},
        "next_unit": _first_open(access, done),
    }
    return render(request, "courseware/course.html", context)


def _line(access: Access, node: Node, done: frozenset[str]) -> Line:
    below = access.tree.children(node.usage_key) if node.block_type != "vertical" else []
    visible = [child for child in below if access.staff or not access.tree.hidden(child.usage_key)]
    return Line(
        node,
        progress.completeness(access.tree, done, node.usage_key),
        [_line(access, child, done) for child in visible],
    )


def _units(access: Access) -> list[Node]:
    return access.tree.of_type("vertical", staff=access.staff)


def _first_open(access: Access, done: frozenset[str]) -> Node | None:
    """Return the first unit that still has something to do, or else the first."""
    units = _units(access)
    for unit_node in units:
        state = progress.completeness(access.tree, done, unit_node.usage_key)
        if state.total and not state.complete:
            return unit_node
    return units[0] if units else None


@reads_only
@login_required
@require_GET
def block(request: HttpRequest, course_key: str, usage_key: str) -> HttpResponse:
    """Go to the unit that shows the block, and to the block on it."""
    access = enter(request, course_key)
    access.require_block(usage_key)
    if usage_key == access.tree.root:
        return redirect("course", course_key)
    node = access.tree[usage_key]
    inside = [one for one in access.tree.walk(usage_key) if one.block_type == "vertical"]
    above = [one for one in access.tree.above(usage_key) if one.block_type == "vertical"]
    if node.block_type == "vertical" or (not above and inside):
        return redirect("unit", course_key, inside[0].usage_key)
    if not above:
        return redirect("course", course_key)
    return redirect(reverse("unit", args=[course_key, above[0].usage_key]) + f"#{anchor(usage_key)}")


def anchor(usage_key: str) -> str:
    """Return the id of a block's element on its page."""
    return "block-" + usage_key.rpartition("@")[2]


@reads_only
@login_required
@require_GET
def unit(request: HttpRequest, course_key: str, usage_key: str) -> HttpResponse:
    """Show one unit with its blocks."""
    access = enter(request, course_key)
    access.require_block(usage_key)
    node = access.tree[usage_key]
    if node.block_type != "vertical":
        raise Http404(_("There is no such page in this course."))
    done = progress.completed_blocks(access.tree, access.user.pk)
    runtime = access.runtime()
    runtime.completed = done
    unit_block, *_inside = runtime.blocks(one.usage_key for one in access.tree.walk(usage_key))
    fragment = unit_block.render("student_view")
    types = {one.block_type for one in access.tree.walk(usage_key)}
    request.csp_video = "video" in types  # type: ignore[attr-defined]
    subsection = access.tree[node.parent or ""]
    units = _units(access)
    here = units.index(node)
    context = _course_context(access) | {
        "unit": node,
        "subsection": subsection,
        "chapter": access.tree[subsection.parent or ""],
        "siblings": _siblings(access.tree, units, node, done),
        "previous": units[here - 1] if here else None,
        "next": units[here + 1] if here + 1 < len(units) else None,
        "body": fragment.body_html(),
        "resources": page_resources(fragment),
        "platform_scripts": bool(types & {"problem", "video"}),
        "completeness": progress.completeness(access.tree, done, usage_key),
    }
    return render(request, "courseware/unit.html", context)


def _siblings(
    tree: CourseTree, units: list[Node], node: Node, done: frozenset[str]
) -> list[tuple[Node, Completeness]]:
    return [
        (one, progress.completeness(tree, done, one.usage_key)) for one in units if one.parent == node.parent
    ]


@reads_only
@login_required
@require_GET
def progress_page(request: HttpRequest, course_key: str) -> HttpResponse:
    """Show the user's own grades and completion."""
    access = enter(request, course_key)
    return render(
        request,
        "courseware/progress.html",
        _course_context(access) | progress_context(access.tree, access.user.pk),
    )


def progress_context(tree: CourseTree, user_id: int) -> dict[str, Any]:
    """Return one learner's grades and completion, as the progress page shows them."""
    done = progress.completed_blocks(tree, user_id)
    grade = progress.grade(tree, progress.learner_points(tree, user_id))
    completeness = progress.completeness(tree, done)
    return {
        "grade": grade,
        "completeness": completeness,
        "places": progress.places(tree),
        "finished": completeness.complete and grade.passed,
        "chapters": [
            (node, progress.completeness(tree, done, node.usage_key)) for node in tree.children(tree.root)
        ],
    }


def _course_context(access: Access) -> dict[str, Any]:
    return {"course": access.tree.course, "staff": access.staff}
