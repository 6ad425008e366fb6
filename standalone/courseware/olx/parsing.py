"""The runtime in which blocks are read from OLX: fields in memory, files of the course only."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree
from opaque_keys import InvalidKeyError
from xblock.fields import Scope, ScopeIds
from xblock.runtime import DictKeyValueStore, KvsFieldData, Runtime

from standalone.courseware import structure
from standalone.courseware.kinds import block_class
from standalone.courseware.runtime import UsageIds
from standalone.courseware.services import I18nService, SandboxService, SettingsService

# What block classes that are not ours raise at content that they cannot use: whatever their code ran into.
PARSE_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    InvalidKeyError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    etree.LxmlError,
)


class ParseRuntime(Runtime):
    """Reads one course's blocks. Nothing runs in it and nothing is stored by it."""

    def __init__(self, course_key: Any, root: Path, policy: Mapping[str, Any]) -> None:
        ids = UsageIds(course_key)
        services = {
            "field-data": KvsFieldData(DictKeyValueStore()),
            "sandbox": SandboxService(),
            "settings": SettingsService(),
        }
        super().__init__(ids, ids, mixins=(structure.InheritedSettings,), services=services)
        self._root, self._policy = root, policy

    def parsed_fields(self, cls: type[Any], node: etree._Element, ids: ScopeIds) -> dict[str, Any]:
        """Return the content and settings that the class reads from the element, as JSON."""
        mixed = self.mixologist.mix(cls)
        # Block classes take elements apart while they read; places of problems are those of the original.
        own = copy.deepcopy(node)
        own.tail = None
        block = mixed.parse_xml(own, self, ids)
        block.save()
        fields = {
            name: field.read_json(block)
            for name, field in block.fields.items()
            if field.scope in (Scope.content, Scope.settings) and field.is_set_on(block)
        }
        if "xml_attributes" in fields:
            fields["xml_attributes"].pop("filename", None)
            if not fields["xml_attributes"]:
                del fields["xml_attributes"]
        return fields

    @property
    def resources_fs(self) -> Any:
        """The course's directory."""
        from fs.osfs import OSFS

        return OSFS(str(self._root))

    def get_policy(self, usage_id: Any) -> Mapping[str, Any]:
        """Return the settings that policy.json gives the block."""
        policy: Mapping[str, Any] = self._policy.get(f"{usage_id.block_type}/{usage_id.block_id}", {})
        return policy

    def parse_asides(self, node: Any, def_id: Any, usage_id: Any, id_generator: Any) -> list[Any]:
        """Asides are off."""
        return []

    def applicable_aside_types(self, block: Any) -> list[str]:
        """Asides are off."""
        return []

    def load_block_type(self, block_type: str) -> type[Any]:
        """Return the block's class."""
        return block_class(block_type)

    def service(self, block: Any, service_name: str) -> Any:
        """Return the service; the block must have declared it."""
        if service_name == "i18n" and block.service_declaration("i18n") is not None:
            return I18nService(block)
        return super().service(block, service_name)

    def handler_url(self, *_: Any, **__: Any) -> str:
        """Nothing runs here."""
        raise NotImplementedError

    local_resource_url = resource_url = publish = handler_url
