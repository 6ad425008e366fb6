"""A long queue: what a claim costs, and how much memory a worker needs, when a million rows wait.

The quickest of many claims counts: the two lengths are measured one after the other, on a machine that does
other work too. On the database that ``KAPASITAS_BENCH_DATABASE`` names, which should be a server. Also the
lag from an outbox row to its arrival, for a worker that looks twice a second.
"""

import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from benchmarks import fast_platform
from benchmarks.frame import Figure
from benchmarks.outbox_filling import database, fill, platform_at
from benchmarks.rig import ROOT

ACCOUNTS = 1000
SHORT, LONG = 10, int(os.environ.get("KAPASITAS_BENCH_TARGETS", "1000"))
SENT = 3000
CLAIMS = 40
LAGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a queue of that many rows costs."""

    rows: int
    claim_ms: float
    peak_mib: float


def costs(url: str, targets: int) -> Cost:
    """Fill the outbox for one platform, time some claims, and let a worker of its own send a part."""
    from django.utils import timezone

    from lti_bridge.models import Platform
    from lti_bridge.sender import Ending, settle
    from lti_bridge.sending.claiming import claim_batch
    from lti_bridge.sending.engine import BATCH, LEASE

    platform = Platform.objects.get(
        pk=platform_at(url, name=f"queue-{targets}", targets=targets, accounts=ACCOUNTS)
    )
    rows = fill(platform.pk)
    times = []
    for _number in range(CLAIMS):
        started = time.perf_counter()
        claimed = claim_batch(platform, timezone.now(), LEASE, BATCH)
        times.append((time.perf_counter() - started) * 1000)
        if len(claimed.claims) != BATCH:
            raise AssertionError(f"{len(claimed.claims)} claims")
        # Given back, so that what is in flight stays what a worker has in flight.
        settle([Ending(claim=claim) for claim in claimed.claims], timezone.now(), lambda: 0.5)
    peak = worker_peak()
    # The other length has the outbox for itself.
    Platform.objects.filter(pk=platform.pk).update(enabled=False)
    return Cost(rows=rows, claim_ms=min(times[3:]), peak_mib=peak)


def worker_peak() -> float:
    """Return the peak memory of a worker process that sends some thousands, in MiB."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.measures.queue"],
        cwd=ROOT,
        env={**os.environ, "KAPASITAS_BENCH_NAME": database_name()},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return float(done.stdout.splitlines()[-1])


def database_name() -> str:
    from django.db import connection

    return str(connection.settings_dict["NAME"])


def work() -> None:
    """Send some thousands of what waits, and print the peak memory."""
    import django

    django.setup()
    from lti_bridge import sender
    from lti_bridge.models import DeliveryAttempt

    before = DeliveryAttempt.objects.count()
    deadline = time.monotonic() + 120

    def stop() -> bool:
        return DeliveryAttempt.objects.count() - before >= SENT or time.monotonic() > deadline

    if not sender.deliver_due(stop=stop):
        raise AssertionError("nothing was sent")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def lags_ms(url: str) -> list[float]:
    """Return how long each of some results took from its row to the platform, beside an idle worker."""
    from django.db import connections
    from django.utils import timezone

    from lti_bridge.models import Delivery, LinkedAccount, ReportTarget
    from lti_bridge.sender import deliver_due

    pk = platform_at(url, name="lag", accounts=LAGS)
    target = ReportTarget.objects.get(deployment__platform_id=pk)
    over = threading.Event()
    begun: dict[str, float] = {}

    def complete() -> None:
        for account in LinkedAccount.objects.filter(platform_id=pk).order_by("pk"):
            begun[account.sub] = time.time()
            Delivery.objects.create(
                target=target,
                account=account,
                kind="grade",
                sequence=1,
                value=50,
                maximum=100,
                completed=False,
                event_time=timezone.now(),
                not_before=timezone.now(),
            )
            # No multiple of the worker's poll, so that lags spread over its whole beat.
            time.sleep(0.173)
        # The last ones arrive too.
        time.sleep(2)
        over.set()
        connections.close_all()

    thread = threading.Thread(target=complete)
    thread.start()
    while not over.is_set():
        deliver_due(stop=over.is_set)
        # As manage.py deliver waits.
        over.wait(0.5)
    thread.join()
    arrived = {user: at for user, _points, at in fast_platform.arrivals(url)}
    return sorted((arrived[sub] - at) * 1000 for sub, at in begun.items())


def measure() -> list[Figure]:
    """Return claims and memory at a hundredth and at the whole length, and the lag."""
    server = os.environ.get("KAPASITAS_BENCH_DATABASE", "sqlite")
    with database():
        with fast_platform.running() as url:
            lags = lags_ms(url)
        with fast_platform.running() as url:
            short = costs(url, SHORT)
        with fast_platform.running() as url:
            long = costs(url, LONG)
    rows = f"{long.rows:,} rows, {server}"
    against = f"{short.rows:,} rows"
    return [
        figure(f"claim of 200, {rows}", long.claim_ms, "ms", against, short.claim_ms, 1.5),
        figure(f"worker, peak memory, {rows}", long.peak_mib, "MiB", against, short.peak_mib, 1.1),
        figure(f"lag, p50, {server}", statistics.median(lags), "ms"),
        figure(f"lag, p99, {server}", lags[int(len(lags) * 0.99)], "ms", "budget", 2000, 1),
    ]


def figure(
    measured: str,
    value: float,
    unit: str,
    against: str = "",
    reference: float | None = None,
    target: float | None = None,
) -> Figure:
    """Return one line of the table."""
    return Figure(
        benchmark="queue",
        measured=measured,
        value=value,
        unit=unit,
        against=against,
        reference=reference,
        target=target,
    )


if __name__ == "__main__":
    work()
