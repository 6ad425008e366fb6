"""A runtime for tests of blocks: opaque keys, services as in the LMS, and a record of what was published."""

import json
from types import SimpleNamespace
from unittest import mock

from lxml import etree
from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator
from webob import Request
from xblock.fields import ScopeIds, UserScope
from xblock.runtime import DictKeyValueStore, KvsFieldData, MemoryIdManager, NullI18nService, Runtime

from xblocks.competency_assessment import CompetencyAssessmentXBlock

COURSE = CourseLocator("Kapasitas", "UJI1", "2026")
UUIDS = (f"00000000-0000-4000-8000-{number:012d}" for number in range(10**6))


class InvalidScopeError(Exception):
    """As in the LMS: learners' requests never write content or settings."""


class SealedFieldData(KvsFieldData):
    """Field data that can be sealed: from then on only user scopes are written."""

    sealed = False

    def set(self, block, name, value):
        if self.sealed and block.fields[name].scope.user == UserScope.NONE:
            raise InvalidScopeError(name)
        super().set(block, name, value)


class UserService:
    def __init__(self, **attributes):
        self.attributes = attributes

    def get_current_user(self):
        return SimpleNamespace(
            opt_attrs={f"edx-platform.{name}": value for name, value in self.attributes.items()}
        )


class ReplaceUrlsService:
    def replace_urls(self, text):
        return text.replace("/static/", "/asset-v1:Kapasitas+UJI1+2026+type@asset+block@")


class LmsRuntime(Runtime):
    """One learner's runtime. ``published`` holds what blocks told, in order."""

    def __init__(self, store, user_id=7, services=("user", "replace_urls")):
        ids = MemoryIdManager()
        available = {
            "i18n": NullI18nService(),
            "user": UserService(user_id=user_id, anonymous_user_id=f"anon-{user_id}", is_authenticated=True),
            "replace_urls": ReplaceUrlsService(),
        }
        if user_id is None:
            available["user"] = UserService(is_authenticated=False, request_country_code="ID")
        chosen = {name: available[name] for name in ("i18n", *services)}
        self.kept = SealedFieldData(store)
        super().__init__(id_reader=ids, id_generator=ids, services={**chosen, "field-data": self.kept})
        self.learner_id = user_id
        self.published = []

    def handler_url(self, block, handler_name, suffix="", query="", thirdparty=False):
        return f"/handler/{handler_name}"

    def local_resource_url(self, block, uri):
        return f"/resource/{uri}"

    def resource_url(self, resource):
        raise NotImplementedError

    def publish(self, block, event_type, event_data):
        self.published.append((event_type, event_data))

    def grades(self):
        return [data for name, data in self.published if name == "grade"]


class Learner:
    """A learner at a block of the given OLX; ``again`` is the next request, with the state as saved."""

    def __init__(self, olx, *, user_id=7, store=None, services=("user", "replace_urls"), name="a", **host):
        self.olx, self.host, self.name = olx, host, name
        self.store = store or DictKeyValueStore()
        self.runtime = LmsRuntime(self.store, user_id, services)
        self.block = self.load()

    def load(self):
        usage = BlockUsageLocator(COURSE, "competency_assessment", self.name)
        keys = ScopeIds(self.runtime.learner_id, "competency_assessment", usage, usage)
        self.runtime.kept.sealed = False
        block = CompetencyAssessmentXBlock.parse_xml(etree.fromstring(self.olx), self.runtime, keys)
        block.save()
        self.runtime.kept.sealed = True
        for name, value in self.host.items():
            # The platform mixes these in; here they are plain attributes.
            object.__setattr__(block, name, value)
        return block

    def post(self, handler, data=None):
        """Post to a handler as the LMS does: load, handle, save. Returns status and JSON."""
        self.block = self.load()
        request = Request.blank(f"/{handler}", method="POST", body=json.dumps(data or {}).encode())
        response = self.block.handle(handler, request)
        self.block.save()
        return response.status_code, json.loads(response.body)

    def start(self):
        status, reply = self.post("begin")
        assert status == 200, reply
        return reply["html"]

    def answer(self, item, response, **fields):
        return self.post("answer", {"item": item, "response": response, "uuid": next(UUIDS), **fields})

    def submit(self):
        status, reply = self.post("submit")
        assert status == 200, reply
        return reply["html"]

    def page(self):
        """The learner's page; fails where rendering wrote anything."""
        self.block = self.load()
        with mock.patch.object(self.runtime.kept, "set", side_effect=AssertionError("render wrote")):
            fragment = self.block.student_view({})
            self.block.save()
        return fragment.content
