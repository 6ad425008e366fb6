"""Write the Avro schema of each event of ours that has none yet. What is committed never changes.

python -m scripts.avro_schemas
"""

import json
from pathlib import Path

from openedx_events.event_bus.avro.serializer import AvroSignalSerializer
from openedx_events.tooling import OpenEdxPublicSignal

import lti_bridge.signals
import xblocks.records.signals

FOLDERS = {
    xblocks.records.signals.ASSESSMENT_SUBMITTED: Path(xblocks.records.signals.__file__).parent / "schemas",
    lti_bridge.signals.COMPLETION_RECORDED: Path(lti_bridge.signals.__file__).parent / "schemas",
}


def path_of(signal: OpenEdxPublicSignal) -> Path:
    """Return where the schema of the event lies."""
    return FOLDERS[signal] / f"{signal.event_type}.avsc"


def main() -> None:
    """Write what is missing."""
    for signal in FOLDERS:
        path = path_of(signal)
        if not path.exists():
            path.write_text(
                json.dumps(AvroSignalSerializer(signal).schema, indent=2) + "\n", encoding="utf-8"
            )
            print(path)


if __name__ == "__main__":
    main()
