"""The Django project that serves SensorThings: nothing but settings; where and on which port, the environment says."""

from __future__ import annotations

import os
from uuid import UUID

SECRET_KEY = "example"  # noqa: S105 -- nobody signs in, and it listens on the loopback alone
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "sensorthings.versions.v1_1.urls"
INSTALLED_APPS = ["sensorthings.versions.v1_1", "sensorthings.versions.v1_1.backends.django"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["SZXC_STA_DATABASE"]}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
FAULT = os.environ.get("SZXC_STA_FAULT", "")
MIDDLEWARE = [f"sta_faults.{FAULT}"] if FAULT else []

SENSORTHINGS_V1_1_SERVICE_URL = os.environ["SZXC_STA_URL"]
SENSORTHINGS_V1_1_BACKEND_ADAPTER = "sensorthings.versions.v1_1.backends.django.adapter.DjangoBackendAdapter"
SENSORTHINGS_V1_1_ID_TYPE = UUID
SENSORTHINGS_V1_1_ID_DELIMITER = "'"
SENSORTHINGS_V1_1_DOCS_ENABLED = False
