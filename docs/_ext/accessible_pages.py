"""What the theme leaves out for readers with a screen reader or without a mouse (WCAG 2.2 AA).

A page in another language says so: ``lang`` in its front matter becomes that of the HTML page.
"""

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

# Wider than the window they scroll, and what scrolls must be reached by keyboard.
SCROLLING = re.compile(r'<(pre\b|div(?= class="table-wrapper)|figure(?= class="picture))')
AFTER_THE_THEME = 900


def mend(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Set the page's language, the level of the captions, and what can have the focus."""
    context["language"] = app.env.metadata.get(page, {}).get("lang", context["language"])
    tree = context["furo_navigation_tree"]
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
    if "body" in context:
        context["body"] = SCROLLING.sub(r'<\1 tabindex="0"', context["body"])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the hook."""
    app.connect("html-page-context", mend, priority=AFTER_THE_THEME)
    return {"parallel_read_safe": True}
