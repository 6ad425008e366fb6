"""Course archives (.tar.gz): opened with distrust, written reproducibly."""

import gzip
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from .problems import CourseImportError, Problem

MAX_ARCHIVE = 100 * 2**20  # bytes, packed
MAX_UNPACKED = 400 * 2**20  # bytes
MAX_FILES = 20_000
# The names of a member, or what else stands before it, are read at once; no path is longer.
MAX_HEAD = 64 * 2**10


class _Unpacker(gzip.GzipFile):
    """Gives no more at once than the head of a member may have, whatever length an archive claims."""

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes; raises ReadError for more than a head."""
        if size is None or not 0 <= size <= MAX_HEAD or self.tell() > 2 * MAX_UNPACKED:
            raise tarfile.ReadError("a head without end")
        return super().read(size)


@contextmanager
def unpacked(archive: BinaryIO, name: str) -> Iterator[Path]:
    """Unpack a course archive into a directory that lives as long as the context; yield its course root.

    Raises CourseImportError for what is no archive, what is too big, and what would land or point
    outside the directory.
    """
    with tempfile.TemporaryDirectory(prefix="kapasitas-import-") as directory:
        target = Path(directory)
        try:
            with (
                _Unpacker(fileobj=archive, mode="rb") as plain,
                tarfile.open(fileobj=plain, mode="r:") as tar,
            ):
                _extract(tar, target, name)
        except (tarfile.TarError, zlib.error, EOFError, OSError, RecursionError) as error:
            raise _refused(name, _("This is not a .tar.gz archive, or it is damaged.")) from error
        yield _course_root(target, name)


def _extract(tar: tarfile.TarFile, target: Path, name: str) -> None:
    size = 0
    for count, member in enumerate(tar):
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts:
            raise _refused(name, _("“%(path)s” would land outside the course.") % {"path": member.name})
        if not (member.isreg() or member.isdir()):
            raise _refused(name, _("“%(path)s” is neither a file nor a directory.") % {"path": member.name})
        size += member.size
        if size > MAX_UNPACKED or count >= MAX_FILES:
            raise _refused(name, _("The archive holds too much."))
        tar.extract(member, target, set_attrs=False, filter="data")


def _course_root(target: Path, name: str) -> Path:
    """Return the directory that holds course.xml: the top, or the only directory there."""
    for candidate in (target, *sorted(target.iterdir())):
        if (candidate / "course.xml").is_file():
            return candidate
    raise _refused(name, _("There is no course.xml in it."))


def _refused(name: str, message: str) -> CourseImportError:
    return CourseImportError([Problem(file=name, message=message)])


def pack(directory: Path, archive: BinaryIO) -> None:
    """Write the directory as a .tar.gz that depends on its files' names and bytes alone."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = 0
        member.mode = 0o644
        return member

    # gzip writes the time, and the name of the file, unless it is told not to.
    with (
        gzip.GzipFile(filename="", fileobj=archive, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                tar.add(path, arcname=f"course/{path.relative_to(directory).as_posix()}", filter=plain)
