"""The Open edX platform as blocks need it: the only module of ours here that imports it, inside functions."""

from typing import Any

from django.core.exceptions import PermissionDenied

__all__ = ["may_edit_library", "views_as_learner"]


def may_edit_library(user: Any, library_key: Any) -> bool:
    """Tell whether ``user`` may edit the content of a library (v2)."""
    from openedx.core.djangoapps.content_libraries import api, permissions

    wanted = permissions.CAN_EDIT_THIS_CONTENT_LIBRARY
    try:
        api.require_permission_for_library_key(library_key, user, wanted)
    except PermissionDenied:
        return False
    return True


def views_as_learner(user: Any, course_key: Any) -> bool:
    """Tell whether ``user`` is a learner in whose place a member of staff views the course.

    Asks what the platform's own publishing service asks (xmodule/services.py). ``user`` must be the object
    that the runtime was made for: the platform notes the masquerade on it.
    """
    from lms.djangoapps.courseware import masquerade

    return bool(masquerade.is_masquerading_as_specific_student(user, course_key))
