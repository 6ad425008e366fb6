"""A course in the tables → OLX that imports to the same course."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree
from opaque_keys.edx.keys import CourseKey, UsageKey

from standalone.courseware import contrib, structure
from standalone.courseware.assets import assets_directory
from standalone.courseware.runtime import SiteRuntime
from standalone.courseware.tree import CourseTree, Node, load_tree

from .archive import pack


class _ExportRuntime(SiteRuntime):
    """The site's runtime with a place for contributed blocks to write their files."""

    export_fs: Any = None


def export_directory(course_key: str, directory: Path) -> None:
    """Write the course into the directory, which is made if need be; raises UnknownCourseError."""
    from fs.osfs import OSFS

    tree = load_tree(course_key)
    directory.mkdir(parents=True, exist_ok=True)
    runtime = _ExportRuntime(tree, None)
    with OSFS(str(directory)) as files:
        runtime.export_fs = files
        for node in tree.walk():
            if node.block_type in structure.CLASSES:
                _write(directory, node, _structure(runtime, tree, node))
    key = CourseKey.from_string(course_key)
    run = str(key.run)
    pointer = etree.Element("course", url_name=run, org=str(key.org), course=str(key.course))
    (directory / "course.xml").write_bytes(etree.tostring(pointer) + b"\n")
    policies = directory / "policies" / run
    policies.mkdir(parents=True, exist_ok=True)
    _write_json(policies / "policy.json", {f"course/{run}": tree.course.settings})
    _write_json(policies / "grading_policy.json", tree.course.grading_policy)
    assets = assets_directory(course_key)
    if assets.is_dir():
        shutil.copytree(assets, directory, dirs_exist_ok=True)


def export_archive(course_key: str, archive: BinaryIO) -> None:
    """Write the course as a .tar.gz; raises UnknownCourseError."""
    with tempfile.TemporaryDirectory(prefix="kapasitas-export-") as directory:
        export_directory(course_key, Path(directory))
        pack(Path(directory), archive)


def _structure(runtime: _ExportRuntime, tree: CourseTree, node: Node) -> etree._Element:
    element = etree.Element(node.block_type)
    fields = runtime.load_block_type(node.block_type)
    known = runtime.mixologist.mix(fields).fields
    for name, value in sorted(node.fields.items()):
        if name == "xml_attributes":
            for attribute, text in sorted(value.items()):
                element.set(attribute, text)
        elif name != "wiki_slug" and value is not None and name in known:
            element.set(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    for child in tree.children(node.usage_key):
        element.append(_child(runtime, child))
    if node.fields.get("wiki_slug"):
        etree.SubElement(element, "wiki", slug=node.fields["wiki_slug"])
    return element


def _child(runtime: _ExportRuntime, node: Node) -> etree._Element:
    """Return what stands in the parent's file: a pointer, or the block itself."""
    name = UsageKey.from_string(node.usage_key).block_id
    element = etree.Element(node.block_type)
    if node.block_type not in structure.CLASSES:
        block = runtime.get_block(node.usage_key)
        block.add_xml_to_node(element)
        element.tag = node.block_type
        if node.block_type in contrib.CLASSES:
            element.attrib.clear()  # written to a file of its own
    element.set("url_name", name)
    return element


def _write(directory: Path, node: Node, element: etree._Element) -> None:
    name = UsageKey.from_string(node.usage_key).block_id.replace(":", "/")
    path = directory / node.block_type / f"{name}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(etree.tostring(element, pretty_print=True, encoding="utf-8"))


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
