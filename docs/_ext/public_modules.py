"""The directive ``public-modules``: documents every module below a package that has an ``__all__``."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from typing import TypeAliasType

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata


def public_modules(name: str) -> Iterator[str]:
    """Yield the names of the module itself and of those below it that say what is public in them."""
    module = importlib.import_module(name)
    if getattr(module, "__all__", ()):
        yield name
    for found in pkgutil.iter_modules(getattr(module, "__path__", ()), prefix=f"{name}."):
        yield from public_modules(found.name)


class PublicModules(SphinxDirective):
    """``.. public-modules:: package``: one section a module, by autodoc."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse what a list of ``automodule`` would say."""
        text = "\n".join(
            f"{name}\n{'-' * len(name)}\n\n.. automodule:: {name}\n"
            for name in public_modules(self.arguments[0])
        )
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def name_only(
    _app: Sphinx, _env: BuildEnvironment, node: pending_xref, shown: nodes.TextElement
) -> nodes.TextElement | None:
    """Show an alias that a module keeps to itself by its name, without a link."""
    module, _dot, name = node.get("reftarget", "").rpartition(".")
    found = getattr(sys.modules.get(module), name, None)
    return shown if isinstance(found, TypeAliasType) else None


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("public-modules", PublicModules)
    app.connect("missing-reference", name_only)
    return {"parallel_read_safe": True}
