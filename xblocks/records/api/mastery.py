"""Evidence of what learners can do, what is found from it, and people's decisions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.evidence import Evidence, EvidenceKind
from xblocks.competency.framework import Basis
from xblocks.competency.levels import LevelCuts
from xblocks.competency.mastery import Mastery, MasteryStatus, Override, Policy, mastery
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.posts import post_of
from xblocks.competency.values import replace
from xblocks.records import models
from xblocks.records.conf import setting
from xblocks.records.models import Competency, Framework, MasteryOverride, Official, Post
from xblocks.records.values import LevelWords, Requirement

from .calibrations import level_cuts
from .content import known_competencies

MILLIONTH = Decimal("0.000001")
DECIMALS = 6
# What evidence says; when it was observed is no part of it.
SAID = ("observable", "theta", "se", "items", "share", "scale", "model_version")


def record_evidence(
    user_id: int,
    usage_key: str,
    attempt: int,
    evidence: Iterable[Evidence],
    *,
    kind: EvidenceKind = EvidenceKind.ITEM,
) -> int:
    """Record all that an attempt says, of one kind; returns how many revisions were written. Idempotent.

    What differs from the last revision becomes the next one, with the time of the first: a rescore makes
    nothing newer. What the attempt said before and says no longer is taken back. Raises ValueError for
    evidence of another kind, block or attempt.
    """
    given = {one.competency: _rounded(one) for one in evidence}
    for one in given.values():
        if (one.source, one.attempt, one.kind) != (usage_key, attempt, kind):
            raise ValueError(f"evidence of {one.source}, attempt {one.attempt}, {one.kind} is of another")
    rows = models.Evidence.objects.filter(user_id=user_id, usage_key=usage_key, attempt=attempt, kind=kind)
    last = {row.competency_id: row for row in rows.order_by("revision")}
    new = [
        _revision(user_id, one, last.get(id_))
        for id_, one in given.items()
        if id_ not in last or _said(one) != _said(last[id_])
    ]
    for id_, row in last.items():
        if id_ not in given and row.items:
            row.pk, row.revision, row.items = None, row.revision + 1, 0
            row._state.adding = True
            new.append(row)
    # Two requests that rescore at once come to the same revision.
    models.Evidence.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _rounded(evidence: Evidence) -> Evidence:
    return replace(
        evidence,
        theta=round(evidence.theta, DECIMALS),
        se=round(evidence.se, DECIMALS),
        share=evidence.share.quantize(MILLIONTH),
    )


def _said(evidence: Evidence | models.Evidence) -> tuple[object, ...]:
    return tuple(getattr(evidence, name) for name in SAID)


def _revision(user_id: int, one: Evidence, last: models.Evidence | None) -> models.Evidence:
    return models.Evidence(
        user_id=user_id,
        usage_key=one.source,
        attempt=one.attempt,
        competency_id=one.competency,
        kind=one.kind.value,
        revision=last.revision + 1 if last else 1,
        occurred_at=last.occurred_at if last else one.occurred_at,
        **{name: getattr(one, name) for name in SAID},
    )


def evidence_on(user_id: int, competencies: Iterable[str] | None = None) -> tuple[Evidence, ...]:
    """Return what is known of the person, the oldest first: of each evidence the last revision."""
    rows = models.Evidence.objects.filter(user_id=user_id).order_by("occurred_at", "pk")
    if competencies is not None:
        rows = rows.filter(competency_id__in=list(competencies))
    last: dict[tuple[object, ...], models.Evidence] = {}
    for row in sorted(rows, key=lambda row: row.revision):
        last[row.usage_key, row.attempt, row.competency_id, row.kind] = row
    # Taken back: without items.
    kept = sorted((row for row in last.values() if row.items), key=lambda row: (row.occurred_at, row.pk))
    return tuple(
        Evidence(
            competency=row.competency_id,
            kind=EvidenceKind(row.kind),
            source=row.usage_key,
            attempt=row.attempt,
            occurred_at=row.occurred_at,
            **{name: getattr(row, name) for name in SAID},
        )
        for row in kept
    )


def mastery_of(
    user_id: int,
    competencies: Iterable[str] | None = None,
    *,
    at: datetime,
    required: Mapping[str, int] | None = None,
    policy: Policy | None = None,
) -> Mapping[str, Mastery]:
    """Return what is found of the person by competency, and what people decided; all of them for None.

    A competency without evidence or decision is not among them. ``required`` None: as the person's post
    requires. ``policy`` None: as the site is set. A finding, not a decision (UU 27/2022 article 10).
    """
    wanted = None if competencies is None else list(competencies)
    evidence = evidence_on(user_id, wanted)
    if required is None:
        required = requirement_of(user_id).levels
    if wanted is not None:
        required = {id_: level for id_, level in required.items() if id_ in wanted}
    return mastery(
        evidence,
        cuts={scale: _cuts(scale) for scale in {one.scale for one in evidence} if scale},
        required=required,
        policy=policy or Policy(setting("KAPASITAS_MASTERY_POLICY")),
        half_life_days=setting("KAPASITAS_MASTERY_HALF_LIFE_DAYS"),
        at=at,
        overrides=decisions_on(user_id, wanted),
    )


def _cuts(bank_id: str) -> LevelCuts:
    return LevelCuts(level_cuts(bank_id))


def decisions_on(user_id: int, competencies: Iterable[str] | None = None) -> tuple[Override, ...]:
    """Return what people decided about the person, the oldest first."""
    rows = MasteryOverride.objects.filter(user_id=user_id).order_by("decided_at", "pk")
    if competencies is not None:
        rows = rows.filter(competency_id__in=list(competencies))
    return tuple(
        Override(
            competency=row.competency_id,
            level=row.level,
            status=MasteryStatus(row.status) if row.status else None,
            reason=row.reason,
            decided_at=row.decided_at,
            decided_by=row.decided_by_id,
        )
        for row in rows
    )


def override_mastery(
    user_id: int,
    competency_id: str,
    *,
    level: int | None,
    status: MasteryStatus | None,
    reason: str,
    decided_by: int,
    at: datetime,
) -> int:
    """Record a person's decision about another and return its number; without level and status it withdraws
    the one before.

    Raises MeasurementError for half a decision or one without a reason, and UnknownReferenceError for a
    competency that no framework defines. The caller checks that ``decided_by`` may decide.
    """
    decision = Override(
        competency=competency_id,
        level=level,
        status=status,
        reason=reason.strip(),
        decided_at=at,
        decided_by=decided_by,
    )
    if not known_competencies([competency_id]):
        raise UnknownReferenceError(
            Message(_("No framework defines the competency {competency}."), {"competency": competency_id})
        )
    row = MasteryOverride.objects.create(
        user_id=user_id,
        competency_id=competency_id,
        level=decision.level,
        status=decision.status.value if decision.status else "",
        reason=decision.reason,
        decided_by_id=decided_by,
        decided_at=at,
    )
    return row.pk


def requirement_of(user_id: int) -> Requirement:
    """Return what the person's post requires; nothing where no post is known.

    The post as HR last wrote it is looked up among those of the framework loaded last (``post_of``). Levels
    that the site sets are no proposal: a person has decided them.
    """
    text = Official.objects.filter(user_id=user_id).values_list("post", flat=True).first()
    if not text:
        return Requirement()
    framework = Framework.objects.order_by("loaded_at", "pk").last()
    posts = {row.post_id: row for row in Post.objects.filter(framework=framework)}
    found = post_of(text, {id_: row.names.values() for id_, row in posts.items()})
    if found is None:
        return Requirement()
    decided = setting("KAPASITAS_REQUIRED_LEVELS").get(found, {})
    proposed = posts[found].requires.keys() if posts[found].basis == Basis.PROPOSAL else frozenset[str]()
    return Requirement(
        levels={**posts[found].requires, **decided}, proposed=frozenset(proposed) - decided.keys()
    )


def competency_levels(ids: Iterable[str], language: str) -> Mapping[str, Mapping[int, LevelWords]]:
    """Return what a person at each level does, by competency, of the framework loaded last.

    Falls back to Indonesian where there are no words in ``language``.
    """
    rows = Competency.objects.filter(competency_id__in=list(ids)).order_by(
        "framework__loaded_at", "framework_id"
    )

    def said(texts: Mapping[str, str]) -> str:
        return texts.get(language) or texts.get("id") or ""

    return {
        row.competency_id: {
            int(number): LevelWords(
                description=said(texts), indicators=tuple(map(said, row.indicators.get(number, ())))
            )
            for number, texts in sorted(row.levels.items())
        }
        for row in rows
    }
