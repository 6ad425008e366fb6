"""Tells the LTI bridge of progress."""

from typing import Any

import lti_bridge.api

from .signals import progress_changed


def note_progress(user_id: int, course_key: str, **_: Any) -> None:
    """Pass a learner's progress on, in the same transaction."""
    lti_bridge.api.note_progress(user_id, course_key)


def connect() -> None:
    """Listen; the app calls this once when it is ready."""
    progress_changed.connect(note_progress, dispatch_uid="kapasitas_lti.note_progress")
