"""``<blueprint>``, ``<adaptive>`` and ``<study>`` of an assessment ⇄ their values."""

from collections.abc import Callable
from decimal import Decimal

from lxml import etree

from xblocks.competency.blueprint import CONFIDENCE, COUNTS, PILOTS, AdaptiveRules, Blueprint, Draw, Study
from xblocks.competency.errors import DefinitionError
from xblocks.competency.items import LEVELS
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .markup import safe_address
from .xml import Reading

__all__ = [
    "read_adaptive",
    "read_blueprint",
    "read_study",
    "write_adaptive",
    "write_blueprint",
    "write_study",
]

ATTRIBUTES = {
    "blueprint": ("pilots", "repeats"),
    "draw": ("competency", "level", "count"),
    "adaptive": ("minimum", "maximum", "se", "confidence", "level"),
    "study": ("competency", "href"),
}


def read_blueprint(reading: Reading, element: etree._Element) -> Blueprint | None:
    """Return the blueprint; None, with the problems reported, where there is none to be told."""
    reading.attributes(element, ATTRIBUTES["blueprint"])
    before = len(reading.problems)
    draws = [_draw(reading, child) for child in reading.children(element, ("draw",))]
    pilots = reading.integer(element, "pilots", PILOTS)
    repeats = reading.flag(element, "repeats")
    return _made(
        reading,
        element,
        before,
        lambda: Blueprint(draws=tuple(filter(None, draws)), pilots=pilots or 0, repeats=repeats),
    )


def _draw(reading: Reading, element: etree._Element) -> Draw | None:
    before = len(reading.problems)
    reading.attributes(element, ATTRIBUTES["draw"])
    list(reading.children(element, ()))
    competency = reading.required(element, "competency")
    reading.required(element, "count")
    count = reading.integer(element, "count", COUNTS)
    level = reading.integer(element, "level", LEVELS)
    return _made(reading, element, before, lambda: Draw(competency=competency, count=count or 0, level=level))


def read_adaptive(reading: Reading, element: etree._Element) -> AdaptiveRules | None:
    """Return the rules; None, with the problems reported, where there is no telling what was meant."""
    before = len(reading.problems)
    reading.attributes(element, ATTRIBUTES["adaptive"])
    list(reading.children(element, ()))
    for name in ("minimum", "maximum"):
        reading.required(element, name)
    minimum = reading.integer(element, "minimum", COUNTS)
    maximum = reading.integer(element, "maximum", COUNTS)
    level = reading.integer(element, "level", LEVELS)
    se, confidence = reading.decimal(element, "se"), reading.decimal(element, "confidence")
    return _made(
        reading,
        element,
        before,
        lambda: AdaptiveRules(
            minimum=minimum or 0,
            maximum=maximum or 0,
            se=None if se is None else float(se),
            confidence=CONFIDENCE if confidence is None else float(confidence),
            level=level,
        ),
    )


def read_study(reading: Reading, element: etree._Element) -> Study | None:
    """Return the place to study; None, with the problems reported, where it cannot be told."""
    before = len(reading.problems)
    competency, href = reading.required(element, "competency"), reading.required(element, "href")
    title = reading.plain(element, ATTRIBUTES["study"])
    if not safe_address(href):
        reading.value(element, "href", Message(_("a path, or an address with https, http or mailto")))
    return _made(reading, element, before, lambda: Study(competency=competency, href=href, title=title))


def _made[T](reading: Reading, element: etree._Element, before: int, make: Callable[[], T]) -> T | None:
    """Return what is made, unless problems were reported; one that only the making finds is reported here."""
    if len(reading.problems) > before:
        return None
    try:
        return make()
    except DefinitionError as error:
        remedy = Message(_("Correct <{element}>, then save again."), {"element": element.tag})
        for fault in error.faults:
            reading.report(element, fault, remedy)
        return None


def write_blueprint(blueprint: Blueprint) -> etree._Element:
    """Return the element that ``read_blueprint`` reads as this blueprint."""
    element = etree.Element("blueprint")
    if blueprint.pilots:
        element.set("pilots", str(blueprint.pilots))
    if blueprint.repeats:
        element.set("repeats", "true")
    for one in blueprint.draws:
        child = etree.SubElement(element, "draw", {"competency": one.competency})
        if one.level is not None:
            child.set("level", str(one.level))
        child.set("count", str(one.count))
    return element


def write_adaptive(rules: AdaptiveRules) -> etree._Element:
    """Return the element that ``read_adaptive`` reads as these rules."""
    element = etree.Element("adaptive", {"minimum": str(rules.minimum), "maximum": str(rules.maximum)})
    if rules.se is not None:
        element.set("se", _plain(rules.se))
    if rules.confidence != CONFIDENCE:
        element.set("confidence", _plain(rules.confidence))
    if rules.level is not None:
        element.set("level", str(rules.level))
    return element


def write_study(study: Study) -> etree._Element:
    """Return the element that ``read_study`` reads as this place to study."""
    element = etree.Element("study", {"competency": study.competency, "href": study.href})
    element.text = study.title
    return element


def _plain(number: float) -> str:
    return format(Decimal(repr(number)), "f")
