"""The import graph of the three packages: no circles among siblings, nothing imports a command."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import Final

import grimp
import pytest

PACKAGES: Final = ("accounts", "scoring", "creditdesk")
Import = tuple[str, str]


@cache
def imports() -> frozenset[Import]:
    """(importer, imported) for every import inside the project, those inside functions included."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return frozenset(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if ".migrations" not in f"{importer} {imported}"
    )


def packages() -> list[str]:
    """Every package, named by its dotted path."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return sorted(module for module in graph.modules if graph.find_children(module))


@pytest.mark.parametrize("package", packages())
def test_the_rooms_of_a_package_import_each_other_in_one_direction(package):
    assert circle_of(imports_between_children(package, imports())) is None


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_imports_a_management_command(package):
    commands = f"{package}.management"
    importers = {
        importer
        for importer, imported in imports()
        if imported.startswith(commands) and not importer.startswith(commands)
    }
    assert importers == set()


def test_a_circle_between_folders_is_found_though_no_module_is_in_one():
    graph = {("desk.api.views", "desk.urls.routes"), ("desk.urls.names", "desk.api.schema")}
    circle = circle_of(imports_between_children("desk", graph))
    assert circle is not None
    assert set(circle) == {"api", "urls"}


def imports_between_children(package: str, graph: set[Import] | frozenset[Import]) -> Mapping[str, set[str]]:
    """The direct children of a package, each with all below it, and the children that they import."""
    children: dict[str, set[str]] = defaultdict(set)
    prefix = f"{package}."
    for importer, imported in graph:
        if importer.startswith(prefix) and imported.startswith(prefix):
            source, target = (name.removeprefix(prefix).split(".")[0] for name in (importer, imported))
            if source != target:
                children[source].add(target)
    return children


def circle_of(graph: Mapping[str, set[str]]) -> list[str] | None:
    """One circle of the graph, its first node repeated at its end; None where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None
