"""Starts django-scim2 under gunicorn (one process, four threads), on a SQLite file of its own."""

import json
import logging
import os
import socket
import sys
from pathlib import Path

import django
from django.conf import settings
from django.http import HttpRequest
from django.urls import include, path
from gunicorn.app.base import BaseApplication

FOLDER = Path(sys.argv[1])
DATABASE = FOLDER / "django.db"


class SignsIn:
    """Takes every request for that of an administrator: what others check, this does not."""

    def __init__(self, get_response: object) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> object:
        """Answer the request as the administrator's."""
        request.user = ADMINISTRATOR
        return self._get_response(request)


settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="bench",  # noqa: S106 - signs nothing here
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATABASE),
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
            },
            "CONN_MAX_AGE": None,
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django_scim",
        "django_directory",
    ],
    MIDDLEWARE=[f"{__name__}.SignsIn"],
    SCIM_SERVICE_PROVIDER={
        "NETLOC": "localhost",
        "AUTHENTICATION_SCHEMES": [],
        "GROUP_MODEL": "django_directory.models.Group",
    },
    DATA_UPLOAD_MAX_MEMORY_SIZE=20_000_000,
    MIGRATION_MODULES={"auth": None, "contenttypes": None},
    AUTH_USER_MODEL="django_directory.User",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
for old in FOLDER.glob("django.db*"):
    old.unlink()
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - only after the setup
from django.core.management import call_command  # noqa: E402

logging.disable(logging.CRITICAL)
call_command("migrate", run_syncdb=True, verbosity=0)
ADMINISTRATOR = get_user_model()(username="bench", is_staff=True, is_superuser=True)
urlpatterns = [path("scim/v2/", include("django_scim.urls", namespace="scim"))]


class Server(BaseApplication):
    """Gunicorn with its settings given here."""

    def load_config(self) -> None:
        """Take a free port and four threads."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        for name, value in {
            "bind": f"127.0.0.1:{self.port}",
            "worker_class": "gthread",
            "threads": 4,
            "keepalive": 75,
            "backlog": 2048,
            "when_ready": self._ready,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        """Give the WSGI application."""
        from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

        return get_wsgi_application()

    def _ready(self, _server: object) -> None:
        said = {"port": self.port, "base_path": "/scim/v2", "token": "none"}
        os.write(1, json.dumps(said).encode() + b"\n")


Server().run()
