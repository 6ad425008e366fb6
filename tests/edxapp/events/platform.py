"""Fakes of what the platform does with an event that a block publishes. Each names the source it imitates.

Read from openedx/openedx-platform, branch of the Verawood line, at the commits named.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, ClassVar
from uuid import UUID, uuid5

from eventtracking.tracker import get_tracker

from tests.xblocks.support import COURSE, Learner

SESSION = "5f9d3c1e8a7b4d2f9c0e1a2b3c4d5e6f"


class FakeEventPublishing:
    """``publish`` for events that are neither grade nor completion, in the LMS and in libraries.

    Imitates, in the order that contexts are entered: ``TrackMiddleware.enter_request_context``
    (common/djangoapps/track/middleware.py, e57a655d), ``_get_block_by_usage_key``
    (lms/djangoapps/courseware/block_render.py, 5af5f01f; libraries have no such context),
    ``EventPublishingService.publish`` (xmodule/services.py, e57a655d) or ``log_event_to_tracking_log``
    (openedx/core/djangoapps/xblock/runtime/runtime.py, 2f8af3b9), and ``server_track``
    (common/djangoapps/track/views/__init__.py, e57a655d).
    """

    def __init__(self, user_id: int, username: str, *, library: str = "") -> None:
        self.user_id, self.username, self.library = user_id, username, library

    def publish(self, block: Any, event_type: str, event: Mapping[str, Any]) -> None:
        if event_type in ("grade", "completion"):
            return
        with ExitStack() as entered:
            for name, context in self._contexts(block, event_type):
                entered.enter_context(get_tracker().context(name, context))
            get_tracker().emit(name=event_type, data=event)

    def _contexts(self, block: Any, event_type: str) -> list[tuple[str, dict[str, Any]]]:
        course = {
            "course_id": "" if self.library else str(COURSE),
            "org_id": "Kapasitas",
            "enterprise_uuid": "",
        }
        request = {
            "session": SESSION,
            "user_id": self.user_id,
            "username": self.username,
            "ip": "192.0.2.7",
            "host": "lms.example",
            "agent": "Mozilla/5.0",
            "path": "/courses/x/xblock/y/handler/submit",
            "referer": "https://lms.example/xblock/y",
            "accept_language": "id",
            "client_id": None,
            **course,
        }
        module = {"display_name": "Uji", "usage_key": str(block.scope_ids.usage_id)}
        published = {**course, "user_id": self.user_id, "asides": {}}
        if self.library:
            published["context_id"] = self.library
        return [
            ("edx.request", request),
            *([] if self.library else [("module_callback_handler", {"module": module})]),
            (event_type, published),
            ("edx.course.server", {"username": self.username, "event_source": "server", "page": "x_module"}),
        ]


class FakeExternalIdType:
    """openedx/core/djangoapps/external_user_ids/models.py, ``ExternalIdType``."""

    XAPI = "xapi"
    LTI = "lti"


class FakeExternalId:
    """``ExternalId.add_new_user_id`` of the same module: an id that tells nothing for each user and type."""

    SPACE: ClassVar[UUID] = UUID("6d0a2f5c-61f8-4d0f-9a0f-0d9a3f5f7f11")

    def __init__(self, external_user_id: UUID) -> None:
        self.external_user_id = external_user_id

    @classmethod
    def add_new_user_id(cls, user: Any, type_name: str) -> "tuple[FakeExternalId, bool]":
        return cls(uuid5(cls.SPACE, f"{type_name}-{user.pk}")), True


def fake_course_overviews(course_keys: list[Any]) -> list[dict[str, Any]]:
    """openedx/core/djangoapps/content/course_overviews/api.py, ``get_course_overviews``."""
    return [{"id": str(key), "display_name": "Manajemen Pemerintahan Kecamatan"} for key in course_keys]


def learner_in_lms(olx: str, user: Any, **options: Any) -> Learner:
    """A learner at a block whose runtime publishes as the LMS does."""
    learner = Learner(olx, user_id=user.pk, **options)
    learner.runtime.publish = FakeEventPublishing(user.pk, user.username).publish
    return learner
