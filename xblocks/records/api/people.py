"""Who learners are in the civil service, and forgetting a person."""

from django.db import transaction

from xblocks.competency.values import dataclass
from xblocks.records.models import Evidence, MasteryOverride, Official, Presentation, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialIdentity:
    """Personal data of an official; keep it out of logs, URLs and events.

    ``office_code`` is the Kemendagri code of the kecamatan (``PP.KK.CC``) or kelurahan
    (``PP.KK.CC.DDDD``). Unknown parts are empty strings.
    """

    nip: str = ""
    full_name: str = ""
    office_code: str = ""
    office_name: str = ""
    post: str = ""


def record_official(user_id: int, identity: OfficialIdentity) -> None:
    """Set what is known of the official behind ``user_id``; replaces what was known before."""
    Official.objects.update_or_create(
        user_id=user_id,
        defaults={
            "nip": identity.nip,
            "full_name": identity.full_name,
            "office_code": identity.office_code,
            "office_name": identity.office_name,
            "post": identity.post,
        },
    )


def official_of(user_id: int) -> OfficialIdentity | None:
    """Return the official behind ``user_id``, or None where no HR system has named one."""
    row = Official.objects.filter(user_id=user_id).first()
    if row is None:
        return None
    return OfficialIdentity(
        nip=row.nip,
        full_name=row.full_name,
        office_code=row.office_code,
        office_name=row.office_name,
        post=row.post,
    )


def officials_with_nip(nip: str) -> list[int]:
    """Return the user ids of those whom HR systems have named with this NIP (18 digits), at most two.

    Two are enough to know that it is not one person's alone. An empty NIP is nobody's.
    """
    if not nip:
        return []
    return list(Official.objects.filter(nip=nip).order_by("user_id").values_list("user_id", flat=True)[:2])


def forget_person(user_id: int) -> int:
    """Delete what is known of ``user_id``; returns how many answers there were. Idempotent.

    Identity, answers, shown items, evidence, and decisions about the person. What the person decided about
    others stays: it is a fact of theirs.

    For the platform's retirement of an account, and for officials who ask for it (UU 27/2022, articles 8,
    16(2) g, 43). What the bridge reported to the HR system is the bridge's to decide.
    """
    with transaction.atomic():
        for model in (Official, Presentation, Evidence, MasteryOverride):
            model._default_manager.filter(user_id=user_id).delete()
        answers, _by_model = Response.objects.filter(user_id=user_id).delete()
    return answers
