"""What a rule says of a place in the content."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Grade(StrEnum):
    """An error must be mended; a warning is to be looked at, and may stand."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One problem. ``line`` 0 is unknown; ``rule`` is the name under which the how-to explains it."""

    path: Path
    line: int
    text: str
    rule: str = "olx"
    grade: Grade = Grade.ERROR

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.grade} [{self.rule}] {self.text}"
