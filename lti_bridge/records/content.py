"""The hash that makes a completion record verifiable."""

import hashlib
import json
from datetime import UTC

from lti_bridge.models import CompletionRecord

__all__ = ["content_hash"]


def content_hash(record: CompletionRecord) -> str:
    """Return the SHA-256 (hex) of the record's facts; docs/reference/completion-record.md shows the form.

    Canonical JSON: keys sorted, no blanks, UTF-8, dates as ISO 8601 in UTC, the score with two decimals.
    """
    facts = {
        "completed_at": record.completed_at.astimezone(UTC).isoformat(timespec="seconds"),
        "course_key": record.course_key,
        "course_title": record.course_title,
        "full_name": record.full_name,
        "lesson_hours": record.lesson_hours,
        "nip": record.nip,
        "office_code": record.office_code,
        "office_name": record.office_name,
        "organiser": record.organiser,
        "post": record.post,
        "record_number": record.record_number,
        "score": f"{record.score:.2f}",
        "started_at": record.started_at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
