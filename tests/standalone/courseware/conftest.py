"""A small course of test blocks, and people in every role."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from xblock import plugin
from xblock.core import XBlock

from standalone.courseware import kinds
from standalone.courseware.models import Course, CourseRole, Enrolment
from standalone.courseware.olx.importer import import_directory
from standalone.courseware.tree import CourseTree, load_tree

from .blocks import CustomXBlock, ProbeXBlock, ReadXBlock

DATA = Path(__file__).parent / "data"
KEY = "course-v1:Org+T+R"


def usage(name: str, block_type: str = "probe") -> str:
    return f"block-v1:Org+T+R+type@{block_type}+block@{name}"


FILES = {
    "course.xml": '<course org="Org" course="T" url_name="R"/>',
    "course/R.xml": """<course display_name="Kursus uji">
  <chapter url_name="c" display_name="Bab">
    <sequential url_name="s1" display_name="Ujian" graded="true" format="Ujian">
      <vertical url_name="u1" display_name="Unit &lt;script&gt;alert(1)&lt;/script&gt;">
        <probe url_name="p1" weight="2.0" display_name="&lt;/script&gt;&lt;img src=x&gt;"/>
        <probe url_name="p2"/>
      </vertical>
    </sequential>
    <sequential url_name="s2" display_name="Latihan">
      <vertical url_name="u2" display_name="Bacaan">
        <read url_name="r1"/><custom url_name="k1"/>
      </vertical>
      <vertical url_name="u3" display_name="Rahasia" visible_to_staff_only="true">
        <read url_name="r2"/>
      </vertical>
    </sequential>
  </chapter>
</course>""",
    "policies/R/policy.json": (
        '{"course/R": {"display_name": "Kursus uji",'
        ' "other_course_settings": {"kapasitas": {"lesson_hours": 7, "organiser": "Diklat"}}}}'
    ),
    "policies/R/grading_policy.json": (
        '{"GRADER": [{"type": "Ujian", "min_count": 1, "drop_count": 0, "weight": 1.0}],'
        ' "GRADE_CUTOFFS": {"Lulus": 0.6}}'
    ),
    "static/lampiran.txt": "Lampiran",
}


@pytest.fixture(autouse=True)
def _probe_blocks(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.KAPASITAS_ASSETS = tmp_path / "assets"
    blocks = {"probe": ProbeXBlock, "custom": CustomXBlock, "read": ReadXBlock}
    points = [(name, _entry_point(name, cls)) for name, cls in blocks.items()]
    monkeypatch.setattr(XBlock, "extra_entry_points", points)
    yield
    for name in blocks:
        plugin.PLUGIN_CACHE.pop(("xblock.v1", name), None)
    for known in (kinds.is_completable, kinds.is_scored, kinds.completes_on_view):
        known.cache_clear()


def _entry_point(name: str, cls: type[Any]) -> SimpleNamespace:
    return SimpleNamespace(name=name, group="xblock.v1", dist=None, load=lambda: cls)


@pytest.fixture
def write_course(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the course's files, some replaced (None: left out)."""

    def write(changes: dict[str, str | None] | None = None) -> Path:
        root = tmp_path / "course"
        for name, text in {**FILES, **(changes or {})}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(text, encoding="utf-8")
        return root

    return write


@pytest.fixture
def course(db: None, write_course: Callable[..., Path], django_capture_on_commit_callbacks: Any) -> Course:
    with django_capture_on_commit_callbacks(execute=True):
        return import_directory(write_course())


@pytest.fixture
def tree(course: Course) -> CourseTree:
    return load_tree(course.course_key)


@pytest.fixture
def learner(course: Course) -> User:
    user = User.objects.create_user("peserta", password="x", first_name="Contoh Peserta Demo")
    Enrolment.objects.create(user=user, course=course)
    return user


@pytest.fixture
def instructor(course: Course) -> User:
    user = User.objects.create_user("guru", password="x", first_name="Contoh Guru Demo")
    CourseRole.objects.create(user=user, course=course, role=CourseRole.Role.INSTRUCTOR)
    return user
