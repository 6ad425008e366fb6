"""What the contract tests must know of each block to try it. A block without a module here fails them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, distribution
from typing import Any

__all__ = ["Adapter", "Post", "adapter_of", "our_entry_points"]

type Post = Callable[[str, Mapping[str, Any]], tuple[int, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """How to try one block.

    ``olx(**attributes)``: a sample, with attributes of its root. ``begin``, ``finish`` and ``finish_better``:
    the posts of a learner who starts, who hands in ``earned`` of ``possible`` points, and who earns more;
    each asserts that it was taken. ``guess``: posts that might give the key away, and their replies.
    ``keys``: strings that no learner may see before they are due; ``sealed``: attributes with which they
    never are. ``mended``: the sample after its author changed a key, so that ``finish`` earns
    ``earned_mended``. ``odd``: sources that an author should mend. ``sources``: a strategy of any source that
    is exported as it was read. ``handlers``: all that learners may post to, first the one that begins.
    ``staff_handler``: the one that shows staff what the learner named in its field ``learner`` did;
    ``author_handlers``: Studio's own. ``facts``: the fields of student_view_data. ``recorded(user)``: how
    many facts of the learner the block put on record.
    """

    block_type: str
    olx: Callable[..., str]
    begin: Callable[[Post], None]
    finish: Callable[[Post], None]
    finish_better: Callable[[Post], None]
    guess: Callable[[Post], list[Any]]
    earned: float
    possible: float
    keys: tuple[str, ...]
    sealed: Mapping[str, str]
    mended: Callable[[], str]
    earned_mended: float
    odd: tuple[str, ...]
    sources: Any
    handlers: tuple[str, ...]
    staff_handler: str
    facts: frozenset[str]
    recorded: Callable[[Any], int]
    author_handlers: tuple[str, ...] = ()


def our_entry_points() -> list[EntryPoint]:
    """Return the blocks that our distribution registers."""
    return [one for one in distribution("kapasitas").entry_points if one.group == "xblock.v1"]


def adapter_of(block_type: str) -> Adapter:
    """Return the block's adapter; raises ModuleNotFoundError for a block that has none."""
    adapter: Adapter = import_module(f"{__name__}.{block_type}").ADAPTER
    return adapter
