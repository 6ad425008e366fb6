"""Standards in the database: begin, hand in a sheet, open a round, work out, adopt.

Callers check permission. Each function is one transaction; it locks the row, so that two people who type
sheets at once do not overwrite one another.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.panels import (
    Cut,
    Method,
    Panel,
    PanelError,
    angoff_cut,
    booklet,
    bookmark_cut,
    checked_mark,
    checked_sheet,
    group_of,
    groups_cut,
)
from xblocks.records.api import calibrations as api
from xblocks.records.models import CutScore, StandardSetting

from . import source
from .sheets import (
    angoff_panel,
    bookmark_panel,
    cut_of,
    packed_angoff,
    packed_bookmark,
    packed_cut,
    packed_group,
    places_of,
)

__all__ = [
    "adopt",
    "begin_angoff",
    "begin_bookmark",
    "begin_contrasting",
    "hand_in_mark",
    "hand_in_sheet",
    "open_round",
    "order_problem",
    "result_of",
]


def begin_angoff(
    reference: str, level: int, *, judges: int, items: Sequence[str], by: int | None
) -> StandardSetting:
    """Begin a panel that judges the items named, or all in use where none is; raises PanelError."""
    chosen = _chosen(reference, items)
    if len(chosen) < 2:
        raise PanelError(Message(_("A panel needs two or more items to judge.")))
    return _made(reference, level, Method.ANGOFF, packed_angoff(chosen, Panel(judges=judges)), by)


def begin_bookmark(
    reference: str,
    level: int,
    *,
    judges: int,
    items: Sequence[str],
    response_probability: Decimal,
    by: int | None,
) -> StandardSetting:
    """Begin a panel with a booklet of the calibrated items named, or of all; raises PanelError."""
    chosen, figures = _chosen(reference, items), source.calibrated(reference)
    data = packed_bookmark(
        booklet(
            {item: figures.models[item] for item in chosen if item in figures.models}, response_probability
        ),
        Panel(judges=judges),
        response_probability=response_probability,
        calibration=figures.calibration,
    )
    return _made(reference, level, Method.BOOKMARK, data, by)


def begin_contrasting(
    reference: str, level: int, *, competent: Sequence[str], not_yet: Sequence[str], by: int | None
) -> StandardSetting:
    """Set a standard by two lists of usernames, of which only figures are kept; raises PanelError."""
    both = sorted({*competent} & {*not_yet})
    if both:
        raise PanelError(Message(_("In both lists: {names}."), {"names": ", ".join(both)}))
    ids = _user_ids([*competent, *not_yet])
    figures = source.calibrated(reference)
    thetas = source.abilities(reference, list(ids.values()), figures.models)
    able, others = (
        [thetas[ids[name]].theta for name in names if ids[name] in thetas] for names in (competent, not_yet)
    )
    cut = groups_cut(able, others, figures.models, seed=f"{reference}:{level}")
    data = {
        "competent": packed_group(group_of(able)),
        "not_yet": packed_group(group_of(others)),
        "unmeasured": len(ids) - len(able) - len(others),
        "calibration": figures.calibration,
    }
    result = {**packed_cut(cut), "calibration": figures.calibration, "round": 1}
    return _made(reference, level, Method.CONTRASTING, data, by, result)


def _made(
    reference: str,
    level: int,
    method: Method,
    data: Mapping[str, Any],
    by: int | None,
    result: Mapping[str, Any] | None = None,
) -> StandardSetting:
    bank_id, _at, version = reference.partition("@")
    return StandardSetting.objects.create(
        bank_id=bank_id,
        bank_version=version,
        level=level,
        method=method.value,
        data=data,
        result=result,
        made_by_id=by,
    )


def _chosen(reference: str, items: Sequence[str]) -> tuple[str, ...]:
    """Return the items to judge in the order of the bank; raises PanelError for one that is not in use."""
    usable = source.items_in_use(reference)
    unknown = [item for item in items if item not in usable]
    if unknown:
        raise PanelError(
            Message(_("The bank has no such item in use: {items}."), {"items": ", ".join(unknown)})
        )
    return tuple(item for item in usable if not items or item in set(items))


def _user_ids(names: Sequence[str]) -> Mapping[str, int]:
    """Return ids by username; raises PanelError for names of no account."""
    found = dict(get_user_model().objects.filter(username__in=names).values_list("username", "pk"))
    unknown = [name for name in names if name not in found]
    if unknown:
        raise PanelError(Message(_("No account has this username: {names}."), {"names": ", ".join(unknown)}))
    return found


# Sheets


def _changed(pk: int, change: Callable[[StandardSetting], None]) -> StandardSetting:
    with transaction.atomic():
        row = StandardSetting.objects.select_for_update().get(pk=pk)
        change(row)
        # A new sheet may change the cut: it is worked out when the round is whole again.
        row.result = None
        row.save(update_fields=["data", "result"])
    return row


def hand_in_sheet(pk: int, judge: int, shares: Mapping[str, Decimal]) -> StandardSetting:
    """Keep a judge's whole sheet of the current round, in place of an earlier one; raises PanelError."""

    def change(row: StandardSetting) -> None:
        items = row.data["items"]
        panel = angoff_panel(row.data).with_sheet(judge, checked_sheet(items, shares))
        row.data = packed_angoff(items, panel)

    return _changed(pk, change)


def hand_in_mark(pk: int, judge: int, text: str) -> StandardSetting:
    """Keep a judge's bookmark of the current round, in place of an earlier one; raises PanelError."""

    def change(row: StandardSetting) -> None:
        mark = checked_mark(places_of(row.data), text)
        _set_bookmark(row, bookmark_panel(row.data).with_sheet(judge, mark))

    return _changed(pk, change)


def _set_bookmark(row: StandardSetting, panel: Panel[int]) -> None:
    row.data = packed_bookmark(
        places_of(row.data),
        panel,
        response_probability=Decimal(row.data["response_probability"]),
        calibration=row.data["calibration"],
    )


def open_round(pk: int) -> StandardSetting:
    """Open the next round; raises PanelError while sheets of the current one are missing."""

    def change(row: StandardSetting) -> None:
        if row.method == Method.ANGOFF:
            row.data = packed_angoff(row.data["items"], angoff_panel(row.data).next_round())
        else:
            _set_bookmark(row, bookmark_panel(row.data).next_round())

    return _changed(pk, change)


# The cut


def result_of(row: StandardSetting) -> dict[str, Any]:
    """Return the cut of the current round with the calibration it rests on; writes nothing.

    Raises PanelError while a sheet is missing, or where the judgements allow no cut.
    """
    method = Method(row.method)
    if method is Method.CONTRASTING:
        # The people are not kept, so this cut was worked out once for all.
        return dict(row.result or {})
    if method is Method.ANGOFF:
        sheets = angoff_panel(row.data).complete()
        figures = source.figures(row.reference)
        cut = angoff_cut(row.data["items"], sheets, figures.models)
        calibration = figures.calibration
    else:
        marks = bookmark_panel(row.data).complete()
        models = source.models_of(row.reference, row.data["calibration"])
        cut = bookmark_cut(places_of(row.data), marks, models)
        calibration = row.data["calibration"]
    return {**packed_cut(cut), "calibration": calibration, "round": len(row.data["rounds"])}


def order_problem(bank_id: str, level: int, theta: float) -> Message | None:
    """Return what is wrong with the place of the cut among the adopted ones: they must rise by level."""
    cuts = {**api.adopted_cuts(bank_id), level: theta}
    for (low, below), (high, above) in pairwise(sorted(cuts.items())):
        if below >= above:
            return Message(
                _(
                    "Level {high} would begin at {above}, not above level {low} at {below}. Set the other "
                    "level's standard anew, or discuss this one in another round."
                ),
                {"high": high, "above": f"{above:.2f}", "low": low, "below": f"{below:.2f}"},
            )
    return None


def adopt(pk: int, *, by: int | None, at: datetime) -> Cut:
    """Write the cut as the one in force from now on, and return it; raises PanelError."""
    with transaction.atomic():
        row = StandardSetting.objects.select_for_update().get(pk=pk)
        result = result_of(row)
        cut = cut_of(result)
        problem = order_problem(row.bank_id, row.level, cut.theta)
        if problem:
            raise PanelError(problem)
        CutScore.objects.create(
            bank_id=row.bank_id,
            level=row.level,
            theta=cut.theta,
            se=cut.theta_se,
            source={
                "method": row.method,
                "standard_setting": row.pk,
                "bank": row.reference,
                "judges": row.data.get("judges"),
                **result,
            },
            adopted_at=at,
            adopted_by_id=by,
        )
        row.result, row.adopted_at = result, at
        row.save(update_fields=["result", "adopted_at"])
    return cut
