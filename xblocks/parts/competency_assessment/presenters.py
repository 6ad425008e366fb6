"""What a learner sees, built up from what may be seen. Nothing is made first and taken out later.

``form`` of a type holds what is asked and what the learner answered. ``marks`` of a type holds the
key; it is called only where the feedback is due. A part's mark is put beside the part.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from xblocks.competency.items import (
    FillCell,
    FindTheError,
    Item,
    JudgementMode,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortText,
    SingleChoice,
    SituationalJudgement,
    TableFill,
)
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.numbers import NumberFormat, format_number
from xblocks.competency.responses import Chosen, Matched, Numbers, Placed, Rated, Response, Written
from xblocks.competency.scoring import cells_right
from xblocks.competency.types import ITEM_TYPES
from xblocks.competency.values import dataclass, replace
from xblocks.olx.markup import plain_text, safe_html

__all__ = ["FORMS", "Html", "Mark", "Marks", "Presenter", "form_of", "marks_of"]

type Html = Callable[[str], str]
type Form = dict[str, Any]

SCALE = (
    (1, _("Very ineffective")),
    (2, _("Ineffective")),
    (3, _("Neither")),
    (4, _("Effective")),
    (5, _("Very effective")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The verdict on one part: right, not right, or (None) neither; ``missed``: should have been chosen."""

    right: bool | None
    missed: bool = False
    key: Message | None = None
    note: str = ""


type Marks = dict[str, Mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presenter:
    """One type's row: its template, its form (without the key), its marks (the key)."""

    template: str
    form: Callable[[Any, Any, Mapping[str, str], Html], Form]
    marks: Callable[[Any, Any], Marks]


def form_of(item: Item, response: Response | None, tokens: Mapping[str, str], html: Html = safe_html) -> Form:
    """Return what is asked and answered. ``tokens`` are the shuffled parts; parts have ids to answer by."""
    return FORMS[item.type].form(item, response, tokens, html)


def marks_of(item: Item, response: Response | None) -> Marks:
    """Return the key, by part. Only for learners to whom it is due, and for authors.

    Where there is no answer, the key stands alone, without a verdict.
    """
    marks: Marks = FORMS[item.type].marks(item, response)
    if response is None:
        return {part: replace(mark, right=None) for part, mark in marks.items()}
    return marks


# Choices


def _choices(
    item: SingleChoice | MultipleResponse | FindTheError,
    response: Chosen | None,
    _tokens: Mapping[str, str],
    html: Html,
) -> Form:
    chosen = response.ids if response else ()
    parts = item.lines if isinstance(item, FindTheError) else item.options
    return {
        "field": Chosen.field,
        "control": "radio" if isinstance(item, SingleChoice) else "checkbox",
        "parts": [{"id": part.id, "html": html(part.body), "checked": part.id in chosen} for part in parts],
    }


def _choice_marks(item: SingleChoice | MultipleResponse | FindTheError, response: Chosen | None) -> Marks:
    chosen = response.ids if response else None
    if isinstance(item, FindTheError):
        marks = {line.id: _verdict(line.wrong, line.id, chosen, LINE_VERDICTS) for line in item.lines}
    else:
        marks = {
            option.id: _verdict(option.correct, option.id, chosen, OPTION_VERDICTS, option.feedback)
            for option in item.options
        }
    return {id_: mark for id_, mark in marks.items() if mark is not None}


# By (to be chosen, was chosen); None where nothing was answered.
type Verdicts = Mapping[tuple[bool, bool | None], str]
OPTION_VERDICTS: Verdicts = {
    (True, None): _("Right answer"),
    (True, True): _("Right answer; you chose it"),
    (True, False): _("Right answer; you did not choose it"),
    (False, True): _("Not right; you chose it"),
}
LINE_VERDICTS: Verdicts = {
    (True, None): _("This line is wrong"),
    (True, True): _("This line is wrong; you found it"),
    (True, False): _("This line is wrong; you did not mark it"),
    (False, True): _("This line is sound; you marked it"),
}


def _verdict(
    wanted: bool, part: str, chosen: tuple[str, ...] | None, verdicts: Verdicts, note: str = ""
) -> Mark | None:
    was_chosen = None if chosen is None else part in chosen
    text = verdicts.get((wanted, was_chosen))
    if text is None and not note:
        return None
    return Mark(
        right=wanted if was_chosen else None,
        missed=wanted and was_chosen is False,
        key=Message(text) if text else None,
        note=note,
    )


# Orders and ratings


def _places(
    item: Ordering | SituationalJudgement,
    response: Placed | None,
    tokens: Mapping[str, str],
    html: Html,
) -> Form:
    if isinstance(item, Ordering):
        bodies = {entry.id: entry.body for entry in item.entries}
        shown = tokens or {id_: id_ for id_ in bodies}
    else:
        bodies = {action.id: action.body for action in item.actions}
        shown = {id_: id_ for id_ in bodies}
    places = response.places if response else {}
    return {
        "field": Placed.field,
        "places": list(range(1, len(bodies) + 1)),
        "ranks": not isinstance(item, Ordering),
        "parts": [
            {"id": token, "of": id_, "html": html(bodies[id_]), "place": places.get(id_)}
            for token, id_ in shown.items()
        ],
    }


def _order_marks(item: Ordering, response: Placed | None) -> Marks:
    places = response.places if response else {}
    return {
        entry.id: Mark(
            right=places.get(entry.id) == place,
            key=Message(_("Right place: {place}"), {"place": place}),
        )
        for place, entry in enumerate(item.entries, 1)
    }


def _judgement(
    item: SituationalJudgement, response: Placed | Rated | None, tokens: Mapping[str, str], html: Html
) -> Form:
    if item.mode is JudgementMode.RANK:
        return _places(item, response if isinstance(response, Placed) else None, tokens, html)
    ratings = response.ratings if isinstance(response, Rated) else {}
    return {
        "field": Rated.field,
        "scale": [{"value": value, "label": Message(label)} for value, label in SCALE],
        "parts": [
            {"id": action.id, "html": html(action.body), "rating": ratings.get(action.id)}
            for action in item.actions
        ],
    }


def _judgement_marks(item: SituationalJudgement, response: Placed | Rated | None) -> Marks:
    ratings = response.ratings if isinstance(response, Rated) else {}
    labels = dict(SCALE)
    return {
        action.id: Mark(
            right=ratings[action.id] == action.effectiveness if action.id in ratings else None,
            key=Message(
                _("Experts: {rating} of 5, {label}"),
                {"rating": action.effectiveness, "label": Message(labels[action.effectiveness])},
            ),
        )
        for action in item.actions
    }


# Matching


def _matching(item: Matching, response: Matched | None, tokens: Mapping[str, str], html: Html) -> Form:
    rights = item.right_sides
    shown = tokens or {id_: id_ for id_ in rights}
    matches = response.matches if response else {}
    return {
        "field": Matched.field,
        "parts": [
            {
                "id": pair.id,
                "html": html(pair.left),
                "text": plain_text(pair.left),
                "rights": [
                    {
                        "id": token,
                        "text": plain_text(rights[id_]),
                        "chosen": matches.get(pair.id) == id_,
                    }
                    for token, id_ in shown.items()
                ],
            }
            for pair in item.pairs
        ],
    }


def _matching_marks(item: Matching, response: Matched | None) -> Marks:
    rights = item.right_sides
    matches = response.matches if response else {}
    return {
        pair.id: Mark(
            right=rights.get(matches.get(pair.id, "")) == pair.right,
            key=Message(_("Right match: {text}"), {"text": plain_text(pair.right)}),
        )
        for pair in item.pairs
    }


# Numbers and text


def _input(id_: str, typed: str, style: NumberFormat | None, unit: str = "") -> dict[str, str]:
    return {
        "id": id_,
        "typed": typed,
        "before": "Rp" if style is NumberFormat.RUPIAH else "",
        "after": "%" if style is NumberFormat.PERCENT else unit,
    }


def _number(item: Numeric, response: Numbers | None, _tokens: Mapping[str, str], _html: Html) -> Form:
    typed = response.typed.get("value", "") if response else ""
    return {
        "field": Numbers.field,
        "parts": [_input("value", typed, item.answer.style, item.answer.unit)],
    }


def _number_key(
    value: Decimal, tolerance: Decimal | None, style: NumberFormat | None, unit: str = ""
) -> Message:
    plain = style or NumberFormat.PLAIN
    number = " ".join(filter(None, (format_number(value, plain), unit)))
    if not tolerance:
        return Message(_("Right answer: {number}"), {"number": number})
    return Message(
        _("Right answer: {number}, give or take {tolerance}"),
        {"number": number, "tolerance": format_number(tolerance, plain)},
    )


def _number_marks(item: Numeric, response: Numbers | None) -> Marks:
    answer, given = item.answer, response.values.get("value") if response else None
    key = _number_key(answer.value, answer.tolerance, answer.style, answer.unit)
    return {"value": Mark(right=given is not None and answer.accepts(given), key=key)}


def _text(item: ShortText, response: Written | None, _tokens: Mapping[str, str], _html: Html) -> Form:
    typed = response.text if response else ""
    return {"field": Written.field, "parts": [{"id": Written.field, "typed": typed}]}


def _text_marks(item: ShortText, response: Written | None) -> Marks:
    right = response is not None and ITEM_TYPES[item.type].score(item, response) == 1
    accepted = " / ".join(text.strip() for text in item.accepted)
    return {"text": Mark(right=right, key=Message(_("Accepted: {text}"), {"text": accepted}))}


def _table(item: TableFill, response: Numbers | None, _tokens: Mapping[str, str], html: Html) -> Form:
    typed = response.typed if response else {}
    rows = []
    for row in item.rows:
        label = plain_text(" ".join(cell.body for cell in row if not isinstance(cell, FillCell)))
        rows.append(
            [
                {**_input(cell.id, typed.get(cell.id, ""), cell.style), "label": label}
                if isinstance(cell, FillCell)
                else {"html": html(cell.body)}
                for cell in row
            ]
        )
    heads = bool(item.rows) and not any(isinstance(cell, FillCell) for cell in item.rows[0])
    return {
        "field": Numbers.field,
        "head": rows[0] if heads else None,
        "rows": rows[1:] if heads else rows,
        "parts": [cell for row in rows for cell in row if "id" in cell],
    }


def _table_marks(item: TableFill, response: Numbers | None) -> Marks:
    key = item.key()
    right = cells_right(item, response) if response else {}
    return {
        cell.id: Mark(
            right=right.get(cell.id, False), key=_number_key(key[cell.id], cell.tolerance, cell.style)
        )
        for cell in item.cells
    }


_CHOICE = Presenter(template="assessment/items/choices.html", form=_choices, marks=_choice_marks)
FORMS: Mapping[str, Presenter] = {
    SingleChoice.type: _CHOICE,
    MultipleResponse.type: _CHOICE,
    FindTheError.type: _CHOICE,
    Ordering.type: Presenter(template="assessment/items/places.html", form=_places, marks=_order_marks),
    Matching.type: Presenter(
        template="assessment/items/matching.html", form=_matching, marks=_matching_marks
    ),
    Numeric.type: Presenter(template="assessment/items/inputs.html", form=_number, marks=_number_marks),
    ShortText.type: Presenter(template="assessment/items/inputs.html", form=_text, marks=_text_marks),
    SituationalJudgement.type: Presenter(
        template="assessment/items/judgement.html", form=_judgement, marks=_judgement_marks
    ),
    TableFill.type: Presenter(template="assessment/items/table.html", form=_table, marks=_table_marks),
}
