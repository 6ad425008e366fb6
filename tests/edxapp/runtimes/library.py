"""Fake of a content library (v2) and its runtime."""

import sys
from enum import Enum
from types import ModuleType, SimpleNamespace

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from lxml import etree
from opaque_keys.edx.locator import LibraryLocatorV2, LibraryUsageLocatorV2
from xblock.exceptions import NoSuchServiceError
from xblock.field_data import DictFieldData, FieldData, SplitFieldData
from xblock.fields import Scope, ScopeIds
from xblock.runtime import DictKeyValueStore, KvsFieldData, MemoryIdManager, Runtime

from . import services, storage
from .mixins import FakeLibraryMixin

SITE = "https://studio.example"
API = "openedx.core.djangoapps.content_libraries"


class AuthoredDataMode(Enum):
    """As in openedx/core/djangoapps/xblock/data.py."""

    STRICTLY_PUBLISHED = "published"
    DEFAULT_DRAFT = "draft"


def install(monkeypatch, *editors):
    """Put the permissions of libraries where they would be imported from; ``editors`` may edit every library.

    Fake of ``require_permission_for_library_key`` of the package's ``api``.
    """

    def require_permission_for_library_key(library_key, user, permission):
        assert permission == "content_libraries.edit_library_content"
        if user not in editors:
            raise PermissionDenied

    parts = API.split(".")
    for depth in range(1, len(parts) + 1):
        monkeypatch.setitem(sys.modules, ".".join(parts[:depth]), ModuleType(".".join(parts[:depth])))
    module = sys.modules[API]
    module.api = SimpleNamespace(require_permission_for_library_key=require_permission_for_library_key)
    module.permissions = SimpleNamespace(
        CAN_EDIT_THIS_CONTENT_LIBRARY="content_libraries.edit_library_content"
    )


class FakeLibraryFieldData(FieldData):
    """Fake of OpenedXContentFieldData (xblock/runtime/openedx_content_runtime.py, e57a655).

    Takes content and settings only, and remembers whether anything was changed since the block was read.
    """

    def __init__(self):
        self.values, self.changed = {}, False

    def _check(self, block, name):
        field = getattr(type(block), name)
        if field.scope not in (Scope.content, Scope.settings):
            raise NotImplementedError(f"Scope {field.scope} (field {name}) is unsupported.")

    def get(self, block, name):
        self._check(block, name)
        return self.values[name]

    def has(self, block, name):
        return name in self.values

    def set(self, block, name, value):
        self._check(block, name)
        if name in self.values and self.values[name] == value:
            return
        self.values[name], self.changed = value, True

    def delete(self, block, name):
        self._check(block, name)
        del self.values[name]
        self.changed = True


class FakeLibraryRuntime(Runtime):
    """Fake of OpenedXContentRuntime and XBlockRuntime (openedx/core/djangoapps/xblock/runtime, 2f8af3b).

    Services are made by name here; one that is not declared raises, and so does the user service where
    there is no user. Who is not signed in gets public_view alone. No asides, no children.
    """

    def __init__(self, library, user, *, draft=True):
        super().__init__(
            id_reader=MemoryIdManager(), id_generator=MemoryIdManager(), mixins=(FakeLibraryMixin,)
        )
        self.library, self.user, self.draft = library, user, draft
        self.authored_data_mode = (
            AuthoredDataMode.DEFAULT_DRAFT if draft else AuthoredDataMode.STRICTLY_PUBLISHED
        )
        self._deprecated_per_instance_user_id = (
            None if user is None else f"anon{id(user)}" if user.is_anonymous else user.pk
        )
        self.authored = FakeLibraryFieldData()

    def get_block(self, usage_id, for_parent=None):
        """Parse block.xml anew, as at every request."""
        node = etree.fromstring(self.library.olx[usage_id])
        keys = ScopeIds(self._deprecated_per_instance_user_id, usage_id.block_type, None, usage_id)
        block = self.mixologist.mix(self.load_block_type(usage_id.block_type)).parse_xml(node, self, keys)
        block.force_save_fields(block._get_fields_to_save())
        self.authored.changed = False
        return block

    def save_block(self, block):
        """Make a new version of the component, where a draft was changed."""
        if not self.authored.changed:
            return
        if not self.draft:
            raise ValidationError("Do not make changes to a component starting from the published version.")
        node = etree.Element("unknown")
        block.add_xml_to_node(node)
        self.library.olx[block.scope_ids.usage_id] = etree.tostring(node, encoding="unicode")
        self.library.versions += 1
        self.authored.changed = False

    def service(self, block, service_name):
        if block.service_declaration(service_name) is None:
            raise NoSuchServiceError(f"Service {service_name!r} was not requested.")
        if service_name == "field-data":
            return self._field_data()
        if service_name == "user":
            if self.user is None:
                raise RuntimeError("Cannot access user service when there is no user bound to the XBlock.")
            return services.FakeUserService(self.user, staff=self.user.is_staff)
        made = {
            "completion": lambda: services.CompletionService(self.user, self.library.key),
            "i18n": lambda: services.FakeI18nService(block),
            "replace_urls": lambda: services.FakeReplaceUrlsService(block),
            "publish": lambda: services.FakeEventPublishingService(self.library, self.user),
        }
        if service_name in made:
            return made[service_name]()
        if service_name in ("mako", "sandbox", "cache", "rebind_user", "enrollments", "error_tracker"):
            return object()
        return super().service(block, service_name)

    def _field_data(self):
        student = DictFieldData({})
        if self.user is not None:
            student = KvsFieldData(self.library.trials)
        scopes = dict.fromkeys((Scope.content, Scope.settings, Scope.parent), self.authored)
        scopes |= {Scope.children: None} | dict.fromkeys(storage.STUDENT_SCOPES, student)
        return SplitFieldData(scopes)

    def render(self, block, view_name, context=None):
        if (self.user is None or self.user.is_anonymous) and view_name != "public_view":
            raise PermissionDenied
        return super().render(block, view_name, context)

    def publish(self, block, event_type, event_data):
        self.library.told.append((event_type, event_data))

    def handler_url(self, block, handler_name, suffix="", query="", thirdparty=False):
        url = f"{SITE}/api/xblock/v2/xblocks/{block.scope_ids.usage_id}/handler/7-secret/{handler_name}/"
        url += suffix
        return f"{url}?{query}" if query else url

    def local_resource_url(self, block, uri):
        return f"{SITE}/static/xblock/resources/xblocks/{uri}"

    def resource_url(self, resource):
        raise NotImplementedError("resource_url is not supported by Open edX.")

    def applicable_aside_types(self, block):
        return []

    def add_node_as_child(self, block, node):
        raise NotImplementedError("XML Serialization is only supported with OpenedXCoreRuntime")


class FakeLibrary:
    """Fake of a library: block.xml by key, the versions made of it, and what blocks told."""

    def __init__(self):
        self.key = LibraryLocatorV2("Kapasitas", "soal")
        self.olx, self.trials, self.told, self.versions = {}, DictKeyValueStore(), [], 0

    def add(self, olx, name="a"):
        key = LibraryUsageLocatorV2(self.key, etree.fromstring(olx).tag, name)
        self.olx[key] = olx
        return key

    def block(self, key, user, *, draft=True):
        return FakeLibraryRuntime(self, user, draft=draft).get_block(key)

    def visitor(self):
        return AnonymousUser()
