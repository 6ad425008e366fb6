"""How each item type is written in OLX: one reader and one writer a type, keyed as in the domain."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from xblocks.competency.errors import DefinitionError
from xblocks.competency.formulas import Formula
from xblocks.competency.items import (
    Action,
    Entry,
    FillCell,
    FindTheError,
    Item,
    JudgementMode,
    LabelCell,
    Line,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    Pair,
    Quantity,
    ShortText,
    SingleChoice,
    SituationalJudgement,
    TableFill,
)
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.numbers import NumberFormat
from xblocks.competency.values import dataclass

from .markup import markup
from .xml import Reading, element_of

__all__ = ["CODECS", "Codec", "Parts", "read_feedback", "set_decimal"]

type Parts = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one type is written: the tags of its own, and its attributes beside the common ones."""

    item: type[Item]
    elements: tuple[str, ...]
    read: Callable[[Reading, etree._Element, list[etree._Element]], Parts]
    write: Callable[[Any, etree._Element], None]
    attributes: frozenset[str] = frozenset()


def read_feedback(reading: Reading, element: etree._Element) -> str:
    """Return a text that says why; reports an empty one."""
    reading.attributes(element, ())
    text = markup(reading, element)
    if not text.strip():
        reading.report(
            element,
            Message(_("<{tag}> is empty."), {"tag": "feedback"}),
            Message(_("Fill it or leave it out.")),
        )
    return text


def set_decimal(element: etree._Element, name: str, value: Decimal | None) -> None:
    """Set the attribute, in digits and a point, unless there is no value."""
    if value is not None:
        element.set(name, f"{value:f}")


def _body(reading: Reading, element: etree._Element, known: tuple[str, ...] = ("id",)) -> str:
    reading.attributes(element, known)
    return markup(reading, element, inline=True)


# Options and lines


def _read_options(reading: Reading, _element: etree._Element, children: list[etree._Element]) -> Parts:
    options = []
    for child in children:
        reading.attributes(child, ("id", "correct"))
        feedback = [read_feedback(reading, one) for one in child if one.tag == "feedback"]
        if len(feedback) > 1 or (
            feedback and (child[-1].tag != "feedback" or (child[-1].tail or "").strip())
        ):
            reading.report(
                child,
                Message(_("<feedback> must stand once, at the end of <option>.")),
                Message(_("Move it to the end.")),
            )
        options.append(
            Option(
                id=reading.required(child, "id"),
                body=markup(reading, child, inline=True, leave=("feedback",)),
                correct=reading.flag(child, "correct"),
                feedback="".join(feedback),
            )
        )
    return {"options": tuple(options)}


def _write_options(item: SingleChoice | MultipleResponse, element: etree._Element) -> None:
    for option in item.options:
        child = element_of("option", option.body)
        child.set("id", option.id)
        if option.correct:
            child.set("correct", "true")
        if option.feedback:
            child.append(element_of("feedback", option.feedback))
        element.append(child)


def _read_lines(reading: Reading, _element: etree._Element, children: list[etree._Element]) -> Parts:
    return {
        "lines": tuple(
            Line(
                id=reading.required(child, "id"),
                body=_body(reading, child, ("id", "wrong")),
                wrong=reading.flag(child, "wrong"),
            )
            for child in children
        )
    }


def _write_lines(item: FindTheError, element: etree._Element) -> None:
    for line in item.lines:
        child = _append(element, "line", line.id, line.body)
        if line.wrong:
            child.set("wrong", "true")


def _append(element: etree._Element, tag: str, id_: str, body: str) -> etree._Element:
    child = element_of(tag, body)
    child.set("id", id_)
    element.append(child)
    return child


# Ordering and matching


def _read_entries(reading: Reading, _element: etree._Element, children: list[etree._Element]) -> Parts:
    return {"entries": tuple(_entry(reading, child) for child in children)}


def _entry(reading: Reading, element: etree._Element) -> Entry:
    return Entry(id=reading.required(element, "id"), body=_body(reading, element))


def _write_entries(item: Ordering, element: etree._Element) -> None:
    for entry in item.entries:
        _append(element, "entry", entry.id, entry.body)


def _read_pairs(reading: Reading, _element: etree._Element, children: list[etree._Element]) -> Parts:
    pairs = []
    for child in children:
        if child.tag != "pair":
            continue
        reading.attributes(child, ("id",))
        sides = list(reading.children(child, ("left", "right")))
        if [side.tag for side in sides] != ["left", "right"]:
            reading.report(
                child,
                Message(_("<pair> needs one <left> and one <right>, in this order.")),
                Message(_("Write both.")),
            )
            continue
        left, right = (_body(reading, side, ()) for side in sides)
        pairs.append(Pair(id=reading.required(child, "id"), left=left, right=right))
    extra = tuple(_entry(reading, child) for child in children if child.tag == "distractor")
    return {"pairs": tuple(pairs), "distractors": extra}


def _write_pairs(item: Matching, element: etree._Element) -> None:
    for pair in item.pairs:
        child = etree.SubElement(element, "pair", {"id": pair.id})
        child.append(element_of("left", pair.left))
        child.append(element_of("right", pair.right))
    for entry in item.distractors:
        _append(element, "distractor", entry.id, entry.body)


# Numbers, text and tables

QUANTITY = ("value", "tolerance", "format")


def _read_answer(reading: Reading, element: etree._Element, children: list[etree._Element]) -> Parts:
    if len(children) != 1:
        reading.report(
            element, Message(_("A numeric item has exactly one <answer>.")), Message(_("Write one."))
        )
    answer = Quantity(value=Decimal(0))
    for child in children[:1]:
        reading.attributes(child, (*QUANTITY, "unit"))
        list(reading.children(child, ()))
        reading.required(child, "value")
        value = reading.decimal(child, "value")
        answer = Quantity(
            value=Decimal(0) if value is None else value,
            tolerance=reading.decimal(child, "tolerance"),
            style=reading.choice(child, "format", NumberFormat),
            unit=str(child.get("unit", "")),
        )
    return {"answer": answer}


def _write_answer(item: Numeric, element: etree._Element) -> None:
    answer = etree.SubElement(element, "answer")
    set_decimal(answer, "value", item.answer.value)
    _set_quantity(answer, item.answer.tolerance, item.answer.style)
    if item.answer.unit:
        answer.set("unit", item.answer.unit)


def _set_quantity(element: etree._Element, tolerance: Decimal | None, style: NumberFormat | None) -> None:
    set_decimal(element, "tolerance", tolerance)
    if style is not None:
        element.set("format", style)


def _read_accepted(reading: Reading, _element: etree._Element, children: list[etree._Element]) -> Parts:
    return {"accepted": tuple(reading.plain(child) for child in children)}


def _write_accepted(item: ShortText, element: etree._Element) -> None:
    for text in item.accepted:
        etree.SubElement(element, "accept").text = text


def _read_actions(reading: Reading, element: etree._Element, children: list[etree._Element]) -> Parts:
    reading.required(element, "mode")
    return {
        "mode": reading.choice(element, "mode", JudgementMode) or JudgementMode.RATE,
        "actions": tuple(
            Action(
                id=reading.required(child, "id"),
                body=_body(reading, child, ("id", "effectiveness")),
                effectiveness=reading.whole(child, "effectiveness"),
            )
            for child in children
        ),
    }


def _write_actions(item: SituationalJudgement, element: etree._Element) -> None:
    element.set("mode", item.mode)
    for action in item.actions:
        child = _append(element, "action", action.id, action.body)
        child.set("effectiveness", str(action.effectiveness))


def _read_table(reading: Reading, element: etree._Element, children: list[etree._Element]) -> Parts:
    if len(children) != 1:
        reading.report(element, Message(_("A table item has exactly one <table>.")), Message(_("Write one.")))
    rows = []
    for table in children[:1]:
        reading.attributes(table, ())
        for row in reading.children(table, ("row",)):
            reading.attributes(row, ())
            rows.append(tuple(_cell(reading, cell) for cell in reading.children(row, ("cell",))))
    return {"rows": tuple(rows)}


def _cell(reading: Reading, cell: etree._Element) -> LabelCell | FillCell:
    if cell.get("id") is None:
        return LabelCell(body=_body(reading, cell, ()))
    reading.attributes(cell, ("id", *QUANTITY, "formula"))
    list(reading.children(cell, ()))
    formula, text = None, cell.get("formula")
    if text is not None:
        try:
            formula = Formula.parse(text)
        except DefinitionError as error:
            reading.report(cell, error.message, Message(_("Mend the formula.")))
    return FillCell(
        id=str(cell.get("id")),
        value=reading.decimal(cell, "value"),
        formula=formula,
        tolerance=reading.decimal(cell, "tolerance"),
        style=reading.choice(cell, "format", NumberFormat),
    )


def _write_table(item: TableFill, element: etree._Element) -> None:
    table = etree.SubElement(element, "table")
    for row in item.rows:
        line = etree.SubElement(table, "row")
        for cell in row:
            if isinstance(cell, LabelCell):
                line.append(element_of("cell", cell.body))
                continue
            child = etree.SubElement(line, "cell", {"id": cell.id})
            set_decimal(child, "value", cell.value)
            if cell.formula is not None:
                child.set("formula", cell.formula.text)
            _set_quantity(child, cell.tolerance, cell.style)


_ROWS = (
    Codec(item=SingleChoice, elements=("option",), read=_read_options, write=_write_options),
    Codec(item=MultipleResponse, elements=("option",), read=_read_options, write=_write_options),
    Codec(item=Ordering, elements=("entry",), read=_read_entries, write=_write_entries),
    Codec(item=Matching, elements=("pair", "distractor"), read=_read_pairs, write=_write_pairs),
    Codec(item=Numeric, elements=("answer",), read=_read_answer, write=_write_answer),
    Codec(item=ShortText, elements=("accept",), read=_read_accepted, write=_write_accepted),
    Codec(
        item=SituationalJudgement,
        elements=("action",),
        read=_read_actions,
        write=_write_actions,
        attributes=frozenset({"mode"}),
    ),
    Codec(item=TableFill, elements=("table",), read=_read_table, write=_write_table),
    Codec(item=FindTheError, elements=("line",), read=_read_lines, write=_write_lines),
)
CODECS: Mapping[str, Codec] = {row.item.type: row for row in _ROWS}
