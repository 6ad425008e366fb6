"""Events of the bridge in the log: one line an event, fields with numbers and codes, nobody's data.

A line reads ``event=delivery_settled delivery=12 attempt=3 outcome=retry error=TransientError status=503``
(logfmt). ``JsonFormatter`` writes the same fields as JSON, for a site whose log collector reads that; every
record carries them as ``record.kapasitas`` too. docs/reference/logs.md names each event and its fields.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Literal

__all__ = ["EventName", "JsonFormatter", "LogfmtFormatter", "log_event"]

type EventName = Literal[
    "circuit_changed",
    "delivery_settled",
    "launch_refused",
    "operator_action",
    "reconciliation_finished",
    "roster_read",
]
type Value = str | int | float | bool | None

# All that may be in a line. What is not here (names, NIP, addresses, tokens) is not logged by mistake.
FIELDS = frozenset(
    {
        "account", "action", "attempt", "changed", "code", "compared", "delivery", "done", "duration_ms",
        "error", "fault", "found", "group", "joined", "kind", "left", "members", "outcome", "platform",
        "reference", "resolved", "skipped", "state", "status", "target", "user",
    }
)  # fmt: skip
# A value is a number or a code of ours: no space, no @, no query.
LONGEST = 100
_CODE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")

_log = logging.getLogger("lti_bridge.events")


def log_event(event: EventName, *, level: int = logging.INFO, **fields: Value) -> None:
    """Log an event. Fields are None (left out), numbers, or codes of letters, digits, ``_``, ``.``, ``-``.

    Raises ValueError for a field that is not listed: that is a fault of the caller's code. A text that is
    no code is written as ``?``, since it could hold anybody's data.
    """
    unknown = fields.keys() - FIELDS
    if unknown:
        raise ValueError(f"fields that may not be logged: {', '.join(sorted(unknown))}")
    if not _log.isEnabledFor(level):
        return
    said = {"event": event, **{name: _safe(value) for name, value in fields.items() if value is not None}}
    _log.log(level, "%s", _logfmt(said), extra={"kapasitas": said})


def _safe(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    text = str(value)
    return text if 0 < len(text) <= LONGEST and _CODE.issuperset(text) else "?"


def _logfmt(fields: dict[str, Value]) -> str:
    return " ".join(f"{name}={_word(value)}" for name, value in fields.items())


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fields(record: logging.LogRecord) -> dict[str, Value]:
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    stamp: dict[str, Value] = {"time": moment, "level": record.levelname.lower(), "logger": record.name}
    said = getattr(record, "kapasitas", None)
    return stamp | (said if isinstance(said, dict) else {"message": record.getMessage()})


class LogfmtFormatter(logging.Formatter):
    """``time=… level=… logger=… event=…``; other records have their text as ``message``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and a traceback below it where there is one."""
        fields = _fields(record)
        if "message" in fields:
            fields["message"] = json.dumps(fields["message"], ensure_ascii=False)
        return "\n".join([_logfmt(fields), *_traceback(self, record)])


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object; a traceback is its ``traceback``."""
        fields = _fields(record)
        trace = _traceback(self, record)
        return json.dumps(fields | ({"traceback": trace[0]} if trace else {}), ensure_ascii=False)


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    return [formatter.formatException(record.exc_info)] if record.exc_info else []
