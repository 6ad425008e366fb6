"""Switches by which an operator stops the bridge at once, without a restart (Django admin, Waffle).

Both are off unless somebody turns them on, as Waffle takes a switch that it does not know for off.
Where Waffle is not installed, as on the one-machine site, they stay off.
"""

import waffle
from django.apps import apps
from edx_toggles.toggles import WaffleSwitch

from .shared_cache import note_failure

__all__ = ["HALT_DELIVERY", "IGNORE_EVENTS", "delivery_is_halted", "events_are_ignored"]

# .. toggle_name: kapasitas_lti.halt_delivery
# .. toggle_implementation: WaffleSwitch
# .. toggle_default: False
# .. toggle_description: Stops all sending to HR systems at once. What is to be sent stays in the outbox
#   and goes out when the switch is turned off.
# .. toggle_use_cases: circuit_breaker
# .. toggle_creation_date: 2026-11-25
HALT_DELIVERY = WaffleSwitch("kapasitas_lti.halt_delivery", module_name=__name__)

# .. toggle_name: kapasitas_lti.ignore_events
# .. toggle_implementation: WaffleSwitch
# .. toggle_default: False
# .. toggle_description: Stops the bridge from taking notice of grades and completions, for instance while
#   a course is graded anew. A later event or launch of the same learner, or the next sweep, makes up for
#   what was missed.
# .. toggle_use_cases: circuit_breaker
# .. toggle_creation_date: 2026-11-25
IGNORE_EVENTS = WaffleSwitch("kapasitas_lti.ignore_events", module_name=__name__)


def delivery_is_halted() -> bool:
    """Tell whether nothing may be sent now."""
    return _is_on(HALT_DELIVERY)


def events_are_ignored() -> bool:
    """Tell whether events of the platform are to be ignored now."""
    return _is_on(IGNORE_EVENTS)


def _is_on(switch: WaffleSwitch) -> bool:
    # Not switch.is_enabled(): it remembers its answer for a request, and in a worker, which serves no
    # requests, for as long as the process lives.
    if not apps.is_installed("waffle"):
        return False
    try:
        return bool(waffle.switch_is_active(switch.name))
    except Exception as error:  # noqa: BLE001 - each cache has errors of its own
        # Waffle asks the cache first. Where that is away, the table knows.
        note_failure(error)
        return bool(waffle.get_waffle_switch_model().objects.filter(name=switch.name, active=True).exists())
