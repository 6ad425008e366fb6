"""A run: real servers, real processes, real HTTP, real signals.

Time is shortened: a worker's lease is seconds, and what waits for its time (a next try, a lease, a circuit
that is open, a notice) is brought forward every second, as if that time had passed.
"""

import json
import os
import random
import secrets
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.hostile.memory import Memory, Rule
from benchmarks.hostile.wire import FAULTS_PATH, OUTLASTED
from benchmarks.rig import free_port

from . import evidence, truth
from .accounting import Finding, account
from .plan import KILLS, STEPS, Act, Due, Options, plan
from .processes import Child, Role, Supervisor
from .servers import MariaDb, Postgres, Redis
from .setting_up import fill
from .sweeping import sweep

__all__ = ["Report", "run"]

TURN_S = 0.1
AIM_S = 1.0
PASS_S = 1.0
# A minute in production; as there, what was not taken by the next beat is of no use.
BEAT_S = 5.0
PRODUCERS = 2
# How far the platforms' clocks are ahead, one after the other.
SKEWS_S = (-100, 100, 0)
VICTIMS = {
    Act.KILL_SENDER: Role.SENDER,
    Act.KILL_CELERY: Role.CELERY,
    Act.KILL_PRODUCER: Role.PRODUCER,
    Act.PAUSE_SENDER: Role.SENDER,
    Act.CRASH_PLATFORM: Role.PLATFORM,
}
DRAIN_S = 90
RECORDS_DRAINED_A_SECOND = 20


@dataclass(slots=True)
class Report:
    """What a run did and found."""

    figures: dict[str, int | float] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Scene:
    """Everything that runs."""

    options: Options
    database: Postgres | MariaDb
    redis: Redis
    supervisor: Supervisor
    memories: dict[str, Path]
    done: Counter[Act] = field(default_factory=Counter)
    draw: random.Random = field(default_factory=random.Random)
    passed: float = 0
    beaten: float = 0
    late: int = 0
    aimed: int = 0


def patiently[T](ask: Callable[[], T]) -> T:
    """Ask the database until it answers: it may be down just now, or take another transaction first."""
    from django.db import InterfaceError, OperationalError, connection

    deadline = time.monotonic() + 60
    while True:
        try:
            return ask()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@contextmanager
def scene(options: Options) -> Iterator[Scene]:
    """Start everything but the workers over empty tables; end everything in the end."""
    with (
        TemporaryDirectory(prefix="kapasitas-chaos-", ignore_cleanup_errors=True) as name,
        ExitStack() as ends,
    ):
        directory = Path(name)
        directory.chmod(0o755)
        kind = Postgres if options.database == "postgresql" else MariaDb
        made = kind(directory / "database")
        redis = Redis(directory / "redis")
        for server in (made, redis):
            ends.callback(server.stop)
            server.start()
        made.create_database()
        os.environ.update(
            DJANGO_SETTINGS_MODULE="benchmarks.chaos.settings",
            KAPASITAS_CHAOS_DATABASE=options.database,
            KAPASITAS_CHAOS_DATABASE_PORT=str(made.port),
            KAPASITAS_CHAOS_REDIS_PORT=str(redis.port),
            KAPASITAS_CHAOS_SECRET=secrets.token_urlsafe(40),
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        supervisor = Supervisor(directory)
        for role in reversed(Role):
            ends.callback(supervisor.end, role)
        memories = start_platforms(options, supervisor)
        fill(list(memories), options.learners)
        yield Scene(
            options=options,
            database=made,
            redis=redis,
            supervisor=supervisor,
            memories=memories,
            draw=random.Random(f"victims {options.seed}"),
        )


def start_platforms(options: Options, supervisor: Supervisor) -> dict[str, Path]:
    """Start the HR systems, each with a rule and a clock of its own; returns URL → what it holds."""
    memories = {}
    for number in range(options.platforms):
        port, path = free_port(), supervisor.directory / f"platform-{number}.sqlite3"
        supervisor.start(
            Role.PLATFORM,
            "benchmarks.hostile",
            f"--port={port}",
            f"--memory={path}",
            f"--rule={list(Rule)[number % len(Rule)]}",
            f"--seed={options.seed + number}",
            f"--rate={options.rate}",
            f"--skew={SKEWS_S[number % len(SKEWS_S)]}",
        )
        memories[f"http://127.0.0.1:{port}"] = path
    return memories


def start_workers(scene: Scene) -> None:
    """Start what is to be killed."""
    options, start = scene.options, scene.supervisor.start
    for _ in range(options.senders):
        start(Role.SENDER, "django", "deliver", "--idle=0.2", f"--lease={options.lease}")
    # Threads: a kill takes all of it, and a sender that is at work does not keep notices waiting.
    pool = ("--pool=threads", "--concurrency=3")
    start(Role.CELERY, "celery", "-A", "benchmarks.chaos.celery_app", "worker", *pool, "--loglevel=error")
    for share in range(PRODUCERS):
        start(
            Role.PRODUCER,
            "benchmarks.chaos.producer",
            f"--seed={options.seed}",
            f"--share={share}",
            f"--shares={PRODUCERS}",
            f"--seconds={options.seconds}",
        )


def run(options: Options) -> Report:
    """Run, account, and return the figures with every finding."""
    began = time.monotonic()
    with scene(options) as here:
        start_workers(here)
        happen(here, plan(options))
        drained = drain(here)
        for role in (Role.SENDER, Role.CELERY):
            here.supervisor.end(role, on_late=lambda child: late(here, child))
        return report(here, seconds=time.monotonic() - began, drained=drained)


def happen(scene: Scene, dues: list[Due]) -> None:
    """Let every act happen when it is due, until all changes are made."""
    total = scene.options.learners * STEPS
    waiting = list(dues)
    while waiting or scene.supervisor.at_work(Role.PRODUCER):
        tick(scene)
        share = patiently(truth.steps) / total
        if waiting and waiting[0].share <= share and act(scene, possible(scene, waiting[0].act)):
            waiting.pop(0)
        time.sleep(TURN_S)


def tick(scene: Scene) -> None:
    """Start what ended, let time pass every second, and beat every few."""
    scene.supervisor.look_after()
    now = time.monotonic()
    if now - scene.passed > PASS_S:
        scene.passed = now
        patiently(lambda: let_time_pass(scene.options.lease))
    if now - scene.beaten > BEAT_S:
        scene.beaten = now
        beat()


def possible(scene: Scene, what: Act) -> Act:
    """Return the act, or another kill where the producers have all done their work."""
    is_late = what == Act.KILL_PRODUCER and not scene.supervisor.at_work(Role.PRODUCER)
    return Act.KILL_SENDER if is_late else what


def act(scene: Scene, what: Act) -> bool:
    """Do it; False where it cannot be done now."""
    if what in VICTIMS:
        victim = scene.supervisor.victim(VICTIMS[what], scene.draw)
        if victim is None:
            return False
        if victim.role in (Role.SENDER, Role.CELERY):
            scene.aimed += patiently(aimed)
        if what == Act.PAUSE_SENDER:
            scene.supervisor.pause(victim, scene.options.lease + 2)
        else:
            scene.supervisor.kill(victim)
        if what == Act.KILL_CELERY:
            # A worker that dies keeps its place among the senders for minutes.
            scene.redis.forget_cache()
    elif what == Act.CRASH_DATABASE:
        scene.database.crash()
        # Attempts that were under way cannot be finished by anybody now.
        scene.supervisor.deaths.append(time.time())
        scene.database.start()
    elif what == Act.CRASH_REDIS:
        scene.redis.crash()
        scene.redis.start()
    else:
        scene.redis.forget()
    scene.done[what] += 1
    return True


def aimed() -> bool:
    """Wait a moment for something to be on its way, so that more is hit than idle workers."""
    from lti_bridge.models import Delivery, DeliveryState

    deadline = time.monotonic() + AIM_S
    while time.monotonic() < deadline:
        if Delivery.objects.filter(state=DeliveryState.IN_FLIGHT).exists():
            return True
        time.sleep(0.005)
    return False


def let_time_pass(lease: float) -> None:
    """Bring forward whatever waits for its time. A lease is cut to what it would have been here."""
    from django.utils import timezone

    from lti_bridge.models import Delivery, DeliveryState, Platform, ProgressNotice, ReportTarget

    now = timezone.now()
    soon = now + timedelta(seconds=lease)
    Delivery.objects.filter(state=DeliveryState.PENDING, not_before__gt=now).update(not_before=now)
    Delivery.objects.filter(state=DeliveryState.IN_FLIGHT, lease_until__gt=soon).update(lease_until=soon)
    ReportTarget.objects.filter(line_item_lock_until__gt=soon).update(line_item_lock_until=soon)
    Platform.objects.filter(circuit_open_until__gt=now).update(circuit_open_until=now)
    ProgressNotice.objects.filter(not_before__gt=now).update(not_before=now)


def beat() -> None:
    """Send what Celery's beat sends every minute; a broker that is down just now does not get it."""
    from kombu.exceptions import OperationalError

    from lti_bridge import tasks

    from .celery_app import app

    with app.connection_for_write() as connection:
        try:
            for task in (tasks.deliver, tasks.look_after_notices):
                task.apply_async(connection=connection, retry=False, expires=BEAT_S)
        except (OperationalError, OSError):
            return


def drain(scene: Scene) -> bool:
    """Let everything settle without further faults; False where time ran out."""
    for url in scene.memories:
        body = json.dumps({"rate": 0}).encode()
        patient_post(url + FAULTS_PATH, body)
    patiently(sweep)
    deadline = time.monotonic() + DRAIN_S + scene.options.records / RECORDS_DRAINED_A_SECOND
    while time.monotonic() < deadline:
        tick(scene)
        if patiently(settled):
            return True
        time.sleep(0.5)
    return False


def settled() -> bool:
    """Tell whether nothing waits and nothing is being sent."""
    from lti_bridge.models import Delivery, DeliveryState, ProgressNotice

    waiting = Delivery.objects.filter(state__in=(DeliveryState.PENDING, DeliveryState.IN_FLIGHT))
    return not waiting.exists() and not ProgressNotice.objects.exists()


def patient_post(url: str, body: bytes) -> None:
    """Post to a platform of ours, which may have been started only now."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, data=body, timeout=10):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def late(scene: Scene, child: Child) -> None:
    """Note a worker that did not end when it was asked to; it is killed."""
    scene.late += 1
    scene.supervisor.deaths.append(time.time())


def report(scene: Scene, *, seconds: float, drained: bool) -> Report:
    """Account for everything."""
    from lti_bridge.models import Platform

    urls = {platform.issuer: platform.pk for platform in Platform.objects.all()}
    memories = {urls[url]: Memory(path) for url, path in scene.memories.items()}
    found = evidence.collect(memories, scene.supervisor.deaths)
    findings = account(found)
    counted: Counter[str] = Counter()
    for memory in memories.values():
        counted.update(memory.counts())
        memory.close()
    requests = counted.pop("requests", 0)
    for waited_out in OUTLASTED:
        counted.pop(waited_out, None)
    kinds = Counter(finding.kind for finding in findings)
    kills = sum(scene.done[one] for one in set(KILLS))
    return Report(
        figures={
            "records": len(found.states),
            "changes": scene.options.learners * STEPS,
            "completed": found.records,
            "kills": kills,
            **{str(one): scene.done[one] for one in Act if scene.done[one]},
            "while results were being sent": scene.aimed,
            "processes that fell over": scene.supervisor.fell_over,
            "workers that did not end": scene.late,
            "requests": requests,
            "requests gone wrong": counted.total(),
            "scores that arrived": len(found.arrivals),
            "effects": sum(arrival.took_effect for arrival in found.arrivals),
            **{f"deliveries {name}": count for name, count in evidence.states_by_name().items()},
            **{f"attempts {name}": count for name, count in evidence.outcomes().items()},
            **{name: kinds[name] for name in NEVER},
            "drained": int(drained),
            "seconds": round(seconds, 1),
        },
        faults=dict(counted.most_common()),
        findings=findings,
    )


NEVER = ("lost", "duplicate", "out of order", "invented", "stuck", "unrecorded", "unexplained")
