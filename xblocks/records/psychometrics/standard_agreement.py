"""What the page of a standard says of how far its judges agree, and of how strict each is. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from statistics import fmean

from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.panel_agreement import angoff_agreement, in_words, severities
from xblocks.competency.panels import Panel, PanelError
from xblocks.competency.values import dataclass

from .standard_page import Number, Say

__all__ = [
    "AgreementLine",
    "SeverityLine",
    "agreement_lines",
    "mean_of_100",
    "severity_lines",
    "whole_rounds",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementLine:
    """A round's agreement of one judge and of the panel's mean; or why there is none."""

    name: str
    one: str = ""
    panel: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityLine:
    """What a judge asks, how much more than the panel, and a word where that is far outside."""

    name: str
    asked: str
    difference: str
    flag: str


def whole_rounds[Sheet](panel: Panel[Sheet]) -> Mapping[int, Mapping[int, Sheet]]:
    """Return the sheets of each round, by its number, for which every judge has handed one in."""
    return {
        number: sheets for number, sheets in enumerate(panel.rounds, start=1) if len(sheets) == panel.judges
    }


def mean_of_100(sheet: Mapping[str, Decimal]) -> float:
    """Return of how many of 100 a judge expects a right answer, on average over the items."""
    return 100 * fmean(sheet.values())


def agreement_lines(
    items: Sequence[str],
    rounds: Mapping[int, Mapping[int, Mapping[str, Decimal]]],
    number: Number,
    say: Say,
) -> list[AgreementLine]:
    """Return a row for each whole round of an Angoff: judges who have talked should agree more."""
    return [_agreement_line(items, n, list(sheets.values()), number, say) for n, sheets in rounds.items()]


def _agreement_line(
    items: Sequence[str], n: int, sheets: Sequence[Mapping[str, Decimal]], number: Number, say: Say
) -> AgreementLine:
    name = say(Message(_("Round {number}"), {"number": n}))
    try:
        found = angoff_agreement(items, sheets)
    except PanelError as error:
        return AgreementLine(name=name, reason=say(error.message))
    one, panel = (
        f"{number(coefficient, 2)} ({say(in_words(coefficient))})" for coefficient in (found.one, found.panel)
    )
    return AgreementLine(name=name, one=one, panel=panel)


def severity_lines[Sheet](
    sheets: Mapping[int, Sheet], asked: Callable[[Sheet], float], number: Number, say: Say, places: int
) -> list[SeverityLine]:
    """Return a row for each judge of a whole round; ``asked`` is what a sheet asks, to so many places."""
    return [
        SeverityLine(
            name=say(Message(_("Judge {number}"), {"number": one.judge})),
            asked=number(one.asked, places),
            difference=_signed(one.difference, number),
            flag=_flag(one.difference, say) if one.far else "",
        )
        for one in severities({judge: asked(sheet) for judge, sheet in sheets.items()})
    ]


def _signed(value: float, number: Number) -> str:
    return f"{'+' if round(value, 1) > 0 else ''}{number(value, 1)}"


def _flag(difference: float, say: Say) -> str:
    return say(Message(_("far stricter")) if difference > 0 else Message(_("far more lenient")))
