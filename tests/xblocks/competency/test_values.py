"""Our values do what the standard library's dataclasses do, and refuse what those refuse."""

import copy
import dataclasses
import inspect
import pickle
from types import ModuleType
from typing import Any, ClassVar

import pytest

from xblocks.competency import values

BOTH = pytest.mark.parametrize("module", [dataclasses, values], ids=["standard", "ours"])


def classes(module: ModuleType) -> tuple[Any, Any, Any]:
    """A value with positional fields, one with keywords only, and one that extends it."""

    @module.dataclass(frozen=True, slots=True)
    class Point:
        x: int
        y: int = 0

        @property
        def sum(self) -> int:
            return self.x + self.y

    @module.dataclass(frozen=True, slots=True, kw_only=True)
    class Item:
        kind: ClassVar[str] = "item"
        id: str
        tags: list[str] = module.field(default_factory=list)

        def __post_init__(self) -> None:
            if not self.id:
                raise ValueError("no id")

    @module.dataclass(frozen=True, slots=True, kw_only=True)
    class Choice(Item):
        kind: ClassVar[str] = "choice"
        options: tuple[str, ...]

    return Point, Item, Choice


@BOTH
def test_values_are_made_compared_and_told(module):
    point, item, choice = classes(module)
    assert point(1, 2) == point(1, y=2) == point(x=1, y=2) != point(1)
    assert point(1, 2) != (1, 2)
    assert hash(point(1, 2)) == hash(point(1, 2))
    assert point(1, 2).sum == 3
    assert repr(point(1)).endswith("Point(x=1, y=0)")
    assert choice(id="a", options=("x",)).kind == "choice"
    assert repr(choice(id="a", options=("x",))).endswith("Choice(id='a', tags=[], options=('x',))")
    assert item(id="a") != choice(id="a", options=())
    assert (point.__match_args__, item.__match_args__) == (("x", "y"), ())


@BOTH
def test_a_default_factory_makes_each_value_its_own(module):
    item = classes(module)[1]
    assert item(id="a").tags == []
    assert item(id="a").tags is not item(id="a").tags


@BOTH
@pytest.mark.parametrize(
    "make",
    [
        lambda point, item, choice: point(),
        lambda point, item, choice: point(1, 2, 3),
        lambda point, item, choice: point(1, x=1),
        lambda point, item, choice: point(1, z=3),
        lambda point, item, choice: item("a"),
        lambda point, item, choice: choice(id="a"),
        lambda point, item, choice: choice(id="a", options=(), colour="red"),
    ],
    ids=["missing", "too_many", "twice", "unknown", "keywords_only", "missing_own", "unknown_keyword"],
)
def test_what_does_not_fit_is_refused(module, make):
    with pytest.raises(TypeError):
        make(*classes(module))


@BOTH
def test_rules_of_the_base_hold_for_what_extends_it(module):
    _point, item, choice = classes(module)
    with pytest.raises(ValueError, match="no id"):
        item(id="")
    with pytest.raises(ValueError, match="no id"):
        choice(id="", options=())


@BOTH
def test_values_do_not_change(module):
    point = classes(module)[0](1, 2)
    with pytest.raises(AttributeError, match="cannot assign to field 'x'"):
        point.x = 3
    with pytest.raises(AttributeError, match="cannot delete field 'x'"):
        del point.x
    with pytest.raises((AttributeError, TypeError)):
        point.z = 3
    assert not hasattr(point, "__dict__")


@BOTH
def test_a_changed_copy_is_checked_again(module):
    point, item, _choice = classes(module)
    assert module.replace(point(1, 2), y=5) == point(1, 5)
    with pytest.raises(TypeError):
        module.replace(point(1, 2), z=5)
    with pytest.raises(ValueError, match="no id"):
        module.replace(item(id="a"), id="")


@BOTH
def test_the_signature_names_the_fields(module):
    point, item, _choice = classes(module)
    assert str(inspect.signature(point)).removesuffix(" -> None") == "(x: int, y: int = 0)"
    kinds = {name: one.kind for name, one in inspect.signature(item).parameters.items()}
    assert kinds == dict.fromkeys(["id", "tags"], inspect.Parameter.KEYWORD_ONLY)


def test_values_can_be_copied_and_pickled():
    from xblocks.competency.items import ShortText

    item = ShortText(id="q", competencies=("c",), level=1, prompt="Who?", accepted=("camat",))
    assert copy.deepcopy(item) == pickle.loads(pickle.dumps(item)) == item


def test_only_frozen_and_slotted_values_are_made():
    with pytest.raises(TypeError):
        values.dataclass(frozen=False, slots=True)
