"""What stands when somebody comes to the block: its content, the attempt, and the time."""

from collections.abc import Collection, Sequence
from datetime import datetime

from xblocks.competency.assessment import Assessment, Form
from xblocks.competency.grading import AttemptScore
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.results import AttemptResult, result_of
from xblocks.competency.values import dataclass
from xblocks.measurement.adaptive import Step

from . import timing
from .adaptive import Course
from .content import WORTH, Content
from .state import Attempt

__all__ = ["Situation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What stands when a learner comes, at the time ``at``; ``problems`` of the content keep everyone out.

    The assessment's items are those of the attempt. ``course`` is how an adaptive attempt goes on, None of
    others, and where what it was measured by is gone. ``closed``: the host takes no more answers; ``closes``
    is when it stops taking them, None where it does not say.
    """

    content: Content
    assessment: Assessment
    attempt: Attempt | None
    course: Course | None = None
    at: datetime
    closed: bool = False
    closes: datetime | None = None
    due_passed: bool = True
    problems: Collection[Message] = ()

    @property
    def adaptive(self) -> bool:
        """Whether the attempt is an adaptive test."""
        return self.attempt is not None and self.attempt.adaptive

    @property
    def longest(self) -> int:
        """How many items the attempt has, an adaptive one at most."""
        return self.course.rules.maximum if self.course else len(self.assessment.items)

    @property
    def attempts_left(self) -> int | None:
        """How many more attempts may be begun; None means any number."""
        return self.assessment.attempts_left(self.attempt.used if self.attempt else 0)

    @property
    def may_start(self) -> bool:
        """Whether a new attempt may be begun now."""
        going_on = self.attempt is not None and not self.attempt.submitted
        return not (self.problems or self.closed or going_on or self.attempts_left == 0)

    @property
    def time_over(self) -> bool:
        """Whether the time of the attempt that goes on is over, the grace left aside."""
        attempt = self.attempt
        return bool(attempt and not attempt.submitted and attempt.ends and self.at >= attempt.ends)

    @property
    def abandoned(self) -> bool:
        """Whether the attempt's time has been over for so long that no answer can come any more."""
        attempt = self.attempt
        return bool(
            attempt and not attempt.submitted and attempt.ends and self.at > attempt.ends + timing.WINDOW
        )

    def shows_feedback(self, item: Item) -> bool:
        """Whether the learner may see the key of the item now."""
        attempt = self.attempt
        return attempt is not None and self.assessment.feedback.shows(
            answered_for_good=attempt.locked(item.id),
            submitted=attempt.submitted,
            due_passed=self.due_passed,
        )

    def shown(self) -> AttemptResult:
        """Return the result of all the attempt's items, those on trial among them."""
        return self._result_of(self.assessment.items)

    def result(self) -> AttemptResult:
        """Return the result of what counts: no items on trial, of an adaptive test those answered."""
        attempt = self.attempt
        if attempt is None or attempt.form is Form.FIXED:
            return self.shown()
        return self._result_of([item for item in self.asked() if item.id not in attempt.pilots])

    def asked(self) -> tuple[Item, ...]:
        """Return the items of the form; of an adaptive test those answered, in that order."""
        items = self.assessment.items
        if self.attempt is None or not self.attempt.adaptive:
            return items
        order = list(self.attempt.answers)
        return tuple(sorted((one for one in items if one.id in order), key=lambda one: order.index(one.id)))

    def score(self) -> AttemptScore:
        """Return what the attempt earns: points, or of an adaptive one the per cent of the bank."""
        if self.course is not None:
            return self.course.score()
        result = self.result()
        if self.attempt is not None and self.attempt.adaptive:
            return AttemptScore(float(result.share) * WORTH, WORTH)
        return AttemptScore(float(result.earned), float(result.possible))

    def step(self) -> Step | None:
        """Return where an adaptive test stands; None of other attempts."""
        over = self.time_over or self.closed
        return self.course.step(time_over=over) if self.course is not None else None

    def _result_of(self, items: Sequence[Item]) -> AttemptResult:
        return result_of(items, self.attempt.responses(items) if self.attempt else {})
