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
    answers = list(first_answers(bank))
    rows = {user_id: row for row, user_id in enumerate(dict.fromkeys(one.user_id for one in answers))}
    table = np.full((len(rows), len(items)), MISSING, np.int8)
    chosen: dict[str, dict[int, tuple[str, ...]]] = {}
    for one in answers:
        row = rows[one.user_id]
        table[row, columns[one.item_id]] = one.category
        if one.chosen:
            chosen.setdefault(one.item_id, {})[row] = one.chosen
    men, java = _groups(rows)
    times = [one.at for one in answers]
    return Answers(
        items=tuple(items.values()),
        table=table,
        chosen=chosen,
        men=men,
        java=java,
        first=min(times, default=None),
        last=max(times, default=None),
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
