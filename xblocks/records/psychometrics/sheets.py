"""A panel as the JSON of StandardSetting.data, and back. What is read was written by ``packed_*`` here."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from xblocks.competency.panels import Cut, Group, Panel, Place

__all__ = [
    "angoff_panel",
    "bookmark_panel",
    "cut_of",
    "groups_of",
    "packed_angoff",
    "packed_bookmark",
    "packed_cut",
    "packed_group",
    "places_of",
]

FIELDS = ("raw", "raw_se", "theta", "theta_se", "items")

type Shares = Mapping[str, Decimal]


def packed_angoff(items: Sequence[str], panel: Panel[Shares]) -> dict[str, Any]:
    """Return the JSON: shares as decimal text, judges as text, as JSON's keys are."""
    rounds = [
        {str(judge): {item: str(share) for item, share in sheet.items()} for judge, sheet in sheets.items()}
        for sheets in panel.rounds
    ]
    return {"items": list(items), "judges": panel.judges, "rounds": rounds}


def angoff_panel(data: Mapping[str, Any]) -> Panel[Shares]:
    """Return the panel of an Angoff."""
    rounds = tuple(
        {
            int(judge): {item: Decimal(share) for item, share in sheet.items()}
            for judge, sheet in sheets.items()
        }
        for sheets in data["rounds"]
    )
    return Panel(judges=data["judges"], rounds=rounds)


def packed_bookmark(
    places: Sequence[Place], panel: Panel[int], *, response_probability: Decimal, calibration: str
) -> dict[str, Any]:
    """Return the JSON; the booklet keeps the order that the judges saw, whatever is calibrated later."""
    return {
        "places": [[place.item, place.category, round(place.location, 6)] for place in places],
        "response_probability": str(response_probability),
        "calibration": calibration,
        "judges": panel.judges,
        "rounds": [{str(judge): mark for judge, mark in marks.items()} for marks in panel.rounds],
    }


def places_of(data: Mapping[str, Any]) -> tuple[Place, ...]:
    """Return the booklet of a bookmark."""
    return tuple(Place(item=item, category=category, location=at) for item, category, at in data["places"])


def bookmark_panel(data: Mapping[str, Any]) -> Panel[int]:
    """Return the panel of a bookmark."""
    rounds = tuple({int(judge): int(mark) for judge, mark in marks.items()} for marks in data["rounds"])
    return Panel(judges=data["judges"], rounds=rounds)


def packed_group(group: Group) -> dict[str, Any]:
    """Return the figures of a group; nothing in it tells who belongs to it."""
    return {
        "persons": group.persons,
        "mean": round(group.mean, 6),
        "sd": round(group.sd, 6),
        "bins": [[low, persons] for low, persons in group.bins.items()],
    }


def groups_of(data: Mapping[str, Any]) -> tuple[Group, Group]:
    """Return the competent and those who are not yet."""
    first, second = (
        Group(persons=one["persons"], mean=one["mean"], sd=one["sd"], bins=dict(one["bins"]))
        for one in (data["competent"], data["not_yet"])
    )
    return first, second


def packed_cut(cut: Cut) -> dict[str, Any]:
    """Return the cut as JSON, to six places."""
    return {name: round(getattr(cut, name), 6) for name in FIELDS}


def cut_of(result: Mapping[str, Any]) -> Cut:
    """Return the cut of a result."""
    return Cut(**{name: result[name] for name in FIELDS})
