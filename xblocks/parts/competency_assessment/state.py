"""A learner's state: fields ⇄ frozen values. Small, since the host rewrites all of it at every answer.

Stored as ``{"schema": 1, "number": 2, "seed": "…", "started": "…", "submitted": null,
"answers": {"q1": {"response": {…}, "final": false, "at": "…", "uuids": ["…"]}}}``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from xblocks.competency.errors import ResponseError
from xblocks.competency.items import Item
from xblocks.competency.responses import Response
from xblocks.competency.types import read_response

__all__ = ["Answer", "Attempt"]

SCHEMA = 1
# Enough for a client that repeats what it did not hear about; older ones would be stale anyway.
REMEMBERED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one item, ``final`` once given up for scoring; ``uuids`` are the client's latest."""

    response: Mapping[str, object]
    uuids: tuple[str, ...]
    final: bool = False
    answered_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt. Times are ISO 8601 in UTC; ``submitted_at`` is empty while it goes on."""

    number: int
    seed: str
    started_at: str
    submitted_at: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Attempt | None":
        """Return the attempt, migrated to what is current; None where there is none."""
        if not stored:
            return None
        data = migrated(stored)
        return cls(
            number=data["number"],
            seed=data["seed"],
            started_at=data["started"],
            submitted_at=data["submitted"] or "",
            answers={
                item: Answer(
                    response=answer["response"],
                    uuids=tuple(answer["uuids"]),
                    final=answer["final"],
                    answered_at=answer["at"],
                )
                for item, answer in data["answers"].items()
            },
        )

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {
            "schema": SCHEMA,
            "number": self.number,
            "seed": self.seed,
            "started": self.started_at,
            "submitted": self.submitted_at or None,
            "answers": {
                item: {
                    "response": dict(answer.response),
                    "final": answer.final,
                    "at": answer.answered_at,
                    "uuids": list(answer.uuids),
                }
                for item, answer in self.answers.items()
            },
        }

    @property
    def submitted(self) -> bool:
        """Whether the attempt is over."""
        return bool(self.submitted_at)

    def locked(self, item: str) -> bool:
        """Tell whether the item takes no more answers."""
        return self.submitted or (item in self.answers and self.answers[item].final)

    def repeats(self, item: str, client_uuid: str) -> bool:
        """Tell whether this answer came before."""
        return item in self.answers and client_uuid in self.answers[item].uuids

    def answered(
        self, item: str, response: Response, *, client_uuid: str, final: bool, at: datetime
    ) -> "Attempt":
        """Return the attempt with the answer in the place of the item's earlier one."""
        earlier = self.answers[item].uuids if item in self.answers else ()
        answer = Answer(
            response=response.to_json(),
            uuids=(*earlier, client_uuid)[-REMEMBERED:],
            final=final,
            answered_at=at.isoformat(timespec="seconds"),
        )
        return replace(self, answers={**self.answers, item: answer})

    def over(self, at: datetime) -> "Attempt":
        """Return the attempt handed in."""
        return replace(self, submitted_at=at.isoformat(timespec="seconds"))

    def responses(self, items: Iterable[Item]) -> dict[str, Response]:
        """Return the answers that fit the items as they are now.

        Where an author changed an item so that the stored answer no longer fits, it counts as
        unanswered: the learner is asked again, and nothing is scored that was not meant.
        """
        found = {}
        for item in items:
            if item.id in self.answers:
                try:
                    found[item.id] = read_response(item, dict(self.answers[item.id].response))
                except ResponseError:
                    continue
        return found


def migrated(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of stored state in the current schema; raises ValueError for one from the future.

    Each schema gets a step here, named after what it changes; schema 1 is the first.
    """
    if stored.get("schema") != SCHEMA:
        raise ValueError(f"learner state has schema {stored.get('schema')!r}; this version reads {SCHEMA}")
    return cast(dict[str, Any], {**stored})
