"""Installed packages: pinned with digests, listed with licences, audited for vulnerabilities."""

import importlib.util
import os
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKED = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"([a-z0-9._-]+)(?:\[[a-z,-]+\])?==\S+(?: ; [^\\]+)?")
DIGEST = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def script(name: str) -> ModuleType:
    """A script of bin/, imported by its path."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "bin" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sbom, vulnerabilities = script("sbom"), script("vulnerabilities")


def requirements_in(path: Path) -> list[list[str]]:
    """Each requirement with its options, continued lines joined."""
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def package_names(path: Path) -> set[str]:
    return {re.split(r"[\[=]", line[0])[0] for line in requirements_in(path)}


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.stem)
def test_every_requirement_is_pinned_to_the_digests_of_its_files(path):
    requirements = requirements_in(path)
    assert requirements
    assert [line[0] for line in requirements if not PIN.fullmatch(line[0])] == []
    assert [line[0] for line in requirements if not any(DIGEST.fullmatch(word) for word in line)] == []


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.stem)
def test_every_requirements_file_is_compiled_from_what_is_declared(path):
    declared = path.with_suffix(".in").read_text(encoding="utf-8").splitlines()
    pinned = package_names(path)
    names = {re.split(r"[\[=<>~]", line)[0].lower() for line in declared if line and line[0] not in "-#"}
    assert names <= pinned | package_names(ROOT / "requirements" / "web.txt")


def test_the_environment_refuses_a_package_without_a_digest(tmp_path):
    unpinned = tmp_path / "unpinned.txt"
    unpinned.write_text("creditdesk-nowhere==1.0\n")
    for name in (".venv", "requirements"):
        (tmp_path / name).symlink_to(ROOT / name)
    offline = {**os.environ, "UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}
    made = subprocess.run(
        [ROOT / "bin" / "make-venv", unpinned], cwd=tmp_path, env=offline, capture_output=True, text=True
    )
    assert made.returncode != 0
    assert "in `--require-hashes` mode, all requirements must have a hash" in made.stderr.lower()


def test_no_script_installs_from_the_registry_without_digests():
    files = [
        ROOT / "Makefile",
        ROOT / "Dockerfile",
        *(path for path in (ROOT / "bin").iterdir() if path.is_file()),
    ]
    files += (ROOT / ".github" / "workflows").glob("*.yml")
    installing = re.compile(r"^.*\bpip\b[^#\n]* install .*$", flags=re.MULTILINE)
    lines = [line for path in files for line in installing.findall(path.read_text(encoding="utf-8"))]
    assert len(lines) >= 4
    assert [line for line in lines if "--require-hashes" not in line] == []


def test_the_bill_of_materials_names_every_served_package_and_vendored_file():
    document = sbom.completed(
        {
            "metadata": {},
            "components": [
                {"name": name, "version": "1"} for name in package_names(ROOT / "requirements" / "web.txt")
            ],
        }
    )
    rows = sbom.licences(document)
    vendored = [part for part in document["components"] if part.get("type") == "file"]
    assert {"django", "lightgbm"} <= {name for name, _, _ in rows}
    assert {part["bom-ref"].rpartition("/")[2] for part in vendored} >= {
        "chart.umd.min.js",
        "swagger-ui-bundle.js",
        "DejaVuSansCondensed.ttf",
    }
    assert all(re.fullmatch(r"[0-9a-f]{64}", part["hashes"][0]["content"]) for part in vendored)


def test_every_served_package_has_a_licence_that_lets_a_bank_run_it():
    served = package_names(ROOT / "requirements" / "web.txt")
    licences = {name: sbom.licence_of(name) for name in served}
    assert {name: text for name, text in licences.items() if not sbom.PERMISSIVE.search(text)} == {}


@pytest.mark.parametrize("licence", ["unknown", "GPL-3.0-only", "AGPL-3.0", "Commercial"])
def test_another_licence_is_reported(licence):
    assert not sbom.PERMISSIVE.search(licence)


CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
VULNERABLE = {"name": "brotli", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
SKIPPED = {"name": "lightgbm", "version": "4", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code", "message"),
    [
        (None, 2, "no vulnerability database is reachable"),
        ([SKIPPED], 2, "has no vulnerability database"),
        ([CLEAN, SKIPPED], 2, "Not audited: lightgbm"),
        ([CLEAN, VULNERABLE, SKIPPED], 1, "brotli 1: CVE-1, fixed in: 2"),
        ([CLEAN], 0, "1 packages, none known to be vulnerable"),
    ],
    ids=["unreachable", "no database", "a part", "vulnerable", "clean"],
)
def test_an_audit_that_did_not_look_everything_up_does_not_pass(packages, code, message):
    answered, lines = vulnerabilities.conclusion(packages)
    assert answered == code
    assert message in lines[0]


def test_an_audit_without_a_network_says_so(monkeypatch, tmp_path):
    tool = tmp_path / "pip-audit"
    tool.write_text("#!/bin/sh\necho 'Failed to establish a new connection' >&2\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setattr(vulnerabilities, "PIP_AUDIT", tool)
    assert vulnerabilities.looked_up(["requirements/web.txt"]) is None
