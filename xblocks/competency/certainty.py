"""How sure learners were of their answers, and whether they were right to be.

Three levels, after Gardner-Medwin (1995, 2006): in his marking scheme "not sure" pays best where the chance
of being right is below 67 %, "sure" where it is above 80 %. Here certainty changes no score; the same bounds
say which level would have been the apt one.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import IntEnum

from .messages import Message
from .messages import mark as _
from .values import dataclass

__all__ = ["Certainty", "CertaintyShare", "advice", "calibration"]

# Between these shares "fairly sure" is apt (Gardner-Medwin 2006, table 1).
APT_FROM = Decimal("0.67")
APT_TO = Decimal("0.80")
# Fewer answers say nothing.
ENOUGH = 3


class Certainty(IntEnum):
    """How sure a learner is."""

    GUESS = 1
    FAIRLY = 2
    SURE = 3

    @property
    def label(self) -> str:
        """The words to choose it by, to be translated."""
        return LABELS[self]


LABELS = {
    Certainty.GUESS: _("Guessing or in doubt"),
    Certainty.FAIRLY: _("Fairly sure"),
    Certainty.SURE: _("Sure"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyShare:
    """The answers given with one certainty: how many, and which share of their points they earned."""

    certainty: Certainty
    answers: int
    share: Decimal | None


def calibration(answers: Iterable[tuple[Certainty, Decimal]]) -> tuple[CertaintyShare, ...]:
    """Return a row for each certainty from certainty and fraction (0..1) of each answer; None without any."""
    fractions: dict[Certainty, list[Decimal]] = {level: [] for level in Certainty}
    for certainty, fraction in answers:
        fractions[certainty].append(fraction)
    return tuple(
        CertaintyShare(
            certainty=level,
            answers=len(found),
            share=sum(found, Decimal(0)) / len(found) if found else None,
        )
        for level, found in fractions.items()
    )


def advice(rows: Iterable[CertaintyShare]) -> Message:
    """Return one sentence on how well certainty and correctness went together.

    Being sure and wrong comes first: it is what does harm at work.
    """
    share = {row.certainty: row.share for row in rows if row.share is not None and row.answers >= ENOUGH}
    if not share:
        return Message(_("There are too few answers with a certainty to say how well you judge yourself."))
    if share.get(Certainty.SURE, Decimal(1)) < APT_FROM:
        return Message(
            _("You were sure of answers that were often not right: look up the source before you decide.")
        )
    if share.get(Certainty.GUESS, Decimal(0)) > APT_TO:
        return Message(
            _("You were in doubt about answers that were mostly right: you know more than you think.")
        )
    known = [share[level] for level in Certainty if level in share]
    if len(known) == 1:
        return Message(
            _("You were equally sure of nearly all answers: that does not show how well you judge yourself.")
        )
    if known == sorted(known) and (known[0] < known[-1] or known[0] == 1):
        return Message(_("You judge well what you know: the surer you were, the more often you were right."))
    return Message(_("How sure you were and whether you were right did not go together well yet."))
