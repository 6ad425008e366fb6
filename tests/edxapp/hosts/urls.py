"""The pages of the hosts, as a browser fetches them. ``open_host`` puts the block on the stage."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from xblock.core import XBlock
from xblock.django.request import django_to_webob_request, webob_to_django_response
from xblock.runtime import DictKeyValueStore

from .runtimes import FakeHost

PAGES = Path(__file__).parent / "pages"


@dataclass
class Stage:
    """What is being shown: where the block's fields are kept, and what happened on the server."""

    store: DictKeyValueStore = field(default_factory=DictKeyValueStore)
    author: bool = True
    script_delay: bool = False
    language: str = "id"
    handled: list[tuple[str, bool]] = field(default_factory=list)

    def host(self, kind: str) -> FakeHost:
        return FakeHost(kind, self.store, author=self.author)


stage = Stage()


def open_host(kind: str, olx: str, **facts: Any) -> Stage:
    """Begin anew with this block."""
    global stage
    stage = Stage(**facts)
    stage.host(kind).load(olx)
    return stage


def _resources(resources: list[Any], placement: str) -> str:
    written = []
    for one in resources:
        if one.placement != placement:
            continue
        if one.mimetype == "text/css":
            written.append(f'<link rel="stylesheet" href="{one.data}">')
        else:
            written.append(f'<script src="{one.data}"></script>')
    return "\n".join(written)


@xframe_options_exempt
def page(request: HttpRequest, kind: str, view: str) -> HttpResponse:
    """The block in the page of its host: tests/edxapp/hosts/pages/<kind>.html."""
    host = stage.host(kind)
    block = host.load()
    fragment = getattr(block, view)({})
    template = (PAGES / f"{kind}.html").read_text("utf-8")
    token = request.GET.get("cookie") != "no" and get_token(request)
    filled = {
        "[[head]]": _resources(fragment.resources, "head"),
        "[[foot]]": _resources(fragment.resources, "foot"),
        "[[body]]": fragment.body_html(),
        "[[init]]": fragment.js_init_fn or "",
        "[[view]]": view,
        "[[usage]]": str(block.scope_ids.usage_id),
        "[[handler]]": f"/{kind}/handler/handler_name/",
        "[[element]]": request.GET.get("element", "jquery"),
        "[[late]]": "yes" if stage.script_delay else "",
    }
    for mark, text in filled.items():
        template = template.replace(mark, text)
    assert kind == "library" or token
    return HttpResponse(template)


@xframe_options_exempt
def mfe(request: HttpRequest, name: str) -> HttpResponse:
    """The page of a micro-frontend, which holds the frame: pages/<name>_mfe.html."""
    source = request.GET["src"]
    html = (PAGES / f"{name}_mfe.html").read_text("utf-8")
    return HttpResponse(html.replace("[[src]]", source))


def _handle(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    host = stage.host(kind)
    block = host.load()
    stage.handled.append((name, "X-CSRFToken" in request.headers))
    return webob_to_django_response(block.handle(name, django_to_webob_request(request)))


def handler(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """A handler as LMS and Studio serve it: with the CSRF check of the middleware."""
    return _handle(request, kind, name)


@csrf_exempt
def library_handler(request: HttpRequest, name: str) -> HttpResponse:
    """A handler as xblock_handler of openedx/core/djangoapps/xblock/rest_api/views.py serves it."""
    return _handle(request, "library", name)


def resource(request: HttpRequest, uri: str) -> HttpResponse:
    """A file of the block's, as a URL of its own."""
    kind = "text/css" if uri.endswith(".css") else "text/javascript"
    block = XBlock.load_class("competency_assessment")
    with block.open_local_resource(uri) as file:
        return HttpResponse(file.read(), content_type=f"{kind}; charset=utf-8")


def nothing(request: HttpRequest) -> HttpResponse:
    """The browser asks for an icon."""
    return HttpResponse(status=204)


def leave(request: HttpRequest) -> HttpResponse:
    """Where a page that navigates its parent would end."""
    return HttpResponse(json.dumps({"left": True}))


ROUTES = {
    "favicon.ico": nothing,
    "left/": leave,
    "mfe/<name>/": mfe,
    "resource/<path:uri>": resource,
    "library/handler/<name>/": library_handler,
    "<kind>/handler/<name>/": handler,
    "<kind>/<view>/": page,
}
# The server's threads share one connection to a database in memory, which takes one transaction at a time.
urlpatterns = [path(route, transaction.non_atomic_requests(view)) for route, view in ROUTES.items()]
