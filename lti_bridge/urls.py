"""URLs of the bridge; the site includes them under a prefix such as ``lti/``."""

from django.urls import path

from . import metrics_page, my_record, views
from .lti11 import views as lti11
from .records import views as records

app_name = "kapasitas_lti"

urlpatterns = [
    path("login", views.login, name="login"),
    path("launch", views.launch, name="launch"),
    path("continue", views.continue_launch, name="continue"),
    path("deep-link", views.deep_link, name="deep_link"),
    path("deep-link/choose", views.choose, name="choose"),
    path("register/<str:token>", views.register, name="register"),
    path("jwks", views.jwks, name="jwks"),
    path("resource/<str:course_key>", views.resource, name="resource"),
    path("resource/<str:course_key>/<str:usage_key>", views.resource, name="resource_block"),
    path("launch11", lti11.launch, name="launch11"),
    path("launch11/<str:course_key>", lti11.launch, name="launch11_course"),
    path("launch11/<str:course_key>/<str:usage_key>", lti11.launch, name="launch11_block"),
    path("metrics", metrics_page.page, name="metrics"),
    path("my-record/<str:course_key>", my_record.page, name="my_record"),
    path("records", records.page, name="records"),
    path("records.csv", records.csv_file, name="records_csv"),
    path("records.xlsx", records.xlsx_file, name="records_xlsx"),
]
