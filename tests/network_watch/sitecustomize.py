"""Python imports this by itself in every process that has this folder on ``PYTHONPATH``."""

from __future__ import annotations

import os

import connection_watch

if connection_watch.VARIABLE in os.environ:
    connection_watch.install(os.environ[connection_watch.VARIABLE])
