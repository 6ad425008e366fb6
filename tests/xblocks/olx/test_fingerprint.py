"""The fingerprint changes with what is asked and with the key, and with nothing else."""

from decimal import Decimal

from hypothesis import given

from tests.xblocks import strategies
from xblocks.competency.items import ItemStatus
from xblocks.competency.values import replace
from xblocks.olx.fingerprint import fingerprint
from xblocks.olx.items import read_item, write_item
from xblocks.olx.xml import Reading, parse


@given(item=strategies.items)
def test_what_does_not_matter(item):
    """Name, place in framework, bank and law, points, and what is read only afterwards."""
    again = replace(
        item,
        id="another-name",
        competencies=("fin.x",),
        level=item.level % 5 + 1,
        points=Decimal(7),
        source="UU 23/2014",
        feedback="<p>Karena begitu</p>",
        seconds=77,
        status=ItemStatus.RETIRED,
        enemies=("one-of-them",),
    )
    assert fingerprint(again) == fingerprint(item)


@given(item=strategies.items)
def test_what_is_asked_matters(item):
    """Another prompt is another item."""
    assert fingerprint(replace(item, prompt=f"{item.prompt}?")) != fingerprint(item)


def read(xml):
    item = read_item(Reading(), parse(xml))
    assert item is not None
    return item


HEAD = 'id="q" competencies="gov.a" level="1"'
CHOICE = (
    f'<item type="single_choice" {HEAD}><prompt>P</prompt><option id="a" correct="true">A'
    '<feedback>F</feedback></option><option id="b">B</option></item>'
)
NUMBER = f'<item type="numeric" {HEAD}><prompt>P</prompt><answer value="5" tolerance="1"/></item>'
RATED = (
    f'<item type="situational_judgement" mode="rate" {HEAD}><prompt>P</prompt>'
    '<action id="a" effectiveness="5">A</action><action id="b" effectiveness="1">B</action></item>'
)


def test_the_key_matters():
    """Which option is right, the number, its tolerance, how actions are judged; not what is explained."""
    other_key = CHOICE.replace(' correct="true"', "").replace('id="b"', 'id="b" correct="true"')
    changed = [
        (CHOICE, other_key),
        (CHOICE, CHOICE.replace(">B<", ">C<")),
        (NUMBER, NUMBER.replace('"5"', '"6"')),
        (NUMBER, NUMBER.replace('tolerance="1"', 'tolerance="2"')),
        (RATED, RATED.replace('"rate"', '"rank"')),
        (RATED, RATED.replace('effectiveness="1"', 'effectiveness="2"')),
    ]
    for one, other in changed:
        assert one != other
        assert fingerprint(read(one)) != fingerprint(read(other)), other
    assert fingerprint(read(CHOICE)) == fingerprint(read(CHOICE.replace("<feedback>F</feedback>", "")))


def test_it_is_the_same_for_ever():
    """Parameters are kept by it: worked out otherwise, every bank would need calibrating anew."""
    item = read(CHOICE)
    assert fingerprint(item) == "d478178174a3162b3a5caf16c59e94e444368705181879a212a3333407b6f045"
    assert fingerprint(read_item(Reading(), write_item(item))) == fingerprint(item)
