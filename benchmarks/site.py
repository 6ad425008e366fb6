"""The course site in this process, with the small course and one learner who is signed in."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import course
from .rig import ROOT, fresh_var

__all__ = ["Learner", "learner_on_site"]


class Learner:
    """A learner's requests, each through the site's whole stack; raises where one is refused."""

    def __init__(self) -> None:
        from django.contrib.auth.models import User
        from django.test import Client

        from standalone.courseware.models import Course, Enrolment

        user = User.objects.create_user("ukur", first_name="Contoh Peserta Demo")
        Enrolment.objects.create(user=user, course=Course.objects.get())
        self._client = Client()
        self._client.force_login(user)
        self._turn = 0
        self.item, self.options = course.first_choice_item()

    def unit(self, name: str) -> bytes:
        """Open a unit's page."""
        from django.urls import reverse

        reply = self._client.get(reverse("unit", args=[course.KEY, course.usage("vertical", name)]))
        return bytes(self._accepted(reply).content)

    def start(self) -> None:
        """Begin an attempt at the assessment."""
        self._ours("begin", {})

    def answer(self) -> None:
        """Answer one item of the assessment, each time otherwise than before."""
        self._turn += 1
        chosen = self.options[self._turn % len(self.options)]
        saved = self._ours(
            "answer", {"item": self.item, "response": {"chosen": [chosen]}, "uuid": str(uuid.uuid4())}
        )
        if not saved["complete"]:
            raise AssertionError(saved)

    def submit(self) -> None:
        """End the attempt: it is scored, and the grade published."""
        self._ours("submit", {})

    def check_problem(self) -> None:
        """Answer the platform's problem: it is scored, and the grade published."""
        from django.urls import reverse

        self._turn += 1
        url = reverse("handler", args=[course.KEY, course.PROBLEM, "xmodule_handler", "problem_check"])
        field = f"input_{course.PROBLEM.rpartition('@')[2]}_2_1"
        reply = self._accepted(self._client.post(url, {field: f"choice_{self._turn % 2}"}))
        if reply.json()["success"] not in ("correct", "incorrect"):
            raise AssertionError(reply.content)

    def _ours(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        from django.urls import reverse

        url = reverse("handler", args=[course.KEY, course.ASSESSMENT, name])
        reply = self._client.post(url, json.dumps(data), content_type="application/json")
        found: dict[str, Any] = self._accepted(reply).json()
        return found

    def _accepted(self, reply: Any) -> Any:
        if reply.status_code != 200:
            raise AssertionError((reply.status_code, reply.content[:300]))
        return reply


@contextmanager
def learner_on_site() -> Iterator[Learner]:
    """Set the site up with the small course over an empty database; once a process."""
    with fresh_var("standalone.site_settings") as var:
        from django.core.management import call_command

        from standalone.courseware.contrib import preload
        from standalone.courseware.olx.importer import import_directory

        call_command("load_content", ROOT / "course_content", verbosity=0)
        import_directory(course.write_course(var / "course"))
        preload()
        yield Learner()


def queries_of(act: Any) -> int:
    """Return how many SQL queries the call makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)
