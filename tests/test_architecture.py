"""Rooms of the three packages: no import circles among siblings, nothing imports a command."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import grimp
import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = ("accounts", "scoring", "creditdesk")
# Folders whose rooms the picture in docs/architecture.md shows.
PLACES: Final = (*PACKAGES, "scoring/ml", "scoring/ml/features", "scoring/ml/training")
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
    """The dotted path of every package."""
    return sorted({module.rpartition(".")[0] for pair in imports() for module in pair} - {""})


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


def imports_between_children(package: str, graph: Collection[Import]) -> Mapping[str, set[str]]:
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


def test_the_picture_of_rooms_shows_every_folder():
    picture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("## Rooms")[1]
    shown = rooms_in(picture.split("```")[1])
    assert [room for room in shown if not (ROOT / room).is_dir()] == []
    folders = {
        folder.relative_to(ROOT).as_posix()
        for place in PLACES
        for folder in (ROOT / place).iterdir()
        if (folder / "__init__.py").exists() and folder.name != "migrations"
    }
    assert folders - set(shown) == set()


def rooms_in(picture: str) -> list[str]:
    """The folders of an indented picture, two spaces a level, as paths."""
    rooms: list[str] = []
    parents: list[str] = []
    for line in filter(str.strip, picture.splitlines()):
        level = (len(line) - len(line.lstrip())) // 2
        parents[level:] = [line.split("/")[0].strip()]
        rooms.append("/".join(parents))
    return rooms
