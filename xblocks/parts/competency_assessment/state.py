"""A learner's state: fields ⇄ frozen values. Small, since the host rewrites all of it at every answer.

Stored as ``{"schema": 3, "number": 2, "first": 1, "form": "fixed", "seed": "…", "started": "…", "submitted":
null, "deadline": null, "items": null, "pilots": [], "bank": null, "calibration": null, "cut": null,
"offered": [], "barred": [], "trace": [], "answers": {"q1": {"response": {…}, "final": false, "at": "…",
"received": "…", "late": false, "certainty": null, "uuids": ["…"]}}}``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from xblocks.competency.assessment import Form
from xblocks.competency.certainty import Certainty
from xblocks.competency.errors import ResponseError
from xblocks.competency.items import Item
from xblocks.competency.responses import Response
from xblocks.competency.types import read_response
from xblocks.competency.values import dataclass, field, replace

from .migrations import SCHEMA, migrated

__all__ = ["Answer", "Attempt", "Traced"]

# Enough for a client that repeats what it did not hear about; older ones would be stale anyway.
REMEMBERED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one item, ``final`` once given up for scoring; ``uuids`` are the client's latest.

    ``answered_at`` is when it was given, ``received_at`` when it came, both ISO 8601 in UTC. ``late``: it
    came when the time was over, and its client says that it was given before.
    """

    response: Mapping[str, object]
    uuids: tuple[str, ...]
    final: bool = False
    answered_at: str = ""
    received_at: str = ""
    late: bool = False
    certainty: Certainty | None = None

    @property
    def given(self) -> datetime:
        """When it was given: no later than it came, whatever its client says."""
        return min(map(datetime.fromisoformat, (self.answered_at, self.received_at)))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Answer":
        """Return the answer as ``to_json`` wrote it."""
        return cls(
            response=stored["response"],
            uuids=tuple(stored["uuids"]),
            final=stored["final"],
            answered_at=stored["at"],
            received_at=stored["received"],
            late=stored["late"],
            certainty=Certainty(stored["certainty"]) if stored["certainty"] else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {
            "response": dict(self.response),
            "final": self.final,
            "at": self.answered_at,
            "received": self.received_at,
            "late": self.late,
            "certainty": int(self.certainty) if self.certainty else None,
            "uuids": list(self.uuids),
        }


class Traced(NamedTuple):
    """What an adaptive test knew after an item: ability, its error, P(above the cut) if there is one."""

    item: str
    theta: float
    se: float
    above: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt. Times are ISO 8601 in UTC; ``submitted_at`` is empty while it goes on.

    ``number`` is the learner's own for ever, ``first`` that of the first attempt since staff last deleted
    the state: records of the attempts before are kept, and no number is given twice.

    ``items`` are the ids of a drawn form, None where the form is the author's list; ``pilots`` those that
    count for nothing. ``calibration`` names the parameters that the attempt is measured by, however the
    bank fares. Of an adaptive test: ``offered`` are the ids that were sent to the learner, in order,
    ``barred`` those never to ask, ``trace`` what was known after each answer.
    """

    number: int
    first: int = 1
    form: Form = Form.FIXED
    seed: str
    started_at: str
    submitted_at: str = ""
    deadline: str = ""
    items: tuple[str, ...] | None = None
    pilots: tuple[str, ...] = ()
    bank: str = ""
    calibration: str = ""
    cut: float | None = None
    offered: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    trace: tuple[Traced, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Attempt | None":
        """Return the attempt, migrated to what is current; None where there is none."""
        if not stored:
            return None
        data = migrated(stored)
        return cls(
            number=data["number"],
            first=data["first"],
            form=Form(data["form"]),
            seed=data["seed"],
            started_at=data["started"],
            submitted_at=data["submitted"] or "",
            deadline=data["deadline"] or "",
            items=None if data["items"] is None else tuple(data["items"]),
            pilots=tuple(data["pilots"]),
            bank=data["bank"] or "",
            calibration=data["calibration"] or "",
            cut=data["cut"],
            offered=tuple(data["offered"]),
            barred=tuple(data["barred"]),
            trace=tuple(Traced(*step) for step in data["trace"]),
            answers={item: Answer.from_json(answer) for item, answer in data["answers"].items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {
            "schema": SCHEMA,
            "number": self.number,
            "first": self.first,
            "form": self.form.value,
            "seed": self.seed,
            "started": self.started_at,
            "submitted": self.submitted_at or None,
            "deadline": self.deadline or None,
            "items": None if self.items is None else list(self.items),
            "pilots": list(self.pilots),
            "bank": self.bank or None,
            "calibration": self.calibration or None,
            "cut": self.cut,
            "offered": list(self.offered),
            "barred": list(self.barred),
            "trace": [list(step) for step in self.trace],
            "answers": {item: answer.to_json() for item, answer in self.answers.items()},
        }

    @property
    def used(self) -> int:
        """How many attempts have been begun, this one included."""
        return self.number - self.first + 1

    @property
    def submitted(self) -> bool:
        """Whether the attempt is over."""
        return bool(self.submitted_at)

    @property
    def adaptive(self) -> bool:
        """Whether items are chosen by the answers so far."""
        return self.form is Form.ADAPTIVE

    @property
    def started(self) -> datetime:
        """When the attempt was begun."""
        return datetime.fromisoformat(self.started_at)

    @property
    def ends(self) -> datetime | None:
        """When its time is over; None without a limit."""
        return datetime.fromisoformat(self.deadline) if self.deadline else None

    def locked(self, item: str) -> bool:
        """Tell whether the item takes no more answers."""
        return self.submitted or (item in self.answers and self.answers[item].final)

    def repeats(self, item: str, client_uuid: str) -> bool:
        """Tell whether this answer came before."""
        return item in self.answers and client_uuid in self.answers[item].uuids

    def answered(
        self,
        item: str,
        response: Response,
        *,
        client_uuid: str,
        final: bool,
        at: datetime,
        received: datetime | None = None,
        late: bool = False,
        certainty: Certainty | None = None,
    ) -> "Attempt":
        """Return the attempt with the answer in the place of the item's earlier one."""
        earlier = self.answers[item].uuids if item in self.answers else ()
        answer = Answer(
            response=response.to_json(),
            uuids=(*earlier, client_uuid)[-REMEMBERED:],
            final=final,
            answered_at=at.isoformat(timespec="seconds"),
            received_at=(received or at).isoformat(timespec="seconds"),
            late=late,
            certainty=certainty,
        )
        return replace(self, answers={**self.answers, item: answer})

    def over(self, at: datetime) -> "Attempt":
        """Return the attempt handed in."""
        return replace(self, submitted_at=at.isoformat(timespec="seconds"))

    def limited(self, limit: timedelta | None) -> "Attempt":
        """Return the attempt with so much time from its beginning."""
        if limit is None:
            return self
        return replace(self, deadline=(self.started + limit).isoformat(timespec="seconds"))

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
