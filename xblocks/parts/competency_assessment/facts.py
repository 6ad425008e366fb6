"""What a page needs from around the block."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from html import escape

from xblocks.competency.messages import Message
from xblocks.competency.numbers import NumberText, format_number
from xblocks.competency.values import dataclass
from xblocks.olx.markup import safe_html
from xblocks.records.values import LevelWords

from .content import Content
from .findings import Measured
from .presenters import Html
from .situation import Situation

__all__ = ["PageFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What a page needs from around the block. ``static`` resolves addresses of course files.

    ``names`` and ``levels`` say competencies, and what a person at each level does, in words, by their ids.
    ``adapts`` says whether an attempt that begins now is an adaptive test. ``device``: what the browser
    keeps this learner's answers under; it names nobody. ``due`` is written out, empty where the work is not
    due. ``moment`` writes a time out. ``frozen``: the host takes no more grades of the course. ``grade``:
    the points that count, and of how many.
    """

    prefix: str
    device: str
    title: str
    language: str
    text: Callable[[Message], str]
    names: Callable[[Iterable[str]], Mapping[str, str]]
    levels: Callable[[Iterable[str]], Mapping[str, Mapping[int, LevelWords]]]
    static: Html
    adapts: Callable[[Content], bool]
    measured: Callable[[Situation], Measured]
    moment: Callable[[datetime], str]
    results_shown: bool
    signed_in: bool
    due: str
    frozen: bool
    grade: tuple[Decimal, Decimal] | None

    def link(self, href: str, title: str) -> str:
        """Return a link to a place of the course, which leaves the frame that the block may stand in."""
        return self.static(f'<a href="{escape(href)}" target="_parent">{escape(title)}</a>')

    def html(self, content: str) -> str:
        """Return an author's text, safe to show."""
        return self.static(safe_html(content))

    def number(self, value: Decimal | float) -> NumberText:
        """Return a number with at most two decimals, as the language writes it."""
        exact = value if isinstance(value, Decimal) else Decimal(repr(value))
        rounded = exact.quantize(Decimal("0.01"))
        return NumberText(format_number(rounded, language=self.language), rounded)
