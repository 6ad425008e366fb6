"""The platform's own html, problem and video blocks, as this site registers and configures them.

xblocks-contrib names its entry points ``_html_extracted`` and so on, because inside the platform the
platform's own names win; a host of its own registers them under the names that OLX uses.
"""

import importlib.util
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

# Importing the package takes seconds and 200 MB, so a class is imported when a block first needs it.
CLASSES = {
    "html": ("xblocks_contrib.html", "HtmlBlock"),
    "problem": ("xblocks_contrib.problem", "ProblemBlock"),
    "video": ("xblocks_contrib.video", "VideoBlock"),
}


@cache
def contrib_class(block_type: str) -> type[Any]:
    """Return the contributed class for one of CLASSES, ready for this site."""
    module, name = CLASSES[block_type]
    cls: type[Any] = getattr(import_module(module), name)
    if block_type == "video":
        _without_video_archive()
    return cls


def preload() -> None:
    """Import all contributed classes, so that the first learner need not wait for it."""
    for block_type in CLASSES:
        contrib_class(block_type)


def _without_video_archive() -> None:
    """Keep the video block from importing edxval, the platform's video archive.

    edxval may be installed beside it, but its tables are not. The block is made to run without, but asks
    a function of its own that cannot tell "installed" from "in use".
    """
    package = "xblocks_contrib.video"
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{package}.") and hasattr(module, "get_edxval_api"):
            module.get_edxval_api = lambda: None  # type: ignore[attr-defined]


@cache
def capa_templates() -> Path:
    """Return the directory of the problem block's templates, which it loads through Django by bare name."""
    spec = importlib.util.find_spec("xblocks_contrib")
    assert spec and spec.submodule_search_locations  # noqa: S101 - a locked dependency
    return Path(spec.submodule_search_locations[0]) / "problem" / "capa" / "templates"
