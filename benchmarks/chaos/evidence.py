"""Reads what a run left behind: our tables, and what the platforms hold and remember."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from benchmarks.hostile.memory import Memory, Taken

from . import truth
from .accounting import Achieved, Arrival, Attempt, Evidence, Key, State

__all__ = ["collect", "outcomes", "states_by_name"]

TAG = "kapasitas-"
CENT = Decimal("0.01")


def collect(platforms: Mapping[int, Memory], deaths: Sequence[float]) -> Evidence:
    """Return the evidence. ``platforms``: the primary key of each here, and its memory."""
    from lti_bridge.models import CompletionRecord, ProgressNotice, ReportTarget

    held: dict[Key, dict[int, Decimal]] = defaultdict(dict)
    arrivals: list[Arrival] = []
    for platform, memory in platforms.items():
        kinds = {item.id: item.tag.removeprefix(TAG) for item in memory.line_items()}
        for result in memory.results():
            key = Key(platform, result.user, kinds[result.line_item])
            held[key][result.line_item] = result.score
        arrivals += [
            Arrival(
                key=Key(platform, entry.user, kinds[entry.line_item]),
                line_item=entry.line_item,
                value=entry.score,
                timestamp=entry.timestamp,
                at=entry.at,
                took_effect=entry.taken == Taken.EFFECT,
            )
            for entry in memory.journal()
        ]
    return Evidence(
        achieved=_achieved(),
        states=_states(),
        arrivals=arrivals,
        held=held,
        records=CompletionRecord.objects.count(),
        deaths=deaths,
        left={
            "notices not taken": ProgressNotice.objects.count(),
            "targets blocked": ReportTarget.objects.exclude(blocked_reason="").count(),
        },
    )


def _achieved() -> list[Achieved]:
    from benchmarks.progress import PASSING_GRADE
    from lti_bridge.models import LinkedAccount

    accounts = {
        user_id: (platform, sub)
        for user_id, platform, sub in LinkedAccount.objects.values_list("user_id", "platform_id", "sub")
    }
    return [
        Achieved(
            platform=accounts[one.user_id][0],
            person=accounts[one.user_id][1],
            points=(one.grade * 100).quantize(CENT),
            completed=one.all_blocks and one.grade >= PASSING_GRADE,
        )
        for one in truth.achieved()
    ]


def _states() -> list[State]:
    from lti_bridge.models import Delivery, DeliveryAttempt

    attempts: dict[int, list[Attempt]] = defaultdict(list)
    rows = DeliveryAttempt.objects.order_by("pk").values_list("delivery_id", "started_at", "finished_at")
    for delivery, started, finished in rows.iterator():
        attempts[delivery].append(
            Attempt(started=started.timestamp(), ended=finished.timestamp() if finished else None)
        )
    return [
        State(
            key=Key(row.platform_id, row.account.sub, row.kind),
            sequence=row.sequence,
            value=row.value,
            state=row.state,
            settled=row.settled_at.timestamp() if row.settled_at else None,
            attempts=attempts[row.pk],
        )
        for row in Delivery.objects.select_related("account").order_by("pk").iterator()
    ]


def states_by_name() -> dict[str, int]:
    """Return how many deliveries stand where."""
    from django.db.models import Count

    from lti_bridge.models import Delivery

    return dict(Delivery.objects.order_by("state").values_list("state").annotate(Count("pk")))


def outcomes() -> dict[str, int]:
    """Return how many attempts ended how; those of a worker that died have no end."""
    from django.db.models import Count

    from lti_bridge.models import DeliveryAttempt

    ended = DeliveryAttempt.objects.order_by("outcome").values_list("outcome").annotate(Count("pk"))
    return {outcome or "without end": count for outcome, count in ended}
