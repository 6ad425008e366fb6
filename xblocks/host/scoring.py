"""The score of a block as the platform asks for it."""

from xblock.scorable import ScorableXBlockMixin, Score

from xblocks.competency.messages import mark as _

from . import publishing
from .i18n import translator

__all__ = ["ScoredMixin", "share"]


class ScoredMixin(ScorableXBlockMixin):
    """A block that keeps its score in the fields ``earned`` and ``possible``.

    The host completes a scored block with its score and takes the completion back with it, so such a block
    tells no completion of its own. The block adds ``calculate_score``, and ``allows_rescore`` where it can
    have content that nobody should be scored by.
    """

    earned: float | None
    possible: float | None

    def has_submitted_answer(self) -> bool:
        """Whether there is a score to work out again."""
        return self.earned is not None and self.possible is not None

    def get_score(self) -> Score:
        """Return the points as they are kept."""
        return Score(float(self.earned or 0), float(self.possible or 0))

    def set_score(self, score: Score) -> None:
        """Keep the points. The platform calls this, too: at every grade, and for an override."""
        self.earned, self.possible = float(score.raw_earned), float(score.raw_possible)

    def rescore(self, only_if_higher: bool) -> None:
        """Score again and publish; raises TypeError for content with problems, ValueError without a score.

        The platform leaves out who has no score, and shows what is raised as the task's failure.
        """
        if not self.allows_rescore():
            raise TypeError(translator(self).gettext(_("The assessment has problems; mend them first.")))
        if not self.has_submitted_answer():
            raise ValueError(translator(self).gettext(_("This learner has not submitted the assessment.")))
        score = self.calculate_score()
        if only_if_higher and share(score) <= share(self.get_score()):
            return
        self.set_score(score)
        self.keep_rescored()
        self.publish_grade()

    def keep_rescored(self) -> None:
        """Keep what else follows from scoring again; the block says what."""

    def publish_grade(self) -> None:
        """Publish the score that is kept; the platform calls it after an override."""
        score = self.get_score()
        publishing.publish_grade(self, score.raw_earned, score.raw_possible)


def share(score: Score) -> float:
    """Return the score as a fraction; 0 where nothing could be earned."""
    return float(score.raw_earned / score.raw_possible) if score.raw_possible else 0.0
