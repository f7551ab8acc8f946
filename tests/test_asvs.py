"""The page on OWASP ASVS answers every requirement of levels 1 and 2; what it names is there."""

import csv
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Numbers and levels of ASVS 5.0.0: 345 requirements.
OFFICIAL = ROOT / "tests" / "fixtures" / "asvs_5_0_levels.csv"
PAGE = ROOT / "docs" / "asvs.md"
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (met|not met|not applicable): (.+) \|$")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
SECTION = re.compile(r"\]\(([\w.]+)(?:#([\w-]+))?\)")


def official() -> dict[str, int]:
    with OFFICIAL.open(encoding="ascii") as file:
        return {row["requirement"]: int(row["level"]) for row in csv.DictReader(file)}


def answers() -> list[tuple[str, int, str, str]]:
    """Number, level, answer and evidence of each line."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    parsed = [LINE.match(line) for line in lines]
    assert [line for line, match in zip(lines, parsed, strict=True) if not match] == []
    return [(m[1], int(m[2]), m[4], m[5]) for m in parsed if m]


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def anchors_of(page: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text_of(ROOT / "docs" / page), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_list_of_numbers_is_that_of_the_standard():
    levels = list(official().values())
    assert (levels.count(1), levels.count(2), levels.count(3)) == (70, 183, 92)


def test_every_requirement_of_levels_1_and_2_is_answered_once_at_its_level():
    demanded = [(number, level) for number, level in official().items() if level < 3]
    answered = [(number, level) for number, level, _, _ in answers()]
    assert answered == demanded


def test_every_named_test_exists():
    named = {pair for *_, evidence in answers() for pair in TEST.findall(evidence)}
    assert len(named) > 100
    missing = [
        f"{path}::{test}"
        for path, test in sorted(named)
        if not re.search(rf"^\s*def {test}\(", text_of(ROOT / path), flags=re.MULTILINE)
    ]
    assert missing == []


def test_what_is_met_names_a_test_or_a_section_that_is_there():
    for number, _, answer, evidence in answers():
        sections = SECTION.findall(evidence)
        for page, anchor in sections:
            assert not anchor or anchor in anchors_of(page), f"{number}: {page}#{anchor}"
            assert text_of(ROOT / "docs" / page), f"{number}: {page}"
        if answer == "met":
            assert TEST.search(evidence) or sections, number


def test_what_is_not_met_or_not_applicable_gives_its_reason():
    short = [number for number, _, answer, why in answers() if answer != "met" and len(why) < 6]
    assert short == []


def test_the_page_on_security_counts_what_is_met():
    given = [answer for _, _, answer, _ in answers()]
    counts = {answer: given.count(answer) for answer in ("met", "not met", "not applicable")}
    sentence = f"{counts['met']} met, {counts['not met']} not met, {counts['not applicable']} not applicable"
    assert sentence in text_of(ROOT / "docs" / "security.md")
