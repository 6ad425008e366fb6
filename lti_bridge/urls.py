"""URLs of the bridge; the site includes them under a prefix such as ``lti/``."""

from django.urls import path

from . import views
from .records import views as records

app_name = "kapasitas_lti"

urlpatterns = [
    path("login", views.login, name="login"),
    path("launch", views.launch, name="launch"),
    path("jwks", views.jwks, name="jwks"),
    path("resource/<str:course_key>", views.resource, name="resource"),
    path("resource/<str:course_key>/<str:usage_key>", views.resource, name="resource_block"),
    path("records", records.page, name="records"),
    path("records.csv", records.csv_file, name="records_csv"),
    path("records.xlsx", records.xlsx_file, name="records_xlsx"),
]
