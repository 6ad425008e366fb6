"""The bridge's pages inside the LMS: the admin for operators, the records for HR."""

import uuid

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from lti_bridge import notices
from lti_bridge.launch.invitations import invite
from lti_bridge.models import (
    CompletionRecord,
    DeliveryAttempt,
    Discrepancy,
    OperatorAction,
    Reconciliation,
    ReportTarget,
    RosterReading,
    ToolKey,
)
from lti_bridge.sender import claim
from tests.edxapp.platform.learning import set_grade

from .conftest import OURS, complete
from .launching import launch

pytestmark = pytest.mark.every_database
MODELS = [
    "completionrecord",
    "delivery",
    "discrepancy",
    "enrolment",
    "linkedaccount",
    "operatoraction",
    "platform",
    "progressnotice",
    "registrationinvitation",
    "reconciliation",
    "reporttarget",
    "rosterreading",
    "toolkey",
]
RECORDS = "/kapasitas/lti/records"


@pytest.fixture
def filled(listening, simpeg, client, edxapp):
    """At least one row of everything that the admin shows."""
    launch(client, simpeg)
    client.get("/kapasitas/lti/jwks")
    learner = get_user_model().objects.get(username__startswith="lti-")
    complete(learner, edxapp.course)
    set_grade(learner, OURS, 0.9)
    invite(name="SIMPEG Contoh", now=timezone.now())
    notices.take(learner.pk, str(OURS))
    notices.leave(learner.pk, str(OURS))
    claim()
    assert DeliveryAttempt.objects.exists()
    target, now = ReportTarget.objects.get(), timezone.now()
    Reconciliation.objects.create(target=target, started_at=now)
    RosterReading.objects.create(target=target, started_at=now)
    Discrepancy.objects.create(
        target=target, report_kind="grade", kind="unknown", maximum=100, found_at=now, seen_at=now
    )
    OperatorAction.objects.create(kind="unblocked", target=target, group=uuid.uuid4())
    return learner


def test_every_table_has_its_page(filled, admin_client):
    """Every list and one page of each table opens; nothing of the secrets is on it."""
    registered = {
        model._meta.model_name
        for model in apps.get_app_config("kapasitas_lti").get_models()
        if admin.site.is_registered(model)
    }
    assert registered == set(MODELS)
    for name in MODELS:
        listing = admin_client.get(reverse(f"admin:kapasitas_lti_{name}_changelist"))
        assert listing.status_code == 200
        row = apps.get_model("kapasitas_lti", name).objects.first()
        assert row is not None, name
        page = admin_client.get(reverse(f"admin:kapasitas_lti_{name}_change", args=[row.pk]))
        assert page.status_code == 200
        assert ToolKey.objects.get().encrypted_private_key not in page.content.decode()


def test_hr_reads_the_records(filled, client, django_user_model):
    """With the permission only, and without anything of the one-machine site."""
    officer = django_user_model.objects.create_user(username="hr", email="hr@example.com")
    client.force_login(officer)
    assert client.get(RECORDS).status_code == 403
    officer.user_permissions.add(Permission.objects.get(codename="view_completionrecord"))
    page = client.get(RECORDS)
    assert page.status_code == 200
    html = page.content.decode()
    assert CompletionRecord.objects.get().record_number in html
    assert "<style>" in html and 'rel="stylesheet"' not in html
    assert client.get(RECORDS + ".csv").status_code == 200


def test_nobody_reads_them_without_signing_in(filled, client, settings):
    client.logout()
    settings.LOGIN_URL = "/login"
    assert client.get(RECORDS)["Location"] == f"/login?next={RECORDS}"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hr_reads_them_on_a_small_screen(filled, admin_client, chromium, scheme):
    """Without the site's style sheet: at 320 px all can be seen, hit and read."""
    page = chromium.new_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    page.set_content(admin_client.get(RECORDS).content.decode())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    heights = page.eval_on_selector_all(
        "input, select, .button", "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert len(heights) >= 6
    assert min(heights) >= 44
    for selector in ("h1", ".button", ".button.plain", "caption", "a"):
        assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, selector
    page.close()


CONTRAST = """element => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).slice(0, 3).map(
      value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = one => getComputedStyle(one).backgroundColor;
  let behind = element;
  while (/, 0\\)|transparent/.test(ground(behind))) behind = behind.parentElement;
  const [a, b] = [getComputedStyle(element).color, ground(behind)].map(light);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""
