"""The real settings with the answers a test run needs; nothing here turns a protection off but TLS."""

import os
import tempfile
from pathlib import Path

os.environ.update(
    SECRET_KEY="tests-only-tests-only-tests-only-tests-only-tests-only",
    AUDIT_KEY="tests-only-audit-key-tests-only-audit-key",
    HTTPS="false",
    REQUIRE_MFA="false",
)

from creditdesk.settings import *  # noqa: F403

SCRATCH = Path(tempfile.mkdtemp(prefix="creditdesk-tests-"))
AUDIT_ANCHOR = SCRATCH / "audit.anchor"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in a real installation: in memory, writers neither queue nor see each other's commits.
    DATABASES["default"]["TEST"] = {"NAME": SCRATCH / "test.sqlite3"}  # noqa: F405
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
