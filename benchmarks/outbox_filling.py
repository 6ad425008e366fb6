"""An outbox with as many rows as a measurement wants, written by the database itself."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from .rig import SCOPES, fresh_var

__all__ = ["database", "fill", "platform_at", "unsend"]

INSERT = """
INSERT INTO kapasitas_lti_delivery
  (platform_id, target_id, account_id, kind, sequence, value, maximum, completed, event_time, state,
   not_before, attempt_count, ambiguous)
SELECT {platform}, t.id, a.id, 'grade', 1, 85.5, 100, {true}, {then}, 'pending', {then}, 0, {false}
FROM kapasitas_lti_reporttarget t
JOIN kapasitas_lti_deployment d ON d.id = t.deployment_id AND d.platform_id = {platform}
JOIN kapasitas_lti_linkedaccount a ON a.platform_id = {platform}
"""


@contextmanager
def database() -> Iterator[None]:
    """Set Django up with a database of our own, and remove it in the end."""
    if os.environ.get("KAPASITAS_BENCH_DATABASE", "sqlite") == "sqlite":
        with fresh_var("benchmarks.delivery_settings"):
            yield
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.delivery_settings"
    import django
    from django.db import connection

    django.setup()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def platform_at(url: str, *, name: str = "bench", targets: int = 1, accounts: int = 1000) -> int:
    """Register a platform with that many resource links and linked accounts; returns its id."""
    from django.contrib.auth import get_user_model

    from lti_bridge.models import Deployment, LinkedAccount, Platform, ReportTarget
    from lti_bridge.models.digests import digest

    platform = Platform.objects.create(
        name=name,
        issuer=url,
        client_id=name,
        auth_login_url=url + "/auth",
        auth_token_url=url + "/token",
        key_set_url=url + "/jwks",
    )
    deployment = Deployment.objects.create(platform=platform, deployment_id="1")
    ReportTarget.objects.bulk_create(
        ReportTarget(
            deployment=deployment,
            resource_link_id=f"link-{number}",
            course_key=f"course-v1:Bench+{number}+2026",
            key_digest=digest(f"link-{number}", f"course-v1:Bench+{number}+2026"),
            lineitems_url=url + "/lineitems",
            scopes=list(SCOPES),
        )
        for number in range(targets)
    )
    users = get_user_model().objects
    made = users.bulk_create(
        [users.model(username=f"{name}-{number}", password="!") for number in range(accounts)]
    )
    LinkedAccount.objects.bulk_create(
        LinkedAccount(
            platform=platform, sub=f"sub-{number}", sub_digest=digest(f"sub-{number}"), user_id=user.pk
        )
        for number, user in enumerate(made)
    )
    return int(platform.pk)


def fill(platform_id: int) -> int:
    """Let a grade of every account be due at every target of the platform; returns how many that are."""
    from django.db import connection

    is_sqlite = connection.vendor == "sqlite"
    words = {
        "platform": platform_id,
        "true": "1" if is_sqlite else "TRUE",
        "false": "0" if is_sqlite else "FALSE",
        "then": "'2026-01-01 00:00:00'",
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(**words))
        filled = cursor.rowcount
        # As the server does by itself before long.
        analyse = "ANALYZE TABLE" if connection.vendor == "mysql" else "ANALYZE"
        cursor.execute(f"{analyse} kapasitas_lti_delivery")
        cursor.fetchall() if connection.vendor == "mysql" else None
    return int(filled)


def unsend(platform_id: int) -> None:
    """Make everything of the platform due again, as if nothing of it had ever been sent."""
    from lti_bridge.models import Delivery, DeliveryAttempt, DeliveryState

    DeliveryAttempt.objects.filter(delivery__platform_id=platform_id).delete()
    Delivery.objects.filter(platform_id=platform_id).update(
        state=DeliveryState.PENDING, attempt_count=0, wire_timestamp=None, settled_at=None, lease_until=None
    )
