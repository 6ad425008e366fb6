"""How Sphinx builds these pages: ``make docs``."""

import os
import sys
from pathlib import Path

import django

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

project = "Kapasitas"
author = "Kapasitas"
copyright = "Kapasitas, AGPL-3.0-or-later"
root_doc = "index"
language = "en"
exclude_patterns = ["_ext"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "public_modules", "accessible_pages"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "show-inheritance": True}
# What others define is not looked up: that would need the network. Ours must resolve.
nitpick_ignore_regex = [(r"py:.*", r"(?!xblocks\b|lti_bridge\b).*")]

html_theme = "furo"
html_title = "Kapasitas"
html_static_path = ["_static"]
html_css_files = ["kapasitas.css"]
html_copy_source = False
html_show_sourcelink = False
