"""The current learner, without personal data."""

from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac

__all__ = ["Learner", "learner", "secret_seed"]

PREFIX = "edx-platform."


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Who answers. ``user_id`` is the host's account, None where there is none to record for."""

    user_id: int | None
    anonymous_id: str
    signed_in: bool


def learner(block: Any) -> Learner:
    """Return the current learner, from the user service where the host has one.

    State belongs to ``scope_ids.user_id``: without it nothing can be kept, so nobody is signed in.
    """
    key = block.scope_ids.user_id
    service = block.runtime.service(block, "user")
    user = service.get_current_user() if service is not None else None
    attributes = user.opt_attrs if user is not None else {}
    user_id = attributes.get(PREFIX + "user_id")
    return Learner(
        user_id=user_id if isinstance(user_id, int) else None,
        anonymous_id=str(attributes.get(PREFIX + "anonymous_user_id") or key or ""),
        signed_in=key is not None and attributes.get(PREFIX + "is_authenticated", True) is not False,
    )


def secret_seed(block: Any, attempt: int) -> str:
    """Return the seed of a learner's attempt: the same each time, and no learner can work it out."""
    who = learner(block).anonymous_id
    value = f"{who}\n{block.scope_ids.usage_id}\n{attempt}"
    return salted_hmac("kapasitas.assessment.seed", value, algorithm="sha256").hexdigest()[:32]
