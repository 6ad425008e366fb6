"""What HR changes or loses on its side is found by the operator's command, against the running demo."""

import os
import re
import subprocess
import sys
import time

import pytest

from standalone.serve import title_of

from .conftest import ROOT, Demo
from .http import HttpLearner, opening_form, posted_form
from .keys import all_items
from .test_bad_input import COURSE_KEY, TIMEOUT, signed_in

OFFICIAL = "sekcam"
ARRIVAL_SECONDS = 120
# As if the results had been sent an hour ago: what was sent just now is not judged.
AN_HOUR_PASSES = """
from datetime import timedelta
from django.db.models import F
from lti_bridge.models import Delivery, Discrepancy
hour = timedelta(hours=1)
Delivery.objects.update(settled_at=F("settled_at") - hour, event_time=F("event_time") - hour)
Discrepancy.objects.update(found_at=F("found_at") - hour, seen_at=F("seen_at") - hour)
"""


def simpeg(demo: Demo, code: str) -> str:
    """Work on HR's database behind everybody's back."""
    environment = {**os.environ, "KAPASITAS_VAR": str(demo.var), "PYTHONPATH": str(ROOT)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "standalone.manage",
        "simpeg",
        "shell",
        "-v0",
        "-c",
        code,
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def on_site(demo: Demo, code: str) -> str:
    return demo.manage("shell", "-v0", "-c", code).stdout.strip()


def wait_until(question, expected: str) -> None:
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while (said := question()) != expected and time.monotonic() < deadline:
        time.sleep(0.5)
    assert said == expected


def settled(demo: Demo) -> str:
    """Whether the site knows of all that it has sent: HR has a result before the answer is noted."""
    return on_site(
        demo,
        "from lti_bridge.models import Delivery; "
        "print(not Delivery.objects.filter(state__in=['pending', 'in_flight']).exists())",
    )


def reconcile(demo: Demo, *options: str) -> tuple[int, str]:
    wait_until(lambda: settled(demo), "True")
    on_site(demo, AN_HOUR_PASSES)
    done = demo.manage("reconcile", *(options or ("--all",)), check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def learned(demo: Demo) -> str:
    """An official has completed the course, and HR's system shows it; return code that finds the results."""
    with signed_in(demo.simpeg, OFFICIAL) as session:
        courses = session.get(f"{demo.simpeg}/me/courses/", timeout=TIMEOUT)
        form = opening_form(courses.text, title_of("governance"))
        opened = session.post(
            f"{demo.simpeg}{form.action}",
            data=dict(form.form_values()),
            headers={"Referer": courses.url},
            timeout=TIMEOUT,
        )
        action, fields = posted_form(opened.text)
        outline = session.post(action, data=fields, timeout=TIMEOUT)
        assert COURSE_KEY in outline.url
        assert HttpLearner(session, all_items()).work_through(outline) >= 20
    rows = (
        "from standalone.simpeg.models import Result; "
        f"rows = Result.objects.filter(official__user__username={OFFICIAL!r}); "
        "rows = rows.order_by('line_item__score_maximum'); "
    )
    wait_until(lambda: shown(demo, rows), "[1, 100]")
    return rows


def shown(demo: Demo, rows: str) -> str:
    return simpeg(demo, rows + "print([int(row.score) for row in rows if row.score is not None])")


def test_what_hr_loses_comes_back_and_what_hr_changes_is_shown(demo: Demo, learned: str) -> None:
    reconcile(demo)
    code, said = reconcile(demo)
    assert code == 0, said
    assert re.search(r"compared [1-9]", said)

    simpeg(demo, learned + "rows.delete()")
    code, said = reconcile(demo)
    assert (code, "sent again 2" in said) == (1, True), said
    wait_until(lambda: shown(demo, learned), "[1, 100]")
    code, said = reconcile(demo)
    assert (code, "gone 2" in said) == (0, True), said

    simpeg(demo, learned + "rows.filter(line_item__score_maximum=100).update(score=55)")
    code, said = reconcile(demo)
    assert (code, "remaining 1" in said) == (1, True), said
    assert shown(demo, learned) == "[1, 55]"
    on_site(
        demo,
        "from lti_bridge.models import Discrepancy; from lti_bridge.reconciling import decisions; "
        "decisions.send_ours(Discrepancy.objects.get(kind='changed'), None, 'HR typed it wrongly')",
    )
    wait_until(lambda: shown(demo, learned), "[1, 100]")
    code, said = reconcile(demo, "--after-restore")
    assert code == 0, said
    swept = demo.manage("sweep", "--course", COURSE_KEY)
    assert re.search(r"looked at [1-9]\d* learners, failed 0", swept.stdout)


def test_the_commands_are_told_what_they_cannot_do(demo: Demo) -> None:
    assert demo.manage("reconcile", check=False).returncode != 0
    assert "not watched" in demo.manage("sweep", "--course", "course-v1:A+B+C", check=False).stderr
