"""What is wrong with courses, item banks and frameworks, and what they take to learn.

``lint`` tells every problem at once, each with its file, line and rule. The rules and why they are as they
are: docs/how-to/author-a-course.md and docs/decisions/0046-content-linter.md.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from . import bank_rules, course_rules, coverage, item_rules, laws, pages, pictures, similar, structure
from .content import Content, read_content
from .findings import Finding, Grade
from .minutes import check_hours

__all__ = ["Content", "Finding", "Grade", "lint", "read_content"]

type Rule = Callable[[Content], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    structure.check,
    laws.check,
    item_rules.check,
    bank_rules.check,
    similar.check,
    coverage.check,
    pages.check,
    pictures.check,
    course_rules.check,
    check_hours,
)


def lint(directory: Path) -> list[Finding]:
    """Return every finding of the content in the directory, by file and line."""
    content = read_content(directory)
    return sorted({finding for rule in RULES for finding in rule(content)})
