"""What the site knows of a block by its type alone."""

from functools import cache
from typing import Any

from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock

from . import contrib, structure


def block_class(block_type: str) -> type[Any]:
    """Return the class of a block type; raises PluginMissingError for one that nobody provides."""
    if block_type in structure.CLASSES:
        return structure.CLASSES[block_type]
    if block_type in contrib.CLASSES:
        return contrib.contrib_class(block_type)
    loaded: type[Any] = XBlock.load_class(block_type)
    return loaded


@cache
def is_completable(block_type: str) -> bool:
    """Whether learners complete blocks of this type (and not their parts, nor nothing)."""
    return bool(XBlockCompletionMode.get_mode(block_class(block_type)) == XBlockCompletionMode.COMPLETABLE)


@cache
def is_scored(block_type: str) -> bool:
    """Whether blocks of the type give scores."""
    return bool(getattr(block_class(block_type), "has_score", False))


@cache
def completes_on_view(block_type: str) -> bool:
    """Whether seeing a block of the type is completing it."""
    custom = getattr(block_class(block_type), "has_custom_completion", False)
    return is_completable(block_type) and not custom and not is_scored(block_type)
