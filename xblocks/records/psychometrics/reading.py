"""What the pages of a calibration read: its report, its parameters, the cuts in force, and a language."""

from collections.abc import Callable, Iterable, Sequence
from math import inf, sqrt

from xblocks.competency.calibration_report import CalibrationReport, ItemRow
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass
from xblocks.measurement.models import ItemModel

__all__ = ["NOTHING", "STEPS", "ItemFigures", "LevelLine", "Reader", "error_of"]

# Stands in a table where there is no figure.
NOTHING = "\N{EN DASH}"
# Abilities of tables, every half logit.
STEPS = tuple(-3.0 + 0.5 * number for number in range(13))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFigures:
    """An item's parameters as they are stored; errors are None where there is none."""

    id: str
    name: str
    model: ItemModel
    a: float
    c: float
    steps: tuple[float, ...]
    a_error: float | None
    c_error: float | None
    step_errors: tuple[float | None, ...]
    standing: str
    answers: int

    @property
    def location(self) -> float:
        """Where the item lies on the scale: its difficulty, or the mean of its steps."""
        return sum(self.steps) / len(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """A level's cut as it is in force."""

    level: int
    theta: float
    adopted: bool


def error_of(information: float) -> float:
    """Return the standard error of measurement, 1 / √information; infinite where there is none."""
    return 1.0 / sqrt(information) if information > 0.0 else inf


class Reader:
    """A calibration and its reader. ``number`` writes a figure with so many decimals, ``say`` translates."""

    def __init__(
        self,
        report: CalibrationReport,
        figures: Iterable[ItemFigures],
        levels: Sequence[LevelLine],
        number: Callable[[float, int], str],
        say: Callable[[Message], str],
    ) -> None:
        self.report = report
        self.figures = {one.id: one for one in figures}
        self.levels = levels
        self._number = number
        self._say = say
        self._information: dict[float, float] = {}

    def row(self, item_id: str) -> ItemRow | None:
        """Return the report's row of one item, None where there is none."""
        return next((row for row in self.report["items"] if row["id"] == item_id), None)

    def figure(self, value: float | None, places: int = 2) -> str:
        """Return the figure as the reader writes it, a dash where there is none."""
        return NOTHING if value is None else self._number(value, places)

    def cuts(self) -> list[tuple[str, float]]:
        """Return the name and the place of each level's cut."""
        return [
            (self._say(Message(_("Level {level}"), {"level": line.level})), line.theta)
            for line in self.levels
        ]

    def information_at(self, theta: float) -> float:
        """Return what all items together say at an ability."""
        if theta not in self._information:
            self._information[theta] = sum(one.model.information(theta) for one in self.figures.values())
        return self._information[theta]
