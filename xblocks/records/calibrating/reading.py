"""The answers to a bank's items as a table: a row a learner, a column an item."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import numpy.typing as npt

from xblocks.competency.items import Item
from xblocks.competency.values import dataclass
from xblocks.measurement.offline.calibration import MISSING
from xblocks.records.answered import first_answers, items_that_count
from xblocks.records.models import ItemBank, Official

__all__ = ["Answers", "read_answers"]

# How Kemendagri's codes begin in Jakarta, West, Central Java, Yogyakarta, East Java and Banten.
JAVA = frozenset({"31", "32", "33", "34", "35", "36"})
# Digit 15 of a NIP (Perka BKN 22/2007): 1 men, 2 women.
SEX = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """``table`` (N, J) has categories, MISSING where there is no answer; ``items`` are its columns.

    ``chosen`` has, by item with options, what each row chose. ``men`` and ``java`` are 1, 0, or -1 for
    unknown, a row each. Who the rows are is not kept.
    """

    items: tuple[Item, ...]
    table: npt.NDArray[np.int8]
    chosen: Mapping[str, Mapping[int, tuple[str, ...]]]
    men: npt.NDArray[np.int8]
    java: npt.NDArray[np.int8]
    first: datetime | None
    last: datetime | None


def read_answers(bank: ItemBank) -> Answers:
    """Return the first complete answer of each learner to each item of this version that is no draft.

    Answers to an earlier version count where the item was the same, under whatever id.
    """
    items = items_that_count(bank)
    columns = {id_: column for column, id_ in enumerate(items)}
    # Millions of answers pass by: of each only its byte of the table is kept, and which choice it was.
    rows: dict[int, int] = {}
    lines: list[npt.NDArray[np.int8]] = []
    chosen: dict[str, dict[int, tuple[str, ...]]] = {}
    choices: dict[tuple[str, ...], tuple[str, ...]] = {}
    first = last = None
    for one in first_answers(bank):
        row = rows.setdefault(one.user_id, len(rows))
        if row == len(lines):
            lines.append(np.full(len(items), MISSING, np.int8))
        lines[row][columns[one.item_id]] = one.category
        if one.chosen:
            chosen.setdefault(one.item_id, {})[row] = choices.setdefault(one.chosen, one.chosen)
        first, last = min(first or one.at, one.at), max(last or one.at, one.at)
    men, java = _groups(rows)
    return Answers(
        items=tuple(items.values()),
        table=np.stack(lines) if lines else np.empty((0, len(items)), np.int8),
        chosen=chosen,
        men=men,
        java=java,
        first=first,
        last=last,
    )


def _groups(rows: Mapping[int, int]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Return who is a man, and whose office is in Java: 1, 0, or -1 where it is not known."""
    men, java = np.full(len(rows), -1, np.int8), np.full(len(rows), -1, np.int8)
    for user_id, nip, office in Official.objects.values_list("user_id", "nip", "office_code").iterator():
        row = rows.get(user_id)
        if row is None:
            continue
        if len(nip) == 18 and nip[SEX] in "12":
            men[row] = nip[SEX] == "1"
        if office:
            java[row] = office[:2] in JAVA
    return men, java
