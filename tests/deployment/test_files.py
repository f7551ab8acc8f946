"""Deployment files name only metrics, settings, scripts and folders that exist."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client as Browser
from prometheus_client.parser import text_string_to_metric_families

from tests.drift_reports import drift_report

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "creditdesk.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
METRIC = re.compile(r"\b(?:creditdesk|django)_[a-z_]+")


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
    return shown + [rule["expr"] for rule in rules]


def test_dashboard_and_alerts_query_metrics_that_exist(model_in_use, client_as, case_of):
    drift_report()
    client_as("advisor").get(case_of("colleague").get_absolute_url())
    text = Browser().get("/metrics").content.decode()
    exposed = {
        name
        for family in text_string_to_metric_families(text)
        for name in (f"{family.name}_total", f"{family.name}_bucket", *(s.name for s in family.samples))
    }
    queried = {name for expression in expressions() for name in METRIC.findall(expression)}
    assert len(queried) > 10
    assert queried <= exposed


def test_who_writes_letters_and_what_they_name_reaches_every_process_of_the_installation():
    settings = (ROOT / "creditdesk" / "settings.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"((?:BANK|MEDIATOR|DEBT|RATING|CREDIT_BUREAU)[A-Z_]*)"', settings))
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert len(named) == 10
    for service in ("web-1", "web-2", "worker"):
        assert named <= services[service]["environment"].keys()
    example = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8")
    assert named <= set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))


def test_every_setting_that_the_deployment_sets_exists():
    settings = (ROOT / "creditdesk" / "settings.py").read_text(encoding="utf-8")
    existing = set(re.findall(r'env\.?\w*\(\s*"([A-Z_]+)"', settings)) | {
        "PORT",
        "MIGRATE",
        "WORKER",
        "MLFLOW_TRACKING_URI",
    }
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    render = yaml.safe_load((ROOT / "deploy" / "render.yaml").read_text(encoding="utf-8"))
    assert set(compose["services"]["web-1"]["environment"]) <= existing
    assert {variable["key"] for variable in render["services"][0]["envVars"]} <= existing


def test_compose_and_dockerfile_agree_on_targets_and_scripts():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    targets = {service["build"]["target"] for service in compose["services"].values() if "build" in service}
    assert targets == {"web", "trainer", "proxy"}
    for target in targets - {"proxy"}:
        assert f"FROM base AS {target}\nRUN bin/image dependencies {target}\n" in dockerfile
    assert "AS proxy\nCOPY bin/image bin/image\nRUN bin/image proxy\n" in dockerfile
    for script in ("bin/image", "bin/start", "bin/healthcheck"):
        assert (ROOT / script).stat().st_mode & 0o100


@pytest.mark.parametrize("folder", ["accounts", "creditdesk", "scoring", "templates", "static", "locale"])
def test_the_image_contains_every_folder_of_the_web_process(folder):
    assert f"!{folder}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_the_image_holds_what_is_named_and_nothing_else():
    """Neither `.git` nor tests, documentation or an `.env` of whoever builds it."""
    first, *named = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert first == "*"
    included = {line[1:].split("/")[0] for line in named if line.startswith("!")}
    assert {"accounts", "manage.py"} <= included
    assert not included & {".git", ".github", ".env", ".venv", "tests", "bench", "docs", "var"}


def test_trained_versions_lie_on_the_disk_that_outlives_a_deployment():
    render = yaml.safe_load((ROOT / "deploy" / "render.yaml").read_text(encoding="utf-8"))["services"][0]
    fly = tomllib.loads((ROOT / "deploy" / "fly.toml").read_text(encoding="utf-8"))
    railway = json.loads((ROOT / "deploy" / "railway.json").read_text(encoding="utf-8"))
    variables = {variable["key"]: variable.get("value") for variable in render["envVars"]}
    assert variables["ML_ARTIFACTS"].startswith(render["disk"]["mountPath"] + "/")
    assert fly["env"]["ML_ARTIFACTS"].startswith(fly["mounts"]["destination"] + "/")
    assert "ML_ARTIFACTS=/srv/creditdesk/var/" in railway["deploy"]["startCommand"]
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert "models:/srv/creditdesk/ml_artifacts" in compose["services"]["worker"]["volumes"]


def workflows() -> list[dict[str, Any]]:
    return [
        yaml.safe_load(path.read_text()) for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    ]


def test_workflows_run_actions_by_their_digest_and_leave_no_token_behind():
    steps = [step for workflow in workflows() for job in workflow["jobs"].values() for step in job["steps"]]
    used = [step for step in steps if "uses" in step]
    assert len(used) > 5
    for step in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
        if step["uses"].startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_secrets_are_in_the_environment_of_the_steps_that_use_them_alone():
    for workflow in workflows():
        assert "secrets." not in str(workflow.get("env", ""))
        for job in workflow["jobs"].values():
            assert "secrets." not in str(job.get("env", ""))
            for step in job["steps"]:
                assert "secrets." not in str(step.get("run", ""))
                # Whatever a person types in reaches a script as a variable, never as its text.
                assert "github.event.inputs" not in str(step.get("run", ""))
                if "make setup" in str(step.get("run")) or "uses" in step:
                    assert "secrets." not in str(step)


def test_no_service_of_compose_runs_as_root_but_the_one_that_copies():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert {name for name, service in services.items() if service.get("user") == "root"} == {"static"}


def test_mlflow_of_compose_asks_who_is_there():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert "basic-auth" in services["mlflow"]["entrypoint"]
    password = services["mlflow"]["environment"]["MLFLOW_AUTH_ADMIN_PASSWORD"]
    assert (
        password == services["trainer"]["environment"]["MLFLOW_TRACKING_PASSWORD"] == "${MLFLOW_PASSWORD:?}"
    )
    assert services["mlflow"]["ports"] == ["127.0.0.1:5000:5000"]


def test_the_example_names_every_secret_that_compose_demands_and_no_other():
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "example.env").read_text(), re.MULTILINE))
    used = re.findall(r"\$\{([A-Z_]+)(:\?|:-)?", (ROOT / "compose.yaml").read_text())
    assert {name for name, kind in used if kind == ":?"} <= named <= {name for name, _ in used}
