"""``make dist``: each course as an archive, the same bytes anywhere, that an export gives back as it was."""

import io
import json
import os
import shutil
import tarfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import olxcleaner
import pytest
from django.core.management import call_command
from lxml import etree

from scripts.content_lint.content import ASSESSMENT, course_directories
from scripts.course_archives import archive, archive_name, main
from standalone.courseware.olx.exporter import export_directory
from standalone.courseware.olx.importer import import_archive
from xblocks.olx.xml import canonical, parse

CONTENT = Path(__file__).resolve().parents[2] / "course_content"
COURSES = course_directories(CONTENT)


@pytest.fixture(params=COURSES, ids=lambda course: course.name)
def course(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_same_course_gives_the_same_bytes(course: Path, tmp_path: Path) -> None:
    """Neither times, nor rights, nor the place of the files are in the archive."""
    copy = shutil.copytree(course, tmp_path / "elsewhere")
    for number, path in enumerate(sorted(copy.rglob("*"), reverse=True)):
        os.utime(path, (10**9 + number, 10**9 + number))
        if path.is_file():
            path.chmod(0o600)
    assert archive(copy) == archive(course)


def test_archive_is_what_studio_takes(course: Path) -> None:
    """Everything lies under course/, in order, owned by nobody; and the header tells no time."""
    packed = archive(course)
    assert packed[4:8] == b"\0\0\0\0"
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        members = tar.getmembers()
    names = [member.name for member in members]
    assert names == sorted(names, key=lambda name: Path(name).parts)
    assert "course/course.xml" in names
    assert all(name.startswith("course/") for name in names)
    assert {(member.uid, member.gid, member.uname, member.mtime) for member in members} == {(0, 0, "", 0)}
    assert all(member.isreg() for member in members)


def test_olxcleaner_has_nothing_against_what_was_packed(course: Path, tmp_path: Path) -> None:
    """The unpacked archive is the course, not only the directory that it was made from."""
    with tarfile.open(fileobj=io.BytesIO(archive(course))) as tar:
        tar.extractall(tmp_path, filter="data")
    _tree, store, _names = olxcleaner.validate(str(tmp_path / "course"), allowed_xblocks=[ASSESSMENT])
    assert [error.description for error in store.errors] == []


def test_import_and_export_give_the_course_back(
    course: Path, db: None, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """Every file but those of about/, which the one-machine site does not keep, comes back equal.

    XML is compared canonically: without blanks between elements, and with ``weight`` as the platform writes
    it. Pages and pictures are compared byte by byte, policies as JSON.
    """
    settings.KAPASITAS_ASSETS = tmp_path / "assets"
    call_command("load_content", str(CONTENT), verbosity=0)
    with django_capture_on_commit_callbacks(execute=True):
        imported = import_archive(io.BytesIO(archive(course)), course.name)
    out = tmp_path / "out"
    export_directory(imported.course_key, out)
    assert _comparable(out) == _comparable(course)


def test_archives_are_named_by_their_courses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file a course, by organisation, number and run; the name is printed."""
    assert main([str(tmp_path)]) == 0
    names = {archive_name(course) for course in COURSES}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert len(names) == len(COURSES)
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)


def _comparable(directory: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory)
        if path.is_file() and name.parts[0] != "about":
            found[str(name)] = _content(path)
    return found


def _content(path: Path) -> object:
    if path.suffix == ".json":
        return json.loads(path.read_bytes())
    return _xml(parse(path.read_bytes())) if path.suffix == ".xml" else path.read_bytes()


def _xml(root: etree._Element) -> str:
    for element in root.iter():
        element.attrib.pop("xblock-family", None)
        if element.get("weight") is not None:
            element.set("weight", str(Decimal(str(element.get("weight"))).normalize()))
    for one in list(root.iter(ASSESSMENT)):
        # Which blanks mean something differs inside and outside of ours, so each has its own way.
        done = etree.fromstring(canonical(one))
        done.tail = None
        parent = one.getparent()
        if parent is not None:
            parent.replace(one, done)
    for element in root.iter():
        inside = any(above.tag == ASSESSMENT for above in (element, *element.iterancestors()))
        if not inside and len(element) and not (element.text or "").strip():
            element.text = None
        if (not inside or element.tag == ASSESSMENT) and not (element.tail or "").strip():
            element.tail = None
    return etree.tostring(root, method="c14n").decode()
