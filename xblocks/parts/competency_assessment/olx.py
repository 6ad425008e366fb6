"""The block's element ⇄ its fields.

A good attribute becomes a field. The children, and attributes that are not good, stay together as
canonical XML in ``definition``: nothing an author wrote is lost, and ``problems`` says what is wrong.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

from lxml import etree

from xblocks.competency.assessment import Form
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass
from xblocks.olx.assessments import (
    ATTRIBUTES,
    PLATFORM_ATTRIBUTES,
    AssessmentDefinition,
    read_assessment,
)
from xblocks.olx.xml import MalformedXmlError, Problem, canonical, parse, pretty

__all__ = ["EMPTY", "TAG", "OlxFields", "bank_missing", "fields_of", "read", "write"]

TAG = "competency_assessment"
EMPTY = f"<{TAG}></{TAG}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class OlxFields:
    """What an element says: our settings and the host's as text, and the definition."""

    settings: Mapping[str, str]
    host: Mapping[str, str]
    definition: str


def fields_of(node: etree._Element, host_fields: Collection[str]) -> OlxFields:
    """Return the element's fields. Raises nothing for odd content: it is kept, and ``read`` reports it."""
    try:
        root = _own_copy(node)
    except MalformedXmlError:
        # What the host's parser took and ours does not, such as entities: kept as it is.
        source = etree.tostring(node, with_tail=False, encoding="unicode")
        return OlxFields(settings={}, host={}, definition=source)
    host = {name: str(root.attrib.pop(name)) for name in list(root.attrib) if name in host_fields}
    for name in PLATFORM_ATTRIBUTES:
        # Not a field in this host, as in a library: kept in the text it would come to life in another.
        root.attrib.pop(name, None)
    good, _definition, _problems = read_assessment(root)
    settings = {}
    for name in ATTRIBUTES:
        if name == "schema" and root.get(name) == "1":
            del root.attrib[name]
        elif name != "schema" and getattr(good, name) is not None:
            settings[name] = str(root.attrib.pop(name))
    return OlxFields(settings=settings, host=host, definition=canonical(root))


def _own_copy(node: etree._Element) -> etree._Element:
    """Return the element parsed by our own parser: no comments, instructions or entities in it."""
    return parse(etree.tostring(node, with_tail=False, encoding="utf-8"), where=TAG)


@lru_cache(maxsize=64)
def read(
    definition: str, bank: bool, form: str = Form.FIXED
) -> tuple[AssessmentDefinition, tuple[Problem, ...]]:
    """Return what the definition holds, and every problem. ``bank``: whether the block names one."""
    try:
        root = parse(definition or EMPTY, where=TAG)
    except MalformedXmlError as error:
        return AssessmentDefinition(), (error.problem,)
    if bank:
        root.set("bank", "named@elsewhere")
    # A bad one stayed with the definition, and is told.
    if "form" not in root.attrib:
        root.set("form", form)
    _settings, found, problems = read_assessment(root, where=TAG)
    return found, tuple(problems)


def write(node: etree._Element, definition: str, settings: Mapping[str, str]) -> None:
    """Write the block into ``node``, indented; the settings come first and win over a bad attribute."""
    node.tag = TAG
    node.set("schema", "1")
    try:
        root = parse(definition or EMPTY, where=TAG)
    except MalformedXmlError:
        # Not ours to repair: as text it is in the author's sight, and no character of it is lost.
        root = etree.Element(TAG)
        root.text = definition
    for name, value in {**dict(root.attrib), **settings}.items():
        node.set(str(name), str(value))
    pretty(root)
    node.text = root.text
    node.extend(list(root))


def bank_missing(bank: str, missing: Collection[str]) -> Message:
    """Return that the bank lacks items."""
    return Message(
        _("The item bank {bank} has no item {items}."), {"bank": bank, "items": ", ".join(sorted(missing))}
    )
