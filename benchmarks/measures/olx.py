"""Reading an assessment of 20 items against what lxml alone needs for the same text."""

from lxml import etree

from benchmarks.course import ITEMS, assessment_olx
from benchmarks.frame import Contestant, Figure, medians_ms
from xblocks.competency.items import Item
from xblocks.parts.competency_assessment import olx

BARE = "lxml: parse + C14N"


def measure() -> list[Figure]:
    """Return the first reading, and one that the block's cache answers."""
    text = assessment_olx()
    found, problems = olx.read(text, False)
    if problems or sum(isinstance(entry, Item) for entry in found.entries) != ITEMS:
        raise AssertionError(problems)
    ms = medians_ms(
        {
            BARE: Contestant(
                act=lambda: etree.tostring(etree.fromstring(text), method="c14n", with_comments=False),
                calls=20,
            ),
            "first": Contestant(act=lambda: olx.read.__wrapped__(text, False)),
            "cached": Contestant(act=lambda: olx.read(text, False), calls=200),
        },
        rounds=40,
    )
    return [figure("first reading", ms["first"], ms[BARE], 20), figure("cached", ms["cached"], ms[BARE], 0.1)]


def figure(measured: str, value: float, reference: float, target: float) -> Figure:
    """Return a figure against lxml."""
    return Figure(
        benchmark="olx",
        measured=f"{ITEMS} items, {measured}",
        value=value,
        unit="ms",
        against=BARE,
        reference=reference,
        target=target,
    )
