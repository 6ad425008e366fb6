"""What the plugin's settings say of events, whatever the order in which the platform loads plugins."""

import copy
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from event_routing_backends.settings import common as routing
from openedx_events.event_bus import merge_producer_configs

from lti_bridge.settings import common as bridge
from xblocks import events
from xblocks.records.settings import common as records

NAMES = {event.name for event in events.TRACKED}
TYPES = {events.ASSESSMENT_SUBMITTED_TYPE, "org.kapasitas.completion.recorded.v1"}


def loaded(*plugins: Any, **given: Any) -> Any:
    settings = SimpleNamespace(LMS_ROOT_URL="https://lms.example", **given)
    for plugin in plugins:
        plugin.plugin_settings(settings)
    return settings


def whitelists(settings: Any) -> list[set[str]]:
    options = settings.EVENT_TRACKING_BACKENDS["event_transformer"]["OPTIONS"]
    xapi = options["backends"]["xapi"]["OPTIONS"]
    return [
        set(processors[0]["OPTIONS"]["whitelist"])
        for processors in (options["processors"], xapi["processors"])
    ] + [set(settings.EVENT_BUS_TRACKING_LOGS)]


@pytest.mark.parametrize("order", [(routing, records), (records, routing)], ids=["after", "before"])
def test_our_events_pass_every_whitelist_in_either_order(order: tuple[Any, ...]) -> None:
    """Nothing else changes in them."""
    theirs = whitelists(loaded(routing))
    assert whitelists(loaded(*order)) == [names | NAMES for names in theirs]


def test_without_event_routing_backends_only_a_list_is_left() -> None:
    settings = loaded(records, EVENT_TRACKING_BACKENDS={"tracking_logs": {}})
    assert set(settings.EVENT_TRACKING_BACKENDS_ALLOWED_XAPI_EVENTS) == NAMES
    assert settings.EVENT_TRACKING_BACKENDS == {"tracking_logs": {}}


@pytest.mark.parametrize("plugins", [(records, bridge), (bridge, records, records, bridge)])
def test_our_events_are_offered_on_the_bus_and_off(plugins: tuple[Any, ...]) -> None:
    """Loading twice, as some settings do, changes nothing."""
    settings = loaded(*plugins)
    assert set(settings.EVENT_BUS_PRODUCER_CONFIG) == TYPES
    for topics in settings.EVENT_BUS_PRODUCER_CONFIG.values():
        assert [options["enabled"] for options in topics.values()] == [False]


def test_what_the_operator_says_of_the_bus_wins_before_and_after_us() -> None:
    """Before: in settings of an own. After: from the platform's YAML, which it merges over ours."""
    own = {"org.kapasitas.completion.recorded.v1": {"kapasitas-completion-recorded": {"enabled": True}}}
    before = loaded(records, bridge, EVENT_BUS_PRODUCER_CONFIG=copy.deepcopy(own)).EVENT_BUS_PRODUCER_CONFIG
    after = merge_producer_configs(loaded(records, bridge).EVENT_BUS_PRODUCER_CONFIG, own)
    assert before == after
    assert before["org.kapasitas.completion.recorded.v1"]["kapasitas-completion-recorded"] == {
        "event_key_field": "completion.user_id",
        "enabled": True,
    }


def test_settings_bring_no_event_library_in() -> None:
    """The settings are read by every management command."""
    code = (
        "import sys, xblocks.records.settings.common, lti_bridge.settings.common; "
        "print({'attr', 'openedx_events', 'event_routing_backends', 'celery'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
