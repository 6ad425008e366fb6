"""Scoring again what learners have answered, after the key or the weight of a block has changed."""

from typing import Any

from django.contrib.auth.models import User

from .runtime import SiteRuntime
from .tree import CourseTree


class CannotRescoreError(Exception):
    """The block cannot be scored again for this learner; the message says why."""


def rescore(tree: CourseTree, user: User, usage_key: str, *, only_if_higher: bool = False) -> None:
    """Have the block score the learner's stored answers again. Joins the caller's transaction, which the
    caller undoes if this raises CannotRescoreError.
    """
    runtime = SiteRuntime(tree, user)
    (block,) = runtime.blocks([usage_key])
    if not hasattr(block, "rescore"):
        raise CannotRescoreError(f"<{block.scope_ids.block_type}>")
    try:
        block.rescore(only_if_higher)
    except _refusals(block) as error:
        raise CannotRescoreError(str(error)) from error
    block.save()


def _refusals(block: Any) -> tuple[type[Exception], ...]:
    """Return what rescore() raises at unanswered or unscorable blocks; the problem block has its own way."""
    refusals: tuple[type[Exception], ...] = (NotImplementedError, TypeError, ValueError)
    if block.scope_ids.block_type == "problem":
        from xblocks_contrib.problem import capa_block

        refusals += (capa_block.NotFoundError, capa_block.LoncapaProblemError, capa_block.ResponseError)
    return refusals
