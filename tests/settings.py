"""The real settings with the answers a test run needs; nothing here turns a protection off but TLS."""

import os

os.environ.update(
    SECRET_KEY="tests-only-tests-only-tests-only-tests-only-tests-only",
    AUDIT_KEY="tests-only-audit-key-tests-only-audit-key",
    HTTPS="false",
    REQUIRE_MFA="false",
)

from creditdesk.settings import *  # noqa: F403

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
