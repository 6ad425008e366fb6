"""How far the judges of a panel agree, and how strict each is: figures to talk about, no cut rests on them.

Agreement is the intraclass correlation of the shares that judges give items: of absolute agreement, two-way
random effects (Shrout & Fleiss 1979). Its words are those of Koo & Li (2016), of the estimate itself: they
would have them of its 95 % interval, which is wide where items are few.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import fmean, median

from xblocks.measurement.agreement import icc
from xblocks.measurement.errors import DataError

from .messages import Message
from .messages import mark as _
from .panels import PanelError
from .values import dataclass

__all__ = ["ONE_MARK", "Agreement", "Severity", "angoff_agreement", "in_words", "severities"]

BOUNDS = ((0.90, _("excellent")), (0.75, _("good")), (0.50, _("moderate")))
# Iglewicz & Hoaglin (1993): a modified z beyond 3.5; .6745 makes it a z where judges spread normally.
FAR = 3.5
NORMAL = 0.6745
# Of 100, or pages: where judges all but coincide, whoever differs by a little is not far from them.
LEAST_SPREAD = 1.0

ONE_MARK = Message(
    _(
        "A coefficient of agreement (ICC) needs several things that each judge has judged, and a bookmark is "
        "one judgement. How far the judges agree is told by the spread of their pages."
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far judges agree, 0 to 1: any ``one`` of them, ICC(2,1), and the ``panel``'s mean, ICC(2,k)."""

    one: float
    panel: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """What a judge asks, and how much more that is than the panel's mean, in the unit of the sheets.

    More is stricter. ``far`` says that the judge stands far outside the panel.
    """

    judge: int
    asked: float
    difference: float
    far: bool


def angoff_agreement(items: Sequence[str], sheets: Sequence[Mapping[str, Decimal]]) -> Agreement:
    """Return how far the sheets agree; raises PanelError, with the reason, where that is not defined."""
    if len(items) < 2 or len(sheets) < 2:
        raise PanelError(Message(_("Agreement needs two or more judges and two or more items.")))
    try:
        one, panel = icc([[float(sheet[item]) for sheet in sheets] for item in items])
    except DataError as error:
        raise PanelError(
            Message(_("All judges gave all items the same share: there is nothing to tell agreement by."))
        ) from error
    return Agreement(one=one, panel=panel)


def in_words(coefficient: float) -> Message:
    """Return what the coefficient is called, by its two places that are shown.

    >>> [str(in_words(value)) for value in (0.494, 0.5, 0.75, 0.896)]
    ['poor', 'moderate', 'good', 'excellent']
    """
    shown = round(coefficient, 2)
    return Message(next((word for least, word in BOUNDS if shown >= least), _("poor")))


def severities(asked: Mapping[int, float]) -> tuple[Severity, ...]:
    """Return how strict each judge is, by what each asks: a mean share of 100, or a page.

    Far outside is by the median and the median distance from it, which no single judge moves much; of two
    judges neither is. Raises PanelError for fewer than two.
    """
    if len(asked) < 2:
        raise PanelError(Message(_("Severity is told from two judges on.")))
    mean, middle = fmean(asked.values()), median(asked.values())
    spread = max(median(abs(value - middle) for value in asked.values()), LEAST_SPREAD)
    return tuple(
        Severity(
            judge=judge,
            asked=value,
            difference=value - mean,
            far=NORMAL * abs(value - middle) / spread > FAR,
        )
        for judge, value in sorted(asked.items())
    )
