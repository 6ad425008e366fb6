"""URLs of the demo SIMPEG. No URL holds a NIP or a name."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from .lti import registration
from .lti import views as lti
from .lti.line_items import line_item, line_items
from .lti.memberships import memberships
from .lti.results import results
from .lti.scores import scores
from .views import account, importing, officials, personal, tools
from .views import results as hr_results

app_name = "simpeg"
CONTEXT = "lti/contexts/<uuid:context_id>"

urlpatterns = [
    path("", account.home, name="home"),
    path("login/", account.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="simpeg:login"), name="logout"),
    path("language/", set_language, name="language"),
    path("me/", personal.profile, name="profile"),
    path("me/courses/", personal.courses, name="my_courses"),
    path("me/courses/<int:pk>/open/", personal.open_course, name="open_course"),
    path("officials/", officials.index, name="officials"),
    path("officials/<int:pk>/", officials.detail, name="official"),
    path("results/", hr_results.index, name="hr_results"),
    path("results/<int:pk>/", hr_results.course, name="course_results"),
    path("results/<int:pk>/table/", hr_results.table, name="course_results_table"),
    path("import/", importing.upload, name="import"),
    path("import/<int:pk>/", importing.preview, name="import_preview"),
    path("tools/", tools.tools, name="tools"),
    path(".well-known/openid-configuration", registration.configuration, name="configuration"),
    path("lti/register", registration.register, name="register"),
    path(".well-known/jwks.json", lti.jwks, name="jwks"),
    path("lti/auth", lti.authorize, name="auth"),
    path("lti/token", lti.token, name="token"),
    path(f"{CONTEXT}/line_items", line_items, name="line_items"),
    path(f"{CONTEXT}/line_items/<int:line_item_id>", line_item, name="line_item"),
    path(f"{CONTEXT}/line_items/<int:line_item_id>/scores", scores, name="scores"),
    path(f"{CONTEXT}/line_items/<int:line_item_id>/results", results, name="results"),
    path(f"{CONTEXT}/memberships", memberships, name="memberships"),
]
