"""A bank of forty items in two competencies, calibrated or not, whose keys no learner may see early."""

from xblocks.olx.fingerprint import fingerprint
from xblocks.records import api
from xblocks.records.models import Calibration, ItemParameters

REFERENCE = "uji@1"
AREAS = ("gov.a", "gov.b")
SIZE = 40
# The right option of every item; its id tells nothing.
RIGHT, WRONG = {"chosen": ["b"]}, {"chosen": ["a"]}
LEAKS = ("SECRET", "correct", "pilot", "retired", "theta", "0.8125", "-1.9375", "uji#1", "steps")
RANDOM = """
<blueprint pilots="2"><draw competency="gov.a" count="4"/><draw competency="gov.b" count="4"/></blueprint>
<study competency="gov.a" href="/jump_to_id/bab-a">Bab A</study>
<study competency="gov.b" href="https://example.go.id/bab-b">Bab B &amp; lampiran</study>
"""
ADAPTIVE = RANDOM.replace("<study", '<adaptive minimum="5" maximum="9" se="0.3" level="3"/><study', 1)


def source(version="1", key="b", **changed):
    items = []
    for number in range(SIZE):
        status = ' status="pilot"' if number >= SIZE - 4 else ""
        other = {"a": "b", "b": "a"}[key]
        items.append(
            f'<item id="i{number:02d}" type="single_choice" competencies="{AREAS[number % 2]}" '
            f'level="{1 + number // 2 % 5}"{status}{changed.get(f"i{number:02d}", "")}>'
            f"<prompt>Pertanyaan {number:02d}</prompt>"
            f'<option id="{other}">Pilihan {other}</option>'
            f'<option id="{key}" correct="true">Pilihan {key}</option>'
            "<source>SECRET law</source><feedback>SECRET why</feedback></item>"
        )
    return f'<item_bank id="uji" version="{version}" title="U" lang="id">{"".join(items)}</item_bank>'


def load(version="1", **changed):
    return api.load_bank(source(version, **changed))


def calibrate(reference=REFERENCE, number=1):
    """Activate a calibration that knows every item: slopes of 1.5, difficulties spread over -2 to 2."""
    row = Calibration.objects.create(
        bank_id="uji", number=number, family="2PL", persons=900, log_likelihood=-1.0, report={}, link={}
    )
    ItemParameters.objects.bulk_create(
        ItemParameters(
            calibration=row, item_id=item.id, fingerprint=fingerprint(item), model="2PL", a=1.5, c=0.0,
            steps=[-2 + 4 * place / SIZE + 0.0625 * number], errors={}, answers=900, standing="operational",
        )
        for place, item in enumerate(api.bank_items(reference).values())
    )  # fmt: skip
    api.activate_calibration("uji", number)
