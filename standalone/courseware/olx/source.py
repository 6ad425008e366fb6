"""The files of a course on disk: read with a hardened parser, their faults collected."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from .problems import Problem

MAX_TEXT = 8 * 2**20  # bytes in one file that is read whole
_NAME = re.compile(r"[A-Za-z0-9_.~-]+(?:[:/][A-Za-z0-9_.~-]+)*")


class Source:
    """A course directory. Methods add to ``problems`` and return None for what cannot be read."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.problems: list[Problem] = []
        self._places: dict[etree._Element, tuple[str, int]] = {}

    def fault(self, file: str, message: str, line: int = 0) -> None:
        """Note something wrong."""
        self.problems.append(Problem(file=file, message=message, line=line))

    def fault_at(self, node: etree._Element, message: str) -> None:
        """Note something wrong with an element."""
        file, line = self.place(node)
        self.fault(file, message, line)

    def place(self, node: etree._Element) -> tuple[str, int]:
        """Return the file and line of an element read by this source."""
        root = node.getroottree().getroot()
        return self._places[root][0], int(node.sourceline or 0)

    def path(self, relative: str) -> Path | None:
        """Return a file inside the course, or None."""
        path = (self.root / relative).resolve()
        return path if path.is_relative_to(self.root) and path.is_file() else None

    def xml(self, relative: str) -> etree._Element | None:
        """Read an XML file; entities are not expanded, nothing is fetched, a DTD is refused."""
        path = self.path(relative)
        if path is None:
            self.fault(relative, _("The file is missing."))
            return None
        data = self._bytes(relative, path)
        if data is None:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            line = int(error.lineno or 0)
            self.fault(relative, _("Malformed XML: %(reason)s") % {"reason": error.msg}, line)
            return None
        if root.getroottree().docinfo.doctype:
            self.fault(relative, _("A document type (DOCTYPE) is not allowed."), 1)
            return None
        self._places[root] = (relative, 0)
        return root

    def json(self, relative: str) -> Mapping[str, Any]:
        """Read a JSON object; empty where there is no file or it cannot be read."""
        path = self.path(relative)
        data = self._bytes(relative, path) if path is not None else None
        if data is None:
            return {}
        try:
            value = json.loads(data.decode(), parse_constant=_refuse)
            # Halves of characters can be written in JSON and cannot be stored.
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", 0)
            self.fault(relative, _("Malformed JSON: %(reason)s") % {"reason": error}, line)
            return {}
        if not isinstance(value, dict):
            self.fault(relative, _("This must be a JSON object."))
            return {}
        return value

    def text(self, relative: str, node: etree._Element) -> str | None:
        """Read a text file that the element names."""
        path = self.path(relative)
        if path is None:
            self.fault_at(node, _("It points to “%(file)s”, which is missing.") % {"file": relative})
            return None
        data = self._bytes(relative, path)
        try:
            return data.decode() if data is not None else None
        except UnicodeDecodeError:
            self.fault(relative, _("The file is not UTF-8 text."))
            return None

    def _bytes(self, relative: str, path: Path) -> bytes | None:
        if path.stat().st_size > MAX_TEXT:
            self.fault(relative, _("The file is too big."))
            return None
        return path.read_bytes()


def _refuse(constant: str) -> None:
    """Refuse NaN and the infinities, which JSON does not have."""
    raise ValueError(constant)


def is_name(value: str | None) -> bool:
    """Whether a url_name (or a file name in OLX) is one: no dots that climb, nothing hidden."""
    return bool(value and _NAME.fullmatch(value) and not re.search(r"(^|[:/])\.", value))


def is_pointer(node: etree._Element) -> bool:
    """Whether the element only points to a file of its own."""
    allowed = {"url_name", "org", "course"} if node.tag == "course" else {"url_name"}
    blank = not (node.text or "").strip()
    return len(node) == 0 and blank and "url_name" in node.attrib and set(node.attrib) <= allowed
