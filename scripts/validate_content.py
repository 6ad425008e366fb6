"""Check courses, banks and frameworks: validate_content.py [directory …]; lists every problem, then exits 1.

A directory holds ``frameworks/``, ``banks/``, ``laws.csv`` and a directory for each course. The rules are in
``scripts/content_lint``. Warnings are listed too and do not count. At the end: what each course takes.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.content_lint import Finding, Grade, lint, read_content  # noqa: E402
from scripts.content_lint.content import course_directories  # noqa: E402
from scripts.content_lint.minutes import Rates, table  # noqa: E402

__all__ = ["main", "validate"]


def validate(directory: Path) -> list[Finding]:
    """Return every error of the content in the directory, by file and line; no warnings."""
    return [finding for finding in lint(directory) if finding.grade is Grade.ERROR]


def main(arguments: list[str]) -> int:
    """Print every finding and what each course takes; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="*", type=Path, default=[ROOT / "course_content"])
    parser.add_argument("--quiet", action="store_true", help="tell errors only")
    parser.add_argument("--words-a-minute", type=float, default=Rates().words_a_minute)
    options = parser.parse_args(arguments)
    findings = [finding for directory in options.directory for finding in lint(directory)]
    errors = [finding for finding in findings if finding.grade is Grade.ERROR]
    for finding in errors if options.quiet else findings:
        print(finding)
    rates = Rates(words_a_minute=options.words_a_minute)
    if not options.quiet:
        for directory in options.directory:
            print(table(read_content(directory), rates))
    found = sum(len(course_directories(directory)) for directory in options.directory)
    warned = len(findings) - len(errors)
    if errors:
        print(f"{len(errors)} problem(s), {warned} warning(s)")
        return 1
    print(f"{found} course(s), their banks and frameworks: no problems, {warned} warning(s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
