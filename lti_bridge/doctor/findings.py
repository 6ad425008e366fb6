"""What a check found."""

from dataclasses import asdict, dataclass
from enum import StrEnum

__all__ = ["Finding", "Status"]


class Status(StrEnum):
    """How a step went. SKIPPED: it could not be tried, or makes no sense here."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One step: a code that never changes, its name, how it went, and what to do about it.

    The texts name addresses' hosts, statuses and fields; never a person, a token or a query.
    """

    code: str
    step: str
    status: Status
    detail: str = ""
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the finding as a flat object."""
        return {name: str(value) for name, value in asdict(self).items()}
