"""The circuits of the platforms: ``delivery.circuit`` decides, the row of the platform remembers."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from lti_bridge.delivery.circuit import CLOSED, Circuit, after, probing
from lti_bridge.logs import log_event
from lti_bridge.models import Platform

from .claims import Ending

__all__ = ["begin_probe", "circuit_of", "note"]


def circuit_of(platform: Platform) -> Circuit:
    """Return the circuit that the row remembers."""
    return Circuit(
        failures=platform.failures_in_row,
        open_until=platform.circuit_open_until,
        reason=platform.circuit_reason,
    )


def begin_probe(platform: Platform, now: datetime, lease: timedelta) -> bool:
    """Take the one probe of a half-open circuit; False where another worker has got it.

    Should this worker die, the next probe is due when its lease ends.
    """
    row = Platform.objects.filter(pk=platform.pk, circuit_open_until=platform.circuit_open_until)
    return bool(row.update(**_columns(probing(circuit_of(platform), now + lease))))


def note(endings: Sequence[Ending], now: datetime, jitter: Callable[[], float]) -> dict[int, Circuit]:
    """Write what the attempts say about their platforms; return the circuits that are not at rest.

    Joins the caller's transaction. Where nothing was wrong and nothing is known to be, nothing is
    written: the rule costs one query a batch.
    """
    by_platform: dict[int, list[Ending]] = {}
    for ending in endings:
        if ending.decision is not None:
            by_platform.setdefault(ending.claim.platform_id, []).append(ending)
    suspect = [key for key, ended in by_platform.items() if any(_is_telling(one) for one in ended)]
    uneasy = Platform.objects.filter(pk__in=[key for key in by_platform if key not in suspect])
    suspect += uneasy.exclude(failures_in_row=0, circuit_open_until=None).values_list("pk", flat=True)
    found: dict[int, Circuit] = {}
    if not suspect:
        return found
    for platform in Platform.objects.select_for_update().filter(pk__in=suspect).order_by("pk"):
        former = circuit = circuit_of(platform)
        for ending in by_platform[platform.pk]:
            circuit = after(circuit, ending.error, now, jitter=jitter(), is_probe=ending.claim.is_probe)
        if circuit != former:
            Platform.objects.filter(pk=platform.pk).update(**_columns(circuit))
            if (circuit.open_until is None) != (former.open_until is None):
                transaction.on_commit(partial(_log, platform.pk, circuit), robust=True)
        if circuit != CLOSED:
            found[platform.pk] = circuit
    return found


def _log(platform_id: int, circuit: Circuit) -> None:
    state = "closed" if circuit.open_until is None else "open"
    log_event("circuit_changed", level=logging.WARNING, platform=platform_id, state=state)


def _is_telling(ending: Ending) -> bool:
    error = ending.error
    return error is not None and (error.says_down or error.asks_for_a_pause)


def _columns(circuit: Circuit) -> dict[str, object]:
    return {
        "failures_in_row": circuit.failures,
        "circuit_open_until": circuit.open_until,
        "circuit_reason": circuit.reason,
    }
