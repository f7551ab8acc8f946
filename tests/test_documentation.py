"""README and docs/ name only paths that exist."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Made at run time or by the operator; not in the repository.
GENERATED: Final = ("var/", "htmlcov/", "staticfiles/", "deploy/tls/", "bench/results.json")
FENCE: Final = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)
CODE: Final = re.compile(r"`([^`\n]+)`")
PATH: Final = re.compile(r"[\w.-]+(/[\w.{},*-]+)*/?")
BRACES: Final = re.compile(r"\{([^{}]*)\}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_on_the_page_exists(page):
    named = list(_paths(page.read_text(encoding="utf-8")))
    assert [path for path in named if not _exists(path)] == []


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.name)
def test_every_link_to_a_file_works(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_menu_of_the_site_leads_to_every_page():
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = re.findall(r": (\S+\.md)$", menu, flags=re.MULTILINE)
    pages = sorted(str(page.relative_to(ROOT / "docs")) for page in PAGES[1:])
    assert sorted(listed) == pages


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("see `accounts/roles.py`, one table", ["accounts/roles.py"]),
        (
            "in `creditdesk/services/{claim,contest}.py`",
            ["creditdesk/services/claim.py", "creditdesk/services/contest.py"],
        ),
        ("`scoring/ml/learned/` and `gone.py`", ["scoring/ml/learned/", "gone.py"]),
        ("`/cases/`, `application/problem+json`, `var/history-sql`, `make test`", []),
    ],
)
def test_paths_are_recognised_in_code_spans(text, paths):
    assert list(_paths(text)) == paths


def _paths(text: str) -> Iterator[str]:
    """The paths in code spans: below a folder of the project, or the name of a Python file."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    for span in CODE.findall(FENCE.sub("", text)):
        if not PATH.fullmatch(span) or span.startswith(GENERATED):
            continue
        is_below = "/" in span and span.split("/")[0] in folders
        if is_below or span.endswith(".py"):
            yield from _expanded(span)


def _expanded(path: str) -> Iterator[str]:
    """The path once for each choice in its braces."""
    choices = [names.split(",") for names in BRACES.findall(path)]
    template = BRACES.sub("{}", path)
    yield from (template.format(*names) for names in product(*choices))


def _exists(path: str) -> bool:
    return any(ROOT.glob(path.rstrip("/"))) if "*" in path else (ROOT / path).exists()
