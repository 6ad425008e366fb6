"""The Celery application of the run: ``celery -A benchmarks.chaos.celery_app worker``."""

from celery import Celery

app = Celery("chaos")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["lti_bridge"])
