"""Fake of lms.djangoapps.courseware.masquerade (14f7dc8), put where the platform's would be imported from."""

import sys
from types import ModuleType, SimpleNamespace

PATH = "lms.djangoapps.courseware.masquerade"


def is_masquerading_as_specific_student(user, course_key):
    found = getattr(user, "masquerade_settings", {}).get(course_key)
    return bool(found and found.user_name)


def view_as(user, staff, course_key):
    """Note on the learner, as setup_masquerade does, that ``staff`` views the course in their place."""
    user.masquerade_settings = {course_key: SimpleNamespace(role="student", user_name=user.username)}
    user.real_user = staff


def install(monkeypatch):
    parts = PATH.split(".")
    for depth in range(1, len(parts) + 1):
        monkeypatch.setitem(sys.modules, ".".join(parts[:depth]), ModuleType(".".join(parts[:depth])))
    module = sys.modules[PATH]
    module.is_masquerading_as_specific_student = is_masquerading_as_specific_student
    sys.modules["lms.djangoapps.courseware"].masquerade = module
