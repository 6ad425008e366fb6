"""Frameworks and item banks: loading versions that never change, and reading them."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache

from xblocks.competency import framework
from xblocks.competency.blueprint import AdaptiveRules, Blueprint, check
from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.olx.banks import read_bank
from xblocks.olx.frameworks import read_framework
from xblocks.olx.xml import Problem, canonical, parse
from xblocks.records.models import Competency, Framework, ItemBank, Post


class InvalidContentError(ValueError):
    """A bank or framework has problems and was not loaded; ``problems`` holds every one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ChangedContentError(ValueError):
    """A version that is loaded would change; versions never do: give the new content a new version."""


def load_bank(source: bytes | str) -> str:
    """Load a bank and return ``id@version``. The same content again changes nothing.

    Raises InvalidContentError, and ChangedContentError where this version holds something else.
    """
    bank, problems = read_bank(source)
    if bank is None:
        raise InvalidContentError(problems)
    row, _created = ItemBank.objects.get_or_create(
        bank_id=bank.id,
        version=bank.version,
        defaults={"content_hash": bank.content_hash, "xml": bank.xml},
    )
    _refuse_change("bank", bank.reference, row.content_hash, bank.content_hash)
    return bank.reference


def load_framework(source: bytes | str) -> str:
    """Load a competency framework and return ``id@version``; as ``load_bank`` in everything else."""
    loaded, problems = read_framework(source)
    if loaded is None:
        raise InvalidContentError(problems)
    content_hash = hashlib.sha256(canonical(parse(source)).encode()).hexdigest()
    row, created = Framework.objects.get_or_create(
        framework_id=loaded.id, version=loaded.version, defaults={"content_hash": content_hash}
    )
    reference = f"{loaded.id}@{loaded.version}"
    _refuse_change("framework", reference, row.content_hash, content_hash)
    # A framework that was loaded by an earlier release gets what that did not keep when it is loaded again.
    if created or not _complete(row, loaded):
        row.competencies.all().delete()
        row.posts.all().delete()
        found = [(domain, one) for domain in loaded.domains for one in domain.competencies]
        Competency.objects.bulk_create(
            Competency(
                framework=row,
                competency_id=one.id,
                domain_id=domain.id,
                position=position,
                hr_code=one.hr_code,
                names=dict(one.names),
                levels={str(level.number): dict(level.descriptions) for level in one.levels},
                indicators=_indicators(one),
            )
            for position, (domain, one) in enumerate(found)
        )
        Post.objects.bulk_create(
            Post(
                framework=row,
                post_id=one.id,
                position=position,
                names=dict(one.names),
                eselon=one.eselon,
                requires=dict(one.requires),
                basis=one.basis.value,
            )
            for position, one in enumerate(loaded.posts)
        )
    return reference


def _indicators(competency: framework.Competency) -> dict[str, list[dict[str, str]]]:
    return {
        str(level.number): [dict(indicator.descriptions) for indicator in level.indicators]
        for level in competency.levels
        if level.indicators
    }


def _complete(row: Framework, loaded: framework.CompetencyFramework) -> bool:
    """Tell whether all that the framework says is kept."""
    indicators = {one.competency_id: one.indicators for one in row.competencies.all()}
    bases = {one.post_id: one.basis for one in row.posts.all()}
    return indicators == {one.id: _indicators(one) for one in loaded.competencies()} and bases == {
        one.id: one.basis.value for one in loaded.posts
    }


def _refuse_change(kind: str, reference: str, loaded: str, given: str) -> None:
    if loaded != given:
        raise ChangedContentError(
            f"{kind} {reference} is loaded with other content, and a version never changes: "
            "raise its version attribute and the assessments that name it"
        )


def bank_items(reference: str) -> Mapping[str, Item]:
    """Return the items of the bank ``id@version`` by id; raises UnknownReferenceError."""
    return items_of(*bank_key(reference))


def bank_key(reference: str) -> tuple[int, str]:
    """Return the key and the content hash of the row of a bank; raises UnknownReferenceError."""
    bank_id, _at, version = reference.partition("@")
    row = ItemBank.objects.filter(bank_id=bank_id, version=version).values_list("pk", "content_hash").first()
    if row is None:
        raise _not_loaded(reference)
    return row


def newest_bank(bank_id: str) -> ItemBank:
    """Return the row of the version that was loaded last; raises UnknownReferenceError. For this app only."""
    row = ItemBank.objects.filter(bank_id=bank_id).defer("xml").order_by("-loaded_at", "-pk").first()
    if row is None:
        raise _not_loaded(bank_id)
    return row


def _not_loaded(reference: str) -> UnknownReferenceError:
    return UnknownReferenceError(
        Message(_("The item bank {bank} is not loaded."), {"bank": reference or "-"})
    )


# Banks never change, so their items may be kept; the hash guards against a database that was replaced.
@lru_cache(maxsize=32)
def items_of(pk: int, content_hash: str) -> Mapping[str, Item]:
    """Return the items of the bank of this key; raises InvalidContentError where it cannot be read."""
    bank, problems = read_bank(ItemBank.objects.get(pk=pk, content_hash=content_hash).xml)
    if bank is None:
        raise InvalidContentError(problems)
    return bank.items


def blueprint_problems(
    reference: str, blueprint: Blueprint, adaptive: AdaptiveRules | None
) -> tuple[Message, ...]:
    """Return why no form can be drawn from the bank ``id@version``; worked out once for each blueprint.

    Raises UnknownReferenceError.
    """
    return _problems_of(bank_key(reference), blueprint, adaptive)


@lru_cache(maxsize=128)
def _problems_of(
    bank: tuple[int, str], blueprint: Blueprint, adaptive: AdaptiveRules | None
) -> tuple[Message, ...]:
    return check(items_of(*bank).values(), blueprint, adaptive)


def known_competencies(ids: Iterable[str]) -> frozenset[str]:
    """Return which of the ids any loaded framework defines."""
    rows = Competency.objects.filter(competency_id__in=list(ids))
    return frozenset(rows.values_list("competency_id", flat=True))


def competency_names(ids: Iterable[str], language: str) -> Mapping[str, str]:
    """Return names by id, of the framework loaded last; an id that none defines is its own name.

    Falls back to Indonesian where there is no name in ``language``.
    """
    wanted = list(ids)
    names = {id_: id_ for id_ in wanted}
    rows = Competency.objects.filter(competency_id__in=wanted).order_by(
        "framework__loaded_at", "framework_id"
    )
    for row in rows:
        names[row.competency_id] = row.names.get(language) or row.names.get("id") or row.competency_id
    return names
