"""Stored attempts of earlier versions, step by step to what is current. Each step works on a copy."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["SCHEMA", "migrated"]

SCHEMA = 3


def migrated(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a stored attempt in the current schema; raises ValueError for one from the future."""
    data = {**stored}
    while data.get("schema") in STEPS:
        data = STEPS[data["schema"]](data)
    if data.get("schema") != SCHEMA:
        raise ValueError(f"learner state has schema {stored.get('schema')!r}; this version reads {SCHEMA}")
    return data


def count_from_one(data: dict[str, Any]) -> dict[str, Any]:
    """Schema 1 to 2: the numbers of attempts began at 1."""
    return {**data, "schema": 2, "first": 1}


def fixed_form_without_limit(data: dict[str, Any]) -> dict[str, Any]:
    """Schema 2 to 3: every form was the author's list, without a time limit; certainty was not asked.

    When an answer was received was not kept: it was at hand when it was given.
    """
    return {
        **data,
        "schema": 3,
        "form": "fixed",
        "deadline": None,
        "items": None,
        "pilots": [],
        "bank": None,
        "calibration": None,
        "cut": None,
        "offered": [],
        "barred": [],
        "trace": [],
        "answers": {
            item: {**answer, "received": answer["at"], "late": False, "certainty": None}
            for item, answer in data["answers"].items()
        },
    }


# By the schema that a step starts from.
STEPS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: count_from_one,
    2: fixed_form_without_limit,
}
