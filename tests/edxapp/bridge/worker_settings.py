"""Settings of a worker process: the contract suite's, on the database and the broker of a test."""

import os

from tests.edxapp.settings import *  # noqa: F403
from tests.edxapp.settings import DATABASES as SUITE

DATABASES = {"default": {**SUITE["default"], "NAME": os.environ["KAPASITAS_WORKER_DATABASE"]}}
# Celery's names as the platform writes them (openedx-platform lms/envs/common.py, Verawood).
BROKER_URL = os.environ["KAPASITAS_WORKER_BROKER"]
CELERY_DEFAULT_QUEUE = KAPASITAS_LTI_QUEUE = os.environ["KAPASITAS_WORKER_QUEUE"]
CELERY_TASK_SERIALIZER = "json"
CELERY_IGNORE_RESULT = True

KAPASITAS_LTI_USE_CELERY = True
KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
