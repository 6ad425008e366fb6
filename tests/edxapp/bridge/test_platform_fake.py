"""The bridge calls of the platform only what the platform's source has, as it has it."""

import ast
import inspect
from pathlib import Path

import pytest

import lti_bridge.edxapp
from tests.edxapp.platform.modules import SOURCES, fake_modules

PLATFORM = ("openedx", "common", "lms", "cms", "xmodule")
TREE = ast.parse(Path(lti_bridge.edxapp.__file__).read_text(encoding="utf-8"))


def imports() -> list[tuple[str, str]]:
    return [
        (node.module, alias.name)
        for node in ast.walk(TREE)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PLATFORM
        for alias in node.names
    ]


def test_nothing_is_imported_that_was_not_read_in_the_source():
    modules = fake_modules()
    assert len(imports()) > 10
    for module, name in imports():
        assert module in modules, module
        assert hasattr(modules[module], name), f"{module}.{name}"


def test_nothing_is_listed_that_is_not_used():
    text = Path(lti_bridge.edxapp.__file__).read_text(encoding="utf-8")
    for module, name in SOURCES:
        assert module in text or module.rpartition(".")[0] in text, module
        assert name.split(".")[-1] in text, name


@pytest.mark.parametrize(
    ("fake", "parameters"),
    [pytest.param(row[0], row[3], id=".".join(key)) for key, row in SOURCES.items() if row[3] is not None],
)
def test_the_fake_takes_what_the_source_takes(fake, parameters):
    found = [str(one) for one in inspect.signature(fake).parameters.values()]
    assert found == parameters.split()


def test_the_platform_is_imported_inside_functions_only():
    """So that the package can be imported where there is no platform."""
    top = [node for node in TREE.body if isinstance(node, ast.ImportFrom | ast.Import)]
    assert not [node for node in top if getattr(node, "module", "").split(".")[0] in PLATFORM]
