"""Figures for Prometheus, read from the database at each scrape.

Nothing is counted in memory, so that any number of processes says the same. Labels are platforms, states and
error classes: their number is bounded; no target, course or person is one. docs/reference/metrics.md names
each figure.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from .models import CompletionRecord, Discrepancy, Platform, ProgressNotice
from .operations.standing import OPEN, attempts_since, by_platform
from .toggles import delivery_is_halted

__all__ = ["BridgeCollector", "exposition"]

LATELY = timedelta(minutes=5)
PLATFORM = ("platform", "name")


class BridgeCollector(Collector):
    """Reads the figures; a dozen queries, however much there is."""

    def collect(self) -> Iterator[Metric]:
        """Yield every family, with a sample for each platform even where there is nothing."""
        platforms = list(Platform.objects.order_by("pk"))
        yield from _deliveries(platforms)
        yield from _circuits(platforms)
        yield _attempts(platforms)
        yield from _discrepancies(platforms)
        notices = ProgressNotice.objects.count()
        yield _single("notices", "Notices of progress that nobody has looked at yet.", notices)
        records = CompletionRecord.objects.count()
        yield _single("completion_records", "Completion records that were ever written.", records)
        yield _single("delivery_halted", "1 while an operator has halted all sending.", delivery_is_halted())


def _labels(platform: Platform) -> list[str]:
    return [str(platform.pk), platform.name]


def _single(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(f"kapasitas_lti_{name}", documentation, value=float(value))


def _deliveries(platforms: list[Platform]) -> Iterator[Metric]:
    count = GaugeMetricFamily(
        "kapasitas_lti_deliveries", "Deliveries in an open state.", labels=(*PLATFORM, "state")
    )
    oldest = GaugeMetricFamily(
        "kapasitas_lti_oldest_waiting_seconds", "Age of the oldest delivery that waits.", labels=PLATFORM
    )
    now = timezone.now()
    standings = by_platform([platform.pk for platform in platforms])
    for platform in platforms:
        standing = standings[platform.pk]
        for state in OPEN:
            count.add_metric([*_labels(platform), state.value], standing.count(state))
        waiting = (now - standing.oldest_waiting).total_seconds() if standing.oldest_waiting else 0
        oldest.add_metric(_labels(platform), max(waiting, 0))
    yield count
    yield oldest


def _circuits(platforms: list[Platform]) -> Iterator[Metric]:
    now = timezone.now()
    circuit = GaugeMetricFamily(
        "kapasitas_lti_circuit_open", "1 while the HR system is left alone.", labels=PLATFORM
    )
    enabled = GaugeMetricFamily(
        "kapasitas_lti_platform_enabled", "1 while the HR system is in use.", labels=PLATFORM
    )
    for platform in platforms:
        until = platform.circuit_open_until
        circuit.add_metric(_labels(platform), float(until is not None and until > now))
        enabled.add_metric(_labels(platform), float(platform.enabled))
    yield circuit
    yield enabled


def _attempts(platforms: list[Platform]) -> Metric:
    family = GaugeMetricFamily(
        "kapasitas_lti_attempts_5m",
        "Attempts of the last five minutes; an outcome that is empty is not known (yet).",
        labels=(*PLATFORM, "outcome", "error"),
    )
    names = {platform.pk: platform.name for platform in platforms}
    recent = attempts_since(timezone.now() - LATELY).attempts()
    groups = recent.values_list("delivery__platform_id", "outcome", "error_class").annotate(n=Count("pk"))
    for platform_id, outcome, error, number in groups.order_by():
        family.add_metric([str(platform_id), names.get(platform_id, ""), outcome, error], number)
    return family


def _discrepancies(platforms: list[Platform]) -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "kapasitas_lti_discrepancies", "Discrepancies that nobody has decided.", labels=PLATFORM
    )
    rows = Discrepancy.objects.filter(resolved_at__isnull=True)
    counts = dict(rows.values_list("target__deployment__platform_id").annotate(n=Count("pk")).order_by())
    for platform in platforms:
        family.add_metric(_labels(platform), counts.get(platform.pk, 0))
    yield family


def exposition() -> tuple[bytes, str]:
    """Return the figures now in Prometheus's text format, and its content type."""
    registry = CollectorRegistry()
    registry.register(BridgeCollector())
    return generate_latest(registry), CONTENT_TYPE_LATEST
