"""The pictures of a calibration: the Wright map, information, error, and the curves of an item."""

from collections.abc import Iterator

from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.measurement.ability import expected_fraction
from xblocks.measurement.models import ItemModel, Polytomous

from .charts import Chart, line_chart, wright_map
from .reading import Reader, error_of

__all__ = ["Pictures"]

THETAS = [round(-4.0 + 0.1 * number, 1) for number in range(81)]
# An error beyond this says only that nothing is known.
MOST_ERROR = 1.5


class Pictures(Reader):
    """Draws what ``Analysis`` puts into tables."""

    def map(self) -> Chart:
        """Return the Wright map: people and items on one scale, with the cuts."""
        return wright_map(
            title=self._say(Message(_("People and items on one scale"))),
            description=self._say(
                Message(
                    _(
                        "Left: how many people have which ability. Right: each dot is an item at its "
                        "difficulty. Lines across: where a level begins."
                    )
                )
            ),
            y_label=self._say(Message(_("ability and difficulty (logits)"))),
            people=[(row["theta"], row["persons"]) for row in self.report["abilities"]],
            items=[
                (figures.location, f"{figures.id}: {self._number(figures.location, 2)}")
                for figures in self.figures.values()
            ],
            cuts=self.cuts(),
            number=lambda value: self._number(value, 0),
            half=(self._say(Message(_("people"))), self._say(Message(_("items")))),
        )

    def information(self) -> Chart:
        """Return how much the whole bank says at each ability."""
        return line_chart(
            title=self._say(Message(_("Test information"))),
            description=self._say(
                Message(_("How much all items together say about each ability. The higher, the more exact."))
            ),
            x_label=self._say(Message(_("ability (logits)"))),
            y_label=self._say(Message(_("information"))),
            curves=[("", [(theta, self.information_at(theta)) for theta in THETAS])],
            cuts=self.cuts(),
            number=lambda value: self._number(value, 0),
        )

    def precision(self) -> Chart:
        """Return the conditional standard error of measurement, with the cuts."""
        curve = [(theta, min(error_of(self.information_at(theta)), MOST_ERROR)) for theta in THETAS]
        return line_chart(
            title=self._say(Message(_("Error of measurement"))),
            description=self._say(
                Message(_("How far a measured ability may be off. It should be small where a level begins."))
            ),
            x_label=self._say(Message(_("ability (logits)"))),
            y_label=self._say(Message(_("standard error (logits)"))),
            curves=[("", curve)],
            cuts=self.cuts(),
            number=lambda value: self._number(value, 1),
            x_number=lambda value: self._number(value, 0),
        )

    def curve(self, item_id: str) -> Chart:
        """Return the item's curves with the points of people of about one ability.

        Raises KeyError for an item that has no parameters.
        """
        figures, row = self.figures[item_id], self.row(item_id)
        points = [
            (
                point["theta"],
                point["share"],
                self._say(
                    Message(
                        _("{persons} people near {theta}: {share}"),
                        {
                            "persons": point["persons"],
                            "theta": self._number(point["theta"], 1),
                            "share": self._number(point["share"], 2),
                        },
                    )
                ),
            )
            for point in (row["points"] if row else ())
        ]
        return line_chart(
            title=self._say(Message(_("How likely a right answer is"))),
            description=self._say(
                Message(
                    _("The line is the model, the dots are answers of people. Near the line: the model fits.")
                )
            ),
            x_label=self._say(Message(_("ability (logits)"))),
            y_label=self._say(Message(_("share of the points"))),
            curves=list(self._curves(figures.model)),
            points=points,
            cuts=self.cuts(),
            number=lambda value: self._number(value, 1),
            x_number=lambda value: self._number(value, 0),
            y_high=1.0,
        )

    def _curves(self, model: ItemModel) -> Iterator[tuple[str, list[tuple[float, float]]]]:
        yield (
            self._say(Message(_("expected share of the points"))),
            [(theta, expected_fraction(model, theta)) for theta in THETAS],
        )
        if isinstance(model, Polytomous):
            for category in range(model.categories):
                yield (
                    self._say(Message(_("exactly step {n}"), {"n": category})),
                    [(theta, model.category_probs(theta)[category]) for theta in THETAS],
                )

    def item_information(self, item_id: str) -> Chart:
        """Return how much one item says at each ability; raises KeyError where it has no parameters."""
        model = self.figures[item_id].model
        return line_chart(
            title=self._say(Message(_("Item information"))),
            description=self._say(
                Message(_("For whom the item measures most: people whose ability is near the peak."))
            ),
            x_label=self._say(Message(_("ability (logits)"))),
            y_label=self._say(Message(_("information"))),
            curves=[("", [(theta, model.information(theta)) for theta in THETAS])],
            cuts=self.cuts(),
            number=lambda value: self._number(value, 1),
            x_number=lambda value: self._number(value, 0),
        )
