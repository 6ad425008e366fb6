"""The public interface of records: plain values in, plain values out; no model escapes.

Callers check permission themselves. Every function that writes joins the caller's transaction.
"""

from dataclasses import dataclass

from .models import Official

__all__ = ["OfficialIdentity", "official_of", "record_official"]


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
