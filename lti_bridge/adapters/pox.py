"""The messages of Basic Outcomes: requests built, replies read; pure.

LTI 1.1 Implementation Guide, section 6 ("plain old XML", the Outcomes Management Service 1.0).
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from lxml import etree

__all__ = ["BadReplyError", "Reply", "fraction_text", "read_reply", "request_body"]

NAMESPACE = "http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0"
REPLY_LIMIT_BYTES = 64 * 1024
CODES = frozenset({"success", "processing", "failure", "unsupported"})
SEVERITIES = frozenset({"status", "warning", "error"})
# Every value of ours is hundredths of at most 100 points, and so exact in four; more serve odd maxima.
PLACES = Decimal("0.000001")
_NUMBER = re.compile(r"(?:[0-9]{1,20}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


class BadReplyError(ValueError):
    """The reply is no Basic Outcomes message; the text never repeats any of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a reply says. ``code`` is codeMajor in small letters; ``score`` None where it carries none.

    The description is left out: platforms put sourcedids and names into it. The other texts are codes.
    """

    code: str
    severity: str
    minor: str
    score: Decimal | None


def request_body(operation: str, *, message_id: str, sourcedid: str, score: str = "") -> str:
    """Return the XML of ``replaceResult``, ``readResult`` or ``deleteResult`` about one result.

    Raises ValueError for a sourcedid that XML cannot hold.
    """
    envelope = etree.Element(_tag("imsx_POXEnvelopeRequest"), nsmap={None: NAMESPACE})
    info = _below(_below(envelope, "imsx_POXHeader"), "imsx_POXRequestHeaderInfo")
    _below(info, "imsx_version", "V1.0")
    _below(info, "imsx_messageIdentifier", message_id)
    record = _below(_below(_below(envelope, "imsx_POXBody"), operation + "Request"), "resultRecord")
    _below(_below(record, "sourcedGUID"), "sourcedId", sourcedid)
    if score:
        told = _below(_below(record, "result"), "resultScore")
        # The language in which the number is written, not the person's.
        _below(told, "language", "en")
        _below(told, "textString", score)
    text = etree.tostring(envelope, encoding="unicode")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text


def fraction_text(value: Decimal, maximum: Decimal) -> str:
    """Return value / maximum in 0..1 as a fixed-point decimal with a point, six places at most.

    >>> [fraction_text(Decimal(value), Decimal(100)) for value in ("85.50", "100.00", "0.00", "0.01")]
    ['0.855', '1', '0', '0.0001']
    """
    text = f"{(value / maximum).quantize(PLACES, ROUND_HALF_EVEN):f}"
    return text.rstrip("0").rstrip(".")


def read_reply(body: bytes) -> Reply:
    """Return what the reply says; raises BadReplyError.

    Without DTD, entities, network and huge trees; elements are known by their local names, because
    platforms differ in the namespace.
    """
    if len(body) > REPLY_LIMIT_BYTES:
        raise BadReplyError("the reply is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise BadReplyError("the reply is no XML") from error
    if root.getroottree().docinfo.doctype:
        raise BadReplyError("the reply carries a document type")
    code = _only(root, "imsx_codeMajor").lower()
    if code not in CODES:
        raise BadReplyError("the reply has no codeMajor that the standard knows")
    severity = _only(root, "imsx_severity").lower()
    return Reply(
        code=code,
        severity=severity if severity in SEVERITIES else "",
        minor=_minor(root),
        score=_score(root),
    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _below(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, _tag(name))
    child.text = text
    return child


def _only(root: etree._Element, name: str) -> str:
    """Return the text of the only element of that name, or ""; raises BadReplyError for several."""
    found = list(root.iter("{*}" + name))
    if len(found) > 1:
        raise BadReplyError(f"the reply has several {name}")
    return (found[0].text or "").strip() if found else ""


def _minor(root: etree._Element) -> str:
    """Return the first codeMinor, as far as it is a code and not a sentence."""
    values = [(value.text or "").strip() for value in root.iter("{*}imsx_codeMinorFieldValue")]
    return next((value.lower() for value in values if re.fullmatch("[A-Za-z0-9_-]{1,40}", value)), "")


def _score(root: etree._Element) -> Decimal | None:
    text = _only(root, "textString")
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise BadReplyError("the reply's score is no number")
    score = Decimal(text)
    if score > 1:
        raise BadReplyError("the reply's score is more than 1")
    return score
