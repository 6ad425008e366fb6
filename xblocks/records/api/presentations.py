"""Which items of banks were shown to whom, and how often."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count

from xblocks.measurement import adaptive
from xblocks.records.models import Presentation

# Above this part of the attempts an item is known in the offices; below so many attempts nobody can tell.
HIGHEST_RATE = 0.4
FEWEST_ATTEMPTS = 50
SECONDS_KEPT = 600


def record_presentations(
    user_id: int,
    usage_key: str,
    attempt: int,
    bank: str,
    item_ids: Iterable[str],
    *,
    pilots: Collection[str] = (),
    at: datetime,
) -> None:
    """Append that an attempt showed these items of the bank ``id@version``; idempotent.

    ``pilots`` are those of them that were on trial.
    """
    bank_id, _at, version = bank.partition("@")
    Presentation.objects.bulk_create(
        [
            Presentation(
                user_id=user_id,
                usage_key=usage_key,
                attempt=attempt,
                bank_id=bank_id,
                bank_version=version,
                item_id=item_id,
                pilot=item_id in pilots,
                shown_at=at,
            )
            for item_id in item_ids
        ],
        ignore_conflicts=True,
    )


def met_items(user_id: int, bank_id: str, *, except_attempt: tuple[str, int] | None = None) -> frozenset[str]:
    """Return the items of any version of the bank that the learner has been shown.

    ``except_attempt`` is the block and the number of an attempt that is left out, such as the one going on.
    """
    rows = Presentation.objects.filter(user_id=user_id, bank_id=bank_id)
    if except_attempt is not None:
        usage_key, attempt = except_attempt
        rows = rows.exclude(usage_key=usage_key, attempt=attempt)
    return frozenset(rows.values_list("item_id", flat=True))


def over_exposed(bank_id: str) -> frozenset[str]:
    """Return the items that more than 40 % of the attempts with items of the bank have shown.

    None before there are 50 attempts. Kept in the cache for ten minutes.
    """
    key = f"kapasitas_records:over_exposed:{bank_id}"
    known: list[str] | None = cache.get(key)
    if known is None:
        shown, attempts = exposure(bank_id)
        enough = attempts >= FEWEST_ATTEMPTS
        known = list(adaptive.over_exposed(shown, attempts, HIGHEST_RATE)) if enough else []
        cache.set(key, known, SECONDS_KEPT)
    return frozenset(known)


def exposure(bank_id: str) -> tuple[Counter[str], int]:
    """Return how many attempts showed each item of the bank, and how many attempts there were."""
    rows = Presentation.objects.filter(bank_id=bank_id)
    counts = rows.values("item_id").annotate(count=Count("pk")).values_list("item_id", "count")
    attempts = rows.values("user_id", "usage_key", "attempt").distinct().count()
    shown = Counter(dict(counts))
    # Somebody may have been forgotten between the two questions.
    return shown, max(attempts, *shown.values(), 0)
