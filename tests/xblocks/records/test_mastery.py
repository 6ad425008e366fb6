"""Evidence on record: appended, revised and taken back; found from it by the site's policy; overridden."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.evidence import PROVISIONAL, Evidence, EvidenceKind
from xblocks.competency.mastery import MasteryStatus, Policy
from xblocks.competency.values import replace
from xblocks.host import records
from xblocks.measurement.errors import MeasurementError
from xblocks.records import api, models

from .test_api import framework

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]
NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
KEY = "block-v1:a+b+c+type@competency_assessment+block@d"


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create_user("pegawai")


def seen(theta=1.2, se=0.3, **other) -> Evidence:
    return Evidence(
        **{
            "competency": "gov.a",
            "kind": EvidenceKind.ITEM,
            "source": KEY,
            "attempt": 1,
            "observable": "q1 q2",
            "theta": theta,
            "se": se,
            "items": 12,
            "share": Decimal(1) / 3,
            "scale": "uji",
            "model_version": PROVISIONAL,
            "occurred_at": NOW,
            **other,
        }
    )


def revisions(user) -> list[tuple[int, int]]:
    return list(models.Evidence.objects.filter(user=user).order_by("pk").values_list("revision", "items"))


def test_the_same_evidence_again_writes_nothing(user):
    """To six decimals, and whenever it is recorded."""
    assert api.record_evidence(user.pk, KEY, 1, [seen(1 / 3)]) == 1
    assert api.record_evidence(user.pk, KEY, 1, [seen(1 / 3 + 1e-9, occurred_at=NOW + timedelta(1))]) == 0
    assert revisions(user) == [(1, 12)]
    assert api.evidence_on(user.pk) == (seen(0.333333, share=Decimal("0.333333")),)


def test_a_rescore_is_the_next_revision_and_makes_nothing_newer(user):
    api.record_evidence(user.pk, KEY, 1, [seen()])
    assert api.record_evidence(user.pk, KEY, 1, [seen(0.7, occurred_at=NOW + timedelta(9))]) == 1
    assert revisions(user) == [(1, 12), (2, 12)]
    (found,) = api.evidence_on(user.pk)
    assert (found.theta, found.occurred_at) == (0.7, NOW)


def test_what_an_attempt_says_no_longer_is_taken_back(user):
    """And given again, it is there again."""
    other = seen(competency="gov.b")
    api.record_evidence(user.pk, KEY, 1, [seen(), other])
    assert api.record_evidence(user.pk, KEY, 1, [other]) == 1
    assert api.evidence_on(user.pk) == (replace(other, share=Decimal("0.333333")),)
    assert api.record_evidence(user.pk, KEY, 1, [other]) == 0
    assert api.record_evidence(user.pk, KEY, 1, [seen(), other]) == 1
    assert {one.competency for one in api.evidence_on(user.pk)} == {"gov.a", "gov.b"}
    assert [revision for revision, _items in revisions(user)] == [1, 1, 2, 3]


def test_attempts_blocks_kinds_and_people_are_apart(user, django_user_model):
    other = django_user_model.objects.create_user("lain")
    api.record_evidence(user.pk, KEY, 1, [seen()])
    api.record_evidence(user.pk, KEY, 2, [seen(attempt=2)])
    api.record_evidence(user.pk, "x", 1, [seen(source="x")])
    note = seen(kind=EvidenceKind.MENTOR)
    api.record_evidence(user.pk, KEY, 1, [note], kind=EvidenceKind.MENTOR)
    assert len(api.evidence_on(user.pk, ["gov.a"])) == 4
    assert api.evidence_on(user.pk, ["gov.b"]) == api.evidence_on(other.pk) == ()


@pytest.mark.parametrize("wrong", [{"source": "x"}, {"attempt": 2}, {"kind": EvidenceKind.SELF}])
def test_evidence_of_another_attempt_is_refused(user, wrong):
    with pytest.raises(ValueError, match="is of another"):
        api.record_evidence(user.pk, KEY, 1, [seen(**wrong)])
    assert revisions(user) == []


def official(user, post="Camat Contoh"):
    api.load_framework(framework())
    api.record_official(user.pk, api.OfficialIdentity(post=post))


def test_what_the_post_requires(user, settings):
    """By the post as HR writes it; the site may set other levels."""
    assert api.requirement_of(user.pk).levels == {}
    official(user)
    assert api.requirement_of(user.pk).levels == {"gov.a": 1}
    assert api.requirement_of(user.pk).proposed == {"gov.a"}
    settings.KAPASITAS_REQUIRED_LEVELS = {"camat": {"gov.b": 2}}
    assert api.requirement_of(user.pk).proposed == {"gov.a"}
    settings.KAPASITAS_REQUIRED_LEVELS = {"camat": {"gov.a": 3, "gov.b": 2}, "lurah": {"gov.a": 5}}
    assert api.requirement_of(user.pk).proposed == set()
    assert api.requirement_of(user.pk).levels == {"gov.a": 3, "gov.b": 2}
    api.record_official(user.pk, api.OfficialIdentity(post="Sekretaris Camat"))
    assert api.requirement_of(user.pk).levels == {}


def test_what_a_regulation_sets_is_no_proposal(user):
    api.load_framework(framework().replace('eselon="31"', 'eselon="31" basis="regulation"'))
    api.record_official(user.pk, api.OfficialIdentity(post="Camat"))
    assert api.requirement_of(user.pk) == api.Requirement(levels={"gov.a": 1})


def test_mastery_is_found_by_the_sites_policy(user, settings):
    official(user)
    api.record_evidence(user.pk, KEY, 1, [seen(1.2, occurred_at=NOW - timedelta(days=30))])
    api.record_evidence(user.pk, KEY, 2, [seen(-2.3, attempt=2)])
    assert api.mastery_of(user.pk, at=NOW)["gov.a"].status is MasteryStatus.NOT_DEMONSTRATED
    settings.KAPASITAS_MASTERY_POLICY = "best"
    found = api.mastery_of(user.pk, ["gov.a", "gov.b"], at=NOW)
    assert {id_: one.status for id_, one in found.items()} == {"gov.a": MasteryStatus.DEMONSTRATED}
    assert (found["gov.a"].required, found["gov.a"].target) == (1, 1)
    other = api.mastery_of(user.pk, at=NOW, required={}, policy=Policy.LATEST)["gov.a"]
    assert (other.required, other.level) == (None, 0)
    settings.KAPASITAS_MASTERY_POLICY, settings.KAPASITAS_MASTERY_HALF_LIFE_DAYS = "decay", 30
    decayed = api.mastery_of(user.pk, at=NOW + timedelta(days=30))["gov.a"]
    assert [one.weight for one in decayed.reasons] == [0.5]


def test_a_person_decides_with_a_reason(user, django_user_model):
    judge = django_user_model.objects.create_user("penilai")
    official(user)
    api.record_evidence(user.pk, KEY, 1, [seen(-2.3)])
    decision = {"reason": " Dilihat di lapangan. ", "decided_by": judge.pk, "at": NOW}
    status = MasteryStatus.DEMONSTRATED
    api.override_mastery(user.pk, "gov.a", level=2, status=status, **decision)
    found = api.mastery_of(user.pk, at=NOW)["gov.a"]
    assert (found.status, found.level, found.found) == (status, 2, MasteryStatus.NOT_DEMONSTRATED)
    assert (found.overridden.reason, found.overridden.decided_by) == ("Dilihat di lapangan.", judge.pk)
    api.override_mastery(user.pk, "gov.a", level=None, status=None, **decision)
    assert api.mastery_of(user.pk, at=NOW)["gov.a"].overridden is None
    assert len(api.decisions_on(user.pk)) == 2


def test_decisions_that_are_none_leave_nothing(user):
    official(user)
    whole = {
        "level": 2,
        "status": MasteryStatus.DEMONSTRATED,
        "reason": "x",
        "decided_by": user.pk,
        "at": NOW,
    }
    for wrong in ({"level": None}, {"status": None}, {"reason": "  "}, {"level": 7}):
        with pytest.raises(MeasurementError):
            api.override_mastery(user.pk, "gov.a", **{**whole, **wrong})
    with pytest.raises(UnknownReferenceError, match=r"gov\.z"):
        api.override_mastery(user.pk, "gov.z", **whole)
    assert api.decisions_on(user.pk) == ()


def test_the_database_refuses_half_a_decision(user):
    for level, status in ((2, ""), (None, "Demonstrated"), (9, "Demonstrated"), (2, "Oke")):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.MasteryOverride.objects.create(
                user=user, competency_id="gov.a", level=level, status=status, reason="x", decided_at=NOW
            )


def test_levels_in_words(user):
    api.load_framework(framework())
    words = api.LevelWords(description="Menyebutkan.", indicators=("Menunjukkan di peta.",))
    assert api.competency_levels(["gov.a", "gov.z"], "en") == {"gov.a": {1: words}}


def test_a_framework_of_an_earlier_release_is_completed(user):
    """Loading it again adds what was not kept then; loading it once more writes nothing."""
    api.load_framework(framework())
    models.Competency.objects.update(indicators={})
    api.load_framework(framework())
    assert api.competency_levels(["gov.a"], "id")["gov.a"][1].indicators == ("Menunjukkan di peta.",)
    before = list(models.Competency.objects.values_list("pk", flat=True))
    api.load_framework(framework())
    assert list(models.Competency.objects.values_list("pk", flat=True)) == before


def test_a_forgotten_person_has_no_evidence(user, django_user_model):
    """Nor decisions about the person; what the person decided about others stays."""
    other = django_user_model.objects.create_user("lain")
    official(user)
    for one, judge in ((user, other), (other, user)):
        api.record_evidence(one.pk, KEY, 1, [seen()])
        api.override_mastery(
            one.pk,
            "gov.a",
            level=1,
            status=MasteryStatus.DEMONSTRATED,
            reason="x",
            decided_by=judge.pk,
            at=NOW,
        )
    api.forget_person(user.pk)
    assert api.evidence_on(user.pk) == api.decisions_on(user.pk) == ()
    assert len(api.evidence_on(other.pk)) == 1
    assert [one.decided_by for one in api.decisions_on(other.pk)] == [user.pk]


def test_blocks_ask_through_the_host(user, settings):
    """Without an account, or where no records are kept, nothing is kept and nothing known."""
    official(user)
    records.record_evidence(user.pk, KEY, 1, [seen()])
    assert set(records.mastery_of(user.pk, ["gov.a"], at=NOW)) == {"gov.a"}
    assert records.requirement_of(user.pk).levels == {"gov.a": 1}
    assert records.competency_levels(["gov.a"], "id")["gov.a"][1].description == "Menyebutkan."
    records.record_evidence(None, KEY, 1, [seen()])
    assert records.mastery_of(None, ["gov.a"], at=NOW) == records.requirement_of(None).levels == {}
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "xblocks.records"]
    records.record_evidence(user.pk, KEY, 2, [seen(attempt=2)])
    assert records.mastery_of(user.pk, ["gov.a"], at=NOW) == records.requirement_of(user.pk).levels == {}
    assert records.competency_levels(["gov.a"], "id") == {}
