"""The pages of instructors: gradebook, one learner's states, import and export."""

import tempfile
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from standalone.courseware import progress, publishing, regrading
from standalone.courseware.kinds import is_scored
from standalone.courseware.models import Course, CourseRole, Enrolment, LearnerState
from standalone.courseware.olx.archive import MAX_ARCHIVE
from standalone.courseware.olx.exporter import export_archive
from standalone.courseware.olx.importer import import_archive
from standalone.courseware.olx.problems import CourseImportError, Problem
from standalone.courseware.people import AUTHOR, OFFICIALS, is_instructor, told_apart

from .access import Access, enter_to_teach, reads_only, signed_in
from .learner import progress_context


@reads_only
@login_required
@require_GET
def gradebook(request: HttpRequest, course_key: str) -> HttpResponse:
    """Show learners by subsections."""
    access = enter_to_teach(request, course_key)
    learners = [
        enrolment.user
        for enrolment in Enrolment.objects.filter(course=access.tree.course)
        .select_related("user")
        .order_by("user__first_name", "user__username")
    ]
    apart = told_apart(learners, by_office=request.user.has_perm(OFFICIALS))
    points = progress.class_points(access.tree, [learner.pk for learner in learners])
    done = progress.class_completed(access.tree)
    rows = [
        {
            "learner": learner,
            "apart": apart.get(learner.pk, ()),
            "grade": progress.grade(access.tree, points.get(learner.pk, {})),
            "completeness": progress.completeness(access.tree, done.get(learner.pk, frozenset())),
        }
        for learner in learners
    ]
    context = {
        "course": access.tree.course,
        "staff": True,
        "rows": rows,
        "places": progress.places(access.tree),
        "subsections": progress.grade(access.tree, {}).subsections,
    }
    return render(request, "courseware/gradebook.html", context)


def _learner(access: Access, user_id: int) -> Any:
    enrolments = Enrolment.objects.filter(course=access.tree.course).select_related("user")
    # No database has an id of more bits, and SQLite fails over one.
    enrolment = enrolments.filter(user_id=user_id).first() if user_id < 2**63 else None
    if enrolment is None:
        raise Http404(_("Nobody of that number is enrolled in this course."))
    return enrolment.user


@reads_only
@login_required
@require_GET
def learner_states(request: HttpRequest, course_key: str, user_id: int) -> HttpResponse:
    """Show one learner's progress and what they have done in each block."""
    access = enter_to_teach(request, course_key)
    learner = _learner(access, user_id)
    states = LearnerState.objects.filter(course=access.tree.course, user_id=user_id)
    by_key = {state.usage_key: state for state in states}
    rows = [
        {
            "node": node,
            "state": by_key[node.usage_key],
            "unit": access.tree[node.parent or ""],
            "scored": is_scored(node.block_type),
        }
        for node in access.tree.walk()
        if node.usage_key in by_key
    ]
    context = {"course": access.tree.course, "staff": True, "learner": learner, "rows": rows}
    return render(request, "courseware/learner.html", context | progress_context(access.tree, user_id))


@login_required
@require_http_methods(["GET", "POST"])
def state(request: HttpRequest, course_key: str, user_id: int, usage_key: str) -> HttpResponse:
    """Ask whether to rescore or to delete a learner's state in a block; on POST do it."""
    access = enter_to_teach(request, course_key)
    learner = _learner(access, user_id)
    access.require_block(usage_key)
    action = request.POST.get("action") or request.GET.get("action")
    if action not in ("rescore", "delete"):
        raise Http404(_("There is no such action."))
    if request.method == "POST":
        _act(request, access, learner, usage_key, action)
        return redirect("learner", course_key, user_id)
    context = {
        "course": access.tree.course,
        "staff": True,
        "learner": learner,
        "node": access.tree[usage_key],
        "action": action,
    }
    return render(request, "courseware/state.html", context)


def _act(request: HttpRequest, access: Access, learner: Any, usage_key: str, action: str) -> None:
    title = access.tree[usage_key].title
    if action == "delete":
        publishing.delete_state(access.tree, learner.pk, usage_key)
        messages.success(request, _("The answers in “%(title)s” were deleted.") % {"title": title})
        return
    try:
        with transaction.atomic():
            regrading.rescore(access.tree, learner, usage_key)
    except regrading.CannotRescoreError as error:
        messages.error(
            request, _("“%(title)s” was not rescored: %(reason)s") % {"title": title, "reason": error}
        )
    else:
        messages.success(request, _("“%(title)s” was rescored.") % {"title": title})


# Import and export


class ArchiveForm(forms.Form):
    """Choose an archive."""

    archive = forms.FileField(
        label=gettext_lazy("Course archive (.tar.gz)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".gz,.tgz,application/gzip"}),
    )

    def clean_archive(self) -> Any:
        """Refuse what is too big before it is opened."""
        archive = self.cleaned_data["archive"]
        if archive.size > MAX_ARCHIVE:
            raise forms.ValidationError(_("The archive is too big."))
        return archive


@login_required
@permission_required(AUTHOR, raise_exception=True)
@require_http_methods(["GET", "POST"])
def import_course(request: HttpRequest) -> HttpResponse:
    """Import an uploaded course, or list what is wrong with it; the importer teaches what they import."""
    form = ArchiveForm(request.POST or None, request.FILES or None)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        archive = form.cleaned_data["archive"]
        try:
            with transaction.atomic():
                course = import_archive(archive.file, archive.name, lambda key: _check_replaces(request, key))
                _keep_teacher(request, course)
        except CourseImportError as error:
            problems = error.problems
        else:
            messages.success(request, _("“%(title)s” was imported.") % {"title": course.title})
            return redirect("course", course.course_key)
    courses = [course for course in Course.objects.all() if _teaches(request, course)]
    context = {"form": form, "problems": problems, "courses": courses}
    return render(request, "courseware/import.html", context, status=422 if problems else 200)


def _teaches(request: HttpRequest, course: Course) -> bool:
    return is_instructor(signed_in(request), course)


def _check_replaces(request: HttpRequest, course_key: str) -> None:
    """Refuse a course that is here already to who does not teach it, even where nobody does.

    Who could take it over would see what its learners answered.
    """
    course = Course.objects.filter(course_key=course_key).first()
    if course is not None and not _teaches(request, course):
        message = _("Only its instructors may replace the course %(key)s.") % {"key": course_key}
        raise CourseImportError([Problem(file="course.xml", message=message)])


def _keep_teacher(request: HttpRequest, course: Course) -> None:
    """Make the importer of a new course its instructor."""
    if not _teaches(request, course):
        CourseRole.objects.create(user=signed_in(request), course=course, role=CourseRole.Role.INSTRUCTOR)


@reads_only
@login_required
@require_GET
def export_course(request: HttpRequest, course_key: str) -> FileResponse:
    """Send the course as an archive."""
    access = enter_to_teach(request, course_key)
    archive = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    export_archive(access.key, archive)
    archive.seek(0)
    name = access.key.partition(":")[2].replace("+", "-")
    return FileResponse(archive, as_attachment=True, filename=f"{name}.tar.gz")
