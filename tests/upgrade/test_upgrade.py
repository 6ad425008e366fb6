"""From the oldest supported schema to this one: a dump of each release is loaded and migrated.

The dumps are what an operator's own tools made of it (make_dumps.py). Migrations may add tables and columns;
what was there must be there unchanged, and the apps must work on it.
"""

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from lti_bridge.models import CompletionRecord, Delivery, Deployment, LineItem, Platform, ReportTarget
from lti_bridge.records.content import content_hash
from lti_bridge.sender import deliver_next
from tests.lti_bridge.ags_server import running
from xblocks.records.api import bank_items, competency_names, known_competencies, official_of
from xblocks.records.models import Response

from . import databases
from .rows import at, fill
from .settings import KAPASITAS_LTI_KEY

DUMPS = Path(__file__).parent / "dumps"
OURS = ("kapasitas_records_", "kapasitas_lti_")
# What a later release moves on purpose: {(release of the dump, table, column): why}.
MOVED: dict[tuple[str, str, str], str] = {}

type Rows = dict[str, dict[int, dict[str, Any]]]

pytestmark = pytest.mark.every_database


def rows_of(tables: list[str]) -> Rows:
    """Return {table: {id: {column: value}}} as the database gives it."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = {row["id"]: row for row in rows}
    return found


def add_second_platform() -> None:
    """Another HR system with a result, which the dump of 0.1.0 has not: by its models as they were then."""
    loader = MigrationLoader(connection)
    then = loader.project_state(list(loader.applied_migrations)).apps
    model = {
        name: then.get_model("kapasitas_lti", name) for name in ("Platform", "Deployment", "ReportTarget")
    }
    user = then.get_model("auth", "User").objects.get()
    platform = model["Platform"].objects.create(
        name="SIMPEG lain", issuer="https://lain.example", client_id="lain", key_digest="1" * 64
    )
    deployment = model["Deployment"].objects.create(platform=platform, deployment_id="lain")
    target = model["ReportTarget"].objects.create(
        deployment=deployment, resource_link_id="lain", course_key="course-v1:A+B+C", key_digest="2" * 64
    )
    account = then.get_model("kapasitas_lti", "LinkedAccount").objects.create(
        platform=platform, sub="lain", sub_digest="3" * 64, user=user
    )
    then.get_model("kapasitas_lti", "Delivery").objects.create(
        target=target,
        account=account,
        kind="grade",
        sequence=1,
        value=Decimal(1),
        maximum=Decimal(100),
        completed=True,
        event_time=at(8),
        state="delivered",
        not_before=at(8),
    )


@pytest.fixture(scope="module", params=sorted(path.name for path in DUMPS.iterdir()))
def upgrade(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: Any,
    worker_id: str,
) -> Iterator[tuple[str, Rows, Rows]]:
    """(release, rows before, rows after), with the migrated database as the default one."""
    former = connections["default"]
    engine = {"sqlite": "sqlite", "mysql": "mariadb", "postgresql": "postgresql"}[former.vendor]
    name = f"kapasitas_upgrade_{worker_id}"
    if engine == "sqlite":
        name = str(tmp_path_factory.mktemp("upgrade") / "old.sqlite3")
    server = {**former.settings_dict, "NAME": name}
    old = (DUMPS / request.param / f"{engine}.sql").read_text(encoding="utf-8")
    databases.create(server)
    with django_db_blocker.unblock():
        connections["default"] = type(former)(server, "default")
        try:
            databases.load(server, old)
            if request.param == "0.1.0":
                add_second_platform()
            tables = [table for table in connection.introspection.table_names() if table.startswith(OURS)]
            before = rows_of(tables)
            call_command("migrate", verbosity=0)
            yield request.param, before, rows_of(tables)
        finally:
            connection.close()
            connections["default"] = former
            databases.drop(server)


def test_the_dump_covers_every_table(upgrade: tuple[str, Rows, Rows]) -> None:
    """A table without rows would prove nothing."""
    _release, before, _after = upgrade
    assert len(before) >= 16
    assert [table for table, rows in before.items() if not rows] == []


def test_what_was_there_is_there_unchanged(upgrade: tuple[str, Rows, Rows]) -> None:
    """Every value of every row, but for what a release is known to move."""
    release, before, after = upgrade
    lost = [
        f"{table}.{column} of row {key}"
        for table, rows in before.items()
        for key, row in rows.items()
        for column, value in row.items()
        if (release, table, column) not in MOVED and after[table].get(key, {}).get(column, "gone") != value
    ]
    assert lost == []


def test_each_delivery_is_its_own_hr_systems(upgrade: tuple[str, Rows, Rows]) -> None:
    """The column is newer than 0.1.0; a wrong one would give a result another system's pace and pauses."""
    deliveries = Delivery.objects.select_related("target__deployment")
    assert {one.platform_id for one in deliveries} == set(Platform.objects.values_list("pk", flat=True))
    assert [one.pk for one in deliveries if one.platform_id != one.target.deployment.platform_id] == []


def test_what_could_launch_and_send_still_can(upgrade: tuple[str, Rows, Rows]) -> None:
    """Columns that came later hold what stops nothing that went before."""
    assert set(Platform.objects.values_list("lti_version", "enabled")) == {("1.3", True)}
    assert set(Deployment.objects.values_list("confirmed", flat=True)) == {True}
    assert set(ReportTarget.objects.values_list("reconcile_first", flat=True)) == {False}


def test_migrating_again_has_nothing_to_do(upgrade: tuple[str, Rows, Rows]) -> None:
    said = StringIO()
    call_command("migrate", "--plan", stdout=said)
    assert "No planned migration operations" in said.getvalue()


def test_records_can_be_read(upgrade: tuple[str, Rows, Rows]) -> None:
    """Answers, identity, framework and bank, each through what reads them."""
    response = Response.objects.get(item_id="soal-1")
    assert response.response == {"choices": ["a"], "text": "¼ 🙂 “ya”"}
    assert (response.fraction, response.points) == (Decimal("0.333333"), Decimal("1.25"))
    assert response.answered_at is not None
    assert response.answered_at.isoformat() == "2026-11-02T08:30:15.250000+00:00"
    identity = official_of(response.user_id)
    assert identity is not None
    assert (identity.nip, identity.office_code) == ("190001012000011001", "99.01.01")
    assert known_competencies(["gov.contoh", "gov.lain"]) == {"gov.contoh"}
    assert competency_names(["gov.contoh"], "id") == {"gov.contoh": "Kedudukan"}
    assert set(bank_items("contoh@1")) == {"soal-1"}


def test_completion_records_still_verify(upgrade: tuple[str, Rows, Rows]) -> None:
    """The hash that HR may have imported is the hash of what is stored now."""
    record = CompletionRecord.objects.get()
    assert content_hash(record) == record.content_hash


def test_a_result_that_was_waiting_is_sent(
    upgrade: tuple[str, Rows, Rows], settings: Any, django_db_blocker: Any
) -> None:
    """Signed with the stored key, to the stored target, exactly once."""
    settings.KAPASITAS_LTI_KEY = KAPASITAS_LTI_KEY
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    with django_db_blocker.unblock(), running() as simpeg:
        Platform.objects.update(auth_token_url=simpeg.url + "/token", key_set_url=simpeg.url + "/jwks")
        ReportTarget.objects.update(lineitems_url=simpeg.url + "/lineitems")
        LineItem.objects.update(url=simpeg.url + "/lineitems/1")
        waiting = Delivery.objects.get(state="pending")
        assert deliver_next()
        assert not deliver_next()
        waiting.refresh_from_db()
        assert waiting.state == "delivered"
        assert waiting.attempts.get().outcome == "delivered"
    ((_path, score, _body),) = simpeg.scores
    assert (score["userId"], score["scoreGiven"]) == ("orang-7", Decimal("87.5"))


@pytest.mark.django_db
def test_the_next_dump_will_cover_every_table(settings: Any) -> None:
    """A release whose tables are not all filled would leave a dump that proves nothing of them."""
    settings.KAPASITAS_LTI_KEY = KAPASITAS_LTI_KEY
    fill()
    ours = [model for model in apps.get_models() if model._meta.db_table.startswith(OURS)]
    assert len(ours) > 30
    assert [model.__name__ for model in ours if not model.objects.exists()] == []


@pytest.mark.django_db
def test_the_models_need_no_migration_that_is_not_there() -> None:
    call_command("makemigrations", "--check", "--dry-run", "kapasitas_records", "kapasitas_lti", verbosity=0)
