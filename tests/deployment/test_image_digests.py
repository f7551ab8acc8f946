"""Images of the deployment: every one can be pinned to a digest, and a check fails while one is not."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture
def script(monkeypatch) -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("image_digests", ROOT / "bin" / "image_digests.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PINS", ROOT / "deploy" / "images.env.of-this-test")
    yield module
    module.PINS.unlink(missing_ok=True)


def docker(folder: Path, monkeypatch, answer: str) -> None:
    """A program of that name that answers so."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_every_image_of_the_deployment_has_a_variable_for_its_digest(script):
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    own = {"creditdesk", "creditdesk-trainer", "creditdesk-proxy"}
    foreign = {service["image"] for service in services.values()} - own
    assert len(foreign) == 3
    assert all(re.fullmatch(r"\$\{[A-Z_]+_IMAGE:-[\w./-]+:[\w.-]+\}", image) for image in foreign)
    assert all("BASE" in service["build"]["args"] for service in services.values() if "build" in service)
    assert len(script.images()) == 4
    assert not [tag for tag in script.images().values() if tag.endswith(":latest")]


def test_known_digests_pin_every_image_and_the_check_passes(script, tmp_path, monkeypatch):
    docker(tmp_path, monkeypatch, f"echo {DIGEST}")
    assert script.check() == 1
    assert script.write() == 0
    assert script.pins()["PROMETHEUS_IMAGE"] == f"prom/prometheus@{DIGEST}"
    assert script.check() == 0


def test_without_a_registry_nothing_is_written_and_it_says_so(script, tmp_path, monkeypatch, capsys):
    docker(tmp_path, monkeypatch, "echo 'dial tcp: no such host' >&2; exit 1")
    assert script.write() == 2
    assert "no such host" in capsys.readouterr().err
    assert not script.PINS.exists()


def test_one_image_without_a_digest_fails_the_check(script, tmp_path, monkeypatch, capsys):
    docker(tmp_path, monkeypatch, f"echo {DIGEST}")
    script.write()
    pinned = script.PINS.read_text().replace(f"prom/prometheus@{DIGEST}", "prom/prometheus:v3.5.0")
    script.PINS.write_text(pinned)
    assert script.check() == 1
    assert "prom/prometheus:v3.5.0 is named by tag alone" in capsys.readouterr().err
