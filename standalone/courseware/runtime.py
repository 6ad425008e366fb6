"""The XBlock runtime of the site."""

import json
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache as django_cache
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from opaque_keys.edx.keys import UsageKey
from web_fragments.fragment import Fragment
from xblock.exceptions import NoSuchUsage
from xblock.fields import ScopeIds
from xblock.runtime import IdGenerator, IdReader, KvsFieldData, Runtime

from . import contrib, publishing, structure
from .kinds import block_class, completes_on_view
from .services import (
    CompletionService,
    I18nService,
    NoQueueService,
    ReplaceUrlsService,
    SandboxService,
    SettingsService,
    UserService,
    UserStateService,
)
from .store import SiteStore
from .transcripts import VideoConfigService
from .tree import CourseTree

_JSON_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


class UsageIds(IdReader, IdGenerator):
    """Ids are usage keys; definition and usage are one here, as in the LMS for blocks of their own."""

    def __init__(self, course_key: Any) -> None:
        self.target_course_id = course_key

    def get_definition_id(self, usage_id: Any) -> Any:
        """Return the usage key itself."""
        return usage_id

    def get_block_type(self, def_id: Any) -> str:
        """Return the type that the key names."""
        return str(def_id.block_type)

    def create_definition(self, block_type: str, slug: str | None = None) -> Any:
        """Return the key of a block of this course."""
        if not slug:
            raise NoSuchUsage(f"<{block_type}> has no url_name")
        return self.target_course_id.make_usage_key(block_type, slug)

    def create_usage(self, def_id: Any) -> Any:
        """Return the key itself."""
        return def_id

    def get_usage_id_from_aside(self, aside_id: Any) -> Any:
        """Asides are off."""
        raise NoSuchUsage(aside_id)

    get_definition_id_from_aside = get_usage_id_from_aside
    get_aside_type_from_usage = get_usage_id_from_aside
    get_aside_type_from_definition = get_usage_id_from_aside

    def create_aside(self, definition_id: Any, usage_id: Any, aside_type: str) -> Any:
        """Asides are off."""
        raise NoSuchUsage(aside_type)


class SiteRuntime(Runtime):
    """Blocks of one course, for one user or (``user=None``) for none.

    The caller has checked that the user may see the course. ``staff``: they teach it.
    """

    def __init__(self, tree: CourseTree, user: User | None, *, staff: bool = False) -> None:
        self.tree, self.user, self.staff = tree, user, staff
        self.completed: frozenset[str] = frozenset()  # blocks that need not be seen again
        self.store = SiteStore(tree, user.pk if user else None)
        course_key = UsageKey.from_string(tree.root).course_key
        ids = UsageIds(course_key)
        self._replace_urls = ReplaceUrlsService(tree)
        services: dict[str, Any] = {
            "field-data": KvsFieldData(self.store),
            "user": UserService(tree, user, staff=staff),
            "settings": SettingsService(),
            "replace_urls": self._replace_urls,
            "sandbox": SandboxService(),
            "xqueue": NoQueueService(),
            "cache": django_cache,
            "video_config": VideoConfigService(tree),
        }
        if user is not None:
            services["completion"] = CompletionService(tree, user.pk)
        if staff:
            services["user_state"] = UserStateService(tree)
        super().__init__(ids, ids, mixins=(structure.InheritedSettings,), services=services)

    # Blocks

    def load_block_type(self, block_type: str) -> type[Any]:
        """Return the block's class; the contributed blocks go by their OLX names."""
        return block_class(block_type)

    def get_block(self, usage_id: Any, for_parent: Any = None) -> Any:
        """Return the block; raises NoSuchUsage for one that this course does not have."""
        key = UsageKey.from_string(usage_id) if isinstance(usage_id, str) else usage_id
        if str(key) not in self.tree:
            raise NoSuchUsage(str(key))
        ids = ScopeIds(self.user.pk if self.user else None, key.block_type, key, key)
        return self.construct_xblock(key.block_type, ids, for_parent=for_parent)

    def blocks(self, usage_keys: Iterable[str]) -> list[Any]:
        """Return the blocks, with all that they are about to read already read."""
        keys = list(usage_keys)
        self.store.prefetch(keys)
        return [self.get_block(key) for key in keys]

    def applicable_aside_types(self, block: Any) -> list[str]:
        """Asides are off."""
        return []

    def service(self, block: Any, service_name: str) -> Any:
        """Return the service; the block must have declared it."""
        if service_name == "i18n" and block.service_declaration("i18n") is not None:
            return I18nService(block)
        return super().service(block, service_name)

    # Addresses

    def handler_url(
        self, block: Any, handler_name: str, suffix: str = "", query: str = "", thirdparty: bool = False
    ) -> str:
        """Return the path of a handler. There is no door for third parties here: all of them need a login."""
        arguments = [self.tree.course.course_key, str(block.scope_ids.usage_id), handler_name]
        url = reverse("handler", args=[*arguments, suffix] if suffix else arguments)
        return f"{url}?{query}" if query else url

    def local_resource_url(self, block: Any, uri: str) -> str:
        """Return the path of a file that the block's package publishes."""
        return reverse("resource", args=[block.scope_ids.block_type, uri])

    def resource_url(self, resource: str) -> str:
        """Not part of today's XBlock; blocks use ``local_resource_url``."""
        raise NotImplementedError(resource)

    @property
    def resources_fs(self) -> Any:
        """An empty file system: a running course reads no source files."""
        from fs.memoryfs import MemoryFS

        return MemoryFS()

    @property
    def modulestore(self) -> Any:
        """What the video block looks for transcripts in as a last resort: here, a store of nothing."""
        course = SimpleNamespace(static_asset_path="")
        return SimpleNamespace(get_course=lambda _key: course)

    # Views

    def wrap_xblock(self, block: Any, view: str, frag: Fragment, context: Any) -> Fragment:
        """Put the view into the element that the browser's runtime looks for, its arguments escaped."""
        block_type, usage_key = block.scope_ids.block_type, str(block.scope_ids.usage_id)
        course_key = self.tree.course.course_key
        classes = f"xblock xblock-{view} xblock-{view}-{block_type}"
        if block_type in contrib.CLASSES:
            # What the contributed blocks' own style sheets and scripts select by.
            classes += f" xmodule_display xmodule_{block.unmixed_class.__name__}"
        node = self.tree[usage_key]
        above = self.tree[node.parent] if node.parent else None
        if above and above.block_type == "vertical" and node.title == above.title:
            # The page has said it already: the style sheet leaves the block's own heading to screen readers.
            classes += " repeats-title"
        data = {"usage-id": usage_key, "block-type": block_type}
        if frag.js_init_fn:
            data |= {"init": frag.js_init_fn, "runtime-version": str(frag.js_init_version)}
            data["handlers"] = reverse("handler", args=[course_key, usage_key, "-"]).removesuffix("-")
        if completes_on_view(block_type) and usage_key not in self.completed:
            data["viewed-url"] = reverse("viewed", args=[course_key, usage_key])
        wrapped = Fragment(
            format_html(
                '<div class="{}" id="block-{}"{}>{}{}</div>',
                classes,
                block.scope_ids.usage_id.block_id,
                format_html_join("", ' data-{}="{}"', data.items()),
                mark_safe(self._replace_urls.replace_urls(frag.body_html())),
                _json_arguments(frag.json_init_args),
            )
        )
        wrapped.add_fragment_resources(frag)
        return wrapped

    # Events

    def publish(self, block: Any, event_type: str, event_data: Any) -> None:
        """Record a grade, a completion or another event of the current user; see ``publishing``."""
        publishing.publish(self.tree, self.user.pk if self.user else None, block, event_type, event_data)


def _json_arguments(arguments: Any) -> SafeString:
    """Return the arguments as an inert script element that no value can close."""
    if arguments is None:
        return mark_safe("")
    text = json.dumps(arguments).translate(_JSON_ESCAPES)
    return format_html(
        '<script type="application/json" class="xblock-json-init-args">{}</script>', mark_safe(text)
    )
