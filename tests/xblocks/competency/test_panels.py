"""Panels: sheets are whole or refused with their fault, and cuts are those of the literature."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.panels import (
    JUDGES,
    MIN_GROUP,
    Panel,
    PanelError,
    angoff_cut,
    booklet,
    bookmark_cut,
    checked_mark,
    checked_sheet,
    expected_raw,
    group_of,
    groups_cut,
    read_names,
    read_share,
)
from xblocks.measurement.ability import expected_sum_score
from xblocks.measurement.models import (
    GeneralizedPartialCredit,
    ItemModel,
    ThreeParameterLogistic,
    TwoParameterLogistic,
    rasch,
)

MODELS: dict[str, ItemModel] = {
    "q1": rasch(-1.0),
    "q2": TwoParameterLogistic(1.5, 0.0),
    "q3": GeneralizedPartialCredit(1.2, (0.6, 1.4)),
}
ITEMS = tuple(MODELS)


def sheet(*shares: str) -> dict[str, Decimal]:
    return dict(zip(ITEMS, map(Decimal, shares), strict=True))


@pytest.mark.parametrize(
    ("text", "share"), [("65", "0.65"), (" 7,5 %", "0.075"), ("7.5", "0.075"), ("0", "0"), ("100", "1")]
)
def test_a_share_is_read_in_percent(text: str, share: str) -> None:
    assert read_share("q1", text) == Decimal(share)


@pytest.mark.parametrize("text", ["", "abc", "101", "-1", "0,655", "1e2", "٦٥", "65 %%", "1.000"])
def test_what_is_no_percentage_is_refused_with_the_item(text: str) -> None:
    with pytest.raises(PanelError, match=r"Item q1: “.*” is no percentage"):
        read_share("q1", text)


@given(st.decimals(0, 100, places=1))
def test_any_percentage_is_read_as_written(value: Decimal) -> None:
    assert read_share("q", f"{value}") == read_share("q", f"{value}".replace(".", ",")) == value / 100


@pytest.mark.parametrize("judges", [0, 1, JUDGES.stop])
def test_a_panel_has_at_least_two_judges(judges: int) -> None:
    """One judge has no spread, so that no error could be told."""
    with pytest.raises(PanelError, match="from 2 to 30 judges"):
        Panel(judges=judges)


def test_rounds_open_when_every_sheet_is_in() -> None:
    """A sheet may be handed in again; a new round begins empty and keeps the last one."""
    panel: Panel[int] = Panel(judges=2)
    panel = panel.with_sheet(1, 10)
    assert panel.missing == (2,)
    with pytest.raises(PanelError, match="round 1: 2"):
        panel.next_round()
    panel = panel.with_sheet(2, 12).with_sheet(1, 11)
    assert panel.complete() == (11, 12)
    second = panel.next_round()
    assert second.rounds == ({1: 11, 2: 12}, {})
    with pytest.raises(PanelError, match="round 2: 1, 2"):
        second.complete()


@pytest.mark.parametrize("judge", [0, 3, -1])
def test_there_is_no_other_judge(judge: int) -> None:
    panel: Panel[int] = Panel(judges=2)
    with pytest.raises(PanelError, match="this panel has 2"):
        panel.with_sheet(judge, 1)


def test_a_sheet_counts_when_it_is_whole() -> None:
    with pytest.raises(PanelError, match="Not judged yet: q2, q3"):
        checked_sheet(ITEMS, {"q1": Decimal("0.5")})
    # What is of no item of the panel is left behind.
    assert checked_sheet(["q1"], sheet("0.1", "0.2", "0.3")) == {"q1": Decimal("0.1")}


def test_the_angoff_cut_is_the_mean_of_the_judges_sums() -> None:
    """Raw: mean and SD / √n of the sums; theta: where the characteristic curve expects the cut."""
    cut = angoff_cut(ITEMS, [sheet("0.8", "0.5", "0.3"), sheet("0.7", "0.4", "0.1")], MODELS)
    assert (cut.raw, cut.raw_se) == pytest.approx((1.4, 0.2))
    # An item of three categories counts twice its share in the sum score.
    assert expected_sum_score(MODELS.values(), cut.theta) == pytest.approx(1.2 + 2 * 0.2, abs=1e-6)
    assert cut.theta_se > 0


@given(st.floats(-2.0, 2.0), st.integers(2, 8))
def test_judges_who_expect_what_the_model_does_hit_its_ability(theta: float, judges: int) -> None:
    """A round trip: shares at an ability lead back to it."""
    shares = {
        id_: Decimal(expected_sum_score([model], theta) / (model.categories - 1))
        for id_, model in MODELS.items()
    }
    cut = angoff_cut(ITEMS, [shares] * judges, MODELS)
    assert cut.theta == pytest.approx(theta, abs=1e-5)
    assert cut.theta_se == pytest.approx(0.0, abs=1e-9)
    assert cut.raw == pytest.approx(expected_raw(MODELS.values(), theta))


@pytest.mark.parametrize("share", ["0", "1"])
def test_a_cut_that_no_ability_expects_is_refused(share: str) -> None:
    with pytest.raises(PanelError, match="another round"):
        angoff_cut(ITEMS, [sheet(share, share, share)] * 2, MODELS)


def test_the_booklet_goes_from_easy_to_hard_by_step() -> None:
    """RP .67 puts a 2PL item at b + .7082 / a; an item of three categories has two pages."""
    places = booklet(MODELS, Decimal("0.67"))
    assert [(place.item, place.category) for place in places] == [("q1", 1), ("q2", 1), ("q3", 1), ("q3", 2)]
    assert places[0].location == pytest.approx(-1.0 + 0.7082, abs=1e-4)
    assert places[1].location == pytest.approx(0.0 + 0.7082 / 1.5, abs=1e-4)
    assert [place.location for place in places] == sorted(place.location for place in places)
    third = places[2]
    assert sum(MODELS["q3"].category_probs(third.location)[1:]) == pytest.approx(0.67, abs=1e-6)


def test_an_item_that_guessing_solves_has_no_page() -> None:
    with pytest.raises(PanelError, match="Item q9 is guessed right too often"):
        booklet({**MODELS, "q9": ThreeParameterLogistic(1.0, 0.0, 0.55)}, Decimal("0.50"))
    with pytest.raises(PanelError, match="two or more"):
        booklet({"q1": MODELS["q1"]}, Decimal("0.67"))


@pytest.mark.parametrize("text", ["", "0", "5", "x", "2.5", "-1", "99999"])
def test_a_bookmark_is_a_page_of_the_booklet(text: str) -> None:
    with pytest.raises(PanelError, match="from 1 to 4"):
        checked_mark(booklet(MODELS, Decimal("0.67")), text)


def test_the_bookmark_cut_is_the_mean_location() -> None:
    places = booklet(MODELS, Decimal("0.67"))
    cut = bookmark_cut(places, [1, 2], MODELS)
    first, second = places[0].location, places[1].location
    assert cut.theta == pytest.approx((first + second) / 2)
    assert cut.theta_se == pytest.approx(abs(second - first) / 2)
    assert cut.raw == pytest.approx(expected_raw(MODELS.values(), cut.theta))
    assert cut.items == 3


def people(mean: float, count: int, seed: int) -> list[float]:
    random = Random(seed)
    return [random.gauss(mean, 0.6) for _number in range(count)]


def test_groups_part_between_their_means() -> None:
    """The cut lies between them, where half are of each group; more people make its error smaller."""
    cut = groups_cut(people(0.4, 40, 1), people(-0.4, 40, 2), MODELS, seed="x")
    assert -0.4 < cut.theta < 0.4
    assert cut == groups_cut(people(0.4, 40, 1), people(-0.4, 40, 2), MODELS, seed="x")
    assert 0.0 < cut.theta_se < 0.3
    many = groups_cut(people(0.4, 2000, 1), people(-0.4, 2000, 2), MODELS, seed="x")
    assert many.theta_se < cut.theta_se / 4
    assert many.theta == pytest.approx(0.0, abs=0.06)


def test_groups_that_do_not_overlap_part_all_the_same() -> None:
    """With an error that is the same each time."""
    able, others = [1.0 + n / 10 for n in range(12)], [-1.0 - n / 10 for n in range(12)]
    cut = groups_cut(able, others, MODELS, seed="x")
    assert -1.0 < cut.theta <= 1.0
    assert cut == groups_cut(able, others, MODELS, seed="x")


def test_groups_that_are_exchanged_or_small_are_refused() -> None:
    with pytest.raises(PanelError, match="exchanged"):
        groups_cut(people(-1.0, 20, 1), people(1.0, 20, 2), MODELS, seed="x")
    with pytest.raises(PanelError, match="Only 9 people"):
        groups_cut(people(1.0, MIN_GROUP - 1, 1), people(-1.0, 20, 2), MODELS, seed="x")


def test_a_group_keeps_figures_only() -> None:
    group = group_of([-0.2, 0.0, 0.2, 0.4, 0.6] * 2)
    assert (group.persons, group.bins) == (10, {-0.5: 2, 0.0: 6, 0.5: 2})
    assert group.mean == pytest.approx(0.2)


def test_names_are_read_once_each() -> None:
    assert read_names(" ani\nbudi, citra;ani\n\n") == ("ani", "budi", "citra")
