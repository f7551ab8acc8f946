"""The real settings with the answers a test run needs; nothing here turns a protection off but TLS."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.update(
    SECRET_KEY="tests-only-tests-only-tests-only-tests-only-tests-only",
    AUDIT_KEY="tests-only-audit-key-tests-only-audit-key",
    HTTPS="false",
    REQUIRE_MFA="false",
)

from creditdesk.settings import *  # noqa: F403

_scratch = TemporaryDirectory(prefix="creditdesk-tests-")
AUDIT_ANCHOR = Path(_scratch.name, "audit.anchor")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in a real installation: in memory, writers neither queue nor see each other's commits.
    DATABASES["default"]["TEST"] = {"NAME": Path(_scratch.name, "test.sqlite3")}  # noqa: F405
# WhiteNoise reads it anew for every client of a test; files collected by a running desk would slow them all.
STATIC_ROOT = Path(_scratch.name, "static")
STATIC_ROOT.mkdir()
MIGRATED_DATABASE = Path(_scratch.name, "migrated.sqlite3")
SHADOW_IN_BACKGROUND = False
# Tests that are about blind opinions draw cases themselves.
BLIND_SHARE = 0.0
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
