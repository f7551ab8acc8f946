"""Many columns drawn together: each has a margin given a few others, and a Gaussian copula ties the rest.

Correlations are estimated from the mean normal scores of the cells, divided by what the cells keep of a
normal deviate (a first-order polychoric correlation), so flags, categories and amounts share one matrix.
Source: Liu, Lafferty and Wasserman, "The Nonparanormal", 2009, for the copula on ranks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scoring.ml.portfolio.cells import Ids, category_margin, number_margin
from scoring.ml.portfolio.margins import MIN_CLIENTS, Floats, Margin, Values, is_category

Columns = Mapping[str, Values]
POOLED = ""
MOST_KEPT = 0.99  # of the rows of a number: what is left out would bend its margin
FEWEST_ROWS = 150  # a finer margin than this follows noise: the pooled one is used


@dataclass(frozen=True, slots=True)
class Trait:
    """`given`: the traits whose value chooses the margin; `edges`: how this one is cut when it is a parent.

    A `masked` trait is measured where it is present and drawn for every row; others say where it shows.
    With `others`, values that too few clients of a parent have are drawn as its own parent has them.
    """

    name: str
    given: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    knots: int = 40
    masked: bool = False
    keep_rest: bool = False


@dataclass(frozen=True)
class Sheet:
    """The measured traits of one kind of row."""

    traits: tuple[Trait, ...]
    margins: Mapping[str, Mapping[str, Margin]]
    correlation: Floats

    @cached_property
    def _root(self) -> Floats:
        """Square root of the nearest correlation matrix that is positive definite."""
        values, vectors = np.linalg.eigh(self.correlation)
        half = vectors * np.sqrt(np.clip(values, 1e-4, None))
        return np.asarray(half / np.linalg.norm(half, axis=1, keepdims=True))

    def draw(self, rng: np.random.Generator, given: Columns, rows: int) -> dict[str, Values]:
        """`rows` new rows; `given` holds the parents that are no traits, (rows,) each."""
        normals = rng.standard_normal((rows, len(self.traits))) @ self._root.T
        drawn = dict(given)
        edges = {trait.name: trait.edges for trait in self.traits}
        for column, trait in zip(normals.T, self.traits, strict=True):
            margins = self.margins[trait.name]
            values = np.empty(rows, dtype=margins[POOLED].values.dtype)
            for key, members in groups(drawn, trait.given, edges, rows):
                values[members] = nearest(margins, key).draw(column[members])
            drawn[trait.name] = values
        return drawn

    def as_json(self) -> dict[str, Any]:
        margins = {
            name: {key: margin.as_json() for key, margin in by_key.items()}
            for name, by_key in self.margins.items()
        }
        lower = [[round(float(r), 3) for r in row[:i]] for i, row in enumerate(self.correlation)]
        return {"margins": margins, "correlation": lower}

    @classmethod
    def from_json(cls, traits: Sequence[Trait], measured: Mapping[str, Any]) -> "Sheet":
        margins = {
            name: {key: Margin.from_json(cells, is_category(by_key[POOLED])) for key, cells in by_key.items()}
            for name, by_key in measured["margins"].items()
        }
        correlation = np.eye(len(traits))
        for i, row in enumerate(measured["correlation"]):
            correlation[i, :i] = correlation[:i, i] = row
        return cls(tuple(traits), margins, correlation)


def nearest(margins: Mapping[str, Margin], key: str) -> Margin:
    """The margin of these parents or, where too few clients share them, of the first ones only."""
    while key not in margins and key != POOLED:
        key = key.rpartition("|")[0]
    return margins[key]


def groups(
    columns: Columns, given: Sequence[str], edges: Mapping[str, tuple[float, ...]], rows: int
) -> Iterable[tuple[str, Ids]]:
    """(key, row numbers) for each combination of the `given` columns that occurs."""
    if not rows:
        return []
    keys, codes = [POOLED], np.zeros(rows, dtype=np.int64)
    for name in given:
        names, more = _codes(columns[name], edges.get(name, ()))
        used, codes = np.unique(codes * len(names) + more, return_inverse=True)
        keys = [f"{keys[code // len(names)]}|{names[code % len(names)]}" for code in used]
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes, minlength=len(keys)))[:-1])
    return [(key.lstrip("|"), part) for key, part in zip(keys, parts, strict=True)]


def _codes(values: Values, edges: tuple[float, ...]) -> tuple[list[str], Ids]:
    """The different values of a parent as texts, and which of them each row has."""
    if edges:
        binned = np.where(np.isnan(values), -1, np.digitize(values, edges))
        return ["-", *(str(number) for number in range(len(edges) + 1))], binned + 1
    seen: dict[Any, int] = {}
    codes = np.fromiter(
        (seen.setdefault(value, len(seen)) for value in values), dtype=np.int64, count=len(values)
    )
    return ["-" if value is None else str(value) for value in seen], codes


def measure(traits: Sequence[Trait], columns: Columns, clients: Ids, risk: Floats) -> Sheet:
    """Margins and correlations of rows. `clients` (n,): whose row it is; `risk` (n,) orders categories."""
    edges = {trait.name: trait.edges for trait in traits}
    margins: dict[str, dict[str, Margin]] = {}
    scores, observed = np.zeros((len(clients), len(traits))), np.zeros((len(clients), len(traits)))
    for i, trait in enumerate(traits):
        values = columns[trait.name]
        seen = _present(values) if trait.masked else np.ones(len(values), dtype=bool)
        margins[trait.name] = by_key = {POOLED: _pooled(trait, values, np.flatnonzero(seen), clients, risk)}
        for depth in range(1, len(trait.given) + 1):
            for key, members in groups(columns, trait.given[:depth], edges, len(values)):
                rows = members[seen[members]]
                if len(rows) >= FEWEST_ROWS and (own := _cut(trait, values, rows, clients, risk)):
                    if trait.keep_rest:
                        own = own.with_others(nearest(by_key, key), values[rows], clients[rows])
                    if own.is_category or own.rows.sum() >= MOST_KEPT * len(rows):
                        by_key[key] = own
                scores[rows, i] = nearest(by_key, key).score(values[rows])
                observed[rows, i] = np.mean(np.square(scores[rows, i])) if len(rows) else 0.0
        if not trait.given:
            rows = np.flatnonzero(seen)
            scores[rows, i] = by_key[POOLED].score(values[rows])
            observed[rows, i] = np.mean(np.square(scores[rows, i]))
    return Sheet(tuple(traits), margins, _correlation(scores, observed))


def _present(values: Values) -> Values:
    if values.dtype == object:
        return np.array([value is not None for value in values], dtype=bool)
    return ~np.isnan(values)


def _pooled(trait: Trait, values: Values, rows: Ids, clients: Ids, risk: Floats) -> Margin:
    margin = _cut(trait, values, rows, clients, risk)
    if margin is None:
        raise ValueError(f"{trait.name}: no value is shared by {MIN_CLIENTS} clients")
    return margin


def _cut(trait: Trait, values: Values, rows: Ids, clients: Ids, risk: Floats) -> Margin | None:
    if values.dtype == object:
        return category_margin(values[rows], clients[rows], risk[rows])
    return number_margin(values[rows], clients[rows], trait.knots)


def _correlation(scores: Floats, observed: Floats) -> Floats:
    together, weight = scores.T @ scores, observed.T @ observed
    correlation = np.where(weight > MIN_CLIENTS, together / np.maximum(weight, 1e-9), 0.0)
    correlation = np.clip(correlation, -0.98, 0.98)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation)
