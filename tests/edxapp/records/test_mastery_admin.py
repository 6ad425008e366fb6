"""The pages of a person's competencies: who may see and decide what, and what they say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from xblocks.competency.evidence import PROVISIONAL, Evidence, EvidenceKind
from xblocks.competency.mastery import MasteryStatus
from xblocks.records import api
from xblocks.records.models import Competency, MasteryOverride, Post

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 11, 25, 7, 30, tzinfo=UTC)
KEY = "block-v1:a+b+c+type@competency_assessment+block@d"
COMPETENCY = "gov.pendanaan"
REASON = "Dilihat langsung di kantor kecamatan."
DECISION = {"status": "Demonstrated", "level": "3", "reason": REASON}


def seen(theta: float = -2.3, se: float = 0.4, **other: Any) -> Evidence:
    values: dict[str, Any] = {
        "competency": COMPETENCY,
        "kind": EvidenceKind.ITEM,
        "source": KEY,
        "attempt": 1,
        "observable": "q1 q2",
        "theta": theta,
        "se": se,
        "items": 12,
        "share": Decimal("0.25"),
        "scale": "governance",
        "model_version": PROVISIONAL,
        "occurred_at": NOW,
    }
    return Evidence(**{**values, **other})


@pytest.fixture
def person() -> Any:
    call_command("load_content", verbosity=0)
    user = get_user_model().objects.create_user("lurah-contoh")
    identity = api.OfficialIdentity(nip="198001012005011001", full_name="Contoh Lurah", post="Lurah Contoh")
    api.record_official(user.pk, identity)
    api.record_evidence(user.pk, KEY, 1, [seen()])
    return user


def staff(*permissions: str) -> Client:
    user = get_user_model().objects.create_user("penilai", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def pages(user: Any) -> list[str]:
    return [
        reverse("admin:kapasitas_records_mastery", args=[user.pk]),
        reverse("admin:kapasitas_records_mastery_competency", args=[user.pk, COMPETENCY]),
    ]


def test_without_permission_nothing_is_shown(person: Any) -> None:
    client = staff("view_official", "add_masteryoverride")
    for page in pages(person):
        assert client.get(page).status_code == 403
        assert client.post(page, DECISION).status_code == 403
        assert Client().get(page).status_code == 302
    assert client.post(reverse("admin:kapasitas_records_mastery_find"), {"username": "x"}).status_code == 403
    assert not MasteryOverride.objects.exists()


def test_what_the_levels_mean_and_rest_on(person: Any) -> None:
    """Both pages say that the required level is a proposal; the levels have their indicators."""
    overview, page = (staff_get(person, url) for url in pages(person))
    assert "(proposed): the level is a proposal for the post" in overview
    assert "(proposed; no regulation has set it)" in page
    Competency.objects.filter(competency_id=COMPETENCY).update(
        indicators={"2": [{"id": "Menghitung pagu.", "en": "Works out the ceiling."}]}
    )
    Post.objects.update(basis="regulation")
    overview, page = (staff_get(person, url) for url in pages(person))
    assert "<li>Works out the ceiling.</li>" in page
    assert "(proposed" not in overview + page


def test_who_may_only_look_cannot_decide(person: Any) -> None:
    client = staff("view_evidence")
    page = client.get(pages(person)[1]).content.decode()
    assert "<textarea" not in page
    assert client.post(pages(person)[1], DECISION).status_code == 403
    assert not MasteryOverride.objects.exists()


def test_what_is_found_and_why(person: Any) -> None:
    """Level in words, how sure, what it rests on, what the post requires; and that it is no decision."""
    overview, page = (staff_get(person, url) for url in pages(person))
    for text in (overview, page):
        assert "Not demonstrated" in text
        assert "Items: 12; observations: 0; last on 25 November 2024." in text
        assert "UU 27/2022" in text
    assert "level 3 reached: almost certainly not" in overview
    assert "-2.3 ± 0.4" in page and "25%" in page
    # Whatever is worked out, no certainty.
    assert "&lt; 1%" in page and ">0%" not in page


def staff_get(person: Any, url: str) -> str:
    client = Client()
    user, _made = get_user_model().objects.get_or_create(username="lihat", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_evidence"))
    client.force_login(user)
    return client.get(url, headers={"accept-language": "en"}).content.decode()


def test_names_need_their_own_permission(person: Any) -> None:
    assert "Contoh Lurah" not in staff_get(person, pages(person)[0])
    page = staff("view_evidence", "view_official").get(pages(person)[0]).content.decode()
    assert "Contoh Lurah" in page and "198001012005011001" not in page


def test_a_person_decides(person: Any) -> None:
    """With a reason; it holds above the finding, which is still shown. The log tells numbers only."""
    client = staff("view_evidence", "add_masteryoverride")
    response = client.post(pages(person)[1], DECISION)
    assert response["Location"] == pages(person)[1]
    (row,) = MasteryOverride.objects.all()
    assert (row.user_id, row.level, row.status, row.reason) == (person.pk, 3, "Demonstrated", REASON)
    assert row.decided_by is not None and row.decided_by.get_username() == "penilai"
    page = client.get(pages(person)[1]).content.decode()
    assert "Not demonstrated" in page and "Level 3, demonstrated" in page and REASON in page
    entry = LogEntry.objects.get()
    assert REASON not in f"{entry.object_repr}{entry.change_message}" and "lurah" not in entry.object_repr


@pytest.mark.parametrize(
    "wrong",
    [{"reason": "   "}, {"level": ""}, {"level": "6"}, {"status": ""}, {"status": "Oke"}],
    ids=lambda wrong: "-".join(wrong),
)
def test_half_a_decision_is_refused_with_its_fault(person: Any, wrong: dict[str, str]) -> None:
    """And what was written is still there."""
    client = staff("view_evidence", "add_masteryoverride")
    page = client.post(pages(person)[1], {**DECISION, **wrong}).content.decode()
    assert 'role="alert"' in page and "errorlist" in page
    assert ('aria-invalid="true"') in page
    assert "reason" in wrong or REASON in page
    assert not MasteryOverride.objects.exists()


def test_a_decision_is_withdrawn_with_a_reason(person: Any) -> None:
    """Both stay on record; nothing can be withdrawn where nobody decided."""
    client = staff("view_evidence", "add_masteryoverride")
    page = client.post(pages(person)[1], {"withdraw": "1", "reason": "Keliru."}).content.decode()
    assert "There is no decision to withdraw." in page
    assert not MasteryOverride.objects.exists()
    client.post(pages(person)[1], DECISION)
    client.post(pages(person)[1], {"withdraw": "1", "reason": ""})
    assert MasteryOverride.objects.count() == 1
    client.post(pages(person)[1], {"withdraw": "1", "reason": "Keliru."})
    assert MasteryOverride.objects.count() == 2
    found = api.mastery_of(person.pk, [COMPETENCY], at=datetime.now(UTC))[COMPETENCY]
    assert (found.overridden, found.status) == (None, MasteryStatus.NOT_DEMONSTRATED)
    page = client.get(pages(person)[1]).content.decode()
    assert "Decision withdrawn" in page and REASON in page


def test_nobody_decides_about_oneself(person: Any) -> None:
    person.is_staff = True
    person.save()
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["view_evidence", "add_masteryoverride"])
    )
    client = Client()
    client.force_login(person)
    page = client.get(pages(person)[1]).content.decode()
    assert "Nobody decides about herself or himself." in page and "<textarea" not in page
    assert client.post(pages(person)[1], DECISION).status_code == 403
    assert not MasteryOverride.objects.exists()


def test_a_person_is_found_by_posting_the_user_name(person: Any) -> None:
    """Whole, and never in an address."""
    client = staff("view_evidence")
    find = reverse("admin:kapasitas_records_mastery_find")
    assert client.post(find, {"username": " lurah-contoh "})["Location"] == pages(person)[0]
    assert client.get(find).status_code == 405
    for name in ("lurah", "", "%"):
        response = client.post(find, {"username": name}, follow=True)
        assert "No account has this user name." in response.content.decode()


def test_what_is_not_there_is_not_found(person: Any) -> None:
    client = staff("view_evidence")
    for nobody in (999_999, 10**30):
        assert client.get(reverse("admin:kapasitas_records_mastery", args=[nobody])).status_code == 404
    nowhere = reverse("admin:kapasitas_records_mastery_competency", args=[person.pk, "gov.nowhere"])
    assert client.get(nowhere).status_code == 404


def test_evidence_of_a_competency_that_is_gone_can_be_read_and_not_decided(person: Any) -> None:
    api.record_evidence(person.pk, KEY, 2, [seen(competency="gov.lama", attempt=2)])
    url = reverse("admin:kapasitas_records_mastery_competency", args=[person.pk, "gov.lama"])
    client = staff("view_evidence", "add_masteryoverride")
    assert "<textarea" not in client.get(url).content.decode()
    assert client.post(url, DECISION).status_code == 403


def test_what_does_not_count_is_said(person: Any) -> None:
    """A retake, little evidence, nothing at all: each in words."""
    broken_off = seen(0.1, 0.8, attempt=2, items=2, occurred_at=NOW + timedelta(1))
    api.record_evidence(person.pk, KEY, 2, [broken_off])
    page = staff_get(person, pages(person)[1])
    assert "self-assessment: 1." in page and ">not counted</td>" in page
    other = get_user_model().objects.create_user("baru")
    assert "There is no evidence of this account" in staff_get(person, pages(other)[0])
    api.record_evidence(other.pk, KEY, 1, [seen(1.0, 0.9, items=1)])
    overview = staff_get(person, pages(other)[0])
    assert "Not certain yet" in overview and "That is too little to be sure." in overview


@pytest.mark.parametrize("policy", ["latest", "best", "decay"])
def test_the_policy_is_told(person: Any, settings: Any, policy: str) -> None:
    settings.KAPASITAS_MASTERY_POLICY = policy
    told = {"latest": "The newest evidence counts", "best": "The best that", "decay": "the older the less"}
    assert told[policy] in staff_get(person, pages(person)[0])


def test_the_pages_speak_indonesian(person: Any) -> None:
    """The domain's words too, and numbers with a comma."""
    client = staff("view_evidence", "add_masteryoverride")
    page = client.get(pages(person)[1], headers={"accept-language": "id"}).content.decode()
    for words in ("Belum terbukti", "hampir pasti tidak", "Soal: 12; pengamatan: 0", "-2,3 ± 0,4", "Alasan"):
        assert words in page
    assert "25 November 2024" in page


def test_from_an_official_to_the_competencies(person: Any) -> None:
    """The way from a NIP, for who may see both."""
    official = reverse("admin:kapasitas_records_official_change", args=[person.kapasitas_official.pk])
    client = staff("view_official")
    assert pages(person)[0] not in client.get(official).content.decode()
    user = get_user_model().objects.get(username="penilai")
    user.user_permissions.add(Permission.objects.get(codename="view_evidence"))
    assert pages(person)[0] in client.get(official).content.decode()
