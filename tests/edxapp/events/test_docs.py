"""The reference tells each event that goes on the bus, with its fields and topic, and each xAPI word."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from openedx_events.tooling import OpenEdxPublicSignal

import xblocks
from scripts.avro_schemas import path_of

from .samples import EVENTS

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "docs/reference/events.md").read_text(encoding="utf-8")
EXPECTED = Path(__file__).parent / "fixtures/expected"
TABLED = ("http://adlnet.gov/expapi/", "https://kapasitas.org/", "http://id.tincanapi.com/")


def field_names(schema: Any) -> set[str]:
    """The names of all fields, however deep."""
    if isinstance(schema, list):
        return {name for one in schema for name in field_names(one)}
    if not isinstance(schema, dict):
        return set()
    own = {field["name"] for field in schema.get("fields", [])}
    return own | {name for value in schema.values() for name in field_names(value)}


@pytest.mark.parametrize("signal", EVENTS, ids=lambda signal: signal.event_type)
def test_an_event_of_the_bus_is_in_the_reference(signal: OpenEdxPublicSignal) -> None:
    """Under a heading of its own."""
    section = REFERENCE.partition(f"### `{signal.event_type}`")[2].partition("\n### ")[0]
    record = json.loads(path_of(signal).read_text(encoding="utf-8"))
    assert [name for name in field_names(record) if f"`{name}`" not in section] == []
    ((topic, options),) = settings.EVENT_BUS_PRODUCER_CONFIG[signal.event_type].items()
    row = f"| `{signal.event_type}` | `{topic}` | `{options['event_key_field']}` |"
    assert row in REFERENCE
    assert str(path_of(signal).relative_to(Path(xblocks.__path__[0]).parent)) in REFERENCE


def test_each_word_of_the_statements_is_in_the_reference() -> None:
    """Verbs, types and extensions, but those that event-routing-backends adds to every statement."""
    told = " ".join(path.read_text(encoding="utf-8") for path in EXPECTED.glob("*.json"))
    words = {iri for iri in re.findall(r'"(https?://[^"]+)"', told) if iri.startswith(TABLED)}
    of_every_statement = {"http://adlnet.gov/expapi/activities/course"}
    assert [iri for iri in words - of_every_statement if f"`{iri}`" not in REFERENCE] == []
