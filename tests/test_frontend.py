"""Rules of templates, styles and scripts: line lengths, design tokens, breakpoints, no unused class."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
TEMPLATES: Final = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS: Final = sorted((ROOT / "static" / "js").glob("*.js"))
STYLES: Final = sorted((ROOT / "static" / "css").rglob("*.css"))
TOKENS: Final = ROOT / "static" / "css" / "tokens.css"
RULES: Final = [path for path in STYLES if path != TOKENS]

MAX_TEMPLATE_LINE: Final = 160
MAX_SCRIPT_LINE: Final = 120
MAX_LINES: Final = 300
BREAKPOINTS: Final = {"(width < 36rem)", "(width < 48rem)", "(width < 64rem)"}
# Classes and parts of them that the libraries give: htmx, Django, Swagger UI, the administration site.
FOREIGN_CLASSES: Final = {
    *("htmx-request", "errorlist", "nonfield", "theme-toggle", "breadcrumbs"),
    *("module", "inline-group"),
    *("authorize", "version-stamp", "opblock-summary-method"),
    *("swagger-ui", "wrapper", "info", "title", "opblock", "opblock-summary-description", "opblock-tag"),
    "prop-type",
}
# A template completes these with a verdict, an outcome or a direction.
OPEN_CLASSES: Final = ("verdict-", "outcome-", "towards-", "badge-", "flash-")


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def declarations(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_template_lines_are_short(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > MAX_TEMPLATE_LINE] == []


@pytest.mark.parametrize("path", SCRIPTS + STYLES, ids=ids(SCRIPTS + STYLES))
def test_scripts_and_styles_are_short(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MAX_LINES
    assert [number for number, line in enumerate(lines, 1) if len(line) > MAX_SCRIPT_LINE] == []


@pytest.mark.parametrize("path", RULES, ids=ids(RULES))
def test_colours_sizes_and_spacing_come_from_design_tokens(path):
    css = declarations(path)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|\b(?:rgb|hsl)a?\([^)]*\)", css) == []
    sized = re.findall(
        r"(?:font-size|padding|margin|gap|border-radius)[a-z-]*:[^;]*[\d.]+(?:px|r?em)[^;]*;", css
    )
    # A hairline and what is taken out of sight are one pixel wide.
    assert [declaration for declaration in sized if not re.search(r":\s*-?1px", declaration)] == []


@pytest.mark.parametrize("path", RULES, ids=ids(RULES))
def test_every_custom_property_is_defined(path):
    css = declarations(path)
    defined = re.findall(r"(--[\w-]+):", declarations(TOKENS) + css)
    used = set(re.findall(r"var\((--[\w-]+)", css))
    # Set by the element around a drawing, in the stylesheet of its page.
    assert used - set(defined) - {"--tone"} == set()


@pytest.mark.parametrize("path", STYLES, ids=ids(STYLES))
def test_there_are_three_breakpoints_written_one_way(path):
    widths = re.findall(r"\([^()]*width[^()]*\)", " ".join(re.findall(r"@media[^{]*", declarations(path))))
    assert set(widths) <= BREAKPOINTS


def test_both_themes_define_the_same_colours():
    light, dark = (
        set(re.findall(r"(--color-[\w-]+):", block)) for block in declarations(TOKENS).split("@media screen")
    )
    assert dark <= light
    # The same in both: the brand, fills that are readable on either ground, focus, white paper.
    assert {
        name for name in light - dark if not re.search(r"brand|-fill|focus|paper|on-danger", name)
    } == set()


def test_every_class_of_a_stylesheet_is_used():
    sources = [*TEMPLATES, *SCRIPTS, *(ROOT / "creditdesk" / "templatetags").glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    selectors = re.sub(r"{[^{}]*}", "{}", "\n".join(declarations(path) for path in STYLES))
    classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors)) - FOREIGN_CLASSES
    unused = {name for name in classes if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)}
    assert {name for name in unused if not name.startswith(OPEN_CLASSES)} == set()
