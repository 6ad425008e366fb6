"""Fakes of the LMS's views that lead to blocks, and the URLs that lead to them.

lms/djangoapps/courseware/block_render.py (5af5f01): handle_xblock_callback and its noauth twin;
lms/djangoapps/courseware/views/views.py: render_xblock. Left out: tokens of mobile clients, limits of
uploads, and the check that who asks may enter the course. ``COURSES`` stands for the modulestore.
"""

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import path, re_path
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey
from xblock.core import XBlock
from xblock.django.request import django_to_webob_request, webob_to_django_response
from xblock.exceptions import NoSuchHandlerError

COURSES = {}


def _found(course_id, usage_id, user):
    try:
        key = UsageKey.from_string(usage_id.replace(";_", "/"))
    except InvalidKeyError as error:
        raise Http404 from error
    return COURSES[course_id].block(key, user, staff=getattr(user, "username", "") == "pengajar")


def _invoke(request, course_id, usage_id, handler, suffix, user):
    block = _found(course_id, usage_id, user)
    try:
        return webob_to_django_response(block.handle(handler, django_to_webob_request(request), suffix))
    except NoSuchHandlerError as error:
        raise Http404 from error


@csrf_exempt
@xframe_options_exempt
def handle_xblock_callback(request, course_id, usage_id, handler, suffix=""):
    """The view is exempt, and checks the token itself for who comes with a session."""
    if request.user.is_authenticated:
        error = CsrfViewMiddleware(get_response=lambda request: None).process_view(request, None, (), {})
        if error:
            return error
    elif request.method != "GET":
        return HttpResponseForbidden("Unauthenticated")
    return _invoke(request, course_id, usage_id, handler, suffix, request.user)


@csrf_exempt
@xframe_options_exempt
def handle_xblock_callback_noauth(request, course_id, usage_id, handler, suffix=""):
    """The platform keeps a session's user here; a third party's request has none."""
    return _invoke(request, course_id, usage_id, handler, suffix, request.user)


@ensure_csrf_cookie
@xframe_options_exempt
def render_xblock(request, usage_key_string):
    """A page of one block, as the learning MFE's iframe loads it; two views and no other."""
    view = request.GET.get("view", "student_view")
    if view not in ("student_view", "public_view"):
        return HttpResponseBadRequest("Rendering of the xblock view is not supported.")
    key = UsageKey.from_string(usage_key_string)
    user = request.user if request.user.is_authenticated else AnonymousUser()
    fragment = _found(str(key.course_key), usage_key_string, user).render(view, request.GET.dict())
    return HttpResponse(
        '<!DOCTYPE html><html lang="en"><head><title>Unit</title><base target="_parent">'
        f"{fragment.head_html()}</head><body><div id='content'>{fragment.body_html()}</div>"
        f"{fragment.foot_html()}</body></html>"
    )


# A browser asks for several at once, and the live server has one connection to a database in memory.
@transaction.non_atomic_requests
def xblock_resource(request, block_type, uri):
    """A file that a block publishes."""
    cls = XBlock.load_class(block_type)
    kind = "text/javascript" if uri.endswith(".js") else "text/css"
    with cls.open_local_resource(uri) as file:
        return HttpResponse(file.read(), content_type=kind)


_BLOCK = r"^courses/(?P<course_id>[^/]+)/xblock/(?P<usage_id>[^/]+)"
urlpatterns = [
    re_path(rf"{_BLOCK}/handler/(?P<handler>[^/]+)(?:/(?P<suffix>.*))?$", handle_xblock_callback),
    re_path(
        rf"{_BLOCK}/handler_noauth/(?P<handler>[^/]+)(?:/(?P<suffix>.*))?$", handle_xblock_callback_noauth
    ),
    path("xblock/resource/<str:block_type>/<path:uri>", xblock_resource),
    path("xblock/<path:usage_key_string>", render_xblock),
]
