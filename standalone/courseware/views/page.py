"""The style sheets and scripts that blocks ask for, sorted for the page."""

import re
from dataclasses import dataclass, field

from django.utils.safestring import SafeString, mark_safe
from web_fragments.fragment import Fragment

# Fonts from elsewhere: the page's policy refuses them, and offices without internet would wait for them.
_IMPORT_FROM_ELSEWHERE = re.compile(r"""@import\s+(?:url\()?["']?(?:https?:)?//[^"')]*["']?\)?[^;]*;""")


def without_imports(style: str) -> str:
    """Return a style sheet without what it would import from other sites."""
    return _IMPORT_FROM_ELSEWHERE.sub("", style)


@dataclass(slots=True)
class PageResources:
    """In the order asked for, each once."""

    style_urls: list[str] = field(default_factory=list)
    styles: list[SafeString] = field(default_factory=list)
    scripts: list[tuple[str, SafeString | str]] = field(default_factory=list)  # ("url" | "text", value)


def page_resources(fragment: Fragment) -> PageResources:
    """Sort a fragment's resources. Their text comes from block packages, never from authors or learners."""
    page = PageResources()
    for resource in fragment.resources:
        if resource.mimetype == "text/css":
            if resource.kind == "url":
                page.style_urls.append(resource.data)
            else:
                page.styles.append(mark_safe(without_imports(resource.data)))
        elif resource.mimetype == "application/javascript":
            text = resource.data if resource.kind == "url" else mark_safe(resource.data)
            page.scripts.append((resource.kind, text))
        else:
            raise ValueError(f"no page here can carry a resource of type {resource.mimetype}")
    return page
