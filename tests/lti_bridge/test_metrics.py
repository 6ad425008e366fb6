"""Figures for Prometheus: guarded, cheap, and read from the database by any process."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from lti_bridge import metrics
from lti_bridge.models import Discrepancy, Platform, ProgressNotice
from lti_bridge.operations import standing

from .fakes import COURSE, make_enrolment
from .operations.rows import attempt, delivery

pytestmark = pytest.mark.every_database
URL = "https://simpeg.example.test"
LABELS = ("platform", "name", "state", "outcome", "error")
TOKEN = "a token that is long enough to be one"


@pytest.fixture
def scrape(client, settings, db):
    settings.KAPASITAS_LTI_METRICS_TOKEN = TOKEN

    def scraped() -> dict[tuple[str, ...], float]:
        page = client.get("/lti/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert page.status_code == 200
        assert page["Content-Type"].startswith("text/plain; version=")
        return {
            (
                sample.name.removeprefix("kapasitas_lti_"),
                *(sample.labels[name] for name in LABELS if name in sample.labels),
            ): sample.value
            for family in text_string_to_metric_families(page.content.decode())
            for sample in family.samples
        }

    return scraped


def test_there_is_no_page_without_a_token(client, db):
    assert client.get("/lti/metrics").status_code == 404
    assert client.get("/lti/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer x", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "é"]
)
def test_a_wrong_token_is_refused(client, settings, db, given):
    settings.KAPASITAS_LTI_METRICS_TOKEN = TOKEN
    page = client.get("/lti/metrics", headers={"authorization": given})
    assert (page.status_code, b"kapasitas" in page.content) == (401, False)
    assert client.post("/lti/metrics").status_code == 405


def test_the_figures_are_those_of_the_tables(scrape):
    one = make_enrolment(URL)
    platform = Platform.objects.get()
    name = (str(platform.pk), platform.name)
    delivery(one, "pending", kind="completion", value=1, maximum=1)
    dead = delivery(one)
    attempt(dead, "posting the score answered 404")
    attempt(dead, "", started_at=timezone.now() - timedelta(minutes=6))
    Platform.objects.update(circuit_open_until=timezone.now() + timedelta(minutes=1))
    ProgressNotice.objects.create(user_id=one.account.user_id, course_key=COURSE, not_before=timezone.now())
    Discrepancy.objects.create(
        target=one.target, account=one.account, report_kind="grade", kind="missing", maximum=100,
        found_at=timezone.now(), seen_at=timezone.now(),
    )  # fmt: skip
    found = scrape()
    assert found["deliveries", *name, "pending"] == 1
    assert found["deliveries", *name, "dead"] == 1
    assert found["deliveries", *name, "blocked"] == 0
    assert found["oldest_waiting_seconds", *name] == pytest.approx(3 * 3600, abs=60)
    assert (found["circuit_open", *name], found["platform_enabled", *name]) == (1, 1)
    assert found["attempts_5m", *name, "dead", "RejectedError"] == 1
    assert ("attempts_5m", *name, "delivered", "") not in found
    assert (found["discrepancies", *name], found["notices",], found["completion_records",]) == (1, 1, 0)
    assert found["delivery_halted",] == 0


def test_each_figure_is_documented():
    page = (Path(metrics.__file__).parents[1] / "docs/reference/metrics.md").read_text(encoding="utf-8")
    source = Path(metrics.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'"kapasitas_lti_([a-z0-9_]+)"', source))
    named |= set(re.findall(r'_single\("([a-z_]+)"', source)) | set(
        re.findall(r'_single\(\s*"([a-z_]+)"', source)
    )
    assert len(named) >= 9
    assert [name for name in named if f"`kapasitas_lti_{name}`" not in page] == []


def test_a_scrape_asks_as_often_for_many_as_for_one(scrape):
    make_enrolment(URL)
    scrape()
    with CaptureQueriesContext(connection) as few:
        scrape()
    for number in range(20):
        other = make_enrolment(f"https://s{number}.example.test", sub=f"s{number}", link=f"l{number}")
        attempt(delivery(other), "posting the score answered 404")
    with CaptureQueriesContext(connection) as many:
        scrape()
    # One more look back at the attempts, where their numbers have just passed a step.
    assert len(many) <= len(few) + 1 <= 12


def test_no_person_course_or_target_is_a_label(scrape):
    one = make_enrolment(URL, sub="orang-rahasia")
    attempt(delivery(one), "posting the score answered 404")
    labels = {label for key in scrape() for label in key[1:]}
    assert not [label for label in labels if "orang" in label or "course" in label]


def test_attempts_are_found_by_their_numbers(db, monkeypatch):
    """However many there were before; never more than are read at most."""
    monkeypatch.setattr(standing, "SMALLEST_STEP", 2)
    row = delivery(make_enrolment(URL))
    now = timezone.now()
    for minutes in range(40, 0, -1):
        attempt(row, started_at=now - timedelta(minutes=minutes))
    for minutes in (0, 1, 3, 20, 39, 60):
        recent = standing.attempts_since(now - timedelta(minutes=minutes, seconds=1))
        assert (recent.attempts().count(), recent.complete) == (min(minutes, 40), True)
    monkeypatch.setattr(standing, "MOST_ATTEMPTS_READ", 8)
    recent = standing.attempts_since(now - timedelta(minutes=60))
    assert (recent.attempts().count(), recent.complete) == (8, False)
