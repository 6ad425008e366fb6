"""The services that blocks ask the runtime for, shaped as the LMS shapes them."""

import gettext
import importlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from xblock.reference.user_service import UserService as BaseUserService
from xblock.reference.user_service import XBlockUser

from .assets import asset_path
from .kinds import completes_on_view, is_completable
from .models import BlockCompletion, LearnerState
from .people import anonymous_id, user_id_behind
from .tree import CourseTree

PREFIX = "edx-platform."


class UserService(BaseUserService):
    """Who is asking. ``staff``: they teach the course."""

    def __init__(self, tree: CourseTree, user: User | None, *, staff: bool) -> None:
        super().__init__()
        self._tree, self._user, self._staff = tree, user, staff

    def get_current_user(self) -> XBlockUser:
        """Return the user of this runtime, by name and by the attributes of the LMS."""
        return self._described(self._user)

    def get_user_by_anonymous_id(self, uid: str | None = None) -> User | None:
        """Return the user behind an anonymous id of this course (the current user without one)."""
        if uid is None:
            return self._user
        user_id = user_id_behind(uid, self._tree.course)
        return get_user_model().objects.filter(pk=user_id).first() if user_id else None

    def get_anonymous_user_id(self, username: str, course_id: Any) -> str | None:
        """Return another user's anonymous id; for staff only, None for all others."""
        user = get_user_model().objects.filter(username=username).first() if self._staff else None
        return anonymous_id(user.pk, str(course_id)) if user else None

    def _described(self, user: User | None) -> XBlockUser:
        described = XBlockUser(is_current_user=True)
        if user is None or not user.is_authenticated:
            described.opt_attrs |= {f"{PREFIX}is_authenticated": False, f"{PREFIX}request_country_code": None}
            return described
        described.full_name = user.get_full_name()
        described.emails = [user.email] if user.email else []
        attributes = {
            "anonymous_user_id": anonymous_id(user.pk, self._tree.course.course_key),
            "deprecated_anonymous_user_id": anonymous_id(user.pk),
            "is_authenticated": True,
            "request_country_code": None,
            "user_id": user.pk,
            "username": user.get_username(),
            "user_is_beta_tester": False,
            "user_is_global_staff": user.is_superuser,
            "user_is_staff": self._staff,
            "user_preferences": {"pref-lang": translation.get_language(), "time_zone": settings.TIME_ZONE},
            "user_role": "instructor" if self._staff else "student",
        }
        described.opt_attrs |= {PREFIX + name: value for name, value in attributes.items()}
        return described


@cache
def block_catalogue(package: str, language: str) -> gettext.NullTranslations:
    """Return a block package's own catalogue: domain ``text`` in its ``translations`` directory."""
    directory = Path(str(importlib.import_module(package).__file__)).parent / "translations"
    return gettext.translation("text", directory, [language], fallback=True)


class I18nService:
    """Translations for one block: its package's catalogue first, then the site's own."""

    def __init__(self, block: Any) -> None:
        self._package = type(block).__module__.partition(".")[0]
        if hasattr(block, "unmixed_class"):
            self._package = block.unmixed_class.__module__.partition(".")[0]

    def _catalogue(self) -> gettext.NullTranslations:
        return block_catalogue(self._package, translation.get_language() or settings.LANGUAGE_CODE)

    def gettext(self, message: str) -> str:
        """Translate."""
        translated = self._catalogue().gettext(message)
        return translated if translated != message else translation.gettext(message)

    def ngettext(self, singular: str, plural: str, number: float) -> str:
        """Translate by number; blocks pass points too, and half a point takes the plural."""
        count = int(number) if number == int(number) else 2
        translated = self._catalogue().ngettext(singular, plural, count)
        known = translated not in (singular, plural)
        return translated if known else translation.ngettext(singular, plural, count)

    ugettext = gettext
    ungettext = ngettext

    def strftime(self, moment: Any, format_string: str) -> str:
        """Format as the site's language does: blocks pass names such as SHORT_DATE."""
        from django.utils import formats

        return str(formats.date_format(moment, f"{format_string.removesuffix('_FORMAT')}_FORMAT"))


class UserStateService:
    """What any learner of the course has answered: for those who teach it only."""

    def __init__(self, tree: CourseTree) -> None:
        self._tree = tree

    def get_state_as_dict(self, username_or_email: str, block_id: Any) -> dict[str, Any]:
        """Return the learner's state in the block, empty where there is none. One query."""
        of_learner = Q(user__username=username_or_email) | Q(user__email=username_or_email)
        rows = LearnerState.objects.filter(of_learner, course=self._tree.course, usage_key=str(block_id))
        row = rows.first() if username_or_email else None
        return dict(row.state) if row else {}


class CompletionService:
    """What the learner of this runtime has completed."""

    def __init__(self, tree: CourseTree, user_id: int) -> None:
        self._tree, self._user_id = tree, user_id

    def completion_tracking_enabled(self) -> bool:
        """Completion is always on here."""
        return True

    def get_completions(self, candidates: Iterable[Any]) -> dict[Any, float]:
        """Return each candidate's completion in 0..1; 0 for those never begun."""
        keys = {str(key): key for key in candidates}
        found = dict.fromkeys(keys.values(), 0.0)
        rows = BlockCompletion.objects.filter(user_id=self._user_id, usage_key__in=keys)
        found |= {keys[row.usage_key]: float(row.completion) for row in rows}
        return found

    def can_mark_block_complete_on_view(self, block: Any) -> bool:
        """Whether seeing the block is completing it."""
        return completes_on_view(block.scope_ids.block_type)

    def vertical_is_complete(self, item: Any) -> bool:
        """Whether all that can be completed in the unit is."""
        keys = [node.usage_key for node in self._tree.walk(str(item.scope_ids.usage_id))]
        wanted = [key for key in keys if is_completable(self._tree[key].block_type)]
        return all(value == 1 for value in self.get_completions(wanted).values())


class SettingsService:
    """Settings of the host for a block: ``XBLOCK_SETTINGS`` by the block's key."""

    def get_settings_bucket(self, block: Any, default: Any = None) -> Any:
        """Return the settings for the block's ``block_settings_key``, or for its class name."""
        name = (
            type(block).unmixed_class.__name__
            if hasattr(type(block), "unmixed_class")
            else type(block).__name__
        )
        key = getattr(block, "block_settings_key", name)
        return getattr(settings, "XBLOCK_SETTINGS", {}).get(key, {} if default is None else default)


class ReplaceUrlsService:
    """Turns the addresses that authors write into addresses of this site."""

    _STATIC = re.compile(r"""(?P<quote>\\?["']|&quot;|&\#39;)/static/(?P<path>[^"'\\?#&\s]+)""")
    _JUMP = re.compile(r"""(?P<quote>\\?["']|&quot;|&\#39;)/jump_to_id/(?P<block>[A-Za-z0-9_.-]+)""")

    def __init__(self, tree: CourseTree) -> None:
        self._tree = tree

    def replace_urls(self, text: str, static_replace_only: bool = False) -> str:
        """Rewrite ``/static/…`` where the course has the file, and ``/jump_to_id/…``."""
        text = self._STATIC.sub(self._static, text)
        return text if static_replace_only else self._JUMP.sub(self._jump, text)

    def _static(self, match: re.Match[str]) -> str:
        course_key = self._tree.course.course_key
        if asset_path(course_key, match["path"]) is None:
            return match[0]
        return match["quote"] + reverse("asset", args=[course_key, match["path"]])

    def _jump(self, match: re.Match[str]) -> str:
        for node in self._tree.walk():
            if node.usage_key.endswith(f"+block@{match['block']}"):
                return match["quote"] + reverse("block", args=[self._tree.course.course_key, node.usage_key])
        return match[0]


class SandboxService:
    """What the problem block asks about running authors' Python: never, on this site."""

    def can_execute_unsafe_code(self) -> bool:
        """No."""
        return False

    def get_python_lib_zip(self) -> None:
        """No course has one."""
        return


class NoQueueService:
    """The problem block insists on a queue to external graders; this site has none, and refuses
    problems that need one at import."""

    waittime = 0
    interface = None
    default_queuename = ""
