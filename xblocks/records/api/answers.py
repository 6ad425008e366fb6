"""What learners answered."""

from collections.abc import Iterable
from decimal import Decimal

from xblocks.records.models import Evidence, Presentation, Response
from xblocks.records.values import ResponseRecord

MILLIONTH = Decimal("0.000001")


def record_responses(user_id: int, usage_key: str, attempt: int, records: Iterable[ResponseRecord]) -> None:
    """Append the answers of one learner; those recorded already are left as they are. Idempotent."""
    Response.objects.bulk_create(
        [
            Response(
                user_id=user_id,
                usage_key=usage_key,
                attempt=attempt,
                item_id=one.item_id,
                client_uuid=one.client_uuid,
                response=dict(one.response),
                fraction=one.fraction.quantize(MILLIONTH),
                points=one.points.quantize(MILLIONTH),
                answered_at=one.answered_at,
            )
            for one in records
        ],
        ignore_conflicts=True,
    )


def last_attempt(user_id: int, usage_key: str) -> int:
    """Return the highest number of an attempt at the block of which anything is on record; 0 for none.

    An attempt that was begun and left, or handed in without an answer, has shown items or has evidence.
    """
    answered, shown, judged = (
        model._default_manager.filter(user_id=user_id, usage_key=usage_key).values_list("attempt", flat=True)
        for model in (Response, Presentation, Evidence)
    )
    return answered.union(shown, judged).order_by("-attempt").first() or 0
