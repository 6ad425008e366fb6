"""How much room officials take: ``python -m benchmarks.sizing [sqlite|mariadb|postgresql] [--officials N]``.

Fills a database of its own with officials who each completed the governance course, through the models
that running code writes, and asks the server how large our tables are. The database is dropped again.
MariaDB and PostgreSQL are looked for where the tests look for them (``tests/settings.py``).
"""

import argparse
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from xblocks.competency.assessment import ItemRef
from xblocks.competency.blueprint import draw
from xblocks.competency.items import Item
from xblocks.olx.assessments import read_assessment
from xblocks.olx.banks import ItemBank, read_bank

CONTENT = Path(__file__).resolve().parent.parent / "course_content"
COURSE_KEY = "course-v1:Kapasitas+PEM101+2026"
DATABASES = ("sqlite", "mariadb", "postgresql")
BATCH = 500
BEGAN = datetime(2026, 3, 1, 1, tzinfo=UTC)
# What a learner's browser sends for each kind of item, as long as it usually is.
ANSWERS: dict[str, dict[str, Any]] = {
    "single_choice": {"chosen": ["b"]},
    "multiple_response": {"chosen": ["a", "b"]},
    "find_the_error": {"chosen": ["baris-2", "baris-4"]},
    "ordering": {"places": {f"f3a91c{n:02d}": n for n in range(1, 6)}},
    "matching": {"matches": {f"p{n}": f"8be21d{n:02d}" for n in range(1, 5)}},
    "situational_judgement": {"ratings": {"a": 4, "b": 1, "c": 5, "d": 2}},
    "numeric": {"numbers": {"value": "1.250.000"}},
    "short_text": {"text": "kuasa pengguna anggaran"},
    "table_fill": {"numbers": {"pagu": "500.000.000", "belanja": "480.000.000", "sisa": "20.000.000"}},
}
# Five quizzes and the post-test each move the grade; the completion is reported once.
GRADES = [Decimal(points) for points in (6, 12, 18, 24, 30, 100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One item as it stands in the course; only of a bank is it on record that it was shown."""

    usage_key: str
    item_id: str
    answer: dict[str, Any]
    of_bank: bool
    competencies: frozenset[str]


def items_of_the_course() -> list[Asked]:
    """Return every item that a learner answers in the governance course, one attempt at each assessment."""
    bank, _problems = read_bank((CONTENT / "banks/governance.xml").read_bytes())
    assert bank is not None
    return [
        Asked(
            usage_key=f"block-v1:Kapasitas+PEM101+2026+type@competency_assessment+block@{block.get('url_name')}",
            item_id=item.id,
            answer=ANSWERS[item.type],
            of_bank=item.id in bank.items,
            competencies=frozenset(item.competencies),
        )
        for path in sorted((CONTENT / "governance/vertical").glob("*.xml"))
        for block in etree.parse(path).iter("competency_assessment")
        for item in _asked(block, bank)
    ]


def _asked(block: etree._Element, bank: ItemBank) -> Iterator[Item]:
    """Yield what an assessment asks: as written, of the bank, or drawn from it."""
    _settings, definition, _problems = read_assessment(block)
    for entry in definition.entries:
        yield bank.items[entry.ref] if isinstance(entry, ItemRef) else entry
    if definition.blueprint is not None:
        for name in draw(bank.items.values(), definition.blueprint, seed=block.get("url_name", "")):
            yield bank.items[name]


def fill(count: int, asked: Sequence[Asked]) -> None:
    """Write the rows of ``count`` officials."""
    from lti_bridge.models import Deployment, Platform, ReportTarget

    platform = Platform.objects.create(
        name="SIMPEG Kota Contoh",
        issuer="https://simpeg.example",
        client_id="kapasitas",
        auth_login_url="https://simpeg.example/lti/auth",
        auth_token_url="https://simpeg.example/lti/token",
        key_set_url="https://simpeg.example/.well-known/jwks.json",
    )
    deployment = Deployment.objects.create(platform=platform, deployment_id="1")
    target = ReportTarget.objects.create(
        deployment=deployment,
        resource_link_id="1",
        course_key=COURSE_KEY,
        lineitems_url="https://simpeg.example/lti/contexts/1/line_items",
    )
    for start in range(0, count, BATCH):
        write_people(range(start, min(start + BATCH, count)), platform, target, asked)


def write_people(numbers: Iterable[int], platform: Any, target: Any, asked: Sequence[Asked]) -> None:
    """Write one batch."""
    from django.contrib.auth import get_user_model

    from lti_bridge.models import Enrolment, LinkedAccount
    from lti_bridge.models.digests import digest
    from xblocks.records.models import Official

    people = get_user_model().objects.bulk_create(
        get_user_model()(username=f"official{number}", password="!") for number in numbers
    )
    subjects = [str(uuid.uuid4()) for _ in people]
    accounts = LinkedAccount.objects.bulk_create(
        LinkedAccount(platform=platform, sub=sub, sub_digest=digest(sub), user=user)
        for user, sub in zip(people, subjects, strict=True)
    )
    Enrolment.objects.bulk_create(
        Enrolment(target=target, account=account, launched_at=BEGAN) for account in accounts
    )
    identity = {
        "nip": "198001012005011001",
        "full_name": "Contoh Lurah Demo",
        "office_code": "99.71.01.1001",
        "office_name": "Kelurahan Contoh Asri",
        "post": "Kepala Seksi Pelayanan Umum",
    }
    Official.objects.bulk_create(Official(user=user, **identity) for user in people)
    write_responses(people, asked)
    write_presentations(people, asked)
    write_evidence(people, asked)
    write_reports(target, people, accounts, identity)


def write_responses(people: Sequence[Any], asked: Sequence[Asked]) -> None:
    """Write the answers of each person to each item."""
    from xblocks.records.models import Response

    Response.objects.bulk_create(
        (
            Response(
                user=user,
                usage_key=one.usage_key,
                attempt=1,
                item_id=one.item_id,
                client_uuid=uuid.uuid4(),
                response=one.answer,
                fraction=Decimal(1),
                points=Decimal(1),
                answered_at=BEGAN,
            )
            for user in people
            for one in asked
        ),
        batch_size=BATCH,
    )


def write_presentations(people: Sequence[Any], asked: Sequence[Asked]) -> None:
    """Write which items of the bank each person was shown."""
    from xblocks.records.models import Presentation

    Presentation.objects.bulk_create(
        (
            Presentation(
                user=user,
                usage_key=one.usage_key,
                attempt=1,
                bank_id="governance",
                bank_version="1",
                item_id=one.item_id,
                shown_at=BEGAN,
            )
            for user in people
            for one in asked
            if one.of_bank
        ),
        batch_size=BATCH,
    )


def write_evidence(people: Sequence[Any], asked: Sequence[Asked]) -> None:
    """Write what each attempt says of each competency that its items measure."""
    from xblocks.records.models import Evidence

    told: dict[tuple[str, str], list[str]] = {}
    for one in asked:
        for competency in sorted(one.competencies):
            told.setdefault((one.usage_key, competency), []).append(one.item_id)
    Evidence.objects.bulk_create(
        (
            Evidence(
                user=user,
                usage_key=usage_key,
                attempt=1,
                competency_id=competency,
                kind="item",
                revision=1,
                observable=" ".join(items),
                theta=0.5,
                se=0.5,
                items=len(items),
                share=Decimal(1),
                scale="governance",
                model_version="provisional",
                occurred_at=BEGAN,
            )
            for user in people
            for (usage_key, competency), items in told.items()
        ),
        batch_size=BATCH,
    )


def write_reports(
    target: Any, people: Sequence[Any], accounts: Sequence[Any], identity: Mapping[str, str]
) -> None:
    """Write the completion record of each person, and what was reported to the HR system."""
    from lti_bridge.models import CompletionRecord, Delivery, DeliveryAttempt
    from lti_bridge.models.digests import digest
    from lti_bridge.records.numbers import new_record_number

    CompletionRecord.objects.bulk_create(
        CompletionRecord(
            user=user,
            course_key=COURSE_KEY,
            record_number=new_record_number(),
            **identity,
            course_title="Manajemen Pemerintahan Kecamatan dan Kelurahan",
            organiser="BPSDM Contoh",
            lesson_hours=6,
            started_at=BEGAN,
            completed_at=BEGAN + timedelta(days=4),
            score=Decimal(85),
            content_hash=digest(str(user.pk)),
        )
        for user in people
    )
    reports = [("grade", number, points, Decimal(100)) for number, points in enumerate(GRADES, 1)]
    reports.append(("completion", 1, Decimal(1), Decimal(1)))
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            platform=target.deployment.platform,
            target=target,
            account=account,
            kind=kind,
            sequence=sequence,
            value=value,
            maximum=maximum,
            completed=True,
            event_time=BEGAN,
            wire_timestamp=BEGAN,
            not_before=BEGAN,
            attempt_count=1,
            state="delivered",
            settled_at=BEGAN,
        )
        for account in accounts
        for kind, sequence, value, maximum in reports
    )
    DeliveryAttempt.objects.bulk_create(
        DeliveryAttempt(delivery=delivery, started_at=BEGAN, finished_at=BEGAN, outcome="delivered")
        for delivery in deliveries
    )


def sizes() -> dict[str, tuple[int, int]]:
    """Return rows and bytes, indexes included, of each table of ours."""
    from django.apps import apps
    from django.db import connection

    tables = [
        model._meta.db_table
        for app in ("kapasitas_records", "kapasitas_lti")
        for model in apps.get_app_config(app).get_models()
    ]
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
            found[table] = (cursor.fetchone()[0], bytes_of(cursor, table))
    return found


def bytes_of(cursor: Any, table: str) -> int:
    """Return what the server says that the table with its indexes occupies."""
    if cursor.db.vendor == "postgresql":
        cursor.execute("SELECT pg_total_relation_size(%s)", [table])
    elif cursor.db.vendor == "mysql":
        cursor.execute(f"ANALYZE TABLE {table}")
        cursor.fetchall()
        cursor.execute(
            "SELECT data_length + index_length FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name = %s",
            [table],
        )
    else:
        cursor.execute(
            "SELECT SUM(pgsize) FROM dbstat WHERE name = %s"
            " OR name IN (SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s)",
            [table, table],
        )
    return int(cursor.fetchone()[0] or 0)


def table_of(found: dict[str, tuple[int, int]], officials: int) -> str:
    """Return a table in Markdown: rows and bytes for one official, by table."""
    lines = ["| table | rows an official | bytes an official |", "|---|---:|---:|"]
    counted = {name: values for name, values in found.items() if values[0] >= officials}
    for name, (rows, size) in sorted(counted.items(), key=lambda one: -one[1][1]):
        lines.append(f"| `{name}` | {rows / officials:g} | {size / officials:,.0f} |")
    total = sum(size for _rows, size in counted.values())
    lines.append(f"| **together** | | **{total / officials:,.0f}** |")
    return "\n".join(lines)


def main() -> None:
    """Measure on one database."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizing", description=__doc__)
    parser.add_argument("database", nargs="?", choices=DATABASES, default="sqlite")
    parser.add_argument("--officials", type=int, default=2000, metavar="N")
    chosen = parser.parse_args()
    os.environ.update(DJANGO_SETTINGS_MODULE="tests.settings", KAPASITAS_TEST_DATABASE=chosen.database)
    import django
    from django.conf import settings
    from django.db import connection

    django.setup()
    settings.DATABASES["default"]["NAME"] = "kapasitas_sizing"
    asked = items_of_the_course()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        fill(chosen.officials, asked)
        found = sizes()
    finally:
        connection.creation.destroy_test_db("kapasitas_sizing", verbosity=0)
    print(f"{chosen.database}, {chosen.officials} officials, {len(asked)} items a course\n")
    print(table_of(found, chosen.officials))


if __name__ == "__main__":
    main()
