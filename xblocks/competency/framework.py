"""A competency framework: competencies by domain, their levels, and what each post requires."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Competency", "CompetencyFramework", "CompetencyLevel", "Domain", "Post"]

type Texts = Mapping[str, str]
"""A text by language code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyLevel:
    """Level 1 (lowest) to 5 and what a person at it does, by language."""

    number: int
    descriptions: Texts
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
    """A post (jabatan) and the level it requires by competency id. ``eselon`` is HR's two-digit code."""

    id: str
    names: Texts
    eselon: str = ""
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
