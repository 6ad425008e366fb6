"""The current learner, without personal data."""

from collections.abc import Mapping
from typing import Any

from django.utils.crypto import salted_hmac

from xblocks.competency.values import dataclass

from . import edxapp

__all__ = ["Learner", "device_key", "is_own_work", "learner", "may_read_states", "secret_seed", "state_of"]

PREFIX = "edx-platform."


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Who answers. ``user_id`` is the host's account, None where there is none to record for.

    ``staff``: teaches the course, as the host says.
    """

    user_id: int | None = None
    anonymous_id: str = ""
    signed_in: bool = False
    staff: bool = False


def learner(block: Any) -> Learner:
    """Return the current learner, from the user service where the host has one.

    State belongs to ``scope_ids.user_id``: without it nothing can be kept, so nobody is signed in.
    """
    key = block.scope_ids.user_id
    if key is None:
        # A library's runtime without a user refuses to hand out the service.
        return Learner()
    service = block.runtime.service(block, "user")
    user = service.get_current_user() if service is not None else None
    attributes = user.opt_attrs if user is not None else {}
    user_id = attributes.get(PREFIX + "user_id")
    return Learner(
        user_id=user_id if isinstance(user_id, int) else None,
        anonymous_id=str(attributes.get(PREFIX + "anonymous_user_id") or key),
        signed_in=attributes.get(PREFIX + "is_authenticated", True) is not False,
        staff=attributes.get(PREFIX + "user_is_staff") is True,
    )


def is_own_work(block: Any) -> bool:
    """Tell whether what is done counts as the learner's own work in a course.

    It does not in Studio's preview, in a content library, and where staff view the course in a learner's
    place: nothing may be told or recorded of that, least of all in the learner's name.
    """
    if getattr(block.runtime, "is_author_mode", False):
        return False
    context = getattr(block.scope_ids.usage_id, "context_key", None)
    if context is not None and not context.is_course:
        return False
    publisher = block.runtime.service(block, "publish")
    return publisher is None or not edxapp.views_as_learner(publisher.user, context)


def may_read_states(block: Any) -> bool:
    """Tell whether who asks teaches the course, where the host can look up a learner's state."""
    return block.runtime.service(block, "user_state") is not None and learner(block).staff


def state_of(block: Any, username: str) -> Mapping[str, Any]:
    """Return the block's state of the learner of this name or address, empty where there is none.

    Only after ``may_read_states``.
    """
    service = block.runtime.service(block, "user_state")
    try:
        found: Mapping[str, Any] = service.get_state_as_dict(username, block.scope_ids.usage_id)
    except TypeError:
        # The platform's service reads a row that has a grade and no state as JSON.
        return {}
    return found


def device_key(block: Any) -> str:
    """Return what a browser keeps the learner's answers at this block under; it names nobody."""
    value = f"{learner(block).anonymous_id}\n{block.scope_ids.usage_id}"
    return salted_hmac("kapasitas.assessment.device", value, algorithm="sha256").hexdigest()[:16]


def secret_seed(block: Any, attempt: int) -> str:
    """Return the seed of a learner's attempt: the same each time, and no learner can work it out."""
    who = learner(block).anonymous_id
    value = f"{who}\n{block.scope_ids.usage_id}\n{attempt}"
    return salted_hmac("kapasitas.assessment.seed", value, algorithm="sha256").hexdigest()[:32]
