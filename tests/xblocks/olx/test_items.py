"""Items in OLX: exact round trips, and every problem by its line."""

# Documents are easier to read on one line.
# ruff: noqa: E501

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.xblocks import strategies
from xblocks.competency.items import ItemStatus
from xblocks.competency.types import ITEM_TYPES
from xblocks.olx.assessments import AssessmentDefinition, read_definition, write_definition
from xblocks.olx.banks import read_bank
from xblocks.olx.codecs import CODECS
from xblocks.olx.items import read_item, write_item
from xblocks.olx.xml import MalformedXmlError, Reading, canonical, parse, pretty


def test_types_agree():
    """OLX and the domain know the same item types."""
    assert CODECS.keys() == ITEM_TYPES.keys()


@pytest.mark.parametrize("name", strategies.BY_TYPE)
@given(data=st.data())
def test_round_trip(name, data):
    """What is written is read as the same item, and written again as the same canonical XML."""
    item = data.draw(strategies.BY_TYPE[name])
    document = canonical(write_item(item))
    reading = Reading()
    again = read_item(reading, parse(document))
    assert reading.problems == []
    assert again == item
    assert canonical(write_item(again)) == document


@given(strategies.assessments())
def test_indentation_changes_nothing(items):
    """A document that was indented for people reads as before."""
    definition = AssessmentDefinition(intro="<p>a  b</p>", entries=tuple(items))
    root = write_definition(definition)
    plain = canonical(root)
    pretty(root)
    again, problems = read_definition(etree.tostring(root))
    assert problems == []
    assert again == definition
    assert canonical(root) == plain


AUTHORED = """<item competencies="a.b  c.d" id="q1" level="2" type="single_choice" points="1.50">
  <!-- a comment -->
  <prompt><p>Tabel: <table><tbody><tr><td> x </td></tr></tbody></table> &amp; <br/>&#8211; 😀</p></prompt>
  <option id="a" correct="true">Ya <em>benar</em>
    <feedback>Pasal 25</feedback>
  </option>
  <option id="b">Tidak</option>
  <source>PP 17/2018 Pasal 25 ayat (3)</source>
</item>"""


def test_authored_round_trip():
    """What a person wrote comes back as the same canonical XML, spelling of numbers included."""
    root = parse(AUTHORED)
    reading = Reading()
    item = read_item(reading, root)
    assert reading.problems == []
    assert canonical(write_item(item)) == canonical(root)


OPTIONS = '<option id="a" correct="true">A</option><option id="b">B</option>'
CHOICE = "<prompt>P</prompt>" + OPTIONS
HEAD = 'id="q" type="single_choice" competencies="c.d" level="1"'
PROBLEMS = {
    "unknown type": ('<item id="q" type="essay" competencies="c" level="1"/>', 1, "essay"),
    "no type": ('<item id="q" competencies="c" level="1"/>', 1, "type"),
    "unknown attribute": (f'<item {HEAD} colour="red">{CHOICE}</item>', 1, "colour"),
    "unknown element": (f"<item {HEAD}>{CHOICE}\n<hint>x</hint></item>", 2, "hint"),
    "stray text": (f"<item {HEAD}>{CHOICE}stray</item>", 1, "stray"),
    "script": (f"<item {HEAD}>\n<prompt>\n<script>x</script></prompt>{OPTIONS}</item>", 3, "script"),
    "event handler": (f'<item {HEAD}>\n<prompt><b onclick="x">x</b></prompt>{OPTIONS}</item>', 2, "onclick"),
    "javascript address": (
        f'<item {HEAD}>\n<prompt><a href="javascript:x">x</a></prompt>{OPTIONS}</item>', 2, "javascript:x",
    ),
    "block in an option": (f'<item {HEAD}>{CHOICE}\n<option id="c"><ul/></option></item>', 2, "ul"),
    "two keys": (f'<item {HEAD}>{CHOICE}<option id="c" correct="true">C</option></item>', 1, "2 right options"),
    "correct is false": (f'<item {HEAD}>{CHOICE}\n<option id="c" correct="no">C</option></item>', 2, "no"),
    "same id": (f'<item {HEAD}>{CHOICE}<option id="a">C</option></item>', 1, "a is used twice"),
    "level": (f'<item id="q" type="single_choice" competencies="c" level="6">{CHOICE}</item>', 1, "6"),
    "points": (f'<item {HEAD} points="1e-05">{CHOICE}</item>', 1, "1e-05"),
    "no competency": (f'<item id="q" type="single_choice" level="1">{CHOICE}</item>', 1, "competencies"),
    "order": (f"<item {HEAD}><source>s</source>{CHOICE}</item>", 1, "order"),
    "feedback twice": (
        f"<item {HEAD}>{CHOICE}<feedback>a</feedback><feedback>b</feedback></item>", 1, "more than once",
    ),
    "no prompt": (f"<item {HEAD}>{OPTIONS}</item>", 1, "no prompt"),
    "numeric without answer": (
        '<item id="q" type="numeric" competencies="c" level="1"><prompt>P</prompt></item>', 1, "exactly one <answer>",
    ),
    "Indonesian number in OLX": (
        '<item id="q" type="numeric" competencies="c" level="1"><prompt>P</prompt>\n<answer value="1,5"/></item>',
        2, "1,5",
    ),
    "formula": (
        '<item id="q" type="table_fill" competencies="c" level="1"><prompt>P</prompt><table><row>\n'
        '<cell id="b1" formula="__import__(x)"/></row></table></item>', 2, "__import__",
    ),
    "circular formula": (
        '<item id="q" type="table_fill" competencies="c" level="1"><prompt>P</prompt><table><row>'
        '<cell id="b1" formula="b1+1"/></row></table></item>', 1, "b1",
    ),
    "division by zero": (
        '<item id="q" type="table_fill" competencies="c" level="1"><prompt>P</prompt><table><row>'
        '<cell id="b1" value="0"/><cell id="b2" formula="1/b1"/></row></table></item>', 1, "b2",
    ),
    "pair without right": (
        '<item id="q" type="matching" competencies="c" level="1"><prompt>P</prompt>\n<pair id="p"><left>L</left></pair></item>',
        2, "right",
    ),
    "effectiveness": (
        '<item id="q" type="situational_judgement" mode="rate" competencies="c" level="1"><prompt>P</prompt>'
        '\n<action id="a" effectiveness="9">A</action><action id="b" effectiveness="1">B</action></item>', 2, "9",
    ),
    "ranked alike": (
        '<item id="q" type="situational_judgement" mode="rank" competencies="c" level="1"><prompt>P</prompt>'
        '<action id="a" effectiveness="1">A</action><action id="b" effectiveness="1">B</action></item>', 1, "differ",
    ),
    "in no time": (f'<item {HEAD} seconds="4">{CHOICE}</item>', 1, "4"),
    "in words": (f'<item {HEAD} seconds="1e2">{CHOICE}</item>', 1, "1e2"),
    "status": (f'<item {HEAD} status="old">{CHOICE}</item>', 1, "old"),
    "its own enemy": (f'<item {HEAD} enemies="q">{CHOICE}</item>', 1, "itself"),
    "enemy twice": (f'<item {HEAD} enemies="a  a">{CHOICE}</item>', 1, "a is used twice"),
    "enemy without an id": (f'<item {HEAD} enemies="A!">{CHOICE}</item>', 1, "A!"),
    "nothing wrong": (
        '<item id="q" type="find_the_error" competencies="c" level="1"><prompt>P</prompt>'
        '<line id="a">A</line><line id="b">B</line></item>', 1, "no wrong line",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "line", "named"), PROBLEMS.values(), ids=PROBLEMS)
def test_problems_are_named(document, line, named):
    """A problem names the line and the thing at fault, says what to do, and leaves no item."""
    reading = Reading()
    assert read_item(reading, parse(document)) is None
    found = [problem for problem in reading.problems if named in str(problem.message)]
    assert found, reading.problems
    assert found[0].line == line
    assert found[0].where == "item q"
    assert str(found[0].remedy)


def test_all_problems_at_once():
    """Every problem is told, not the first alone."""
    document = (
        '<competency_assessment>\n<item id="q" type="essay"/>\n<item id="q" ref="r"/>\n<poll/>'
        "</competency_assessment>"
    )
    _definition, problems = read_definition(document, where="vertical/a.xml", offset=10, bank=False)
    assert sorted({problem.line for problem in problems}) == [12, 13, 14]


def test_what_is_default_is_not_written():
    """An item without a time, an enemy or a status of its own has no such attribute."""
    item = read_item(Reading(), parse(f"<item {HEAD}>{CHOICE}</item>"))
    assert (item.seconds, item.status, item.enemies) == (None, ItemStatus.LIVE, ())
    assert not {"seconds", "status", "enemies"} & set(write_item(item).attrib)


def test_enemies_are_items_of_the_same_document():
    """In a bank as in an assessment; that one is named twice or from both sides is no matter."""
    items = [f'<item id="{id_}" {REST} enemies="{enemies}">{FULL}</item>' for id_, enemies in ENEMIES]
    _bank, problems = read_bank(
        '<item_bank id="b" version="1" title="B" lang="id">\n' + "\n".join(items) + "</item_bank>"
    )
    assert [(problem.line, problem.message.values) for problem in problems] == [(3, {"id": "elsewhere"})]
    _definition, problems = read_definition(
        "<competency_assessment>\n" + "\n".join(items) + '\n<item ref="elsewhere"/></competency_assessment>'
    )
    assert problems == []


REST = 'type="single_choice" competencies="c.d" level="1"'
FULL = f"{CHOICE}<source>S</source><feedback>F</feedback>"
ENEMIES = [("q1", "q2"), ("q2", "q1 elsewhere")]

HOSTILE = {
    "entity": ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
    "external entity": ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "document type"),
    "bare document type": ("<!DOCTYPE x><x/>", "document type"),
    "undefined entity": ("<x>\n&nbsp;</x>", "nbsp"),
    "unclosed": ("<x>\n<y></x>", "well-formed"),
    "empty": ("", "well-formed"),
    "too large": ("<x>" + "a" * (5 * 1024 * 1024) + "</x>", "larger"),
    "too deep": ("<x>" * 3000, "well-formed"),
    "lone surrogate": ("<x>\ud83d</x>", "well-formed"),
}


@pytest.mark.parametrize(("document", "named"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents(document, named):
    """Documents that are broken, huge or declare entities are refused by name."""
    with pytest.raises(MalformedXmlError, match=named):
        parse(document)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('id="a" type="essay"', {"essay", "lacks the attribute competencies", "lacks the attribute level"}),
        (
            'id="a" type="single_choice" level="9" colour="red"',
            {"“9”", "colour", "lacks the attribute competencies", "no prompt", "2", "0 right options"},
        ),
        (
            'type="single_choice" competencies="a.b" level="1"',
            {"lacks the attribute id", "no prompt", "2", "0 right"},
        ),
    ],
)
def test_one_fault_hides_no_other_of_the_item(attributes, expected):
    """Each is told in the first round, and none of them twice."""
    reading = Reading()
    element = etree.fromstring(f'<item {attributes}><option id="x">X</option></item>')
    assert read_item(reading, element) is None
    messages = [str(problem.message) for problem in reading.problems]
    assert len(messages) == len(set(messages)) == len(expected), messages
    assert all(any(part in message for message in messages) for part in expected), messages
