"""Identifiers use the field's terms: fail on a retired word and name the term to use instead.

One folder: `pytest tests/test_vocabulary.py -k "creditdesk/api"`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = ("accounts", "scoring", "creditdesk", "bench", "tests")

# Parts of an identifier, between underscores or capitals.
RETIRED_PARTS: Final = {
    "told": "text, answer, result or the name of the thing",
    "untold": "unexplained, omitted",
    "foretold": "predicted",
    "asked": "requested, request",
    "said": "text, sentence",
    "heard": "reported, progress",
    "sister": "bootstrap model",
    "sisters": "ensemble",
    "twin": "collinear feature",
    "twins": "collinear features",
    "rung": "stage",
    "rungs": "stages",
    "ladder": "staged boosting",
    "everybodys": "final, refit on all",
    "appraise": "score",
    "appraised": "scored",
    "stopwatch": "progress reporter",
    "usual": "reference range, typical",
    "trouble": "problem, or the quantity itself",
    "worth": "gain, value",
}
# Whole identifiers: part of a longer name they are plain English.
RETIRED_NAMES: Final = {
    "one": "the thing in the loop: case, feature, row",
    "others": "the things: other_cases, remaining_rows",
    "say": "progress, or the verb of the act",
    "tell": "report, render, build",
    "ask": "request, predict",
    "watch": "progress",
    "effort": "budget, settings",
    "found": "the thing that was looked up",
    "known": "the thing that is known",
    "kept": "the thing that is stored",
    "held": "the thing that is held",
}
# Words that mean something else outside these folders and files.
RETIRED_IN: Final = {
    "scoring/ml/training": {
        "judged": "hold-out, scored",
        "unseen": "out-of-sample",
        "settle": "calibrate, choose the threshold",
        "settled": "calibrated",
    },
    "scoring/ml/learned": {"surprise": "residual", "circle": "peer group"},
    "creditdesk/services/contest.py": {"grounds": "justification", "words": "client statement"},
    "creditdesk/models/contest.py": {"grounds": "justification", "words": "client statement"},
}
# (file, name) -> reason.
PREVIOUS_LOANS: Final = "scoring/ml/features/history/previous/rows.py"
ALLOWED: Final = {
    (PREVIOUS_LOANS, "ASKED_TO_GRANTED"): "part of feature names that model folders and assessments store",
    (PREVIOUS_LOANS, "ASKED_LESS_GRANTED"): "part of feature names that model folders and assessments store",
    ("scoring/ml/monitoring/drift_numbers.py", "others"): "key of stored drift reports",
}

OPENING: Final = re.compile(r"(What|How|Which|Who|Where|Whether|Tell|Tells|Say|Says|Ask|Asks)\b")
PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Name(NamedTuple):
    line: int
    text: str


def _python_files() -> list[Path]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in files if "migrations" not in path.parts)


FILES: Final = _python_files()
FOLDERS: Final = sorted({path.parent.relative_to(ROOT).as_posix() for path in FILES})


@pytest.mark.parametrize("folder", FOLDERS)
def test_identifiers_use_the_terms_of_the_field(folder):
    _fail_on([problem for path in _files_of(folder) for problem in _retired_words(path)])


@pytest.mark.parametrize("folder", FOLDERS)
def test_module_docstrings_name_their_subject(folder):
    _fail_on([problem for path in _files_of(folder) for problem in _riddles(path)])


def test_every_allowed_name_still_exists():
    stale = [
        (file, text)
        for file, text in ALLOWED
        if not (ROOT / file).exists() or text not in {name.text for name in _names(_tree(ROOT / file))}
    ]
    assert stale == []


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        ("def told(text): ...", ["x.py:1: told -> text, answer, result or the name of the thing"]),
        ("for one in rows: ...", ["x.py:1: one -> the thing in the loop: case, feature, row"]),
        ("class SisterStep: ...", ["x.py:1: SisterStep -> bootstrap model"]),
        ("a = 1\nself.usual = a", ["x.py:2: usual -> reference range, typical"]),
        ("call(said=1)", ["x.py:1: said -> text, sentence"]),
        ("lambda asked: 1", ["x.py:1: asked -> requested, request"]),
        ("one_standing_decision = unusual = phone = someone = 1", []),
        ('stored["sisters"]', []),
    ],
)
def test_a_retired_word_is_reported_with_its_place_and_its_term(source, problems):
    assert list(_problems("x.py", ast.parse(source))) == problems


def _fail_on(problems: list[str]) -> None:
    """Fail with every problem on a line of its own, unlike an assertion, which cuts the list."""
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def _files_of(folder: str) -> list[Path]:
    return [path for path in FILES if path.parent == ROOT / folder]


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _retired_words(path: Path) -> Iterator[str]:
    file = path.relative_to(ROOT).as_posix()
    yield from _problems(file, _tree(path))
    for word, term in _terms(file, path.stem):
        yield f"{file}: the module's name has {word} -> {term}"


def _problems(file: str, tree: ast.Module) -> Iterator[str]:
    for name in _names(tree):
        if (file, name.text) not in ALLOWED:
            for _, term in _terms(file, name.text):
                yield f"{file}:{name.line}: {name.text} -> {term}"


def _terms(file: str, identifier: str) -> Iterator[tuple[str, str]]:
    """The retired words of an identifier, each with the term to use."""
    parts = dict(RETIRED_PARTS)
    for place, words in RETIRED_IN.items():
        if file.removeprefix("tests/").startswith((place, place.replace("/ml/", "/"))):
            parts |= words
    yield from ((part, parts[part]) for part in map(str.lower, PART.findall(identifier)) if part in parts)
    whole = identifier.strip("_").lower()
    if whole in RETIRED_NAMES:
        yield whole, RETIRED_NAMES[whole]


def _names(tree: ast.Module) -> Iterator[Name]:
    """The names that a module gives: definitions, parameters, assignments, attributes, keywords."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield Name(node.lineno, node.name)
            case ast.arg() | ast.keyword(arg=str()):
                yield Name(node.lineno, str(node.arg))
            case ast.Name(ctx=ast.Store()):
                yield Name(node.lineno, node.id)
            case ast.Attribute(ctx=ast.Store()):
                yield Name(node.lineno, node.attr)
            case ast.alias(asname=str()):
                yield Name(node.lineno, str(node.asname))
            case ast.ExceptHandler(name=str()) | ast.MatchAs(name=str()) | ast.MatchStar(name=str()):
                yield Name(node.lineno, str(node.name))


def _riddles(path: Path) -> Iterator[str]:
    docstring = ast.get_docstring(_tree(path)) or ""
    if OPENING.match(docstring):
        file = path.relative_to(ROOT).as_posix()
        yield f"{file}: open with a noun phrase or an imperative: {docstring.splitlines()[0]}"
