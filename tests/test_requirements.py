"""Declared dependencies: every package that the code imports is named in a requirements file, and pinned."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OWN = {"accounts", "scoring", "creditdesk", "bench", "tests"}
# The comparison with DiCE has a folder of its own beside the environment: see the Makefile.
BESIDE_THE_ENVIRONMENT = {"dice_ml", "raiutils"}
WEB, EVERYTHING = ("web",), ("web", "train", "dev", "spark")


def imported_by(*packages: str) -> set[str]:
    """The top-level names of third-party modules that these packages import."""
    trees = (ast.parse(path.read_text()) for package in packages for path in (ROOT / package).rglob("*.py"))
    modules: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
    return {module.partition(".")[0] for module in modules} - OWN - set(sys.stdlib_module_names)


def names_in(*files: str) -> set[str]:
    """The normalised names of the packages in these requirement files, without versions and extras."""
    lines = [line for file in files for line in (ROOT / "requirements" / file).read_text().splitlines()]
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line and not line.startswith(("-", "#")))
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


def undeclared(modules: set[str], *sets: str) -> list[str]:
    declared, provided = names_in(*(f"{name}.in" for name in sets)), packages_distributions()
    return sorted(
        module
        for module in modules - BESIDE_THE_ENVIRONMENT
        if not {re.sub(r"[-_.]+", "-", name).lower() for name in provided.get(module, [module])} & declared
    )


def test_every_imported_package_is_declared():
    # Typed values of Pydantic come in two packages of one release.
    assert undeclared(imported_by(*OWN) - {"pydantic_core"}, *EVERYTHING) == []


def test_an_undeclared_package_is_reported():
    assert undeclared({"django", "cffi"}, *EVERYTHING) == ["cffi"]


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_declared_package_is_pinned(name):
    assert names_in(f"{name}.in") <= names_in(f"{name}.txt") | names_in("web.txt")
