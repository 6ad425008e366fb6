"""Courses come in whole or not at all, and go out as they came in."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

import course_content
from standalone.courseware.assets import asset_path
from standalone.courseware.models import Block, BlockCompletion, Course, LearnerState
from standalone.courseware.olx import archive
from standalone.courseware.olx.exporter import export_archive, export_directory
from standalone.courseware.olx.importer import import_archive, import_directory
from standalone.courseware.olx.problems import CourseImportError
from standalone.courseware.tree import CourseTree, load_tree

from .conftest import DATA, KEY, usage

Write = Callable[..., Path]
CONTENT = Path(course_content.__file__).parent
VERTICAL = '<vertical url_name="u1" display_name="U">{}</vertical>'


def chapter(vertical: str) -> str:
    return (
        '<course display_name="K"><chapter url_name="c"><sequential url_name="s">'
        f"{VERTICAL.format(vertical)}</sequential></chapter></course>"
    )


def content(tree: CourseTree) -> list[Any]:
    course = tree.course
    nodes = [(n.usage_key, n.parent, n.children, dict(n.fields), n.max_score) for n in tree.walk()]
    return [course.title, course.settings, course.grading_policy, nodes]


def test_course_arrives_as_written(tree: CourseTree) -> None:
    """Structure, settings, policy, what can be earned, and files."""
    assert tree.course.title == "Kursus uji"
    assert [node.usage_key for node in tree.of_type("vertical", staff=True)] == [
        usage(name, "vertical") for name in ("u1", "u2", "u3")
    ]
    assert [n.usage_key for n in tree.of_type("vertical", staff=False)][-1] == usage("u2", "vertical")
    assert tree[usage("p1")].max_score == 4
    path = asset_path(KEY, "lampiran.txt")
    assert path is not None
    assert path.read_text() == "Lampiran"


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        pytest.param({"course/R.xml": "<course><chapter></course>"}, "course/R.xml:1", "XML", id="malformed"),
        pytest.param(
            {"course/R.xml": chapter('\n<tidakada url_name="x"/>')},
            "course/R.xml:2",
            "tidakada",
            id="unknown block",
        ),
        pytest.param(
            {"course/R.xml": '<course><chapter url_name="hilang"/></course>'},
            "course/R.xml:1",
            "chapter/hilang.xml",
            id="dangling pointer",
        ),
        pytest.param(
            {"course/R.xml": chapter('<probe url_name="a"/>\n<probe url_name="a"/>')},
            "course/R.xml:2",
            "course/R.xml:1",
            id="duplicate url_name",
        ),
        pytest.param({"course/R.xml": chapter("<probe/>")}, "course/R.xml:1", "url_name", id="no url_name"),
        pytest.param(
            {"course/R.xml": chapter('<probe url_name="../../x"/>')},
            "course/R.xml:1",
            "url_name",
            id="climbing url_name",
        ),
        pytest.param(
            {"course/R.xml": chapter('<probe url_name="a/b"/>')},
            "course/R.xml:1",
            "url_name",
            id="url_name that is no key",
        ),
        pytest.param(
            {"course/R.xml": '<course><vertical url_name="u"/></course>'},
            "course/R.xml:1",
            "vertical",
            id="misplaced",
        ),
        pytest.param(
            {"course/R.xml": '<!DOCTYPE course [<!ENTITY a "b">]><course/>'},
            "course/R.xml:1",
            "DOCTYPE",
            id="document type",
        ),
        pytest.param(
            {"policies/R/policy.json": "{"}, "policies/R/policy.json", "JSON", id="malformed policy"
        ),
        pytest.param(
            {
                "policies/R/policy.json": (
                    '{"course/R": {"other_course_settings": {"kapasitas": {"lesson_hours": "20 JP"}}}}'
                )
            },
            "policies/R/policy.json",
            "lesson_hours",
            id="hours that are no number",
        ),
        pytest.param(
            {"policies/R/policy.json": '{"course/R": ' + "[" * 100_000 + "}"},
            "policies/R/policy.json",
            "JSON",
            id="policy without a bottom",
        ),
        pytest.param(
            {"policies/R/policy.json": '{"course/R": {"display_name": "\\ud800"}}'},
            "policies/R/policy.json",
            "JSON",
            id="half a character",
        ),
        pytest.param(
            {"policies/R/policy.json": '{"course/R": {"n": ' + "9" * 5000 + "}}"},
            "policies/R/policy.json",
            "JSON",
            id="a number of thousands of digits",
        ),
        pytest.param(
            {"policies/R/policy.json": '{"chapter/c": ["x"]}'},
            "policies/R/policy.json",
            "chapter/c",
            id="settings that are no object",
        ),
        pytest.param(
            {"policies/R/grading_policy.json": '{"GRADER": 5}'},
            "policies/R/grading_policy.json",
            "GRADER",
            id="grader that is no list",
        ),
        pytest.param(
            {
                "policies/R/grading_policy.json": (
                    '{"GRADER": [{"type": "Ujian", "weight": 1, "min_count": 9000000000, "drop_count": 0}]}'
                )
            },
            "policies/R/grading_policy.json",
            "GRADER",
            id="more subsections than memory holds",
        ),
        pytest.param(
            {"policies/R/grading_policy.json": '{"GRADER": [{"type": "Lain", "weight": 1}]}'},
            "policies/R/grading_policy.json",
            "Ujian",
            id="grade of a type that is not there",
        ),
        pytest.param(
            {"policies/R/grading_policy.json": '{"GRADER": [{"type": "Ujian", "weight": 2}]}'},
            "policies/R/grading_policy.json",
            "GRADER",
            id="impossible weight",
        ),
        pytest.param(
            {"course/R.xml": '<course due="kapan-kapan"/>'}, "course/R.xml:1", "kapan-kapan", id="not a date"
        ),
        pytest.param({"course.xml": None}, "course.xml", "", id="no course"),
        pytest.param({"course.xml": '<course url_name="R"/>'}, "course.xml:1", "org", id="no organisation"),
    ],
)
def test_faults_are_named_with_their_place(
    db: None, write_course: Write, changes: dict[str, str | None], place: str, message: str
) -> None:
    """Each fault says where it is and what is wrong; nothing is imported."""
    with pytest.raises(CourseImportError) as raised:
        import_directory(write_course(changes))
    faults = [str(problem) for problem in raised.value.problems]
    assert any(fault.startswith(place) and message in fault for fault in faults), faults
    assert not Course.objects.exists()
    assert not Block.objects.exists()


def test_all_faults_come_at_once(db: None, write_course: Write) -> None:
    """An author mends everything in one go."""
    course = chapter('<probe/>\n<tidakada url_name="x"/>')
    with pytest.raises(CourseImportError) as raised:
        import_directory(write_course({"course/R.xml": course, "policies/R/policy.json": "[]"}))
    assert len(raised.value.problems) == 3


def test_faulty_reimport_leaves_the_course_alone(course: Course, write_course: Write) -> None:
    """What was there stays when its replacement is refused."""
    before = content(load_tree(KEY))
    with pytest.raises(CourseImportError):
        import_directory(write_course({"course/R.xml": chapter("<probe/>")}))
    assert content(load_tree(KEY)) == before


def test_learners_keep_their_state_when_a_course_is_replaced(
    course: Course, learner: User, write_course: Write
) -> None:
    """Re-import changes content, not what learners have done."""
    LearnerState.objects.create(user=learner, course=course, usage_key=usage("p1"), grade=3, max_grade=4)
    BlockCompletion.objects.create(user=learner, course=course, usage_key=usage("p1"), completion=1)
    replaced = import_directory(
        write_course({"policies/R/policy.json": '{"course/R": {"display_name": "Baru"}}'})
    )
    assert (replaced.pk, replaced.title) == (course.pk, "Baru")
    assert LearnerState.objects.get().grade == 3
    assert BlockCompletion.objects.get().completion == 1


@pytest.mark.parametrize("source", ["probes", "platform", "governance"])
def test_export_imports_to_the_same_course(
    db: None,
    source: str,
    write_course: Write,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    """Import, export, import again: the same course, with the platform's blocks and our own."""
    if source == "governance":
        call_command("load_content", CONTENT, stdout=io.StringIO())
    places = {"probes": write_course(), "platform": DATA / "small", "governance": CONTENT / "governance"}
    with django_capture_on_commit_callbacks(execute=True):
        key = import_directory(places[source]).course_key
    before = content(load_tree(key))
    export_directory(key, tmp_path / "out")
    Course.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        import_directory(tmp_path / "out")
    assert content(load_tree(key)) == before
    kept = {path.name for path in (places[source] / "static").iterdir()}
    assert {path.name for path in (tmp_path / "out" / "static").iterdir()} == kept


def test_archive_is_the_same_every_time(course: Course) -> None:
    """Two exports of one course hold the same files with the same bytes."""
    first, second = io.BytesIO(), io.BytesIO()
    export_archive(KEY, first)
    export_archive(KEY, second)

    def members(file: io.BytesIO) -> list[tuple[str, bytes]]:
        file.seek(0)
        with tarfile.open(fileobj=file) as tar:
            return [(one.name, tar.extractfile(one).read()) for one in tar]  # type: ignore[union-attr]

    assert members(first) == members(second)
    Course.objects.all().delete()
    first.seek(0)
    assert import_archive(first, "x.tar.gz").course_key == KEY


def packed(*members: tuple[str, bytes | None, bytes]) -> io.BytesIO:
    """Return an archive of (name, content, type)."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "/etc/passwd"
            info.size = len(data or b"")
            tar.addfile(info, io.BytesIO(data or b""))
    file.seek(0)
    return file


@pytest.mark.parametrize(
    ("file", "message"),
    [
        pytest.param(io.BytesIO(b"PK not a tar"), ".tar.gz", id="no archive"),
        pytest.param(packed(("../course.xml", b"x", tarfile.REGTYPE)), "../course.xml", id="climbs out"),
        pytest.param(packed(("/tmp/course.xml", b"x", tarfile.REGTYPE)), "/tmp/course.xml", id="absolute"),
        pytest.param(packed(("course.xml", None, tarfile.SYMTYPE)), "course.xml", id="symbolic link"),
        pytest.param(packed(("course.xml", None, tarfile.LNKTYPE)), "course.xml", id="hard link"),
        pytest.param(packed(("course.xml", None, tarfile.CHRTYPE)), "course.xml", id="device"),
        pytest.param(packed(("lain.xml", b"x", tarfile.REGTYPE)), "course.xml", id="no course in it"),
    ],
)
def test_bad_archives_are_refused(db: None, file: io.BytesIO, message: str) -> None:
    """An archive that is none, or that would reach outside, is refused in words."""
    file.seek(0)
    with pytest.raises(CourseImportError, match=r"unggah\.tar\.gz") as raised:
        import_archive(file, "unggah.tar.gz")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("limit", "value"),
    [pytest.param("MAX_UNPACKED", 3, id="bytes"), pytest.param("MAX_FILES", 1, id="files")],
)
def test_swollen_archives_are_refused(
    db: None, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    """What an archive says of its size is believed before it is unpacked, not after."""
    monkeypatch.setattr(archive, limit, value)
    file = packed(("course.xml", b"<course/>", tarfile.REGTYPE), ("b.xml", b"", tarfile.REGTYPE))
    with pytest.raises(CourseImportError):
        import_archive(file, "unggah.tar.gz")


def head(name: str, kind: bytes, size: int) -> bytes:
    """Return the head of a member that claims to be so long."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


HEADS = {
    "a long name": head("././@LongLink", tarfile.GNUTYPE_LONGNAME, 2**26) + b"a" * 2**26,
    "attributes": head("pax", tarfile.XHDTYPE, 2**26) + b"a" * 2**26,
    "name upon name": (head("././@LongLink", tarfile.GNUTYPE_LONGNAME, 2) + b"a".ljust(512, b"\0")) * 5000,
}


@pytest.mark.parametrize("data", HEADS.values(), ids=HEADS)
def test_heads_without_end_are_refused_unread(db: None, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """What stands before a file is read whole by tarfile: it must not be as long as it likes."""
    file = io.BytesIO(gzip.compress(data + head("course.xml", tarfile.REGTYPE, 0) + bytes(1024)))
    largest = 0
    plain = gzip.GzipFile.read

    def read(self: gzip.GzipFile, size: int | None = -1) -> bytes:
        nonlocal largest
        found = plain(self, size)
        largest = max(largest, len(found))
        return found

    monkeypatch.setattr(gzip.GzipFile, "read", read)
    with pytest.raises(CourseImportError, match=r"\.tar\.gz"):
        import_archive(file, "unggah.tar.gz")
    assert largest <= archive.MAX_HEAD


def test_a_file_that_is_too_big_is_refused_unread(db: None, write_course: Write) -> None:
    """A file with holes takes no room in an archive, and all of its size in memory."""
    root = write_course({})
    with (root / "policies/R/policy.json").open("ab") as policy:
        policy.truncate(2**33)
    with pytest.raises(CourseImportError, match=r"policies/R/policy\.json"):
        import_directory(root)


@pytest.mark.parametrize(
    "part",
    [
        '<script type="loncapa/python">x=1</script>',
        '<symbolicresponse expect="x"><textline/></symbolicresponse>',
    ],
)
def test_code_in_problems_is_refused(db: None, write_course: Write, part: str) -> None:
    """Python of authors, or of whoever answers, is never run here: such a problem is not imported."""
    with pytest.raises(CourseImportError, match=part[1:].partition(" ")[0]):
        import_directory(write_course({"course/R.xml": chapter(f'<problem url_name="q">{part}</problem>')}))


def test_unchanged_courses_are_left_alone(
    db: None, write_course: Write, django_capture_on_commit_callbacks: Any
) -> None:
    """With --if-changed the same files are not imported twice; any change is, and what was cut short."""

    def run(changes: dict[str, str | None] | None = None, *, killed: bool = False) -> Course:
        with django_capture_on_commit_callbacks(execute=not killed):
            call_command("import_course", str(write_course(changes)), if_changed=True, stdout=io.StringIO())
        return Course.objects.get()

    # Killed after the commit, before the course's files are in place.
    cut_short = run(killed=True)
    first = run()
    assert first.imported_at > cut_short.imported_at
    assert run().imported_at == first.imported_at
    changed = run({"static/lampiran.txt": "Lain"})
    assert changed.imported_at > first.imported_at
    assert changed.source_digest != first.source_digest


def test_commands_import_and_export(db: None, write_course: Write, tmp_path: Path) -> None:
    """The commands do what the pages do, and fail in words."""
    call_command("import_course", str(write_course()), stdout=io.StringIO())
    call_command("export_course", KEY, str(tmp_path / "k.tar.gz"))
    call_command("import_course", str(tmp_path / "k.tar.gz"), stdout=io.StringIO())
    with pytest.raises(CommandError, match="course-v1:a"):
        call_command("export_course", "course-v1:a+b+c", str(tmp_path / "o"))
    with pytest.raises(CommandError, match="course-v1:a"):
        call_command("export_course", "course-v1:a+b+c", str(tmp_path / "o.tar.gz"))
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith("o")} == set()
    with pytest.raises(CommandError, match=r"nowhere/k\.tar\.gz: No such file"):
        call_command("export_course", KEY, str(tmp_path / "nowhere/k.tar.gz"))
    with pytest.raises(CommandError, match=r"course\.xml"):
        call_command("import_course", str(tmp_path), stdout=io.StringIO())
