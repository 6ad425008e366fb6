"""What the block's author wrote, put together: settings, items of its own, items of the bank."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum

from xblocks.competency.assessment import Assessment, FeedbackPolicy, Form, Grading, resolved
from xblocks.competency.blueprint import AdaptiveRules, Blueprint, Study, drawable
from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.items import Item, ItemStatus
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass, field
from xblocks.host import records

from . import olx

__all__ = ["WORTH", "Content", "Settings", "assembled", "drafts", "unknown_competencies"]

# The points of an adaptive attempt: per cent of the bank.
WORTH = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An assessment as far as it can be read; any problem keeps learners out.

    The assessment's items are the author's list; where the form is drawn there are none, and the items are
    those of ``bank``, which is ``id@version``.
    """

    assessment: Assessment
    intro: str
    problems: tuple[Message, ...]
    bank: str = ""
    bank_items: Mapping[str, Item] = field(default_factory=dict)
    blueprint: Blueprint | None = None
    adaptive: AdaptiveRules | None = None
    study: tuple[Study, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether each attempt has items of its own."""
        return self.assessment.form is not Form.FIXED

    @property
    def possible(self) -> float:
        """What can be earned: points of a list, items of a drawn form, per cent in an adaptive one."""
        if self.assessment.form is Form.ADAPTIVE:
            return WORTH
        if self.assessment.form is Form.RANDOM:
            return float(self.blueprint.size) if self.blueprint else 0.0
        return float(self.assessment.possible)

    @property
    def length(self) -> tuple[int, int]:
        """How many items an attempt has, at least and at most."""
        if self.assessment.form is Form.ADAPTIVE and self.adaptive:
            return self.adaptive.minimum, self.adaptive.maximum
        return self.length_unadapted

    @property
    def length_unadapted(self) -> tuple[int, int]:
        """How many items an attempt has that does not adapt, also where it would if it could."""
        count = len(self.assessment.items)
        if self.drawn and self.blueprint:
            count = self.blueprint.size + min(self.blueprint.pilots, len(self.trials()))
        return count, count

    def form_problems(self) -> tuple[Message, ...]:
        """Return why no form can be drawn; the first call for a bank tries a draw."""
        if not (self.drawn and self.blueprint and self.bank_items):
            return ()
        return records.blueprint_problems(self.bank, self.blueprint, self.adaptive)

    def blocking_problems(self) -> tuple[Message, ...]:
        """Return what keeps learners from beginning an attempt."""
        return (*self.problems, *self.form_problems())

    def author_problems(self) -> tuple[Message, ...]:
        """Return all that is wrong: what keeps learners out, and competencies that are not loaded."""
        return (*self.blocking_problems(), *self.unknown_competencies())

    def askable(self) -> tuple[Item, ...]:
        """Return all items that some learner may be asked; those on trial are not among them."""
        if not self.drawn:
            return self.assessment.items
        return drawable(self.bank_items.values(), self.blueprint) if self.blueprint else ()

    def trials(self) -> tuple[Item, ...]:
        """Return the items on trial that some learner may be asked."""
        if not (self.drawn and self.blueprint and self.blueprint.pilots):
            return ()
        return tuple(
            item
            for item in self.bank_items.values()
            if item.status is ItemStatus.PILOT and any(one.takes(item) for one in self.blueprint.draws)
        )

    def unknown_competencies(self) -> tuple[Message, ...]:
        """Return what names no competency that is loaded; learners are let in all the same."""
        return unknown_competencies(self.askable())


def unknown_competencies(items: Iterable[Item]) -> tuple[Message, ...]:
    """Return which of the items' competencies are in no framework that is loaded."""
    named = {competency for item in items for competency in item.competencies}
    return tuple(
        Message(_("The competency {id} is in no framework that is loaded."), {"id": competency})
        for competency in sorted(records.unknown_competencies(named))
    )


def drafts(items: Iterable[Item]) -> tuple[Message, ...]:
    """Return which of the items are drafts, and so not to be asked."""
    return tuple(
        Message(_("Item {item} is a draft and cannot be asked yet."), {"item": item.id})
        for item in items
        if item.status is ItemStatus.DRAFT
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The block's settings as they stand in its fields; ``time_limit`` in minutes."""

    bank: str
    feedback: str
    attempts: int | None
    form: str
    time_limit: int | None
    grading: str
    certainty: bool


def assembled(definition: str, settings: Settings) -> Content:
    """Return the content of a block with this definition and these settings."""
    bank = settings.bank
    found, read_problems = olx.read(definition, bool(bank), settings.form)
    problems = [
        Message(
            "{where}: {message} {remedy}",
            {"where": problem.where, "message": problem.message, "remedy": problem.remedy},
        )
        for problem in read_problems
    ]
    in_bank: Mapping[str, Item] = {}
    if bank:
        try:
            in_bank = records.bank_items(bank)
        except UnknownReferenceError as error:
            problems.append(error.message)
    items, missing = resolved(found.entries, in_bank)
    if missing and in_bank:
        problems.append(olx.bank_missing(bank, missing))
    problems += drafts(items)
    choices = _choices(settings, problems)
    return Content(
        assessment=Assessment(
            items=items if choices.form is Form.FIXED else (),
            feedback=choices.feedback,
            attempts=settings.attempts,
            form=choices.form,
            time_limit=timedelta(minutes=settings.time_limit) if settings.time_limit else None,
            grading=choices.grading,
            certainty=settings.certainty,
        ),
        intro=found.intro,
        problems=tuple(problems),
        bank=bank,
        bank_items=in_bank,
        blueprint=found.blueprint,
        adaptive=found.adaptive,
        study=found.study,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choices:
    feedback: FeedbackPolicy
    form: Form
    grading: Grading


def _choices(settings: Settings, problems: list[Message]) -> _Choices:
    """Return the settings that are one of several, and add a problem for each that is none of them."""

    def one_of[E: StrEnum](choices: type[E], name: str, unknown: str, instead: E) -> E:
        for choice in choices:
            if choice == name:
                return choice
        problems.append(Message(unknown, {"name": name}))
        return instead

    form = one_of(Form, settings.form, _("The form {name} is not known."), Form.FIXED)
    feedback = one_of(
        FeedbackPolicy, settings.feedback, _("The feedback policy {name} is not known."), FeedbackPolicy.NEVER
    )
    if form is Form.ADAPTIVE and feedback is FeedbackPolicy.IMMEDIATE:
        # A key that is told between two items would help with the next.
        feedback = FeedbackPolicy.AFTER_SUBMISSION
    return _Choices(
        feedback=feedback,
        form=form,
        grading=one_of(Grading, settings.grading, _("The grading method {name} is not known."), Grading.BEST),
    )
