"""Addresses of the site. Keys stand in paths as they are; ``:``, ``+`` and ``@`` are allowed there."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path, re_path
from django.views.i18n import JavaScriptCatalog

from .views import blocks, instructor, learner, sign_in

_COURSE = "courses/<str:course_key>/"
_BLOCK = f"{_COURSE}blocks/<str:usage_key>/"

urlpatterns = [
    path("", learner.home, name="home"),
    path("login/", sign_in.SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("i18n/", include("django.conf.urls.i18n")),
    path(
        "jsi18n/",
        JavaScriptCatalog.as_view(domain="django", packages=["standalone.courseware"]),
        name="jsi18n",
    ),
    path("import/", instructor.import_course, name="import"),
    path(_COURSE, learner.course, name="course"),
    path(f"{_COURSE}progress/", learner.progress_page, name="progress"),
    path(f"{_COURSE}export/", instructor.export_course, name="export"),
    path(f"{_COURSE}gradebook/", instructor.gradebook, name="gradebook"),
    path(f"{_COURSE}gradebook/<int:user_id>/", instructor.learner_states, name="learner"),
    path(f"{_COURSE}gradebook/<int:user_id>/<str:usage_key>/", instructor.state, name="state"),
    path(f"{_COURSE}asset/<path:relative>", blocks.asset, name="asset"),
    path(_BLOCK, learner.block, name="block"),
    path(f"{_BLOCK}unit/", learner.unit, name="unit"),
    path(f"{_BLOCK}viewed/", blocks.viewed, name="viewed"),
    path(f"{_BLOCK}handler/<str:name>", blocks.handler, name="handler"),
    path(f"{_BLOCK}handler/<str:name>/<path:suffix>", blocks.handler, name="handler"),
    re_path(r"^xblock-resource/(?P<block_type>[\w-]+)/(?P<uri>.+)$", blocks.resource, name="resource"),
]
