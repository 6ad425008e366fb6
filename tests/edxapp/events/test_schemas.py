"""The wire form of each event is fixed: its schema, its bytes, and what a change of it would mean."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import fastavro
import pytest
from openedx_events.event_bus.avro.deserializer import deserialize_bytes_to_event_data
from openedx_events.event_bus.avro.serializer import AvroSignalSerializer, serialize_event_data_to_bytes
from openedx_events.tooling import OpenEdxPublicSignal

from scripts.avro_schemas import path_of

from .samples import EVENTS

WIRE = Path(__file__).parent / "fixtures/wire"

each_event = pytest.mark.parametrize("signal", EVENTS, ids=lambda signal: signal.event_type)


def committed(signal: OpenEdxPublicSignal) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path_of(signal).read_text(encoding="utf-8"))
    return schema


def golden_bytes(signal: OpenEdxPublicSignal) -> bytes:
    return bytes.fromhex((WIRE / f"{signal.event_type}.hex").read_text(encoding="ascii"))


def with_field(schema: dict[str, Any], field: dict[str, Any]) -> dict[str, Any]:
    """The schema of a later version, whose record has one field more at its end."""
    later = copy.deepcopy(schema)
    later["fields"][0]["type"]["fields"].append(field)
    return later


def written(signal: OpenEdxPublicSignal, schema: dict[str, Any], **added: object) -> bytes:
    """The sample as a sender with that schema writes it."""
    record = AvroSignalSerializer(signal).to_dict(EVENTS[signal])
    next(iter(record.values())).update(added)
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()


def read(data: bytes, *, writer: dict[str, Any], reader: dict[str, Any]) -> Any:
    """What a receiver reads that knows the sender's schema, as with Kafka's registry."""
    return fastavro.schemaless_reader(io.BytesIO(data), writer, reader)


OPTIONAL: dict[str, Any] = {"name": "region", "type": ["null", "string"], "default": None}
REQUIRED: dict[str, Any] = {"name": "region", "type": "string"}


@each_event
def test_the_committed_schema_is_the_events(signal: OpenEdxPublicSignal) -> None:
    """A changed class needs a new event type, as docs/reference/events.md says; never a changed schema."""
    assert AvroSignalSerializer(signal).schema == committed(signal)


@each_event
def test_the_bytes_of_the_first_version_are_written_still(signal: OpenEdxPublicSignal) -> None:
    assert serialize_event_data_to_bytes(EVENTS[signal], signal).hex() == golden_bytes(signal).hex()


@each_event
def test_the_bytes_of_the_first_version_are_read_still(signal: OpenEdxPublicSignal) -> None:
    """Exactly: decimals as they were, keys as keys, times with their zone."""
    assert deserialize_bytes_to_event_data(golden_bytes(signal), signal) == EVENTS[signal]


@each_event
def test_an_optional_addition_is_compatible_both_ways_where_the_senders_schema_is_known(
    signal: OpenEdxPublicSignal,
) -> None:
    """Backward: a new receiver reads old bytes. Forward: an old receiver reads new ones."""
    first = committed(signal)
    later = with_field(first, OPTIONAL)
    (key,) = EVENTS[signal]
    from_old = read(golden_bytes(signal), writer=first, reader=later)
    from_new = read(written(signal, later, region="33.74"), writer=later, reader=first)
    assert from_old[key].pop("region") is None
    assert from_old == from_new == AvroSignalSerializer(signal).to_dict(EVENTS[signal])


@each_event
def test_a_required_addition_is_not_compatible(signal: OpenEdxPublicSignal) -> None:
    first = committed(signal)
    with pytest.raises(fastavro.read.SchemaResolutionError):
        read(golden_bytes(signal), writer=first, reader=with_field(first, REQUIRED))


@each_event
def test_on_redis_no_addition_is_compatible(signal: OpenEdxPublicSignal) -> None:
    """Its receiver knows its own schema only, and reads the bytes of an older sender past their end."""
    later = with_field(committed(signal), OPTIONAL)
    with pytest.raises((EOFError, IndexError)):
        fastavro.schemaless_reader(io.BytesIO(golden_bytes(signal)), later, None)
