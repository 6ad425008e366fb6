"""OLX → a course draft: everything read and checked before anything is stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree
from opaque_keys import InvalidKeyError
from opaque_keys.edx.locator import CourseLocator
from xblock.fields import Scope, ScopeIds
from xblock.fields import String as StringField
from xblock.plugin import PluginMissingError
from xblock.validation import ValidationMessage

from lti_bridge.host import lesson_hours_of
from standalone.courseware import contrib, structure
from standalone.courseware.kinds import block_class
from standalone.courseware.models import Course
from standalone.courseware.runtime import SiteRuntime
from standalone.courseware.tree import CourseTree, Node

from .parsing import PARSE_ERRORS, ParseRuntime
from .problems import CourseImportError
from .source import Source, is_name, is_pointer

__all__ = ["CourseDraft", "read_course"]

# What may lie in what; a leaf may lie in a vertical alone.
_BELOW = {"course": "chapter", "chapter": "sequential", "sequential": "vertical"}
# Subsections of one assignment type that a policy may ask for, or drop: each is reckoned with.
MAX_COUNT = 1000
# Children of <course> that say something about the course and are no blocks.
_NOT_BLOCKS = {"wiki", "textbook"}
# Parts of a problem that run Python, or need a grader elsewhere: not on this site.
_UNSAFE = (
    "script",
    "customresponse",
    # Hands what the learner typed to sympy, which evaluates it as Python.
    "symbolicresponse",
    "schematicresponse",
    "coderesponse",
    "externalresponse",
    "jsinput",
)


@dataclass(slots=True, kw_only=True)
class CourseDraft:
    """A course that can be stored.

    ``nodes`` are in reading order, parents before children; its files lie in ``source``.
    """

    course_key: str
    title: str
    settings: Mapping[str, Any]
    grading_policy: Mapping[str, Any]
    source: Path
    nodes: list[Node] = field(default_factory=list)

    def tree(self) -> CourseTree:
        """Return the draft as the tree that it will be."""
        course = Course(
            course_key=self.course_key,
            title=self.title,
            settings=self.settings,
            grading_policy=self.grading_policy,
        )
        return CourseTree(course, {node.usage_key: node for node in self.nodes}, self.nodes[0].usage_key)


def read_course(root: Path) -> CourseDraft:
    """Read the course in the directory; raises CourseImportError with all that is wrong with it."""
    source = Source(root)
    draft = _Reader(source).read()
    if draft is None or source.problems:
        raise CourseImportError(source.problems)
    return draft


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.nodes: dict[str, Node] = {}
        self.elements: dict[str, etree._Element] = {}

    def read(self) -> CourseDraft | None:
        pointer = self.source.xml("course.xml")
        if pointer is None:
            return None
        if pointer.tag != "course":
            self.source.fault_at(pointer, _("The root must be <course>."))
            return None
        try:
            key = CourseLocator(pointer.get("org"), pointer.get("course"), pointer.get("url_name"))
        except InvalidKeyError:
            self.source.fault_at(pointer, _("org, course and url_name must name the course run."))
            return None
        directory = f"policies/{key.run}"
        self.policy = self._policy(f"{directory}/policy.json")
        grading = self.source.json(f"{directory}/grading_policy.json")
        self.runtime = ParseRuntime(key, self.source.root, self.policy)
        root_key = self._block(pointer, None)
        if root_key is None:
            return None
        own = self.nodes[root_key].fields
        settings = {**self.policy.get(f"course/{key.run}", {})}
        draft = CourseDraft(
            course_key=str(key),
            title=str(settings.get("display_name") or own.get("display_name") or key.course),
            settings=settings,
            grading_policy=grading,
            source=self.source.root,
            nodes=self._in_reading_order(root_key),
        )
        _check_ours(self.source, f"{directory}/policy.json", settings)
        _check_grading(self.source, f"{directory}/grading_policy.json", grading, draft)
        self._check_and_collect(draft)
        return draft

    def _policy(self, file: str) -> dict[str, Mapping[str, Any]]:
        """Return the settings by block (``chapter/name``); what is none is told and left out."""
        found: dict[str, Mapping[str, Any]] = {}
        for block, settings in self.source.json(file).items():
            if isinstance(settings, dict):
                found[block] = settings
            else:
                self.source.fault(file, _("%(block)s: this must be a JSON object.") % {"block": block[:80]})
        return found

    # One block

    def _block(self, node: etree._Element, parent: str | None) -> str | None:
        """Read the block and all below it; return its usage key."""
        block_type, name = str(node.tag), node.get("url_name")
        if not is_name(name):
            self.source.fault_at(node, _("<%(tag)s> needs a url_name.") % {"tag": block_type})
            return None
        try:
            cls = block_class(block_type)
        except PluginMissingError:
            self.source.fault_at(node, _("Unknown block type <%(tag)s>.") % {"tag": block_type})
            return None
        try:
            usage = self.runtime.id_generator.create_definition(block_type, name)
        except InvalidKeyError:
            self.source.fault_at(node, _("<%(tag)s> needs a url_name.") % {"tag": block_type})
            return None
        if str(usage) in self.nodes:
            first = ":".join(map(str, self.source.place(self.elements[str(usage)])))
            message = _("<%(tag)s url_name=“%(name)s”> is already at %(place)s.")
            self.source.fault_at(node, message % {"tag": block_type, "name": name, "place": first})
            return None
        definition = self._definition(node, block_type, str(name))
        if definition is None:
            return None
        key = str(usage)
        self.elements[key] = definition
        self.nodes[key] = Node(
            usage_key=key, block_type=block_type, parent=parent, children=(), fields={}, max_score=None
        )
        if block_type in structure.CLASSES:
            fields, children = self._structure(definition, cls, usage)
        else:
            fields, children = self._leaf(definition, cls, usage), ()
        self.nodes[key] = replace(self.nodes[key], children=children, fields=fields)
        return key

    def _definition(self, node: etree._Element, block_type: str, name: str) -> etree._Element | None:
        """Follow a pointer to the element that defines the block."""
        if not is_pointer(node):
            return node
        relative = f"{block_type}/{name.replace(':', '/')}.xml"
        if self.source.path(relative) is None:
            if block_type in structure.CLASSES or block_type in contrib.CLASSES:
                self.source.fault_at(
                    node, _("It points to “%(file)s”, which is missing.") % {"file": relative}
                )
                return None
            return node  # a block that is written in place and happens to be empty
        definition = self.source.xml(relative)
        if definition is not None and definition.tag != block_type:
            self.source.fault_at(definition, _("The root must be <%(tag)s>.") % {"tag": block_type})
            return None
        return definition

    def _structure(
        self, node: etree._Element, cls: type[Any], usage: Any
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        fields: dict[str, Any] = {}
        others: dict[str, str] = {}
        for name, text in node.attrib.items():
            if name in ("url_name", "org", "course"):
                continue
            self._attribute(node, self.runtime.mixologist.mix(cls), str(name), str(text), fields, others)
        for name, value in self.policy.get(f"{usage.block_type}/{usage.block_id}", {}).items():
            if name in self.runtime.mixologist.mix(cls).fields and usage.block_type != "course":
                fields[name] = value
        if others:
            fields["xml_attributes"] = others
        children = []
        for child in node.iterchildren(tag=etree.Element):
            if usage.block_type == "course" and child.tag in _NOT_BLOCKS:
                if child.tag == "wiki":
                    fields["wiki_slug"] = child.get("slug")
                continue
            allowed = _BELOW.get(usage.block_type)
            if (allowed and child.tag != allowed) or (not allowed and child.tag in structure.CLASSES):
                message = _("<%(child)s> cannot lie in <%(tag)s>.")
                self.source.fault_at(child, message % {"child": child.tag, "tag": node.tag})
            elif (key := self._block(child, str(usage))) is not None:
                children.append(key)
        return fields, tuple(children)

    def _attribute(
        self,
        node: etree._Element,
        cls: type[Any],
        name: str,
        text: str,
        fields: dict[str, Any],
        others: dict[str, str],
    ) -> None:
        known = cls.fields.get(name)
        if known is None or known.scope not in (Scope.content, Scope.settings):
            others[name] = text
            return
        value: Any = text
        if not isinstance(known, StringField):
            # The platform writes JSON into attributes, and reads plain text too: graded="true", due="2026-…".
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                value = text
        try:
            fields[name] = known.to_json(known.from_json(value))
        except (TypeError, ValueError):
            message = _("%(name)s=“%(value)s” cannot be read.")
            self.source.fault_at(node, message % {"name": name, "value": text})

    def _leaf(self, node: etree._Element, cls: type[Any], usage: Any) -> dict[str, Any]:
        if usage.block_type == "html" and not self._check_html(node):
            return {}
        if usage.block_type == "problem" and not self._check_problem(node):
            return {}
        if usage.block_type == "video":
            node.set("url_name", usage.block_id)
        ids = ScopeIds(None, usage.block_type, usage, usage)
        try:
            return self.runtime.parsed_fields(cls, node, ids)
        except PARSE_ERRORS as error:
            message = _("<%(tag)s> cannot be read: %(reason)s")
            self.source.fault_at(node, message % {"tag": node.tag, "reason": error})
            return {}

    def _check_html(self, node: etree._Element) -> bool:
        filename = node.get("filename")
        if filename is None:
            return True
        if not is_name(filename):
            self.source.fault_at(node, _("“%(name)s” is no file name.") % {"name": filename})
            return False
        return self.source.text(f"html/{filename}.html", node) is not None

    def _check_problem(self, node: etree._Element) -> bool:
        unsafe = list(node.iter(*_UNSAFE))
        for part in unsafe:
            message = _("<%(tag)s> runs code or needs an outside grader; this site does neither.")
            self.source.fault_at(part, message % {"tag": part.tag})
        return not unsafe

    # The course as a whole

    def _in_reading_order(self, root: str) -> list[Node]:
        order = []
        waiting = [root]
        while waiting:
            node = self.nodes[waiting.pop()]
            order.append(node)
            waiting += reversed(node.children)
        return order

    def _check_and_collect(self, draft: CourseDraft) -> None:
        """Ask each leaf, as it will run, what is wrong with it and how much can be earned in it."""
        runtime = SiteRuntime(draft.tree(), None)
        for position, node in enumerate(draft.nodes):
            if node.block_type in structure.CLASSES:
                continue
            element = self.elements[node.usage_key]
            if any(
                self.source.place(element)[0] == problem.file and not node.fields
                for problem in self.source.problems
            ):
                continue
            try:
                block = runtime.get_block(node.usage_key)
                for message in _errors(block):
                    self.source.fault_at(element, message)
                most = block.max_score() if getattr(block, "has_score", False) else None
            except PARSE_ERRORS as error:
                reason = _("<%(tag)s> cannot be read: %(reason)s") % {"tag": node.block_type, "reason": error}
                self.source.fault_at(element, reason)
                continue
            if most is not None:
                draft.nodes[position] = replace(node, max_score=Decimal(str(most)))


def _errors(block: Any) -> list[str]:
    if block.scope_ids.block_type in contrib.CLASSES:
        return []  # theirs speak to Studio, of services that only Studio has
    return [str(one.text) for one in block.validate().messages if one.type == ValidationMessage.ERROR]


def _check_ours(source: Source, file: str, settings: Mapping[str, Any]) -> None:
    other = settings.get("other_course_settings")
    ours = other.get("kapasitas") if isinstance(other, dict) else None
    if isinstance(ours, dict) and lesson_hours_of(ours) is None:
        source.fault(file, _("kapasitas: lesson_hours is a whole number, such as 20."))


def _check_grading(source: Source, file: str, policy: Mapping[str, Any], draft: CourseDraft) -> None:
    types = set()
    given = policy.get("GRADER", [])
    rules: list[Any] = given if isinstance(given, list) else [given]
    for rule in rules:
        try:
            types.add(str(rule["type"]))
            counts = [int(rule.get(name, 0)) for name in ("min_count", "drop_count")]
            sound = 0 <= float(rule["weight"]) <= 1 and all(0 <= count <= MAX_COUNT for count in counts)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            sound = False
        if not sound:
            source.fault(file, _("GRADER: an entry needs type, weight in 0..1, min_count and drop_count."))
    marks = policy.get("GRADE_CUTOFFS", {})
    if not isinstance(marks, dict) or not all(
        isinstance(mark, int | float) and 0 <= mark <= 1 for mark in marks.values()
    ):
        source.fault(file, _("GRADE_CUTOFFS: marks are fractions in 0..1."))
    for node in draft.nodes:
        kind = node.fields.get("format")
        if node.block_type == "sequential" and node.fields.get("graded") and kind not in types:
            message = _("“%(title)s” is graded as “%(type)s”, which GRADER does not have.")
            source.fault(file, message % {"title": node.title, "type": kind})
