"""The leadership course: situations without a cue, and a second reading that left nothing out."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from xblocks.competency.blueprint import Draw
from xblocks.competency.items import ItemStatus, SituationalJudgement
from xblocks.olx.assessments import read_assessment
from xblocks.olx.banks import ItemBank, read_bank

from .reading import assessments

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "course_content/leadership"
BANK = ROOT / "course_content/banks/leadership.xml"
REVIEW = ROOT / "docs/reviews/leadership.md"
LAW = re.compile(r"\b(UU|PP|Permendagri) \d+/\d{4}")


@pytest.fixture(scope="module")
def bank() -> ItemBank:
    found, problems = read_bank(BANK.read_bytes())
    assert found, problems
    return found


def _items() -> Iterator[etree._Element]:
    """Each item of the bank and each that the course itself defines."""
    yield from etree.parse(BANK).iter("item")
    for _path, element in assessments(COURSE):
        yield from (item for item in element.iter("item") if item.get("id"))


def test_best_action_is_seldom_the_longest() -> None:
    """Nobody can tell the best action of a situation by its length; by chance it is one of four."""
    situations = [item for item in _items() if item.get("type") == "situational_judgement"]
    given_away = []
    for item in situations:
        actions = list(item.iter("action"))
        best = max(int(str(action.get("effectiveness"))) for action in actions)
        longest = max(actions, key=lambda action: len(action.text or ""))
        if int(str(longest.get("effectiveness"))) == best:
            given_away.append(item.get("id"))
    assert len(situations) >= 40
    assert len(given_away) <= len(situations) / 4, given_away


def test_the_case_tells_what_each_choice_leads_to() -> None:
    """Four acts of four choices, and each choice has its consequence."""
    acts = [item for item in _items() if str(item.get("id")).startswith("tanggul-")]
    assert len(acts) == 4
    for act in acts:
        options = list(act.iterchildren("option"))
        assert len(options) == 4
        assert all((option.findtext("feedback") or "").startswith("Akibat:") for option in options)


def test_every_item_on_a_law_was_read_again() -> None:
    """The table of the second reading names each item that cites a law, and no item that is not there."""
    cited = {str(item.get("id")) for item in _items() if LAW.search(item.findtext("source") or "")}
    read = set(re.findall(r"^\| ((?:kpm|kuis\d|tanggul)-[a-z0-9-]+) \|", REVIEW.read_text(), re.MULTILINE))
    assert cited
    assert read == cited


def test_situations_are_practised_and_never_count(bank: ItemBank) -> None:
    """Each situation stands in an exercise of weight 0, since no panel has adopted its key."""
    practised = set()
    for _path, element in assessments(COURSE):
        references = {str(item.get("ref")) for item in element.iter("item") if item.get("ref")}
        practised |= references
        assert not references or element.get("weight") == "0"
    situations = {id for id, item in bank.items.items() if isinstance(item, SituationalJudgement)}
    assert practised == situations
    assert all(bank.items[id].status is ItemStatus.PILOT for id in situations)


def test_pre_test_and_both_post_tests_can_be_drawn_of_fresh_items(bank: ItemBank) -> None:
    """Every competency has live items for the pre-test and for two attempts at the post-test."""
    draws: dict[str, list[Draw]] = defaultdict(list)
    for _path, element in assessments(COURSE):
        settings, definition, problems = read_assessment(element, where=str(element.get("url_name")))
        assert not problems
        if definition.blueprint:
            draws[str(element.get("url_name"))] += definition.blueprint.draws * (settings.attempts or 1)
    assert set(draws) == {"pretes", "pascates"}
    wanted: dict[str, int] = defaultdict(int)
    for draw in [*draws["pretes"], *draws["pascates"]]:
        wanted[draw.competency] += draw.count
    for competency, count in wanted.items():
        live = [
            item
            for item in bank.items.values()
            if item.status is ItemStatus.LIVE and competency in item.competencies
        ]
        assert len(live) >= count, competency
