"""The HTML that authors may write in items: one allow-list, checked when read, enforced when shown."""

from collections.abc import Collection
from urllib.parse import urlsplit

import nh3
from lxml import etree

from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _

from .xml import MalformedXmlError, Reading, element_of, inner

__all__ = ["markup", "plain_text", "safe_address", "safe_html"]

INLINE = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q", "s", "small",
    "span", "strong", "sub", "sup", "u",
}  # fmt: skip
FLOW = INLINE | {
    "blockquote", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "h3", "h4", "h5", "hr", "li",
    "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
EVERYWHERE = {"lang", "title"}
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES = {"http", "https", "mailto"}
ADDRESSES = {"href", "src"}


def markup(
    reading: Reading, element: etree._Element, *, inline: bool = False, leave: Collection[str] = ()
) -> str:
    """Return the element's content as canonical XML, reporting tags and attributes that are not allowed.

    Direct children named in ``leave`` are not part of the text.
    """
    allowed, left = INLINE if inline else FLOW, [child for child in element if str(child.tag) in leave]
    for child in element:
        if child not in left:
            for node in child.iter():
                _check(reading, node, allowed)
    text = inner(element)
    if not left:
        return text
    copy = element_of("x", text)
    for child in list(copy):
        if str(child.tag) in leave:
            copy.remove(child)
    return inner(copy)


def _check(reading: Reading, node: etree._Element, allowed: set[str]) -> None:
    tag = str(node.tag)
    if tag not in allowed:
        reading.report(
            node,
            Message(_("<{tag}> is not allowed here."), {"tag": tag}),
            Message(_("Use one of: {names}."), {"names": ", ".join(sorted(allowed))}),
        )
        return
    for name, value in node.attrib.items():
        if name not in EVERYWHERE and name not in ATTRIBUTES.get(tag, ()):
            reading.report(
                node,
                Message(_("<{tag}> may not have the attribute {name}."), {"tag": tag, "name": str(name)}),
                Message(_("Remove it.")),
            )
        elif name in ADDRESSES and not safe_address(str(value)):
            reading.report(
                node,
                Message(_("The address {value} is not allowed."), {"value": str(value)[:80]}),
                Message(_("Use a path, https, http or mailto.")),
            )
    if tag == "img" and node.get("alt") is None:
        reading.report(
            node,
            Message(_("<img> has no alternative text.")),
            Message(_('Say in alt what the picture shows; alt="" where it only decorates.')),
        )


def safe_address(address: str) -> bool:
    """Tell whether a link may lead there: a path, https, http or mailto."""
    try:
        scheme = urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return False
    return not scheme or scheme in SCHEMES


def safe_html(content: str) -> str:
    """Return the canonical XML of a text as HTML that is safe to show, whatever it was.

    Links open a new page: inside the platform's frame they would leave the course.
    """
    return nh3.clean(
        _html(content),
        tags=FLOW,
        attributes={**ATTRIBUTES, "*": EVERYWHERE},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def plain_text(content: str) -> str:
    """Return the words of a text, for places that show no markup."""
    try:
        words = "".join(element_of("x", content).itertext())
    except MalformedXmlError:
        words = nh3.clean(content, tags=set())
    return " ".join(words.split())


def _html(content: str) -> str:
    # Canonical XML writes <br></br>, which a browser reads as two line breaks.
    try:
        element = element_of("x", content)
    except MalformedXmlError:
        return content
    html = etree.tostring(element, method="html", encoding="unicode")
    return html[len("<x>") : -len("</x>")]
