"""What sending needs on our side: settings, keys, database, cache, queue."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lti_bridge import keys
from lti_bridge.conf import setting
from lti_bridge.http import HttpError, fetch
from lti_bridge.models import Delivery, DeliveryState, Platform, ProgressNotice, ToolKey
from lti_bridge.reasons import told
from lti_bridge.toggles import delivery_is_halted

from .findings import Finding, Status

__all__ = ["site_findings"]

# The schedule comes every minute; so much later nobody came.
LATE = timedelta(minutes=5)
PING_S = 2.0
LOCAL_CACHES = ("locmem", "dummy")


def site_findings(site: str = "") -> Iterator[Finding]:
    """Check our side, step by step; ``site`` is our public address, where it is to be tried."""
    yield from _settings()
    yield _keys()
    yield _key_set(site)
    yield _database()
    yield _cache()
    yield from _queue()
    yield _schedule()
    yield _sender()


def _settings() -> Iterator[Finding]:
    step = _("Settings")
    found = [
        message
        for message in checks.run_checks(tags=["kapasitas"], databases=["default"])
        if str(message.id).startswith("kapasitas_lti.")
    ]
    if not found:
        yield Finding(code="settings", step=step, status=Status.OK)
    for message in found:
        status = Status.PROBLEM if message.level >= checks.ERROR else Status.WARNING
        yield Finding(
            code="settings",
            step=step,
            status=status,
            detail=f"{message.id}: {message.msg}",
            remedy=str(message.hint or ""),
        )


def _keys() -> Finding:
    step = _("Our keys")
    count = ToolKey.objects.count()
    if not count:
        return Finding(
            code="keys", step=step, status=Status.WARNING,
            detail=_("There is no key yet; one is made at first use."),
            remedy=_("Run manage.py lti_keys, and have the HR system fetch the key set."),
        )  # fmt: skip
    try:
        kids = [key["kid"] for key in keys.public_key_set()["keys"]]
    except ImproperlyConfigured as error:
        return Finding(code="keys", step=step, status=Status.PROBLEM, detail=str(error))
    detail = _("%(count)s can be decrypted; %(kid)s signs.") % {"count": len(kids), "kid": kids[0]}
    return Finding(code="keys", step=step, status=Status.OK, detail=detail)


def _key_set(site: str) -> Finding:
    step = _("Our key set, from outside")
    address = site.rstrip("/") + reverse("kapasitas_lti:jwks")
    if not site:
        return Finding(
            code="jwks", step=step, status=Status.SKIPPED,
            detail=_("Give our public address to have it tried (--site)."),
        )  # fmt: skip
    remedy = _("HR systems fetch our key at this address: it must be reachable for them.")
    try:
        reply = fetch("GET", address)
        document = reply.json() if reply.status == 200 else None
    except HttpError as error:
        return Finding(
            code="jwks", step=step, status=Status.PROBLEM, detail=f"{address}: {told(str(error))}",
            remedy=remedy,
        )  # fmt: skip
    published = {one.get("kid") for one in document.get("keys", [])} if isinstance(document, dict) else set()
    signing = ToolKey.objects.filter(active=True).order_by("-pk").values_list("kid", flat=True).first()
    if signing in published:
        return Finding(code="jwks", step=step, status=Status.OK, detail=address)
    return Finding(
        code="jwks", step=step, status=Status.PROBLEM, remedy=remedy,
        detail=_("%(address)s answers %(status)s, without the key that signs.")
        % {"address": address, "status": reply.status},
    )  # fmt: skip


def _database() -> Finding:
    step = _("Database")
    connection = connections[router.db_for_write(Delivery)]
    if connection.features.has_select_for_update_skip_locked:
        return Finding(code="database", step=step, status=Status.OK, detail=connection.display_name)
    return Finding(
        code="database", step=step, status=Status.WARNING,
        detail=_("%(name)s knows no SKIP LOCKED: one worker sends at a time.")
        % {"name": connection.display_name},
        remedy=_("MySQL 8, MariaDB 10.6 or PostgreSQL let several workers send side by side."),
    )  # fmt: skip


def _cache() -> Finding:
    step = _("Cache")
    backend = settings.CACHES["default"]["BACKEND"]
    probe = "kapasitas_lti.doctor"
    try:
        cache.set(probe, "1", 30)
        works = cache.get(probe) == "1"
        cache.delete(probe)
    except Exception as error:  # noqa: BLE001 each backend has errors of its own
        return Finding(code="cache", step=step, status=Status.PROBLEM, detail=type(error).__name__)
    is_local = any(name in backend.lower() for name in LOCAL_CACHES)
    if works and not is_local:
        return Finding(code="cache", step=step, status=Status.OK, detail=backend.rpartition(".")[2])
    return Finding(
        code="cache", step=step, status=Status.WARNING,
        detail=_("%(name)s is not shared by the processes: each asks for access tokens of its own.")
        % {"name": backend.rpartition(".")[2]},
        remedy=_("In production use Redis or Memcached (CACHES)."),
    )  # fmt: skip


def _queue() -> Iterator[Finding]:
    broker, workers = _("Broker"), _("Workers")
    if not setting("KAPASITAS_LTI_USE_CELERY"):
        detail = _("Tasks are not in use here (KAPASITAS_LTI_USE_CELERY).")
        yield Finding(code="broker", step=broker, status=Status.SKIPPED, detail=detail)
        return
    from celery import current_app

    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=PING_S)
    except Exception as error:  # noqa: BLE001 each transport has errors of its own
        yield Finding(
            code="broker", step=broker, status=Status.PROBLEM,
            detail=_("It does not answer: %(error)s") % {"error": type(error).__name__},
            remedy=_("Start the broker. Nothing is lost meanwhile; manage.py deliver sends without it."),
        )  # fmt: skip
        return
    yield Finding(code="broker", step=broker, status=Status.OK)
    yield _workers(current_app, workers)


def _workers(app: Any, step: str) -> Finding:
    queue = setting("KAPASITAS_LTI_QUEUE") or app.conf.task_default_queue
    read = app.control.inspect(timeout=PING_S).active_queues() or {}
    reading = [name for name, queues in read.items() if any(one.get("name") == queue for one in queues)]
    if reading:
        detail = _("%(count)s read the queue %(queue)s.") % {"count": len(reading), "queue": queue}
        return Finding(code="workers", step=step, status=Status.OK, detail=detail)
    return Finding(
        code="workers", step=step, status=Status.PROBLEM,
        detail=_("Workers that answer: %(count)s; none reads the queue %(queue)s.")
        % {"count": len(read), "queue": queue},
        remedy=_("Start a worker for this queue, or correct KAPASITAS_LTI_QUEUE."),
    )  # fmt: skip


def _schedule() -> Finding:
    step = _("Schedule")
    oldest = ProgressNotice.objects.order_by("not_before").values_list("not_before", flat=True).first()
    late = timezone.now() - oldest if oldest else timedelta(0)
    if late <= LATE:
        return Finding(code="schedule", step=step, status=Status.OK, detail=_("No notice is overdue."))
    return Finding(
        code="schedule", step=step, status=Status.PROBLEM,
        detail=_("A notice of progress is overdue by %(minutes)s minutes.") % {"minutes": late.seconds // 60
        + late.days * 1440},
        remedy=_("Exactly one Celery beat must run, and a worker that reads its queue."),
    )  # fmt: skip


def _sender() -> Finding:
    step = _("Sending")
    if delivery_is_halted():
        return Finding(
            code="sender", step=step, status=Status.WARNING,
            detail=_("All sending is halted by the switch kapasitas_lti.halt_delivery."),
            remedy=_("Turn the switch off when sending is to go on."),
        )  # fmt: skip
    now = timezone.now()
    # By the platforms first, as the index is.
    sent_to = Platform.objects.filter(enabled=True).exclude(circuit_open_until__gt=now)
    due = Delivery.objects.filter(
        platform_id__in=list(sent_to.values_list("pk", flat=True)),
        state=DeliveryState.PENDING,
        not_before__lt=now - LATE,
    )
    if not due[:1]:
        return Finding(code="sender", step=step, status=Status.OK, detail=_("Nothing that is due waits."))
    return Finding(
        code="sender", step=step, status=Status.PROBLEM,
        detail=_("Deliveries have been due for more than five minutes, and nobody sends them."),
        remedy=_("Run manage.py deliver as a service; see the log of its process."),
    )  # fmt: skip
