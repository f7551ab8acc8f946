"""Results of `make bench`: printed as a table, and kept by commit.

`make bench-compare A B` (python -m bench.results A B) puts two runs side by side. A and B are commits, or
files that a run wrote. Machines and their other work differ, so what counts is the ratio of a figure to the
floor of its own run; a change of less than a tenth is within noise.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bench.timing import Measure

ROOT: Final = Path(__file__).resolve().parents[1]
LATEST: Final = ROOT / "bench" / "results.json"
BY_COMMIT: Final = ROOT / "var" / "bench" / "results"
NO_COMMIT: Final = "no-commit"
NOISE: Final = 0.1

Results = Mapping[str, Mapping[str, Any]]
"""Rows of a run by the name of their figure."""

_HEAD: Final = "{:<42} {:>9} {:>9} {:>9}    {:>8}  {:<24} {:>9}"
_LINE: Final = "{:<42} {:>9.2f} {:>9.2f} {:>9.2f} {:<2} {:>7.1f}x  {:<24} {:>9}"


def table(measures: "Sequence[Measure]") -> Iterator[str]:
    yield _HEAD.format("", "p50", "p95", "p99", "ratio", "to the floor", "allocated")
    for figure in measures:
        memory = f"{figure.allocated:,.0f} kB" if figure.allocated else ""
        floor = f"{figure.floor} {figure.floor_p50:.2f}"
        yield _LINE.format(
            figure.name, figure.p50, figure.p95, figure.p99, figure.unit, figure.ratio, floor, memory
        )


def keep(rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write the results of this run, once for the commit and once as the latest."""
    content = json.dumps(list(rows), indent=1) + "\n"
    BY_COMMIT.mkdir(parents=True, exist_ok=True)
    of_commit = BY_COMMIT / f"{commit()}.json"
    for path in (LATEST, of_commit):
        path.write_text(content, encoding="utf-8")
    return of_commit


def commit(name: str = "HEAD") -> str:
    """The short number of a commit; marked where the working tree differs from it.

    Outside a git checkout a run has no commit, and its name says so.
    """
    if name == "HEAD" and not (ROOT / ".git").exists():
        return NO_COMMIT
    number = _git("rev-parse", "--short=9", name)
    is_changed = name == "HEAD" and _git("status", "--porcelain", "--untracked-files=no")
    return f"{number}-changed" if is_changed else number


def results_of(name: str) -> Results:
    """The rows of a run that have a ratio, by name. SystemExit where there is no such run."""
    path = Path(name)
    if not path.is_file():
        path = BY_COMMIT / f"{_stored_as(name)}.json"
    if not path.is_file():
        stored = ", ".join(sorted(file.stem for file in BY_COMMIT.glob("*.json"))) or "none"
        raise SystemExit(f"No results of {name} are kept (there are: {stored}). Run `make bench` on it.")
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["name"]: row for row in rows if "ratio" in row}


def comparison(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """One line per figure of either run: ratios to the floor, and their quotient."""
    yield f"{'ratio to the floor of its run':<42} {'before':>9} {'after':>9} {'change':>9}"
    for name in dict.fromkeys([*before, *after]):
        if name not in before or name not in after:
            yield f"{name:<42} {'only ' + ('after' if name in after else 'before'):>29}"
            continue
        was, now = before[name]["ratio"], after[name]["ratio"]
        change = now / was - 1
        judged = "" if abs(change) < NOISE else "slower" if change > 0 else "faster"
        yield f"{name:<42} {was:>8.2f}x {now:>8.2f}x {change:>+9.0%} {judged}".rstrip()


def _stored_as(name: str) -> str:
    # A run on a changed working tree carries its mark; git does not know it.
    try:
        return name if name.endswith("-changed") else commit(name) if name != "HEAD" else commit()
    except subprocess.CalledProcessError:
        return name


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("Name two commits whose results are kept: make bench-compare A B")
    for line in comparison(*map(results_of, sys.argv[1:])):
        print(line)
