"""Fakes of where the platform keeps fields: what authors wrote apart from what learners did."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from xblock.exceptions import InvalidScopeError
from xblock.field_data import ReadOnlyFieldData, SplitFieldData
from xblock.fields import Scope, UserScope
from xblock.runtime import KeyValueStore

STUDENT_SCOPES = (Scope.user_state_summary, Scope.user_state, Scope.preferences, Scope.user_info)
AUTHORED_SCOPES = (Scope.content, Scope.settings, Scope.parent, Scope.children)


@dataclass(kw_only=True)
class FakeStudentModule:
    """Fake of a row of StudentModule (lms/djangoapps/courseware/models.py, 14f7dc8): state is JSON text."""

    user: object
    usage_key: object
    state: str | None = None
    grade: float | None = None
    max_grade: float | None = None
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))


class FakeStudentModules(dict):
    """Fake of the table of StudentModule, by user id and usage key; ``writes`` counts learners' changes."""

    writes = 0

    def row(self, user, usage_key):
        return self.setdefault((user.pk, usage_key), FakeStudentModule(user=user, usage_key=usage_key))


class FakeStudentStore(KeyValueStore):
    """Fake of DjangoKeyValueStore with its FieldDataCache and UserStateCache.

    lms/djangoapps/courseware/model_data.py (35f8781) and user_state_client.py (e57a655). State is read once,
    when the block is loaded. Saving lays the new values over the row, but puts *only* them into the cache:
    what is read after that and was not saved with them is missing. An anonymous user's writes go nowhere.
    """

    def __init__(self, modules, user, usage_key, *, read_only=False):
        self.modules, self.user, self.usage_key, self.read_only = modules, user, usage_key, read_only
        self.cache = defaultdict(dict)
        row = modules.get((user.pk, usage_key)) if user.is_authenticated else None
        if row is not None and row.state is not None and json.loads(row.state):
            self.cache[usage_key] = json.loads(row.state)

    def _check(self, key):
        if key.scope not in STUDENT_SCOPES:
            raise InvalidScopeError(key, STUDENT_SCOPES)
        if key.scope.user == UserScope.ONE and not self.user.is_anonymous:
            assert key.user_id == self.user.pk

    def get(self, key):
        self._check(key)
        return self.cache[key.block_scope_id][key.field_name]

    def has(self, key):
        self._check(key)
        return key.field_name in self.cache[key.block_scope_id]

    def delete(self, key):
        self._check(key)
        if not self.read_only:
            del self.cache[key.block_scope_id][key.field_name]

    def set(self, key, value):
        self.set_many({key: value})

    def set_many(self, update_dict):
        for key in update_dict:
            self._check(key)
        if self.read_only:
            return
        pending = defaultdict(dict)
        for key, value in update_dict.items():
            pending[key.block_scope_id][key.field_name] = value
        for usage_key, values in pending.items():
            self.modules.writes += 1
            if self.user.is_authenticated:
                row = self.modules.row(self.user, usage_key)
                row.state = json.dumps({**json.loads(row.state or "{}"), **values})
                row.modified = datetime.now(UTC)
        self.cache.update(pending)


class FakeMasqueradingStore(KeyValueStore):
    """Fake of MasqueradingKeyValueStore (lms/djangoapps/courseware/masquerade.py, 14f7dc8).

    Reads the learner's state, writes to the session of the member of staff.
    """

    _DELETED = object()

    def __init__(self, store, session):
        self.store, self.data = store, session.setdefault("masquerade_data", {})

    def get(self, key):
        value = self.data.get(repr(tuple(key)))
        if value is None:
            return self.store.get(key)
        if value is self._DELETED:
            raise KeyError(key)
        return value

    def has(self, key):
        value = self.data.get(repr(tuple(key)))
        return self.store.has(key) if value is None else value is not self._DELETED

    def set(self, key, value):
        self.data[repr(tuple(key))] = value

    def delete(self, key):
        self.set(key, self._DELETED)


class FakeSessionStore(KeyValueStore):
    """Fake of SessionKeyValueStore (cms/djangoapps/contentstore/views): an author tries, a session keeps."""

    def __init__(self, session):
        self.session = session

    def get(self, key):
        return self.session[repr(tuple(key))]

    def has(self, key):
        return repr(tuple(key)) in self.session

    def set(self, key, value):
        self.session[repr(tuple(key))] = value

    def delete(self, key):
        del self.session[repr(tuple(key))]


def lms_field_data(authored, student):
    """As LmsFieldData (lms/djangoapps/lms_xblock/field_data.py): nobody writes what authors wrote."""
    return split(ReadOnlyFieldData(authored), student)


def split(authored, student):
    """Field data by scope; as CmsFieldData, where authored fields can be written."""
    scopes = dict.fromkeys(AUTHORED_SCOPES, authored) | dict.fromkeys(STUDENT_SCOPES, student)
    return SplitFieldData(scopes)
