"""Ids of members, as tools write them."""

from uuid import UUID

__all__ = ["subject_of"]


def subject_of(user_id: str) -> UUID | None:
    """Return the subject that ``user_id`` names, or None: it names one only as we wrote it.

    (A UUID can be written in several ways; ids are opaque to tools and compared as text.)
    """
    try:
        subject = UUID(user_id)
    except ValueError:
        return None
    return subject if str(subject) == user_id else None
