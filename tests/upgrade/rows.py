"""Rows for every table of ours, as a site has them: people, content, answers, launches, and what is reported.

The people are invented; their NIP begins with a date of birth in the year 1900. Models are imported inside
functions, since a dump is made by a process that sets Django up itself.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

__all__ = ["fill"]

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


IDENTITY = {
    "nip": "190001012000011001",
    "full_name": "Contoh Camat, S.STP.",
    "office_code": "99.01.01",
    "office_name": "Kecamatan Contoh",
    "post": "Camat",
}


def at(hour: int) -> datetime:
    """Return an hour of the one day on which everything happened."""
    return datetime(2026, 11, 2, hour, 30, 15, 250_000, tzinfo=UTC)


def fill() -> None:
    """Write rows into every table of ours; a table that is forgotten here fails test_upgrade.py."""
    user = official()
    measured(user)
    target, account = launched(user)
    reported(user)
    delivered = sent(target, account)
    operated(target, account, delivered)


def official() -> Any:
    """Write the content, and an official who answered; returns the account."""
    from django.contrib.auth import get_user_model

    from xblocks.records.api import OfficialIdentity, load_bank, load_framework, record_official
    from xblocks.records.models import Response

    load_framework(FRAMEWORK)
    load_bank(BANK)
    user = get_user_model().objects.create(username="orang-contoh", password="!")
    record_official(user.pk, OfficialIdentity(**IDENTITY))
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
    return user


def measured(user: Any) -> None:
    """Write what the bank's items, and the official, were found to be."""
    from xblocks.records.models import (
        Calibration,
        CalibrationRequest,
        CutScore,
        Evidence,
        ItemParameters,
        MasteryOverride,
        Presentation,
        StandardSetting,
    )

    of_bank: dict[str, Any] = {"bank_id": "contoh"}
    by: dict[str, Any] = {"user": user, "usage_key": USAGE, "attempt": 1}
    calibration = Calibration.objects.create(
        **of_bank,
        number=1,
        family="2PL",
        persons=300,
        log_likelihood=-1234.5,
        report={},
        link={},
        made_by=user,
    )
    ItemParameters.objects.create(
        calibration=calibration,
        item_id="soal-1",
        fingerprint="f" * 64,
        model="2PL",
        a=1.25,
        steps=[-0.5],
        errors=[0.1, 1e-05],
        answers=300,
        standing="operational",
    )
    CalibrationRequest.objects.create(**of_bank, family="2PL", asked_by=user, number=1, finished_at=at(9))
    CutScore.objects.create(
        **of_bank,
        level=1,
        theta=-0.4,
        se=0.12,
        source={"method": "angoff"},
        adopted_at=at(9),
        adopted_by=user,
    )
    StandardSetting.objects.create(
        **of_bank, bank_version="1", level=1, method="angoff", data={"judges": []}, made_by=user
    )
    Presentation.objects.create(**by, **of_bank, bank_version="1", item_id="soal-1", shown_at=at(8))
    Evidence.objects.create(
        **by,
        competency_id="gov.contoh",
        kind="item",
        revision=1,
        theta=0.25,
        se=0.5,
        items=1,
        share=Decimal("0.333333"),
        model_version="contoh@1",
        occurred_at=at(8),
    )
    MasteryOverride.objects.create(
        user=user,
        competency_id="gov.contoh",
        level=1,
        status="Demonstrated",
        reason="Portofolio contoh",
        decided_by=user,
        decided_at=at(9),
    )


def launched(user: Any) -> tuple[Any, Any]:
    """Write an HR system that launched the official; returns the target and the account there."""
    from lti_bridge.keys import create_key
    from lti_bridge.models import (
        DeepLinkRequest,
        Deployment,
        Enrolment,
        LaunchTicket,
        LinkedAccount,
        LoginState,
        OneTimeNonce,
        Platform,
        RegistrationInvitation,
        ReportTarget,
        RosterMember,
        RosterReading,
    )
    from lti_bridge.models.digests import digest

    create_key()
    platform = Platform.objects.create(
        name="SIMPEG Contoh",
        issuer=URL,
        client_id="kapasitas",
        auth_login_url=URL + "/auth",
        auth_token_url=URL + "/token",
        key_set_url=URL + "/jwks",
        trusts_nip=True,
    )
    RegistrationInvitation.objects.create(
        token_digest=digest("invitation"), name="SIMPEG Contoh", expires_at=at(9), platform=platform
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
    OneTimeNonce.objects.create(platform=platform, nonce_digest=digest("once"), expires_at=at(9))
    DeepLinkRequest.objects.create(
        token_digest=digest("choice"), deployment=deployment, return_url=URL + "/return", expires_at=at(9)
    )
    account = LinkedAccount.objects.create(platform=platform, sub="orang-7", user=user)
    LaunchTicket.objects.create(
        token_digest=digest("ticket"), account=account, path="/courses/" + COURSE, expires_at=at(9)
    )
    target = ReportTarget.objects.create(
        deployment=deployment,
        resource_link_id="tautan-1",
        course_key=COURSE,
        lineitems_url=URL + "/lineitems",
        scopes=[
            f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}"
            for name in ("lineitem", "result.readonly", "score")
        ],
        memberships_url=URL + "/members",
    )
    Enrolment.objects.create(target=target, account=account, launched_at=at(7))
    RosterReading.objects.create(target=target, started_at=at(7), finished_at=at(7), members=1, joined=1)
    RosterMember.objects.create(
        target=target, sub="orang-7", full_name="Contoh Camat, S.STP.", joined_at=at(7), changed_at=at(7)
    )
    return target, account


def reported(user: Any) -> None:
    """Write the completion record, and progress that nobody has looked at yet."""
    from lti_bridge.models import CompletionRecord, ProgressNotice
    from lti_bridge.records.content import content_hash

    record = CompletionRecord(
        user=user,
        course_key=COURSE,
        record_number="KPS-2026-7H3K-9QWX-2",
        **IDENTITY,
        course_title="Tata Kelola Pemerintahan",
        organiser="Pusat Contoh",
        lesson_hours=12,
        started_at=at(7),
        completed_at=at(9),
        score=Decimal("87.50"),
    )
    record.content_hash = content_hash(record)
    record.save()
    ProgressNotice.objects.create(user=user, course_key=COURSE, not_before=at(9))


def sent(target: Any, account: Any) -> Any:
    """Write a result that was delivered, which is returned, and one that waits."""
    from lti_bridge.models import Delivery, DeliveryAttempt, LineItem

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
    return delivered


def operated(target: Any, account: Any, delivered: Any) -> None:
    """Write what a reading of the results found, and what an operator did about it."""
    from lti_bridge.models import Discrepancy, OperatorAction, Reconciliation

    Reconciliation.objects.create(target=target, started_at=at(9), finished_at=at(9), compared=1, found=1)
    Discrepancy.objects.create(
        target=target,
        account=account,
        report_kind="completion",
        kind="missing",
        ours=Decimal(0),
        sent=Decimal(0),
        maximum=Decimal(1),
        found_at=at(9),
        seen_at=at(9),
        resolved_at=at(9),
    )
    OperatorAction.objects.create(
        kind="replayed", reason="Contoh", group=UUID(int=9), target=target, delivery=delivered
    )
