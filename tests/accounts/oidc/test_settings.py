"""Settings of the directory: read as the README says, and refused where they lead nowhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.core.checks import run_checks

ROOT = Path(__file__).resolve().parents[3]


def test_settings_that_lead_nowhere_are_refused_at_start(settings):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = "http://directory.bank.example", ""
    settings.OIDC_GROUP_ROLES = {"desk-gods": "god"}
    assert {error.id for error in run_checks()} >= {"accounts.E003", "accounts.E004", "accounts.E005"}


def test_the_settings_are_read_as_the_readme_says():
    """What creditdesk.settings makes of an installation's environment, without this test's own settings."""
    names = ("OIDC_GROUP_ROLES", "OIDC_SCOPES", "CONTENT_SECURITY_POLICY")
    script = f"import json, creditdesk.settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    environment = {
        "OIDC_ISSUER": "https://id.bank.example/realms/staff",
        "OIDC_GROUP_ROLES": "CN=Desk Admins,OU=Credit=admin; desk-managers=manager",
    }
    command = [sys.executable, "-c", script]
    run = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    roles, scopes, policy = json.loads(run.stdout)
    assert roles == {"CN=Desk Admins,OU=Credit": "admin", "desk-managers": "manager"}
    assert scopes == ["openid", "profile"]
    assert policy["DIRECTIVES"]["form-action"] == ["'self'", "https://id.bank.example"]
