"""Which deliveries an operator means: one, several, or all with a cause; written in a page's address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.db.models import Max, QuerySet
from django.http import QueryDict

from lti_bridge.models import Delivery, DeliveryState, Platform, ReportKind

from .causes import FAILED, with_cause

__all__ = ["MOST", "Selection"]

# An action takes as many at once, at most; what is left is done by doing it again.
MOST = 10_000
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Deliveries by what they have in common, or by their numbers. Empty parts do not narrow."""

    platform: int | None = None
    target: int | None = None
    states: tuple[str, ...] = ()
    kind: str = ""
    cause: str = ""
    ids: tuple[int, ...] = ()
    # Those that came later are not meant: they were not there when somebody looked.
    newest: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Return what the address says; what cannot be read there narrows nothing, but ids."""
        return cls(
            platform=_number(query.get("platform")),
            target=_number(query.get("target")),
            states=tuple(state for state in query.getlist("state") if state in DeliveryState.values),
            kind=query.get("kind", "") if query.get("kind") in ReportKind.values else "",
            cause=query.get("cause", "")[:16],
            ids=tuple(filter(None, map(_number, query.getlist("id")[:MOST]))),
            newest=_number(query.get("newest")),
        )

    def query(self, **more: str | int) -> str:
        """Return the selection as the query of an address."""
        single: Mapping[str, object] = {
            "platform": self.platform,
            "target": self.target,
            "kind": self.kind,
            "cause": self.cause,
            "newest": self.newest,
            **more,
        }
        pairs = [(name, str(value)) for name, value in single.items() if value]
        pairs += [("state", state) for state in self.states]
        pairs += [("id", str(number)) for number in self.ids]
        return urlencode(pairs)

    def deliveries(self) -> QuerySet[Delivery]:
        """Return the deliveries, in no order; without a state these are the failed ones."""
        rows = Delivery.objects.all()
        if self.ids:
            rows = rows.filter(pk__in=self.ids)
        else:
            # The index begins with the platform; without one, every platform is asked for.
            rows = rows.filter(state__in=self.states or FAILED)
            rows = rows.filter(platform_id__in=self._platforms())
        if self.target is not None:
            rows = rows.filter(target_id=self.target)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.newest is not None:
            rows = rows.filter(pk__lte=self.newest)
        return with_cause(rows, self.cause) if self.cause else rows

    def _platforms(self) -> list[int]:
        if self.platform is not None:
            return [self.platform]
        rows = Platform.objects.all()
        if self.target is not None:
            rows = rows.filter(deployments__targets=self.target)
        return list(rows.values_list("pk", flat=True))

    def fixed(self) -> Self:
        """Return the selection without what comes later: a form then confirms what its page said."""
        if self.ids or self.newest is not None:
            return self
        return self.narrowed(newest=Delivery.objects.aggregate(newest=Max("pk"))["newest"] or 1)

    def narrowed(self, **changes: object) -> Self:
        """Return the same with some parts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _number(text: str | None) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number <= _LARGEST else None
