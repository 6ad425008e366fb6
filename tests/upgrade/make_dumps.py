"""Makes the dump of this version: ``python -m tests.upgrade.make_dumps 0.1.0``, once for each release.

A dump of a released version is never made again: it is what operators have. The people in it are invented;
their NIP begins with a date of birth in the year 1900.
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

DUMPS = Path(__file__).parent / "dumps"
ENGINES = ("sqlite", "mariadb", "postgresql")
URL = "https://simpeg.example"
COURSE = "course-v1:Kapasitas+GOV101+2026"
USAGE = "block-v1:Kapasitas+GOV101+2026+type@competency_assessment+block@pascates"
FRAMEWORK = """<competency_framework id="contoh" version="1">
<domain id="pemerintahan"><name lang="id">Pemerintahan</name>
<competency id="gov.contoh" hr_code="PEM-01"><name lang="id">Kedudukan</name><name lang="en">Status</name>
<level n="1"><description lang="id">Menyebutkan.</description></level></competency></domain>
<post id="camat" eselon="31"><name lang="id">Camat</name><requires competency="gov.contoh" level="1"/></post>
</competency_framework>"""
BANK = """<item_bank id="contoh" version="1" title="Contoh" lang="id">
<item id="soal-1" type="numeric" competencies="gov.contoh" level="1"><prompt>Berapa? 🙂</prompt>
<answer value="1"/><source>PP 17/2018</source><feedback>Satu.</feedback></item></item_bank>"""


def at(hour: int) -> datetime:
    """Return an hour of the one day on which everything happened."""
    return datetime(2026, 11, 2, hour, 30, 15, 250_000, tzinfo=UTC)


def fill() -> None:
    """Write rows into every table of ours: people, content, answers, a launch, what was and is to be sent."""
    from django.contrib.auth import get_user_model

    from lti_bridge.keys import create_key
    from lti_bridge.models import (
        CompletionRecord,
        Delivery,
        DeliveryAttempt,
        Deployment,
        Enrolment,
        LineItem,
        LinkedAccount,
        LoginState,
        Platform,
        ReportTarget,
    )
    from lti_bridge.models.digests import digest
    from lti_bridge.records.content import content_hash
    from xblocks.records.api import OfficialIdentity, load_bank, load_framework, record_official
    from xblocks.records.models import Response

    load_framework(FRAMEWORK)
    load_bank(BANK)
    user = get_user_model().objects.create(username="orang-contoh", password="!")
    identity = OfficialIdentity(
        nip="190001012000011001",
        full_name="Contoh Camat, S.STP.",
        office_code="99.01.01",
        office_name="Kecamatan Contoh",
        post="Camat",
    )
    record_official(user.pk, identity)
    Response.objects.create(
        user=user,
        usage_key=USAGE,
        attempt=1,
        item_id="soal-1",
        client_uuid=UUID(int=7),
        response={"choices": ["a"], "text": "¼ 🙂 “ya”"},
        fraction=Decimal("0.333333"),
        points=Decimal("1.250000"),
        answered_at=at(8),
    )
    platform = Platform.objects.create(
        name="SIMPEG Contoh",
        issuer=URL,
        client_id="kapasitas",
        auth_login_url=URL + "/auth",
        auth_token_url=URL + "/token",
        key_set_url=URL + "/jwks",
        trusts_nip=True,
    )
    deployment = Deployment.objects.create(platform=platform, deployment_id="1")
    LoginState.objects.create(
        state_digest=digest("state"),
        nonce_digest=digest("nonce"),
        browser_digest=digest("browser"),
        platform=platform,
        target_link_uri="https://lms.example/kapasitas/lti/launch",
        expires_at=at(9),
        used_at=at(8),
    )
    account = LinkedAccount.objects.create(platform=platform, sub="orang-7", user=user)
    target = ReportTarget.objects.create(
        deployment=deployment,
        resource_link_id="tautan-1",
        course_key=COURSE,
        lineitems_url=URL + "/lineitems",
        scopes=[
            f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}"
            for name in ("lineitem", "result.readonly", "score")
        ],
    )
    Enrolment.objects.create(target=target, account=account, launched_at=at(7))
    LineItem.objects.create(target=target, tag="completion", url=URL + "/lineitems/1")
    delivered = Delivery.objects.create(
        target=target,
        account=account,
        kind="completion",
        sequence=1,
        value=Decimal("0"),
        maximum=Decimal("1"),
        completed=False,
        event_time=at(8),
        state="delivered",
        wire_timestamp=at(8),
        not_before=at(8),
        attempt_count=1,
        settled_at=at(8),
    )
    DeliveryAttempt.objects.create(
        delivery=delivered, started_at=at(8), finished_at=at(8), outcome="delivered", http_status=200
    )
    Delivery.objects.create(
        target=target,
        account=account,
        kind="grade",
        sequence=1,
        value=Decimal("87.50"),
        maximum=Decimal("100"),
        completed=True,
        event_time=at(9),
        state="pending",
        not_before=at(9),
    )
    record = CompletionRecord(
        user=user,
        course_key=COURSE,
        record_number="KPS-2026-7H3K-9QWX-2",
        nip=identity.nip,
        full_name=identity.full_name,
        office_code=identity.office_code,
        office_name=identity.office_name,
        post=identity.post,
        course_title="Tata Kelola Pemerintahan",
        organiser="Pusat Contoh",
        lesson_hours=12,
        started_at=at(7),
        completed_at=at(9),
        score=Decimal("87.50"),
    )
    record.content_hash = content_hash(record)
    record.save()
    create_key()


def make(version: str, engine: str) -> None:
    """Migrate, fill and dump one database; in a process of its own, because Django is set up once."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    from .databases import create, drop, dump

    server = settings.DATABASES["default"]
    create(server)
    django.setup()
    call_command("migrate", verbosity=0)
    fill()
    from django.db import connection

    connection.close()
    file = DUMPS / version / f"{engine}.sql"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as written:
        written.write(dump(server))
    drop(server)


def main() -> None:
    """Make the dump of each engine, or of the one that the second argument names."""
    version, engines = sys.argv[1], sys.argv[2:]
    if engines:
        make(version, engines[0])
        return
    with tempfile.TemporaryDirectory() as folder:
        for engine in ENGINES:
            name = f"{folder}/dump.sqlite3" if engine == "sqlite" else "kapasitas_make_dump"
            chosen = {
                "KAPASITAS_TEST_DATABASE": engine,
                "KAPASITAS_UPGRADE_DATABASE": name,
                "DJANGO_SETTINGS_MODULE": "tests.upgrade.settings",
            }
            command = [sys.executable, "-W", "ignore", "-m", "tests.upgrade.make_dumps", version, engine]
            subprocess.run(command, env={**os.environ, **chosen}, check=True)


if __name__ == "__main__":
    main()
