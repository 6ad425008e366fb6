"""A competency framework: competencies by domain, their levels, and what each post requires."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from .values import dataclass, field

__all__ = [
    "Basis",
    "Competency",
    "CompetencyFramework",
    "CompetencyLevel",
    "Domain",
    "Indicator",
    "Post",
    "Texts",
]

type Texts = Mapping[str, str]
"""A text by language code."""


class Basis(StrEnum):
    """What the levels that a post requires rest on: somebody's proposal, or a regulation."""

    PROPOSAL = "proposal"
    REGULATION = "regulation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A behaviour by which a level shows. ``id`` is the competency's, the level, a number: ``man.x.2.1``."""

    id: str
    descriptions: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyLevel:
    """Level 1 (lowest) to 5 and what a person at it does, by language."""

    number: int
    descriptions: Texts
    indicators: tuple[Indicator, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Competency:
    """A competency. ``hr_code`` is what the HR system calls it; empty where it has no name for it."""

    id: str
    names: Texts
    hr_code: str = ""
    levels: tuple[CompetencyLevel, ...] = ()
    descriptions: Texts = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A field of competencies, such as government or finance."""

    id: str
    names: Texts
    competencies: tuple[Competency, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post (jabatan) and the level it requires by competency id. ``eselon`` is HR's two-digit code.

    ``basis`` says what those levels rest on: a proposal is never to be shown as law.
    """

    id: str
    names: Texts
    eselon: str = ""
    basis: Basis = Basis.PROPOSAL
    requires: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyFramework:
    """One version of a framework; ids are unique within it."""

    id: str
    version: str
    domains: tuple[Domain, ...]
    posts: tuple[Post, ...] = ()
    sources: tuple[str, ...] = ()

    def competencies(self) -> Iterator[Competency]:
        """Yield every competency, domain by domain."""
        for domain in self.domains:
            yield from domain.competencies

    def indicators(self) -> Iterator[Indicator]:
        """Yield every indicator, by competency and level."""
        for competency in self.competencies():
            for level in competency.levels:
                yield from level.indicators
