"""How shuffled parts are shown: in an order and under tokens that say nothing about the key.

Authors number entries in the right order and pairs by what belongs together, so neither their order
nor their ids may reach the learner before the key is due. Tokens depend on a secret seed only.
"""

import hashlib
from collections.abc import Mapping

from .items import Item, Matching, Ordering

__all__ = ["tokens"]


def tokens(item: Item, seed: str) -> Mapping[str, str]:
    """Return token → id of the item's shuffled parts, in the order to show; empty for other items.

    The seed is secret, the learner's own, and different for every attempt. An ordering is never shown
    in its right order.
    """
    if isinstance(item, Ordering):
        ids = [entry.id for entry in item.entries]
    elif isinstance(item, Matching):
        ids = list(item.right_sides)
    else:
        return {}
    shown = sorted((_token(seed, item.id, id_), id_) for id_ in ids)
    if isinstance(item, Ordering) and [id_ for _key, id_ in shown] == ids:
        shown = shown[1:] + shown[:1]
    return dict(shown)


def _token(seed: str, item: str, part: str) -> str:
    return "t" + hashlib.sha256(f"{seed}\n{item}\n{part}".encode()).hexdigest()[:12]
