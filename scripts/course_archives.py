"""Pack each course as an archive that Studio imports: course_archives.py DIRECTORY [content directory].

The same course gives the same bytes on every machine. Item banks are not in it: the platform's import knows
nothing of them, and ``manage.py load_content`` brings them.
"""

import io
import sys
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.content_lint.content import course_directories  # noqa: E402
from standalone.courseware.olx.archive import pack  # noqa: E402


def archive_name(course: Path) -> str:
    """Return the file name of a course's archive: organisation, course and run, as in its key."""
    pointer = etree.parse(course / "course.xml").getroot()
    return f"{pointer.get('org')}-{pointer.get('course')}-{pointer.get('url_name')}.tar.gz"


def archive(course: Path) -> bytes:
    """Return the course directory as a .tar.gz with everything under ``course/``."""
    packed = io.BytesIO()
    pack(course, packed)
    return packed.getvalue()


def main(arguments: list[str]) -> int:
    """Write the archives and name them."""
    target = Path(arguments[0])
    content = Path(arguments[1]) if arguments[1:] else ROOT / "course_content"
    target.mkdir(parents=True, exist_ok=True)
    for course in course_directories(content):
        path = target / archive_name(course)
        path.write_bytes(archive(course))
        print(f"{path}  ({course.name}, {path.stat().st_size} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
