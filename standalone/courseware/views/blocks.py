"""What the browser fetches for blocks: handlers, views seen, published files, course files."""

import mimetypes
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from xblock.django.request import django_to_webob_request, webob_to_django_response
from xblock.exceptions import DisallowedFileError, NoSuchHandlerError
from xblock.plugin import PluginMissingError

from standalone.courseware.assets import asset_path
from standalone.courseware.kinds import block_class, completes_on_view
from standalone.courseware.publishing import record_completion

from .access import enter, reads_only
from .page import without_imports

# The platform's problem acts on any request: a link could hand in an empty answer.
_POSTED = {"problem"}


@login_required
def handler(
    request: HttpRequest, course_key: str, usage_key: str, name: str, suffix: str = ""
) -> HttpResponse:
    """Run a block's handler for the user. Django's middleware has checked the CSRF token."""
    access = enter(request, course_key)
    access.require_block(usage_key)
    if request.method != "POST" and access.tree[usage_key].block_type in _POSTED:
        return HttpResponseNotAllowed(["POST"])
    runtime = access.runtime()
    (block,) = runtime.blocks([usage_key])
    try:
        response = runtime.handle(block, name, django_to_webob_request(request), suffix)
    except NoSuchHandlerError as error:
        raise Http404(_("The block does not answer to that.")) from error
    converted: HttpResponse = webob_to_django_response(response)
    return converted


@login_required
@require_POST
def viewed(request: HttpRequest, course_key: str, usage_key: str) -> JsonResponse:
    """Note that the user has seen a block for long enough; completes it if seeing is completing."""
    access = enter(request, course_key)
    access.require_block(usage_key)
    if not completes_on_view(access.tree[usage_key].block_type):
        return JsonResponse({"error": _("Seeing this block does not complete it.")}, status=400)
    record_completion(access.tree, access.user.pk, usage_key, Decimal(1))
    return JsonResponse({"completion": 1})


_PUBLIC = "public, max-age=3600"


@reads_only
@require_GET
def resource(request: HttpRequest, block_type: str, uri: str) -> FileResponse | HttpResponse:
    """Serve a file that a block's package publishes; the same for everybody."""
    try:
        file: Any = block_class(block_type).open_local_resource(uri)
    except (PluginMissingError, DisallowedFileError, OSError) as error:
        raise Http404(_("There is no such file.")) from error
    if not uri.endswith(".css"):
        return _file(file, uri, _PUBLIC)
    with file:
        style = without_imports(file.read().decode())
    return HttpResponse(style, content_type="text/css; charset=utf-8", headers={"Cache-Control": _PUBLIC})


@reads_only
@login_required
@require_GET
def asset(request: HttpRequest, course_key: str, relative: str) -> FileResponse:
    """Serve a file of the course to those who may see the course."""
    enter(request, course_key)
    path = asset_path(course_key, relative)
    if path is None:
        raise Http404(_("There is no such file."))
    response = _file(path.open("rb"), path.name, "private, max-age=3600")
    _narrow(response, request.headers.get("Range", ""), path.stat().st_size)
    # Authors upload these: whatever they are, they must not run as a page of this site.
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
    )
    return response


_RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{0,18})")


def _narrow(response: FileResponse, wanted: str, size: int) -> None:
    """Answer a request for one range of bytes (RFC 9110, section 14); players jump in videos by it."""
    response["Accept-Ranges"] = "bytes"
    match = _RANGE.fullmatch(wanted)
    if not match:
        return  # none, or a kind that a server may ignore
    first = int(match[1])
    last = min(int(match[2] or size - 1), size - 1)
    if first > last:
        response.status_code = 416
        response["Content-Range"] = f"bytes */{size}"
        response.streaming_content = iter(())
        response["Content-Length"] = "0"
        return
    file: Any = response.file_to_stream
    file.seek(first)
    response.streaming_content = _parts(file, last - first + 1)
    response.status_code = 206
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(last - first + 1)


def _parts(file: Any, left: int) -> Iterator[bytes]:
    while left > 0 and (part := file.read(min(left, 2**16))):
        left -= len(part)
        yield part


def _file(file: Any, name: str, caching: str) -> FileResponse:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(file, content_type=kind)
    response["Cache-Control"] = caching
    return response
