"""Fake of a course in the modulestore and its runtimes in the LMS and in Studio."""

import copy
import json
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.utils.html import escape
from lxml import etree
from opaque_keys.edx.asides import AsideDefinitionKeyV2, AsideUsageKeyV2
from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator
from web_fragments.fragment import Fragment
from webob import Request
from xblock.core import XBlock
from xblock.fields import ScopeIds
from xblock.runtime import DictKeyValueStore, IdGenerator, IdReader, KvsFieldData, Runtime

from . import masquerade, services, storage
from .mixins import COURSE_MIXINS


class FakeKeys(IdReader, IdGenerator):
    """Fake of OpaqueKeyReader and AsideKeyGenerator (xmodule/x_module.py): a usage is its own definition."""

    def get_definition_id(self, usage_id):
        return usage_id

    def get_block_type(self, def_id):
        return def_id.block_type

    def get_usage_id_from_aside(self, aside_id):
        return aside_id.usage_key

    def get_definition_id_from_aside(self, aside_id):
        return aside_id.definition_key

    def get_aside_type_from_usage(self, aside_id):
        return aside_id.aside_type

    def get_aside_type_from_definition(self, aside_id):
        return aside_id.aside_type

    def create_aside(self, definition_id, usage_id, aside_type):
        return AsideDefinitionKeyV2(definition_id, aside_type), AsideUsageKeyV2(usage_id, aside_type)

    def create_usage(self, def_id):
        return def_id

    def create_definition(self, block_type, slug=None):
        raise NotImplementedError


class FakeCourseRuntime(Runtime):
    """Fake of ModuleStoreRuntime (xmodule/x_module.py, 68a5285): what LMS and Studio have in common.

    A service that can be called is called with the block. Publishing without a ``publish`` service is
    nothing, silently. Warnings about deprecated attributes are left out with the attributes.
    """

    aside_types = ()

    def __init__(self, course, field_data, found, user_id=None):
        keys = FakeKeys()
        super().__init__(
            id_reader=keys,
            id_generator=keys,
            mixins=COURSE_MIXINS,
            services={**found, "field-data": field_data},
        )
        self.course, self._user_id = course, user_id

    @property
    def user_id(self):
        return self._user_id

    def service(self, block, service_name):
        found = super().service(block, service_name)
        return found(block) if callable(found) else found

    def publish(self, block, event_type, event_data):
        publisher = self._services.get("publish")
        if publisher:
            publisher.publish(block, event_type, event_data)

    def handler_url(self, block, handler_name, suffix="", query="", thirdparty=False):
        raise NotImplementedError

    def local_resource_url(self, block, uri):
        """As xblock_local_resource_url (openedx/core/lib/xblock_utils) where nothing is collected."""
        return f"/xblock/resource/{block.scope_ids.block_type}/{uri}"

    def resource_url(self, resource):
        raise NotImplementedError("edX Platform doesn't currently implement XBlock resource urls")

    def applicable_aside_types(self, block):
        return list(self.aside_types)

    def load_aside_type(self, aside_type):
        return self.course.asides[aside_type]

    def create_aside(self, block_type, keys):
        return self.course.asides[block_type](runtime=self, scope_ids=keys)

    def wrap_xblock(self, block, view, frag, context):
        """As wrap_xblock (openedx/core/lib/xblock_utils): arguments escaped for a script element."""
        arguments = json.dumps(frag.json_init_args).replace("<", "\\u003c").replace(">", "\\u003e")
        wrapped = Fragment(
            f'<div class="xblock xblock-{view}" data-init="{escape(frag.js_init_fn)}"'
            f' data-usage-id="{escape(str(block.scope_ids.usage_id))}">'
            f'<script type="json/xblock-args" class="xblock-json-init-args">{arguments}</script>'
            f"{frag.body_html()}</div>"
        )
        wrapped.add_fragment_resources(frag)
        return wrapped


class FakeLmsRuntime(FakeCourseRuntime):
    """Fake of what prepare_runtime_for_user makes (lms/djangoapps/courseware/block_render.py, 5af5f01).

    Of its services, those that no block of ours declares are there by name only.
    """

    OTHERS = (
        "fs", "mako", "verification", "proctoring", "milestones", "credit", "bookmarks", "gating",
        "content_type_gating", "cache", "sandbox", "rebind_user", "library_tools", "settings", "user_tags",
        "teams", "teams_configuration", "call_to_action", "enrollments", "video_config",
        "discussion_config_service", "xqueue",
    )  # fmt: skip

    def __init__(self, course, user, store, *, staff=False):
        found = dict.fromkeys(self.OTHERS, object()) | {
            "user": services.FakeUserService(user, staff=staff, role="staff" if staff else "student"),
            "i18n": services.FakeI18nService,
            "replace_urls": services.FakeReplaceUrlsService,
            "user_state": services.FakeUserStateService(course.modules),
            "grade_utils": services.FakeGradesUtilService(course.frozen),
            "partitions": services.FakePartitionService(),
            "publish": services.FakeEventPublishingService(course, user),
            "completion": services.CompletionService(user, course.key) if user.is_authenticated else None,
        }
        field_data = storage.lms_field_data(KvsFieldData(course.authored), KvsFieldData(store))
        super().__init__(course, field_data, found, user.pk)

    def handler_url(self, block, handler_name, suffix="", query="", thirdparty=False):
        """As handler_url (lms/djangoapps/lms_xblock/runtime.py)."""
        if handler_name and getattr(type(block), handler_name, None) is None:
            raise ValueError(f"{handler_name!r} is not a function name")
        name = "handler_noauth" if thirdparty else "handler"
        usage = str(block.scope_ids.usage_id).replace("/", ";_")
        url = f"/courses/{self.course.key}/xblock/{usage}/{name}/{handler_name}/{suffix}"
        url = url if suffix else url.rstrip("/")
        url = f"{url}?{query}" if query else url
        return f"https://lms.example{url}" if thirdparty else url


class FakeStudioRuntime(FakeCourseRuntime):
    """Fake of the preview's runtime (cms/djangoapps/contentstore/views/preview.py, 30b0a0b).

    No publish, completion, user_state or grade_utils; ``is_author_mode`` is set; the anonymous id is
    "student". Authored fields can be written, since our blocks have an author_view.
    """

    OTHERS = (
        "studio_user_permissions", "mako", "settings", "teams_configuration", "sandbox", "cache",
        "video_config", "discussion_config_service", "xqueue",
    )  # fmt: skip
    is_author_mode = True

    def __init__(self, course, user, session):
        found = dict.fromkeys(self.OTHERS, object()) | {
            "user": services.FakeUserService(user, anonymous_id="student"),
            "i18n": services.FakeI18nService,
            "replace_urls": services.FakeReplaceUrlsService,
            "partitions": services.FakePartitionService(),
        }
        student = KvsFieldData(storage.FakeSessionStore(session))
        super().__init__(course, storage.split(KvsFieldData(course.authored), student), found, user.pk)

    def handler_url(self, block, handler_name, suffix="", query="", thirdparty=False):
        return f"/preview/xblock/{block.scope_ids.usage_id}/handler/{handler_name}/{suffix}?{query}"


class FakeStoreRuntime(FakeCourseRuntime):
    """Fake of the modulestore's runtime, with no user and no request, in which blocks are imported, exported,
    duplicated and collected into block structures (xmodule/modulestore/split_mongo, content/block_structure).
    """

    def __init__(self, course):
        found = {"i18n": services.FakeI18nService, "partitions": services.FakePartitionService()}
        authored = KvsFieldData(course.authored)
        super().__init__(course, authored, found)

    def handler_url(self, block, handler_name, suffix="", query="", thirdparty=False):
        raise NotImplementedError("no request, no handler")


@dataclass(kw_only=True)
class FakeCourse:
    """Fake of a course: its blocks, what learners did, and what the platform was told of it."""

    key: CourseLocator = field(default_factory=lambda: CourseLocator("Kapasitas", "UJI1", "2026"))
    authored: DictKeyValueStore = field(default_factory=DictKeyValueStore)
    modules: storage.FakeStudentModules = field(default_factory=storage.FakeStudentModules)
    weighted: dict = field(default_factory=dict)
    tracked: list = field(default_factory=list)
    asides: dict = field(default_factory=dict)
    session: dict = field(default_factory=dict)
    frozen: bool = False

    # Content

    def add(self, olx, name="a", **inherited):
        """Import a block and return its key. ``inherited`` are fields that its section would give it."""
        node = etree.fromstring(olx)
        key = BlockUsageLocator(self.key, node.tag, name)
        block = XBlock.load_class(node.tag)
        runtime = FakeStoreRuntime(self)
        block = runtime.mixologist.mix(block).parse_xml(node, runtime, self._ids(None, key))
        for field_name, value in inherited.items():
            setattr(block, field_name, value)
        block.save()
        return key

    def replace(self, key, olx, **inherited):
        """Publish other content under the same key."""
        for kept in [one for one in self.authored.db_dict if one.block_scope_id == key]:
            del self.authored.db_dict[kept]
        self.add(olx, key.block_id, **inherited)

    def collected(self, key):
        """Return the block without a user, as imports, exports and block structures have it."""
        return FakeStoreRuntime(self).construct_xblock(key.block_type, self._ids(None, key))

    def export(self, key):
        """As the export of a block that is written inline (xmodule/xml_block.py: add_xml_to_node)."""
        node = etree.Element("unknown", {"url_name": key.block_id})
        self.collected(key).add_xml_to_node(node)
        return node

    def duplicate(self, key, name):
        """As duplicate_block (cms/djangoapps/contentstore/utils.py): fields that are set, under a new key."""
        new = BlockUsageLocator(self.key, key.block_type, name)
        source, copied = self.collected(key), self.collected(new)
        for field_name, one in source.fields.items():
            if one.scope in (storage.Scope.content, storage.Scope.settings) and one.is_set_on(source):
                setattr(copied, field_name, copy.deepcopy(one.read_from(source)))
        if hasattr(copied, "studio_post_duplicate"):
            copied.studio_post_duplicate(None, source)
        copied.save()
        return new

    # The LMS

    def block(self, key, user=None, *, staff=False, read_only=False):
        """Return the block as a request of ``user`` has it; of nobody where it is None."""
        user = user or AnonymousUser()
        store = storage.FakeStudentStore(self.modules, user, key, read_only=read_only)
        if getattr(user, "real_user", None) is not None:
            store = storage.FakeMasqueradingStore(store, self.session)
        runtime = FakeLmsRuntime(self, user, store, staff=staff)
        runtime.aside_types = tuple(self.asides)
        return runtime.construct_xblock(key.block_type, self._ids(user.pk, key))

    def render(self, key, user=None, view="student_view", **request):
        block = self.block(key, user, **request)
        return block.render(view, {})

    def post(self, key, user, handler, data=None, **request):
        """Post JSON to a handler. Returns status and JSON."""
        block = self.block(key, user, **request)
        return reply_of(block, handler, {} if data is None else data)

    def view_as(self, learner, staff):
        """Return ``learner`` as the request of ``staff`` has them who views the course in their place."""
        seen = copy.copy(learner)
        masquerade.view_as(seen, staff, self.key)
        return seen

    # Studio

    def preview(self, key, author):
        """Return the block as Studio's preview has it for the author."""
        runtime = FakeStudioRuntime(self, author, self.session)
        return runtime.construct_xblock(key.block_type, self._ids(author.pk, key))

    @staticmethod
    def _ids(user_id, key):
        return ScopeIds(user_id, key.block_type, key, key)


def reply_of(block, handler, data, method="POST"):
    """Return status and JSON of a handler."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    response = block.handle(handler, Request.blank(f"/{handler}", method=method, body=body))
    return response.status_code, json.loads(response.body) if response.body else None
