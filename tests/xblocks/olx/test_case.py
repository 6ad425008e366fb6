"""CASE 1.1 packages: written the same everywhere, read back equal, and refused with every reason."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.framework import CompetencyFramework
from xblocks.olx.case import KINDS, identifier, write_case
from xblocks.olx.case_reading import read_case
from xblocks.olx.frameworks import read_framework, write_framework

PACKAGED = Path(__file__).resolve().parents[3] / "course_content" / "frameworks" / "kapasitas.xml"
CHANGED = datetime(2026, 11, 26, tzinfo=UTC)
SAID = ("--creator=BPSDM Contoh", "--changed=2026-11-26")
SMALL = """<competency_framework id="f" version="1"><domain id="d"><name lang="id">D</name>
<competency id="man.x" hr_code="M1"><name lang="id">X</name><name lang="en">Ex</name>
<description lang="id">Uraian</description><source>PP 17/2018</source>
<level n="2"><description lang="id">Dua</description><source>S</source>
<indicator id="man.x.2.1"><description lang="id">Ingat</description></indicator></level></competency>
<competency id="man.y"><name lang="id">Y</name></competency></domain>
<post id="lurah" eselon="41" basis="regulation"><name lang="id">Lurah</name>
<requires competency="man.x" level="2"/><requires competency="man.y" level="1"/></post>
</competency_framework>"""


def framework(source: str | bytes) -> CompetencyFramework:
    found, problems = read_framework(source)
    assert found, problems
    return found


def package(source: str | bytes = SMALL) -> dict[str, Any]:
    return write_case(framework(source), creator="BPSDM Contoh", changed=CHANGED)


def read(value: object) -> tuple[CompetencyFramework | None, list[str]]:
    found, problems = read_case(json.dumps(value).encode())
    return found, [f"{one.where}: {one.message}" for one in problems]


def change(value: Any, path: list[str | int], new: object) -> Any:
    """Return a copy with one value replaced; ... removes it."""
    copy = json.loads(json.dumps(value))
    *way, last = path
    inner = copy
    for step in way:
        inner = inner[step]
    if new is ...:
        del inner[last]
    else:
        inner[last] = new
    return copy


@pytest.mark.parametrize("source", [PACKAGED.read_bytes(), SMALL], ids=["packaged", "small"])
def test_round_trip(source: str | bytes) -> None:
    """A framework comes back equal, from its package and from our own XML."""
    before = framework(source)
    assert read(package(source)) == (before, [])
    assert read({"CFPackage": package(source)}) == (before, [])
    assert framework(write_framework(before)) == before


def test_package_is_the_same_everywhere() -> None:
    """Neither the hour nor the zone of the machine is in it; identifiers outlive a version."""
    zone = timezone(timedelta(hours=7))
    local = write_case(framework(SMALL), creator="BPSDM Contoh", changed=CHANGED.astimezone(zone))
    assert json.dumps(local) == json.dumps(package())
    later = package(SMALL.replace('version="1"', 'version="2"'))
    assert [one["identifier"] for one in later["CFItems"]] == [
        one["identifier"] for one in package()["CFItems"]
    ]
    # A literal: whoever imported a package knows its parts by these for ever.
    assert identifier("f", "Competency", "man.x") == "77c3e15a-3d6f-5499-b3a8-ab009c0644a8"


def test_package_is_case() -> None:
    """Every entity has what CASE 1.1 requires, identifiers are distinct UUIDv5, and links lead somewhere."""
    found = package(PACKAGED.read_bytes())
    document = found["CFDocument"]
    assert document["caseVersion"] == "1.1"
    assert {"identifier", "uri", "creator", "title", "lastChangeDateTime"} <= set(document)
    entities = [document, *found["CFItems"], *found["CFAssociations"]]
    ids = [entity["identifier"] for entity in entities]
    assert len(set(ids)) == len(ids)
    assert {uuid.UUID(id_).version for id_ in ids} == {5}
    assert {entity["lastChangeDateTime"] for entity in entities} == {"2026-11-26T00:00:00Z"}
    assert {item["CFItemType"] for item in found["CFItems"]} == set(KINDS)
    assert all(item["fullStatement"] for item in found["CFItems"])
    for association in found["CFAssociations"]:
        assert re.fullmatch(r"isChildOf|ext:[A-Za-z0-9.\-_]+", association["associationType"])
        for end in ("originNodeURI", "destinationNodeURI"):
            assert association[end]["identifier"] in ids
            assert association[end]["title"]
    kinds = [item["CFItemType"] for item in found["CFItems"]]
    assert kinds.count("Indicator") == 135
    assert kinds.count("Post") == 9


BAD = {
    "no-document": (["CFDocument"], ..., "CFDocument"),
    "no-title": (["CFDocument", "title"], ..., "title"),
    "no-version": (["CFDocument", "version"], ..., "version"),
    "items-no-list": (["CFItems"], {}, "CFItems"),
    "item-no-object": (["CFItems", 0], "x", "no object"),
    "identifier-no-uuid": (["CFItems", 0, "identifier"], "satu", "UUID"),
    "identifier-twice": (["CFItems", 1, "identifier"], package()["CFItems"][0]["identifier"], "twice"),
    "unknown-type": (["CFItems", 0, "CFItemType"], "Standard", "Standard"),
    "type-no-text": (["CFItems", 0, "CFItemType"], ["Domain"], "Domain"),
    "no-statement": (["CFItems", 0, "fullStatement"], " ", "fullStatement"),
    "control-character": (["CFItems", 0, "fullStatement"], "a\x00b", "fullStatement"),
    "lone-surrogate": (["CFItems", 0, "fullStatement"], "a\ud800b", "fullStatement"),
    "statement-too-long": (["CFItems", 0, "fullStatement"], "a" * 10_001, "fullStatement"),
    "no-code": (["CFItems", 1, "humanCodingScheme"], ..., "humanCodingScheme"),
    "code-that-is-no-id": (["CFItems", 1, "humanCodingScheme"], "Integritas!", "Integritas!"),
    "unknown-association": (["CFAssociations", 0, "associationType"], "isPeerOf", "isPeerOf"),
    "end-nowhere": (
        ["CFAssociations", 0, "originNodeURI", "identifier"],
        str(uuid.UUID(int=7)),
        "originNodeURI",
    ),
    "end-no-link": (["CFAssociations", 0, "originNodeURI"], "x", "originNodeURI"),
    "child-of-the-wrong-kind": (
        ["CFAssociations", 1, "destinationNodeURI", "identifier"],
        package()["CFDocument"]["identifier"],
        "cannot be the child",
    ),
    "child-of-itself": (
        ["CFAssociations", 1, "destinationNodeURI", "identifier"],
        package()["CFItems"][1]["identifier"],
        "cannot be the child",
    ),
    "no-parent": (["CFAssociations", 1], {}, "no child"),
    "level-no-number": (["CFItems", 2, "extensions", "kapasitas", "level"], "dua", "level"),
    "level-out-of-range": (["CFItems", 2, "extensions", "kapasitas", "level"], 9, "9"),
    "unknown-language": (["CFItems", 1, "extensions", "kapasitas", "names"], {"jv": "X"}, "names"),
    "sources-no-list": (["CFItems", 1, "extensions", "kapasitas", "sources"], "PP 17/2018", "sources"),
    "unknown-basis": (["CFItems", 5, "extensions", "kapasitas", "basis"], "law", "basis"),
}


@pytest.mark.parametrize(("path", "new", "named"), BAD.values(), ids=BAD.keys())
def test_a_fault_is_named(path: list[str | int], new: object, named: str) -> None:
    """Nothing is read, and the place and the thing at fault are told."""
    found, problems = read(change(package(), path, new))
    assert found is None
    assert any(named in problem for problem in problems), problems


def test_what_is_wrong_is_put_right_in_the_file() -> None:
    """A fault whose message says how it must be has a remedy that says where."""
    _found, problems = read_case(json.dumps(change(package(), ["CFDocument", "title"], ...)).encode())
    assert [str(one.remedy) for one in problems] == ["Correct it in the file, then read it again."]


def test_every_fault_is_told_at_once() -> None:
    """Three faults are three problems, each with its place."""
    value = change(package(), ["CFDocument", "title"], ...)
    value = change(value, ["CFItems", 0, "CFItemType"], "Standard")
    value = change(value, ["CFAssociations", 3, "associationType"], "isPeerOf")
    found, problems = read(value)
    assert found is None
    places = {problem.partition(":")[0] for problem in problems}
    assert {"CFDocument", "CFItems[0]", "CFAssociations[3]"} <= places


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"CFPackage": []}',
        b"[" * 100_000,
        b'{"a": NaN}',
        b"\xff\xfe\xfa",
        b" " * (4 * 1024 * 1024 + 1),
        b'{"CFDocument": {"identifier": ' + b"9" * 5000 + b"}}",
    ],
    ids=["empty", "cut", "list", "null", "package-list", "deep", "nan", "bytes", "large", "digits"],
)
def test_what_is_no_package_is_refused(source: bytes) -> None:
    """Without an exception, and without much work."""
    found, problems = read_case(source)
    assert found is None
    assert len(problems) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PATHS = [path for path, _new, _named in BAD.values()]


@given(st.sampled_from(PATHS), JSON)
def test_anything_anywhere_is_read_or_told(path: list[str | int], new: object) -> None:
    """Whatever stands in a place, there is a framework or a problem, and never an exception."""
    found, problems = read(change(package(), path, new))
    assert (found is None) == bool(problems)


def test_commands_export_and_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The packaged framework goes out and comes back as a framework of the same content."""
    case, back = tmp_path / "case.json", tmp_path / "back.xml"
    call_command("export_case", *SAID, f"--output={case}")
    call_command("import_case", case, output=back)
    assert framework(back.read_bytes()) == framework(PACKAGED.read_bytes())
    call_command("export_case", str(PACKAGED), *SAID)
    assert json.loads(capsys.readouterr().out) == json.loads(case.read_bytes())


def test_commands_tell_all_that_is_wrong(tmp_path: Path) -> None:
    """A bad file is named with its problems, a missing one by its name, and nothing is written."""
    bad, out = tmp_path / "bad.json", tmp_path / "out.xml"
    bad.write_text(json.dumps(change(package(), ["CFItems", 0, "CFItemType"], "Standard")))
    with pytest.raises(CommandError, match=r"CFItems\[0\].*Standard"):
        call_command("import_case", bad, output=out)
    assert not out.exists()
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import_case", tmp_path / "nowhere.json")
    with pytest.raises(CommandError, match="not well-formed"):
        call_command("export_case", str(bad), *SAID)
    with pytest.raises(CommandError, match="nowhere/case: No such file"):
        call_command("export_case", *SAID, f"--output={tmp_path / 'nowhere/case'}")
    call_command("export_case", *SAID, f"--output={tmp_path / 'case'}")
    with pytest.raises(CommandError, match="nowhere/xml: No such file"):
        call_command("import_case", tmp_path / "case", output=tmp_path / "nowhere/xml")
    with pytest.raises(CommandError, match="no day"):
        call_command("export_case", "--creator=X", "--changed=26-11-2026")
