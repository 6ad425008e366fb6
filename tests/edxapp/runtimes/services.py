"""Fakes of the platform's services that our blocks ask for, and of those that publish for them.

Completion is none of them: the contract suite has the platform's own edx-completion.
"""

import gettext as gettext_module
import importlib
from pathlib import Path

from completion.handlers import scorable_block_completion
from completion.services import CompletionService
from django.utils import translation
from xblock.reference.user_service import UserService, XBlockUser
from xblock.scorable import ScorableXBlockMixin, Score

PREFIX = "edx-platform."


def has_masquerade(user, course_key):
    """As the platform's own function, whose fake is installed (masquerade.py)."""
    from lms.djangoapps.courseware.masquerade import is_masquerading_as_specific_student

    return is_masquerading_as_specific_student(user, course_key)


class FakeUserService(UserService):
    """Fake of DjangoXBlockUserService (common/djangoapps/xblock_django/user_service.py, e57a655)."""

    def __init__(self, user, *, staff=False, role="student", anonymous_id=None):
        super().__init__()
        self._django_user, self._staff, self._role = user, staff, role
        self._anonymous_id = anonymous_id or f"anonymous-{user.pk}"

    def get_current_user(self):
        found = XBlockUser(is_current_user=True)
        user = self._django_user
        attributes = {"is_authenticated": False, "request_country_code": "ID"}
        if user is not None and user.is_authenticated:
            found.full_name, found.emails = user.get_full_name(), [user.email]
            attributes |= {
                "anonymous_user_id": self._anonymous_id,
                "deprecated_anonymous_user_id": f"deprecated-{user.pk}",
                "is_authenticated": True,
                "user_id": user.pk,
                "username": user.username,
                "user_is_beta_tester": False,
                "user_is_global_staff": user.is_superuser,
                "user_is_staff": self._staff,
                "user_role": self._role,
                "user_preferences": {"pref-lang": translation.get_language()},
            }
        found.opt_attrs |= {PREFIX + name: value for name, value in attributes.items()}
        return found


class FakeI18nService:
    """Fake of XBlockI18nService (xmodule/modulestore/django.py): the bundled catalogue, domain ``text``.

    It is handed to the runtime as a class and made for each block; it has no ``ungettext``.
    """

    def __init__(self, block=None):
        root = type(block).unmixed_class.__module__.partition(".")[0]
        directory = Path(importlib.import_module(root).__file__).parent / "translations"
        language = translation.to_locale(translation.get_language() or "en")
        self._found = gettext_module.translation("text", directory, [language], fallback=True)

    def gettext(self, text):
        return self._found.gettext(text)

    def ngettext(self, singular, plural, number):
        return self._found.ngettext(singular, plural, number)

    ugettext = gettext


class FakeReplaceUrlsService:
    """Fake of ReplaceURLService (common/djangoapps/static_replace/services.py), made for each block."""

    def __init__(self, block=None):
        self.block = block

    def replace_urls(self, text, static_replace_only=False):
        course = str(self.block.scope_ids.usage_id.context_key).replace("course-v1", "asset-v1")
        return text.replace('"/static/', f'"/{course}+type@asset+block@')


class FakeUserStateService:
    """Fake of UserStateService (lms/djangoapps/courseware/services.py, e57a655): empty for who is unknown."""

    def __init__(self, modules):
        self.modules = modules

    def get_state_as_dict(self, username_or_email, block_id):
        import json

        for row in self.modules.values():
            if username_or_email in (row.user.username, row.user.email) and row.usage_key == block_id:
                return json.loads(row.state)
        return {}


class FakeGradesUtilService:
    """Fake of GradesUtilService (lms/djangoapps/grades/services.py)."""

    def __init__(self, frozen):
        self.frozen = frozen

    def are_grades_frozen(self):
        return self.frozen


class FakePartitionService:
    """Fake of PartitionService (xmodule/partitions/partitions_service.py): a course without groups."""

    course_partitions = ()


class FakeEventPublishingService:
    """Fake of EventPublishingService (xmodule/services.py, e57a655).

    Where staff view as a certain learner, grade and completion become tracking events, *in the learner's
    name*; so does every event.
    """

    def __init__(self, course, user):
        self.course, self.user, self.course_id = course, user, course.key

    def publish(self, block, event_type, event):
        completion = block.runtime.service(block, "completion")
        handlers = {"grade": self._grade}
        if completion and completion.completion_tracking_enabled():
            handlers["completion"] = lambda block, event: completion.submit_completion(
                block.scope_ids.usage_id, event["completion"]
            )
        handle = handlers.get(event_type)
        if handle and not has_masquerade(self.user, self.course_id):
            handle(block, event)
            return
        context = {"course_id": str(self.course_id), "asides": {}}
        if not self.user.is_anonymous:
            context["user_id"] = self.user.pk
        for aside in block.runtime.get_asides(block):
            if hasattr(aside, "get_event_context"):
                context["asides"][aside.scope_ids.block_type] = aside.get_event_context(event_type, event)
        self.course.tracked.append((event_type, event, context))

    def _grade(self, block, event):
        if not self.user.is_anonymous:
            publish_score(
                self.course,
                block,
                self.user,
                event["value"],
                event["max_value"],
                only_if_higher=event.get("only_if_higher"),
            )


def publish_score(course, block, user, earned, possible, *, only_if_higher=None):
    """As score_published_handler and what follows it (lms/djangoapps/grades/signals/handlers.py, e57a655).

    Grades of subsections are left out: they are worked out later, from what is kept here.
    """
    row = course.modules.row(user, block.location)
    if only_if_higher and row.grade is not None and row.grade * possible > earned * row.max_grade:
        return
    row.grade, row.max_grade = earned, possible
    if isinstance(block, ScorableXBlockMixin):
        block.set_score(Score(raw_earned=earned, raw_possible=possible))
    change_score(course, user, block, earned, possible)


def change_score(course, user, block, earned, possible, *, deleted=False):
    """As PROBLEM_RAW_SCORE_CHANGED and PROBLEM_WEIGHTED_SCORE_CHANGED: weight, then completion."""
    weight = getattr(block, "weight", None)
    weighted = (earned, possible)
    if weight is not None and possible:
        weighted = (earned * weight / possible, weight)
    course.weighted[user.pk, block.location] = weighted
    scorable_block_completion(
        sender=None,
        usage_id=str(block.location),
        course_id=str(course.key),
        user_id=user.pk,
        score_deleted=deleted,
        grader_response=False,
    )


__all__ = [
    "CompletionService",
    "FakeEventPublishingService",
    "FakeGradesUtilService",
    "FakeI18nService",
    "FakePartitionService",
    "FakeReplaceUrlsService",
    "FakeUserService",
    "FakeUserStateService",
    "change_score",
    "publish_score",
]
