"""A retired account: what we know of the person is deleted, what the region must keep is kept."""

import logging
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from lti_bridge.models import (
    CompletionRecord,
    Delivery,
    DeliveryState,
    Deployment,
    Enrolment,
    LinkedAccount,
    Platform,
    ReportKind,
    ReportTarget,
)
from xblocks.competency.evidence import PROVISIONAL, Evidence, EvidenceKind
from xblocks.records import models
from xblocks.records.api import (
    OfficialIdentity,
    ResponseRecord,
    official_of,
    record_evidence,
    record_official,
    record_responses,
)
from xblocks.records.models import MasteryOverride, Response

from .fake_platform import connect_receivers_of_ours

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]
NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
COURSE = "course-v1:Kapasitas+PEM101+2026"
NIP = "198001012005011001"
KEY = "block-v1:a+b+c+type@competency_assessment+block@d"


@pytest.fixture
def official() -> Any:
    """An official with identity, answer, evidence, decision, completion record, and three reports."""
    user = get_user_model().objects.create_user("camat")
    record_official(user.pk, OfficialIdentity(nip=NIP, full_name="Contoh Camat", post="Camat"))
    answer = ResponseRecord(
        item_id="q1", client_uuid=uuid4(), response={"text": "x"}, fraction=Decimal(1), points=Decimal(1)
    )
    record_responses(user.pk, KEY, 1, [answer])
    evidence = Evidence(
        competency="gov.a", kind=EvidenceKind.ITEM, source=KEY, attempt=1, observable="q1", theta=0.4, se=0.9,
        items=1, share=Decimal(1), scale="", model_version=PROVISIONAL, occurred_at=NOW,
    )  # fmt: skip
    record_evidence(user.pk, KEY, 1, [evidence])
    MasteryOverride.objects.create(
        user=user, competency_id="gov.a", level=2, status="Demonstrated", reason="Dilihat.", decided_at=NOW
    )
    CompletionRecord.objects.create(
        user=user, course_key=COURSE, record_number="KP-1", nip=NIP, full_name="Contoh Camat",
        course_title="Pemerintahan", organiser="BPSDM", lesson_hours=20, started_at=NOW, completed_at=NOW,
        score=Decimal(80), content_hash="0" * 64,
    )  # fmt: skip
    platform = Platform.objects.create(name="SIMPEG", issuer="https://s.example", client_id="k")
    deployment = Deployment.objects.create(platform=platform, deployment_id="1")
    target = ReportTarget.objects.create(deployment=deployment, resource_link_id="r", course_key=COURSE)
    account = LinkedAccount.objects.create(platform=platform, sub="orang-7", user=user)
    Enrolment.objects.create(target=target, account=account, launched_at=NOW)
    for number, state in enumerate(
        (DeliveryState.DELIVERED, DeliveryState.IN_FLIGHT, DeliveryState.PENDING), 1
    ):
        Delivery.objects.create(
            target=target, account=account, kind=ReportKind.GRADE, sequence=number, value=80, maximum=100,
            completed=True, event_time=NOW, not_before=NOW, state=state,
            lease_until=NOW if state == DeliveryState.IN_FLIGHT else None,
        )  # fmt: skip
    return user


def assert_forgotten(user: Any) -> None:
    assert official_of(user.pk) is None
    for model in (Response, models.Evidence, MasteryOverride):
        assert not model._default_manager.filter(user_id=user.pk).exists()
    account = LinkedAccount.objects.get(user_id=user.pk)
    assert "orang-7" not in account.sub
    assert not Enrolment.objects.filter(account=account, reports=True).exists()
    states = Delivery.objects.filter(account=account).order_by("sequence").values_list("state", flat=True)
    assert list(states) == [DeliveryState.DELIVERED, DeliveryState.DEAD, DeliveryState.DEAD]
    assert CompletionRecord.objects.get(user_id=user.pk).nip == NIP


def test_the_platforms_retirement_reaches_us(
    official: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Sent once or twice, it forgets the person, keeps the region's fact, and logs numbers only."""
    caplog.set_level(logging.INFO)
    signal = connect_receivers_of_ours(monkeypatch)
    for _time in range(2):
        signal.send(sender=object, user=official)
    assert_forgotten(official)
    assert f"retired user {official.pk}" in caplog.text
    assert NIP not in caplog.text and "Camat" not in caplog.text and "orang-7" not in caplog.text


def test_the_command_does_the_same(official: Any) -> None:
    """For platforms that do not run the retirement pipeline."""
    out = StringIO()
    call_command("retire_learner", str(official.pk), stdout=out)
    assert_forgotten(official)
    assert (
        "1 answers deleted, 1 accounts unlinked, 2 reports given up, 1 completion records kept"
        in out.getvalue()
    )


def test_another_person_is_left_alone(official: Any) -> None:
    other = get_user_model().objects.create_user("lurah")
    call_command("retire_learner", str(other.pk), stdout=StringIO())
    assert official_of(official.pk) is not None
    for model in (Response, models.Evidence, MasteryOverride):
        assert model._default_manager.filter(user_id=official.pk).exists()
    assert LinkedAccount.objects.get(user_id=official.pk).sub == "orang-7"


def test_a_number_that_nobody_has_is_a_slip(official: Any) -> None:
    """That 0 answers were deleted would let an operator believe that somebody was forgotten."""
    with pytest.raises(CommandError, match="no account 99999"):
        call_command("retire_learner", "99999", stdout=StringIO())
    assert official_of(official.pk) is not None
