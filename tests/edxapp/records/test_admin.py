"""The administration of records: facts are read, persons by permission, no NIP in any address or log."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from lti_bridge.models import CompletionRecord, LinkedAccount
from xblocks.records.api import OfficialIdentity, record_official
from xblocks.records.models import Calibration, ItemBank, Official, Response, StandardSetting

pytestmark = pytest.mark.django_db
NIP = "198001012005011001"
FIND = "admin:kapasitas_records_official_find"
LIST = "admin:kapasitas_records_official_changelist"


@pytest.fixture
def official() -> Official:
    user = get_user_model().objects.create_user("camat")
    record_official(
        user.pk, OfficialIdentity(nip=NIP, full_name="Contoh Camat", office_name="Kecamatan Contoh")
    )
    return Official.objects.get()


def staff(*permissions: str) -> Client:
    user = get_user_model().objects.create_user("petugas", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_every_model_has_its_page() -> None:
    """And nobody, a superuser included, adds, changes or deletes a fact there."""
    call_command("load_content", verbosity=0)
    root = get_user_model().objects.create_superuser("akar")
    client = Client()
    client.force_login(root)
    for model in apps.get_app_config("kapasitas_records").get_models():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert admin.site.is_registered(model)
        assert client.get(reverse(f"{name}_changelist")).status_code == 200
        assert client.get(reverse(f"{name}_add")).status_code == 403
        for row in model._default_manager.all()[:1]:
            assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
            assert client.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
            assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("model", "column"),
    [(ItemBank, "xml"), (Calibration, "report"), (Calibration, "link"), (StandardSetting, "data")],
)
def test_lists_leave_large_columns_alone(
    model: type[Model], column: str, django_assert_max_num_queries: Any
) -> None:
    """A page of a hundred banks, or of as many reports, is not read for their names."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("akar"))
    with django_assert_max_num_queries(20) as asked:
        client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    rows = [one["sql"] for one in asked.captured_queries if f'"{model._meta.db_table}"."id"' in one["sql"]]
    assert rows and not any(f'"{column}"' in sql for sql in rows)


def test_an_official_is_found_by_posting_the_nip(official: Official) -> None:
    """Written in groups or not; the address that it leads to holds a number of ours."""
    client = staff("view_official")
    response = client.post(reverse(FIND), {"nip": "19800101 200501 1 001"})
    assert response["Location"] == reverse("admin:kapasitas_records_official_change", args=[official.pk])
    assert NIP in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize("nip", ["", "198001012005011002", "19800101", "%"])
def test_part_of_a_nip_finds_nobody(official: Official, nip: str) -> None:
    """NIPs cannot be guessed digit by digit, and an official without one is not found by nothing."""
    record_official(get_user_model().objects.create_user("tanpa").pk, OfficialIdentity())
    client = staff("view_official")
    response = client.post(reverse(FIND), {"nip": nip}, follow=True)
    assert response.redirect_chain == [(reverse(LIST), 302)]
    assert "No official has this NIP." in response.content.decode()


def test_the_nip_is_not_taken_from_an_address(official: Official) -> None:
    """Neither the look-up nor the list's search answers a NIP in the URL, where logs would keep it."""
    client = staff("view_official")
    assert client.get(reverse(FIND), {"nip": NIP}).status_code == 405
    page = client.get(reverse(LIST), {"q": NIP}).content.decode()
    assert "Kecamatan Contoh" not in page


def test_without_permission_nothing_is_shown(official: Official) -> None:
    client = staff("view_framework")
    change = reverse("admin:kapasitas_records_official_change", args=[official.pk])
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(change).status_code == 403
    assert client.post(reverse(FIND), {"nip": NIP}).status_code == 403
    assert Client().post(reverse(FIND), {"nip": NIP}).status_code == 302


def test_the_list_and_the_log_name_no_person(official: Official) -> None:
    """Django writes ``str(object)`` into titles, breadcrumbs and its log."""
    page = staff("view_official").get(reverse(LIST)).content.decode()
    assert NIP not in page and "Contoh Camat" not in page
    user = get_user_model().objects.get(username="petugas")
    LogEntry.objects.log_actions(user.pk, [official], 2, change_message="")
    told = LogEntry.objects.get().object_repr
    assert NIP not in told and "Contoh" not in told


@pytest.mark.parametrize(
    "row",
    [
        Official(nip=NIP, full_name=NIP),
        Response(response={"text": NIP}),
        LinkedAccount(sub=NIP),
        CompletionRecord(nip=NIP, full_name=NIP),
    ],
    ids=lambda row: type(row).__name__,
)
def test_no_title_holds_personal_data(row: Model) -> None:
    """What ``str`` makes of a row stands in pages, logs and error reports."""
    assert NIP not in str(row)


def test_the_pages_speak_indonesian(official: Official) -> None:
    page = staff("view_official").get(reverse(LIST), headers={"accept-language": "id"}).content.decode()
    assert "Cari dengan NIP:" in page
    assert "terakhir diberitahukan" in page.lower()
