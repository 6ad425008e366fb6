"""A course draft → the tables, in one transaction; learners keep their state."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from standalone.courseware.assets import KEPT, assets_directory
from standalone.courseware.models import Block, Course, Enrolment
from standalone.courseware.signals import progress_changed

from .archive import unpacked
from .reader import CourseDraft, read_course


def import_directory(directory: Path) -> Course:
    """Import the course in the directory; raises CourseImportError."""
    return store(read_course(directory), source_digest(directory))


def import_directory_if_changed(directory: Path) -> Course:
    """Import the course unless it is here from the very same files; raises CourseImportError.

    Reading a course takes seconds, most of them to load the platform's blocks.
    """
    same = Course.objects.filter(source_digest=source_digest(directory)).first()
    return same or import_directory(directory)


def source_digest(directory: Path) -> str:
    """Return a hash of the names and bytes of all files in the directory."""
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            digest.update(f"{path.relative_to(directory)}\0{len(data)}\0".encode())
            digest.update(data)
    return digest.hexdigest()


def import_archive(
    archive: BinaryIO, name: str, check: Callable[[str], None] = lambda _course_key: None
) -> Course:
    """Import a .tar.gz; ``name`` is what to call it in problems. Raises CourseImportError.

    ``check`` is asked about the course key before anything is stored, and raises the same.
    """
    with unpacked(archive, name) as directory:
        draft = read_course(directory)
        check(draft.course_key)
        return store(draft)


def store(draft: CourseDraft, digest: str = "") -> Course:
    """Store the draft in place of what the course was, and tell of the progress that this may change."""
    with transaction.atomic():
        course, _created = Course.objects.update_or_create(
            course_key=draft.course_key,
            defaults={
                "title": draft.title,
                "settings": draft.settings,
                "grading_policy": draft.grading_policy,
                # Said only when the files are in place too, so that an import cut short is done again.
                "source_digest": "",
            },
        )
        course.blocks.all().delete()
        _store_blocks(course, draft)
        _store_assets(draft, then=lambda: _tell_source(course, digest))
        for user_id in Enrolment.objects.filter(course=course).values_list("user_id", flat=True):
            progress_changed.send(sender=Course, user_id=user_id, course_key=course.course_key)
    return course


def _tell_source(course: Course, digest: str) -> None:
    """Say from which files the course came, once all of it is stored."""
    Course.objects.filter(pk=course.pk).update(source_digest=digest)
    course.source_digest = digest


def _store_blocks(course: Course, draft: CourseDraft) -> None:
    """Write the tree level by level: a level's rows need their parents' ids."""
    ids: dict[str, int] = {}
    tree = draft.tree()
    level = [draft.nodes[0]]
    while level:
        rows = [
            Block(
                course=course,
                usage_key=node.usage_key,
                block_type=node.block_type,
                parent_id=ids[node.parent] if node.parent else None,
                position=tree[node.parent].children.index(node.usage_key) if node.parent else 0,
                fields=dict(node.fields),
                max_score=node.max_score,
            )
            for node in level
        ]
        ids |= {row.usage_key: row.pk for row in Block.objects.bulk_create(rows)}
        level = [child for node in level for child in tree.children(node.usage_key)]


def _store_assets(draft: CourseDraft, *, then: Callable[[], None]) -> None:
    """Copy the files beside the old ones; when the transaction has succeeded, change over, and go on."""
    target = assets_directory(draft.course_key)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=target.parent))
    for kept in KEPT:
        for path in (draft.source / kept).rglob("*"):
            if path.is_file() and not path.is_symlink():
                copy = fresh / path.relative_to(draft.source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)

    def change_over() -> None:
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        then()

    transaction.on_commit(change_over)
