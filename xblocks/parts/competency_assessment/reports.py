"""The instructor's table of answers."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.results import result_of

from .state import Attempt

__all__ = ["rows"]


def rows(
    items: tuple[Item, ...], states: Iterable[Any], text: Callable[[Message], str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ``(username, row)`` for each answer; a state has ``username`` and ``state``."""
    for one in states:
        attempt = Attempt.from_json(one.state.get("attempt") or {})
        if attempt is None:
            continue
        for result in result_of(items, attempt.responses(items)).items:
            if result.response is not None:
                yield (
                    one.username,
                    {
                        text(Message(_("Attempt"))): attempt.number,
                        text(Message(_("Item"))): result.item.id,
                        text(Message(_("Answer"))): json.dumps(result.response.to_json(), ensure_ascii=False),
                        text(Message(_("Points earned"))): float(result.score.points),
                        text(Message(_("Points possible"))): float(result.score.possible),
                        text(Message(_("Submitted"))): attempt.submitted_at,
                    },
                )
