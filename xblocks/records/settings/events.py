"""Where the platform's event bus and tracking backends hear of our events."""

from typing import Any

from xblocks.events import ASSESSMENT_SUBMITTED_TYPE, TRACKED, offer_on_bus

__all__ = ["add_events"]

ALLOWED = "EVENT_TRACKING_BACKENDS_ALLOWED_XAPI_EVENTS"


def add_events(settings: Any) -> None:
    """Offer our event on the bus, disabled, and let our tracking events through to xAPI. Idempotent."""
    offer_on_bus(
        settings,
        ASSESSMENT_SUBMITTED_TYPE,
        topic="kapasitas-assessment-submitted",
        key_field="assessment.user_id",
    )
    _allow_xapi(settings, [event.name for event in TRACKED])


def _allow_xapi(settings: Any, names: list[str]) -> None:
    """Put the names where event-routing-backends reads them; plugins' settings come in no order of note.

    Where its settings come later, it adds to the list. Where they came first, it has made two whitelists of
    the list: one is the list itself, the other a copy, as is what goes to the event bus.
    """
    if not hasattr(settings, ALLOWED):
        setattr(settings, ALLOWED, [])
    allowed = getattr(settings, ALLOWED)
    allowed += [name for name in names if name not in allowed]
    transformer = getattr(settings, "EVENT_TRACKING_BACKENDS", {}).get("event_transformer", {})
    for processor in transformer.get("OPTIONS", {}).get("processors", []):
        copied = processor.get("OPTIONS", {}).get("whitelist")
        if isinstance(copied, set):
            copied.update(names)
    if hasattr(settings, "EVENT_BUS_TRACKING_LOGS"):
        settings.EVENT_BUS_TRACKING_LOGS = {*settings.EVENT_BUS_TRACKING_LOGS, *names}
