"""What activating a calibration would change, and how it hangs together with the active one."""

from collections import Counter
from collections.abc import Callable, Iterator

from xblocks.competency.calibration_report import CalibrationLink
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass

from .reading import Reader

__all__ = ["AnchorLine", "anchor_lines", "changes", "link_words"]

# Logits: beyond this an item has drifted (Wright & Stone 1979 look at .5; .3 warns earlier).
MOVED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorLine:
    """An item that both calibrations share, before and now."""

    id: str
    old: str
    new: str
    moved: str
    far: bool


def link_words(link: CalibrationLink, number: Callable[[float, int], str]) -> Message:
    """Return in words how the calibration was put on the scale in use."""
    if link["to"] is None:
        return Message(
            _("This is the bank's first scale: 0 is the mean ability of the people here, 1 their spread.")
        )
    if link["method"] == "none":
        return Message(
            _(
                "It could not be put on the scale of calibration {number}, since they share too few items. "
                "Adopted standards would lose their meaning: set them anew if you activate it."
            ),
            {"number": link["to"]},
        )
    return Message(
        _("Put on the scale of calibration {number} by {n} items that did not change: {line}."),
        {
            "number": link["to"],
            "n": len(link["anchors"]),
            "line": f"θ = {number(link['slope'], 2)} θ' + ({number(link['intercept'], 2)})",
        },
    )


def anchor_lines(link: CalibrationLink, number: Callable[[float, int], str]) -> list[AnchorLine]:
    """Return the shared items, those that moved most first."""
    rows = sorted(link["anchors"], key=lambda row: -abs(row["new"] - row["old"]))
    return [
        AnchorLine(
            id=row["id"],
            old=number(row["old"], 2),
            new=number(row["new"], 2),
            moved=number(row["new"] - row["old"], 2),
            far=abs(row["new"] - row["old"]) > MOVED,
        )
        for row in rows
    ]


def changes(new: Reader, link: CalibrationLink, old: Reader | None) -> Iterator[Message]:
    """Yield what changes for learners and for standards; ``old`` is the active calibration."""
    counts = Counter(one.standing for one in new.figures.values())
    counting = counts["operational"] + counts["provisional"]
    if old is None:
        yield Message(
            _("Adaptive tests become possible: {n} items count, where levels were a guess from the authors."),
            {"n": counting},
        )
    else:
        yield from _against(new, old, counting)
    yield Message(_("Attempts that have begun keep the calibration that they began with."))
    if old is not None and link["method"] == "none":
        yield Message(_("Adopted standards are on another scale and must be set anew."))
    elif any(line.adopted for line in new.levels):
        yield Message(_("Adopted standards stay where they are: the scale is the same."))
    else:
        yield Message(_("No standard is adopted yet: levels begin where an estimate puts them."))


def _against(new: Reader, old: Reader, counting: int) -> Iterator[Message]:
    before = sum(one.standing != "pilot" for one in old.figures.values())
    yield Message(_("Items that count: {before} before, {n} then."), {"before": before, "n": counting})
    gone = sorted(set(old.figures) - set(new.figures))
    if gone:
        yield Message(
            _("These lose their parameters, and count by their level again: {items}."),
            {"items": ", ".join(gone)},
        )
    moved = sorted(
        id_
        for id_, one in new.figures.items()
        if id_ in old.figures and abs(one.location - old.figures[id_].location) > MOVED
    )
    if moved:
        yield Message(
            _("These become plainly easier or harder than before: {items}."), {"items": ", ".join(moved)}
        )
