"""XML from strangers: parsed without entities, DTD or network, and every problem collected.

Nothing here raises for odd content but ``MalformedXmlError``, where there is no tree to look at.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from decimal import Decimal

from lxml import etree

from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass

__all__ = [
    "MAX_BYTES",
    "MalformedXmlError",
    "Problem",
    "Reading",
    "canonical",
    "element_of",
    "inner",
    "parse",
    "pretty",
    "syntax_problems",
]

MAX_BYTES = 4 * 1024 * 1024
MAX_FAULTS = 50
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")
# Attributes that hold names between blanks.
LISTS = ("competencies", "enemies")
# Elements that hold elements only, by the tags they may hold: blanks between those mean nothing.
# Read from the root down, so that <table> inside a prompt is HTML and stays as it is.
STRUCTURE: dict[str, frozenset[str]] = {
    "item_bank": frozenset({"item"}),
    "competency_assessment": frozenset({"item", "blueprint"}),
    "blueprint": frozenset(),
    "item": frozenset({"pair", "table"}),
    "table": frozenset({"row"}),
    "row": frozenset(),
    "pair": frozenset(),
    "competency_framework": frozenset({"domain", "post"}),
    "domain": frozenset({"competency"}),
    "competency": frozenset({"level"}),
    "level": frozenset({"indicator"}),
    "indicator": frozenset(),
    "post": frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in a document, where, and what to do. ``line`` 0 is unknown."""

    line: int
    where: str
    message: Message
    remedy: Message

    def __str__(self) -> str:
        return f"line {self.line}, {self.where}: {self.message} {self.remedy}"


class MalformedXmlError(ValueError):
    """The document is not XML that we read; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )


def parse(source: bytes | str, *, where: str = "XML") -> etree._Element:
    """Return the root; raises MalformedXmlError for bad syntax, a document type, or over 4 MiB."""
    data = _bytes(source) if isinstance(source, str) else source
    if len(data) > MAX_BYTES:
        raise _malformed(
            0,
            where,
            Message(_("The document is larger than {n} bytes."), {"n": MAX_BYTES}),
            Message(_("Split it into several.")),
        )
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise MalformedXmlError(_not_well_formed(error.lineno or 0, where, error.msg or "")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _malformed(
            1,
            where,
            Message(_("A document type (DOCTYPE) is not allowed.")),
            Message(_("Remove it; write characters instead of entities.")),
        )
    return root


def _bytes(source: str) -> bytes:
    # An encoding declared in text is meaningless, and would be believed. Lines keep their numbers.
    data = source.encode("utf-8", "surrogatepass")
    return re.sub(rb"\A\s*<\?xml[^>]*\?>", lambda found: b"\n" * found[0].count(b"\n"), data)


def syntax_problems(source: str) -> list[Problem]:
    """Return every fault of syntax that a parser can tell apart, one a line; empty for well-formed XML.

    ``parse`` stops at the first. What can be read beside the faults is not trusted and not returned.
    """
    parser = _parser(recover=True)
    # Where there is nothing to recover it raises all the same; the log is what is wanted.
    with suppress(etree.XMLSyntaxError):
        etree.fromstring(_bytes(source), parser)
    by_line: dict[int, Problem] = {}
    for fault in parser.error_log.filter_from_errors():
        by_line.setdefault(fault.line, _not_well_formed(fault.line, "", fault.message))
    return [by_line[line] for line in sorted(by_line)][:MAX_FAULTS]


def _not_well_formed(line: int, where: str, reason: str) -> Problem:
    return Problem(
        line=line,
        where=where,
        message=Message(_("This is not well-formed XML: {reason}."), {"reason": reason.rstrip(". \n")[:200]}),
        remedy=Message(_("Mend the markup at this line; write & as &amp; and < as &lt;.")),
    )


def _malformed(line: int, where: str, message: Message, remedy: Message) -> MalformedXmlError:
    return MalformedXmlError(Problem(line=line, where=where, message=message, remedy=remedy))


def inner(element: etree._Element) -> str:
    """Return the canonical XML of what is inside the element."""
    bare = etree.Element("x")
    bare.text = element.text
    bare.extend(_copy(child) for child in element)
    return c14n(bare)[len("<x>") : -len("</x>")]


def element_of(tag: str, content: str) -> etree._Element:
    """Return an element with the content that ``inner`` gave."""
    return parse(f"<{tag}>{content}</{tag}>")


def c14n(element: etree._Element) -> str:
    """Return the element's canonical XML (C14N 1.0 without comments)."""
    return etree.tostring(element, method="c14n", with_comments=False).decode()


def canonical(element: etree._Element) -> str:
    """Return the canonical XML of a document of ours: C14N without the blanks that mean nothing."""
    copy = _copy(element)
    _tidy(copy)
    return c14n(copy)


def pretty(element: etree._Element, depth: int = 0) -> None:
    """Indent the structure, for people and for diffs; text that people read is left as it is."""
    _tidy(element)
    _indent(element, depth)


def _copy(element: etree._Element) -> etree._Element:
    # deepcopy would bring the tail along.
    copy = etree.fromstring(etree.tostring(element, with_tail=False, encoding="utf-8"), _parser())
    copy.tail = element.tail
    return copy


def _tidy(element: etree._Element) -> None:
    for name in LISTS:
        if name in element.attrib:
            element.set(name, " ".join(str(element.get(name)).split()))
    if element.tag == "option":
        _drop_blank_tail(element)
        return
    if element.text and not element.text.strip():
        element.text = None
    for child in element:
        if child.tail and not child.tail.strip():
            child.tail = None
        if child.tag in STRUCTURE.get(str(element.tag), ()) or (
            element.tag == "item" and child.tag == "option"
        ):
            _tidy(child)
        elif element.tag in STRUCTURE and not len(child) and child.text and not child.text.strip():
            child.text = None


def _drop_blank_tail(option: etree._Element) -> None:
    last = option[-1] if len(option) else None
    if last is not None and last.tag == "feedback" and last.tail and not last.tail.strip():
        last.tail = None


def _indent(element: etree._Element, depth: int) -> None:
    if element.tag not in STRUCTURE or not len(element):
        return
    inside = "\n" + "  " * (depth + 1)
    element.text = inside
    for child in element:
        child.tail = inside
        if child.tag in STRUCTURE[str(element.tag)]:
            _indent(child, depth + 1)
    element[-1].tail = "\n" + "  " * depth


class Reading:
    """A reading of one document: where we are, and the problems so far.

    ``offset`` is added to line numbers, for documents cut out of larger ones.
    """

    def __init__(self, where: str = "", offset: int = 0) -> None:
        self.where, self.offset = where, offset
        self.problems: list[Problem] = []

    def report(self, element: etree._Element, message: Message, remedy: Message) -> None:
        """Note a problem at the element."""
        line = int(element.sourceline or 0)
        self.problems.append(
            Problem(
                line=line + self.offset if line else 0,
                where=self.where or f"<{element.tag!s}>",
                message=message,
                remedy=remedy,
            )
        )

    def attributes(
        self, element: etree._Element, known: Collection[str], others: Collection[str] = ()
    ) -> None:
        """Report the attributes that are not known, and empty ones; ``others`` are not the author's own."""
        for name, value in element.attrib.items():
            if name in others:
                continue
            if name not in known:
                self.report(
                    element,
                    Message(
                        _("The attribute {name} of <{tag}> is not known."),
                        {"name": str(name), "tag": str(element.tag)},
                    ),
                    Message(_("Remove it; known are: {names}."), {"names": ", ".join(sorted(known)) or "-"}),
                )
            elif not str(value).strip():
                self.report(
                    element,
                    Message(
                        _("The attribute {name} of <{tag}> is empty."),
                        {"name": str(name), "tag": str(element.tag)},
                    ),
                    Message(_("Give it a value or leave it out.")),
                )

    def children(self, element: etree._Element, known: Collection[str]) -> Iterator[etree._Element]:
        """Yield the children whose tags are known; report the others, and stray text."""
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                self.report(
                    element,
                    Message(
                        _("There is text where only elements may stand in <{tag}>: “{text}”."),
                        {"tag": str(element.tag), "text": text.strip()[:40]},
                    ),
                    Message(_("Move it into an element.")),
                )
        for child in element:
            if child.tag in known:
                yield child
            else:
                self.report(
                    child,
                    Message(
                        _("<{tag}> is not known in <{parent}>."),
                        {"tag": str(child.tag), "parent": str(element.tag)},
                    ),
                    Message(
                        _("Remove it; known are: {names}."),
                        {"names": ", ".join(f"<{name}>" for name in sorted(known)) or "-"},
                    ),
                )

    def required(self, element: etree._Element, name: str) -> str:
        """Return the attribute; reports it, and returns an empty text, where it is missing."""
        value = element.get(name)
        if value is None:
            self.report(
                element,
                Message(_("<{tag}> lacks the attribute {name}."), {"tag": str(element.tag), "name": name}),
                Message(_("Add it.")),
            )
        return str(value or "")

    def value(self, element: etree._Element, name: str, expected: Message) -> None:
        """Report that the attribute's value is not what is expected."""
        self.report(
            element,
            Message(
                _("{name}=“{value}” of <{tag}> is not allowed."),
                {"name": name, "value": str(element.get(name))[:60], "tag": str(element.tag)},
            ),
            Message(_("Write {expected}."), {"expected": expected}),
        )

    def decimal(self, element: etree._Element, name: str) -> Decimal | None:
        """Return the attribute as a number; reports what is not one. None where it is absent or bad."""
        text = element.get(name)
        if text is None:
            return None
        if not DECIMAL.fullmatch(text):
            self.value(element, name, Message(_("a decimal with a point, such as 1250000 or 0.5")))
            return None
        return Decimal(text)

    def whole(self, element: etree._Element, name: str) -> int:
        """Return the required attribute as a level 1..5; reports, and returns 0, otherwise."""
        text = self.required(element, name)
        if text and not re.fullmatch("[1-5]", text):
            self.value(element, name, Message(_("a whole number from 1 to 5")))
        return int(text) if re.fullmatch("[1-5]", text) else 0

    def integer(self, element: etree._Element, name: str, allowed: range) -> int | None:
        """Return the attribute as a number of the range; reports any other. None where absent or bad."""
        text = element.get(name)
        if text is None:
            return None
        if re.fullmatch("0|[1-9][0-9]{0,8}", text) and int(text) in allowed:
            return int(text)
        low, high = allowed[0], allowed[-1]
        self.value(
            element, name, Message(_("a whole number from {low} to {high}"), {"low": low, "high": high})
        )
        return None

    def choice[C: str](self, element: etree._Element, name: str, choices: type[C]) -> C | None:
        """Return the attribute as a member of a StrEnum; reports what is not one."""
        text = element.get(name)
        members = {str(member): member for member in choices}  # type: ignore[attr-defined]
        if text is not None and text not in members:
            self.value(element, name, Message(_("one of {names}"), {"names": ", ".join(members)}))
        return members.get(text) if text is not None else None

    def flag(self, element: etree._Element, name: str) -> bool:
        """Return whether the attribute says true; reports anything else that it says."""
        text = element.get(name)
        if text not in (None, "true"):
            self.value(element, name, Message(_("true, or leave it out")))
        return text == "true"

    def truth(self, element: etree._Element, name: str) -> bool | None:
        """Return whether the attribute says true or false; reports any other. None where absent or bad."""
        text = element.get(name)
        if text not in (None, "true", "false"):
            self.value(element, name, Message(_("true or false")))
        return {"true": True, "false": False}.get(str(text))

    def plain(self, element: etree._Element, known: Collection[str] = ()) -> str:
        """Return the text of an element that holds text alone; reports elements in it, and emptiness."""
        self.attributes(element, known)
        for child in element:
            self.report(
                child,
                Message(_("<{tag}> holds plain text only."), {"tag": str(element.tag)}),
                Message(_("Remove <{tag}>."), {"tag": str(child.tag)}),
            )
        text = element.text or ""
        if not text.strip() and not len(element):
            self.report(
                element,
                Message(_("<{tag}> is empty."), {"tag": str(element.tag)}),
                Message(_("Fill it or leave it out.")),
            )
        return text
