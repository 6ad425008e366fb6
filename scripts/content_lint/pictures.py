"""Pictures: each has an alternative, and an SVG draws and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from xblocks.olx.xml import MalformedXmlError, parse

from .content import Content, Course, line_of, words
from .findings import Finding, Grade

SVG = "{http://www.w3.org/2000/svg}"
# What can run, fetch, or bring foreign markup.
FORBIDDEN = ("script", "foreignObject", "iframe", "image", "animate", "set", "handler", "audio", "video", "a")
ADDRESSES = ("href", "{http://www.w3.org/1999/xlink}href", "src")
OUTSIDE = re.compile(r"@import|url\(\s*['\"]?(?!#)|expression\(|javascript:", re.IGNORECASE)
MAX_BYTES = 200_000


def check(content: Content) -> Iterator[Finding]:
    """Check the images of pages and items, and every SVG file."""
    for course in content.courses:
        for page in course.pages.values():
            yield from _alternatives(page.path, page.root)
        for path, root in course.documents:
            if path.suffix == ".xml":
                yield from _alternatives(path, root)
        for path in sorted((course.directory / "static").rglob("*.svg")):
            yield from _svg(path)
        yield from _unused(course)
    for item in content.items:
        if item.bank is not None:
            yield from _alternatives(item.path, item.element)


def _alternatives(path: Path, root: etree._Element) -> Iterator[Finding]:
    for image in root.iter("img"):
        if not str(image.get("alt") or "").strip():
            text = f"The picture {image.get('src', '?')} has no alternative: say in alt what it shows."
            yield Finding(path, line_of(image), text, "alternative")
    for drawing in root.iter("svg", f"{SVG}svg"):
        text = "Put the drawing into static/ and show it with <img>."
        yield Finding(path, line_of(drawing), text, "svg")


def _svg(path: Path) -> Iterator[Finding]:
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        yield Finding(path, 0, f"The picture has {len(data)} bytes; at most {MAX_BYTES}.", "svg")
    try:
        root = parse(data)
    except MalformedXmlError as error:
        yield Finding(path, error.problem.line, str(error.problem.message), "svg")
        return
    if root.tag != f"{SVG}svg":
        yield Finding(path, 1, "The root is no <svg> of SVG's namespace.", "svg")
        return
    if not root.get("viewBox"):
        yield Finding(path, 1, "There is no viewBox, so the picture does not fit small screens.", "svg")
    for tag in ("title", "desc"):
        if not words(root.find(f"{SVG}{tag}")):
            yield Finding(path, 1, f"The picture has no <{tag}>.", "alternative")
    for node in root.iter():
        for text in _unsafe(node):
            yield Finding(path, line_of(node), text, "svg")


def _unsafe(node: etree._Element) -> Iterator[str]:
    if not isinstance(node.tag, str):
        return
    tag = etree.QName(node).localname
    if tag in FORBIDDEN:
        yield f"<{tag}> is not allowed in a picture."
    if tag == "style" and OUTSIDE.search(node.text or ""):
        yield "The style sheet fetches something from outside."
    for name, value in node.attrib.items():
        local = etree.QName(name).localname
        if local.lower().startswith("on"):
            yield f"The attribute {local} runs a script."
        elif (name in ADDRESSES and not str(value).startswith("#")) or OUTSIDE.search(str(value)):
            yield f"{local}=“{str(value)[:60]}” fetches something from outside."


def _unused(course: Course) -> Iterator[Finding]:
    used = {str(course.policy.get("course_image"))}
    roots = [page.root for page in course.pages.values()] + [root for _path, root in course.documents]
    for root in roots:
        for node in root.iter():
            for name in ("src", "href"):
                if isinstance(node.tag, str) and str(node.get(name, "")).startswith("/static/"):
                    used.add(str(node.get(name)).removeprefix("/static/"))
    static = course.directory / "static"
    for path in sorted(static.rglob("*")):
        if path.is_file() and str(path.relative_to(static)) not in used:
            yield Finding(path, 0, "Nothing in the course shows this file.", "link", Grade.WARNING)
