"""Deployment files name only metrics, settings, scripts and folders that exist."""

import json
import re
from pathlib import Path

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
    assert targets == {"web", "trainer"}
    for target in targets:
        assert f"FROM base AS {target}\nRUN bin/image dependencies {target}\n" in dockerfile
    for script in ("bin/image", "bin/start", "bin/healthcheck"):
        assert (ROOT / script).stat().st_mode & 0o100


@pytest.mark.parametrize("folder", ["accounts", "creditdesk", "scoring", "templates", "static", "locale"])
def test_the_image_contains_every_folder_of_the_web_process(folder):
    assert f"!{folder}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
