"""What the templates of a standard and of its sheets get."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from statistics import fmean
from typing import Any

from django.utils.translation import gettext as _

from xblocks.competency.calibration_report import AbilityBin
from xblocks.competency.messages import Message
from xblocks.competency.panel_agreement import ONE_MARK
from xblocks.competency.panels import Method, Panel, PanelError, read_share
from xblocks.competency.values import dataclass
from xblocks.records.api import bank_items
from xblocks.records.api import calibrations as api
from xblocks.records.models import StandardSetting
from xblocks.records.words import say

from . import source, standards
from .questions import Question, question_of
from .sheets import angoff_panel, bookmark_panel, cut_of, groups_of, places_of
from .standard_agreement import agreement_lines, mean_of_100, severity_lines, whole_rounds
from .standard_page import (
    bookmark_chart,
    cut_line,
    group_bands,
    group_chart,
    heat,
    place_lines,
    quality,
    round_foots,
    sheet_lines,
)
from .words import number

__all__ = ["angoff_sheet", "bookmark_sheet", "field_of", "posted_shares", "standard_values"]


def standard_values(row: StandardSetting) -> dict[str, Any]:
    """Return what the page of a standard shows."""
    result, problem = _worked_out(row)
    return {
        "row": row,
        "method": row.get_method_display(),
        **_panel_values(row, result),
        **_cut_values(row, result),
        "problem": say(problem) if problem else "",
    }


def _worked_out(row: StandardSetting) -> tuple[Mapping[str, Any] | None, Message | None]:
    """Return the result, or why there is none; neither while sheets are missing."""
    if _waiting(row):
        return None, None
    try:
        result = standards.result_of(row)
    except PanelError as error:
        return None, error.message
    return result, standards.order_problem(row.bank_id, row.level, result["theta"])


def _panel_of(row: StandardSetting) -> Panel[Any] | None:
    if row.method == Method.ANGOFF:
        return angoff_panel(row.data)
    return bookmark_panel(row.data) if row.method == Method.BOOKMARK else None


def _waiting(row: StandardSetting) -> str:
    panel = _panel_of(row)
    if panel is None or not panel.missing:
        return ""
    return _("Still missing in this round: judges %(judges)s.") % {
        "judges": ", ".join(map(str, panel.missing))
    }


def _panel_values(row: StandardSetting, result: Mapping[str, Any] | None) -> dict[str, Any]:
    panel = _panel_of(row)
    if panel is None:
        return _group_values(row, result or {})
    angoff = row.method == Method.ANGOFF
    value: Callable[[Any], float] = _sum if angoff else float
    values: dict[str, Any] = {
        "round": len(panel.rounds),
        "round_names": [_("Round %(n)s") % {"n": n} for n in range(1, len(panel.rounds) + 1)],
        "sheets": sheet_lines(panel, value, number, say, 1 if angoff else 0),
        "foots": round_foots(panel, value, number, say),
        "waiting": _waiting(row),
        **_agreement_values(row, panel),
    }
    if angoff:
        cut = cut_of(result) if result else None
        models = source.figures(row.reference).models
        values["heat"] = heat(row.data["items"], panel, cut, models, number)
    else:
        values["chart"] = bookmark_chart(places_of(row.data), panel, number, say)
        values["chart_heading"] = _("The booklet")
        values["places"] = place_lines(places_of(row.data), panel, number)
    return values


def _agreement_values(row: StandardSetting, panel: Panel[Any]) -> dict[str, Any]:
    """Return how far judges agree, and how strict each was in the last whole round."""
    rounds = whole_rounds(panel)
    if not rounds:
        return {"no_agreement": _("It appears when every judge's sheet of a round is in.")}
    last = max(rounds)
    angoff = row.method == Method.ANGOFF
    value: Callable[[Any], float] = mean_of_100 if angoff else float
    return {
        "agreement": agreement_lines(row.data["items"], rounds, number, say) if angoff else [],
        "no_agreement": "" if angoff else say(ONE_MARK),
        "severity_round": last,
        "severities": severity_lines(rounds[last], value, number, say, 1 if angoff else 0),
        "asked_name": _("Mean of 100") if angoff else _("Page"),
    }


def _sum(sheet: Mapping[str, Decimal]) -> float:
    return float(sum(sheet.values(), Decimal(0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group's figures, written out."""

    name: str
    persons: int
    mean: str
    sd: str


def _group_values(row: StandardSetting, result: Mapping[str, Any]) -> dict[str, Any]:
    groups = groups_of(row.data)
    names = (_("have the level"), _("do not have it yet"))
    named = list(zip(names, groups, strict=True))
    return {
        "chart": group_chart(named, cut_of(result), row.level, number, say),
        "chart_heading": _("The two groups"),
        "groups": [
            GroupLine(name=name, persons=one.persons, mean=number(one.mean, 2), sd=number(one.sd, 2))
            for name, one in named
        ],
        "bands": group_bands(groups, number),
        "unmeasured": row.data["unmeasured"],
    }


def _cut_values(row: StandardSetting, result: Mapping[str, Any] | None) -> dict[str, Any]:
    if result is None:
        return {"cut": None}
    cut = cut_of(result)
    in_force = next(line for line in source.levels(row.bank_id) if line.level == row.level)
    words = (
        _("In force for this level: %(theta)s, adopted earlier.")
        if in_force.adopted
        else _("In force for this level: %(theta)s, an estimate from the items' levels.")
    )
    return {
        "cut": cut_line(cut, row.level, result["calibration"], number, say),
        "quality": quality(_people(row.bank_id), cut, number, say) if result["calibration"] else [],
        "in_force": words % {"theta": number(in_force.theta, 2)},
    }


def _people(bank_id: str) -> list[AbilityBin]:
    """Return the abilities of the people behind the active calibration."""
    active = api.active_calibration(bank_id)
    return list(active.report["abilities"]) if active else []


# Sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetItem:
    """An item of a sheet: what stands in its field, whether it is wrong, and what was said last round."""

    item: Question
    value: str
    bad: bool
    last: str


def field_of(item: str) -> str:
    """Return the name of the item's field."""
    return f"share-{item}"


def posted_shares(
    row: StandardSetting, posted: Mapping[str, str]
) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Return the shares that could be read, and what is wrong with the others, by item."""
    shares, problems = {}, {}
    for item in row.data["items"]:
        try:
            shares[item] = read_share(item, posted.get(field_of(item), ""))
        except PanelError as error:
            problems[item] = say(error.message)
    return shares, problems


def angoff_sheet(
    row: StandardSetting, judge: int, posted: Mapping[str, str] | None, problems: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the page of a judge's sheet shows; ``posted`` stays in the fields as it was typed."""
    panel = angoff_panel(row.data)
    items = bank_items(row.reference)
    before = panel.rounds[-2] if len(panel.rounds) > 1 else {}
    # A judge begins the next round from what was said in the last.
    known = panel.rounds[-1].get(judge) or before.get(judge, {})
    solved = _solved(row.bank_id) if before else {}
    lines = [
        SheetItem(
            item=question_of(items[item]),
            value=posted.get(field_of(item), "") if posted is not None else _percent(known.get(item)),
            bad=item in problems,
            last=_last(item, judge, before, solved),
        )
        for item in row.data["items"]
    ]
    return {"row": row, "round": len(panel.rounds), "lines": lines, "problems": list(problems.values())}


def _percent(share: Decimal | None) -> str:
    return "" if share is None else number(float(100 * share), 1 if 100 * share % 1 else 0)


def _solved(bank_id: str) -> Mapping[str, float]:
    active = api.active_calibration(bank_id)
    rows = active.report["items"] if active else ()
    return {row["id"]: row["p"] for row in rows if row["p"] is not None}


def _last(
    item: str, judge: int, before: Mapping[int, Mapping[str, Decimal]], solved: Mapping[str, float]
) -> str:
    if not before:
        return ""
    shares = [100 * float(sheet[item]) for sheet in before.values()]
    words = _("Last round: you %(own)s, the panel %(low)s to %(high)s, mean %(mean)s.") % {
        "own": number(100 * float(before[judge][item]), 0),
        "low": number(min(shares), 0),
        "high": number(max(shares), 0),
        "mean": number(fmean(shares), 0),
    }
    if item in solved:
        words += " " + _("Of the people measured so far, %(share)s of 100 solved it.") % {
            "share": number(100 * solved[item], 0)
        }
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletPage:
    """A page of the booklet; ``step`` says which part of an item with several steps it stands for."""

    item: Question
    step: str


def bookmark_sheet(row: StandardSetting, judge: int, posted: str | None, problem: str) -> dict[str, Any]:
    """Return what the page of a judge's bookmark shows."""
    panel, places = bookmark_panel(row.data), places_of(row.data)
    items = bank_items(row.reference)
    before = panel.rounds[-2] if len(panel.rounds) > 1 else {}
    known = panel.rounds[-1].get(judge, before.get(judge))
    several = {place.item for place in places if place.category > 1}
    last = ""
    if before:
        last = _("Last round: you page %(own)s, the panel %(low)s to %(high)s.") % {
            "own": before[judge],
            "low": min(before.values()),
            "high": max(before.values()),
        }
    return {
        "row": row,
        "percent": round(100 * Decimal(row.data["response_probability"])),
        "lines": [
            BookletPage(
                item=question_of(items[place.item]),
                step=_step(place.category) if place.item in several else "",
            )
            for place in places
        ],
        "value": posted if posted is not None else known or "",
        "problem": problem,
        "last": last,
    }


def _step(category: int) -> str:
    return _("half of it right") if category == 1 else _("all of it right")
