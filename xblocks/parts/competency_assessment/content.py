"""What the block's author wrote, put together: settings, items of its own, items of the bank."""

from collections.abc import Mapping
from dataclasses import dataclass

from xblocks.competency.assessment import Assessment, FeedbackPolicy, resolved
from xblocks.competency.errors import UnknownReferenceError
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.host import records

from . import olx

__all__ = ["Content", "assembled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An assessment as far as it can be read; any problem keeps learners out."""

    assessment: Assessment
    intro: str
    problems: tuple[Message, ...]

    def unknown_competencies(self) -> tuple[Message, ...]:
        """Return what names no competency that is loaded; learners are let in all the same."""
        named = {competency for item in self.assessment.items for competency in item.competencies}
        return tuple(
            Message(_("The competency {id} is in no framework that is loaded."), {"id": competency})
            for competency in sorted(records.unknown_competencies(named))
        )


def assembled(definition: str, *, bank: str, feedback: str, attempts: int | None) -> Content:
    """Return the content of a block with these fields."""
    found, read_problems = olx.read(definition, bool(bank))
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
    policies = [policy for policy in FeedbackPolicy if policy == feedback]
    if not policies:
        problems.append(Message(_("The feedback policy {name} is not known."), {"name": feedback}))
    policy = policies[0] if policies else FeedbackPolicy.NEVER
    return Content(
        assessment=Assessment(items=items, feedback=policy, attempts=attempts),
        intro=found.intro,
        problems=tuple(problems),
    )
