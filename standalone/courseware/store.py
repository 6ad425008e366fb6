"""Where the fields of blocks live: content in the course's tree, learners' states in tables."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from xblock.exceptions import InvalidScopeError
from xblock.fields import Scope
from xblock.runtime import KeyValueStore

from .models import Course, LearnerState, SharedState
from .tree import CourseTree

_SHARED = {
    Scope.user_state_summary: SharedState.Scope.SUMMARY,
    Scope.preferences: SharedState.Scope.PREFERENCES,
    Scope.user_info: SharedState.Scope.USER_INFO,
}
_CONTENT = (Scope.content, Scope.settings)


class SiteStore(KeyValueStore):
    """Fields as one learner's runtime sees them.

    Content is read-only here: it changes by import alone. Learner state is written field by field into
    one row per learner and block; each write merges into the row as it is then, in the caller's
    transaction, so that two handlers that write different fields both win.
    """

    def __init__(self, tree: CourseTree, user_id: int | None) -> None:
        self._tree = tree
        self._user_id = user_id
        self._states: dict[str, dict[str, Any]] = {}
        self._shared: dict[tuple[str, str], dict[str, Any]] = {}

    # Reading

    def prefetch(self, usage_keys: Iterable[str]) -> None:
        """Read what a page of these blocks will ask for: two queries however many blocks it has."""
        keys = list(usage_keys)
        if self._user_id is not None:
            self._states |= {key: {} for key in keys}
            rows = LearnerState.objects.filter(user_id=self._user_id, usage_key__in=keys)
            self._states |= {row.usage_key: row.state for row in rows}
        types = {self._tree[key].block_type for key in keys}
        places = [(SharedState.Scope.SUMMARY.value, key) for key in keys]
        if self._user_id is not None:
            places += [(SharedState.Scope.PREFERENCES.value, name) for name in types]
            places += [(SharedState.Scope.USER_INFO.value, "")]
        self._shared |= {place: {} for place in places}
        wanted = Q(user=None, ref__in=keys)
        if self._user_id is not None:
            wanted |= Q(user_id=self._user_id, ref__in=["", *types])
        for shared in SharedState.objects.filter(wanted):
            self._shared.setdefault((shared.scope, shared.ref), {})[shared.name] = shared.value

    def get(self, key: Any) -> Any:
        """Return the stored JSON; KeyError where the field is not set."""
        return self._fields(key)[key.field_name]

    def has(self, key: Any) -> bool:
        """Whether the field is set."""
        return key.field_name in self._fields(key)

    def default(self, key: Any) -> Any:
        """Return an inherited setting; KeyError where there is none."""
        if key.scope == Scope.settings:
            return self._tree.inherited(str(key.block_scope_id), key.field_name)
        raise KeyError(key.field_name)

    def _fields(self, key: Any) -> Mapping[str, Any]:
        ref = str(key.block_scope_id)
        if key.scope in _CONTENT:
            return self._tree[ref].fields
        if key.scope == Scope.children:
            return {"children": list(self._tree[ref].children)}
        if key.scope == Scope.parent:
            return {"parent": self._tree[ref].parent}
        if key.scope == Scope.user_state:
            return self._state(ref)
        if key.scope in _SHARED:
            return self._shared_fields(*self._place(key))
        raise InvalidScopeError(key)

    def _state(self, usage_key: str) -> dict[str, Any]:
        if self._user_id is None:
            return {}
        if usage_key not in self._states:
            row = LearnerState.objects.filter(user_id=self._user_id, usage_key=usage_key).first()
            self._states[usage_key] = row.state if row else {}
        return self._states[usage_key]

    def _shared_fields(self, scope: str, ref: str) -> dict[str, Any]:
        if (scope, ref) not in self._shared:
            rows = self._rows(scope, ref)
            self._shared[scope, ref] = {row.name: row.value for row in rows}
        return self._shared[scope, ref]

    def _place(self, key: Any) -> tuple[str, str]:
        scope = _SHARED[key.scope].value
        return scope, "" if scope == SharedState.Scope.USER_INFO else str(key.block_scope_id)

    def _rows(self, scope: str, ref: str) -> QuerySet[SharedState]:
        rows = SharedState.objects.filter(scope=scope, ref=ref)
        if scope == SharedState.Scope.SUMMARY:
            return rows.filter(user=None)
        return rows.filter(user_id=self._user_id) if self._user_id is not None else rows.none()

    # Writing

    def set(self, key: Any, value: Any) -> None:
        """Store one field."""
        self.set_many({key: value})

    def set_many(self, update_dict: Mapping[Any, Any]) -> None:
        """Store several fields; those of one learner and block in one write."""
        states: dict[str, dict[str, Any]] = {}
        for key, value in update_dict.items():
            if key.scope == Scope.user_state:
                states.setdefault(str(key.block_scope_id), {})[key.field_name] = _plain(value)
            elif key.scope in _SHARED:
                self._write_shared(key, _plain(value))
            else:
                raise InvalidScopeError(key)
        for usage_key, fields in states.items():
            row = self._locked(usage_key)
            row.state |= fields
            row.save(update_fields=["state", "modified_at"])
            self._states[usage_key] = row.state

    def delete(self, key: Any) -> None:
        """Return a field to its default."""
        if key.scope == Scope.user_state:
            row = self._locked(str(key.block_scope_id))
            row.state.pop(key.field_name, None)
            row.save(update_fields=["state", "modified_at"])
            self._states[row.usage_key] = row.state
        elif key.scope in _SHARED:
            scope, ref = self._place(key)
            self._rows(scope, ref).filter(name=key.field_name).delete()
            self._shared_fields(scope, ref).pop(key.field_name, None)
        else:
            raise InvalidScopeError(key)

    def _locked(self, usage_key: str) -> LearnerState:
        return locked_state(self._tree.course, self._learner(), usage_key)

    def _write_shared(self, key: Any, value: Any) -> None:
        scope, ref = self._place(key)
        SharedState.objects.update_or_create(
            scope=scope,
            ref=ref,
            user=None if scope == SharedState.Scope.SUMMARY else User(pk=self._learner()),
            name=key.field_name,
            defaults={"value": value},
        )
        self._shared_fields(scope, ref)[key.field_name] = value

    def _learner(self) -> int:
        if self._user_id is None:
            raise InvalidScopeError("there is no learner to keep state for")
        return self._user_id


def locked_state(course: Course, user_id: int, usage_key: str) -> LearnerState:
    """Return the learner's row for the block, made if need be, locked until the transaction ends.

    SQLite has no row locks; there the site's transactions take the write lock when they begin.
    """
    row, _ = LearnerState.objects.select_for_update().get_or_create(
        user_id=user_id, usage_key=usage_key, defaults={"course": course}
    )
    return row


def _plain(value: Any) -> Any:
    """Write named tuples as objects, as the LMS's JSON does; the problem block reads its scores that way."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value
