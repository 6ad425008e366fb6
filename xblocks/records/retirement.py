"""The end of a person's account: what we know of the person goes with it (docs/decisions/0017)."""

import logging
from typing import Any

from .api import forget_person

__all__ = ["on_user_retired"]

log = logging.getLogger(__name__)


def on_user_retired(sender: object, *, user: Any, **_kwargs: object) -> None:
    """Receive USER_RETIRE_LMS_MISC of the platform, which repeats a retirement that raises."""
    log.info("retired user %s: %s answers deleted", user.pk, forget_person(user.pk))
