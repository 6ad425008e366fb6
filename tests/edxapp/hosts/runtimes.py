"""Thin fakes of the platform's runtimes, as much of them as a page in a browser meets.

The field rules, services and handlers in full are the contract suite's; here a block is parsed, rendered and
handled in memory, for one user, and what it publishes is counted.
"""

from typing import Any

from lxml import etree
from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator, LibraryLocatorV2, LibraryUsageLocatorV2
from xblock.exceptions import InvalidScopeError
from xblock.fields import ScopeIds, UserScope
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import DictKeyValueStore, KvsFieldData, MemoryIdManager, Runtime

TYPE = "competency_assessment"
COURSE = BlockUsageLocator(CourseLocator("Kapasitas", "UJI1", "2026"), TYPE, "a")
LIBRARY = LibraryUsageLocatorV2(LibraryLocatorV2("Kapasitas", "uji"), TYPE, "a")
PREFIX = "edx-platform."


class FakePermissions:
    """StudioPermissionsService of openedx/core/djangoapps/content/services.py (Verawood)."""

    def __init__(self, allowed: bool) -> None:
        self.allowed = allowed

    def can_write(self, context_key: object) -> bool:
        assert context_key in (COURSE.context_key, LIBRARY.context_key)
        return self.allowed


class FakeUserService(UserService):
    """DjangoXBlockUserService, with the attributes that blocks of ours read."""

    def get_current_user(self) -> XBlockUser:
        user = XBlockUser(is_current_user=True)
        user.opt_attrs.update(
            {
                PREFIX + "is_authenticated": True,
                PREFIX + "anonymous_user_id": "anon",
                PREFIX + "user_id": None,
            }
        )
        return user


class I18n:
    """The catalogue of the package itself is used."""

    def gettext(self, text: str) -> str:
        return text


class LearnerFieldData(KvsFieldData):
    """LmsFieldData: content and settings are read-only where a learner answers."""

    sealed = False

    def set(self, block: Any, name: str, value: Any) -> None:
        if self.sealed and block.fields[name].scope.user == UserScope.NONE:
            raise InvalidScopeError(name)
        super().set(block, name, value)


class FakeHost(Runtime):
    """One block for one user. ``kind``: lms, studio (component_handler) or library (OpenedXContentRuntime).

    Read from openedx-platform (Verawood): lms/djangoapps/courseware/block_render.py,
    cms/djangoapps/contentstore/views/component.py, openedx/core/djangoapps/xblock/runtime/runtime.py.
    """

    def __init__(self, kind: str, store: DictKeyValueStore, *, author: bool = True) -> None:
        services: dict[str, Any] = {"i18n": I18n(), "user": FakeUserService()}
        if kind != "lms":
            services["studio_user_permissions"] = FakePermissions(author)
        self.kept = LearnerFieldData(store)
        self.kind = kind
        self.published: list[tuple[str, Any]] = []
        super().__init__(MemoryIdManager(), MemoryIdManager(), services={**services, "field-data": self.kept})

    def load(self, olx: str | None = None) -> Any:
        """Return the block: made of the OLX, or as it was saved."""
        key = LIBRARY if self.kind == "library" else COURSE
        # In Studio's editor a course's block is bound to nobody.
        keys = ScopeIds(None if self.kind == "studio" else 7, TYPE, key, key)
        self.kept.sealed = False
        if olx is None:
            block = self.construct_xblock(TYPE, keys)
        else:
            block = self.load_block_type(TYPE).parse_xml(etree.fromstring(olx), self, keys)
            block.save()
        self.kept.sealed = self.kind == "lms"
        return block

    def handler_url(
        self, block: Any, handler_name: str, suffix: str = "", query: str = "", thirdparty: bool = False
    ) -> str:
        return f"/{self.kind}/handler/{handler_name}/"

    def local_resource_url(self, block: Any, uri: str) -> str:
        return f"/resource/{uri}"

    def resource_url(self, resource: str) -> str:
        raise NotImplementedError

    def publish(self, block: Any, event_type: str, event_data: Any) -> None:
        self.published.append((event_type, event_data))
