"""Figures of the model pages: a drawing and the same numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

LazyText = str | Promise
Form = Literal["percent", "number"]
Style = Literal["line", "dashed", "edge", "points", "dots", "bars", "table"]


@dataclass(frozen=True, slots=True)
class FeatureBin:
    """A row's place among the values of a feature: from `low` to `high`, one category, or missing."""

    feature: str
    low: float | None = None
    high: float | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class CatalogueName:
    """A name that the catalogue has in both languages: of a feature, a feature group, a group of clients."""

    kind: Literal["feature", "group", "clients"]
    name: str
    attribute: str = ""


Label = LazyText | float | FeatureBin | CatalogueName


@dataclass(frozen=True, slots=True)
class Column:
    """One series, its number format and its drawing style; the style "table" is not drawn."""

    label: LazyText
    form: Form = "percent"
    digits: int = 1
    style: Style = "line"


@dataclass(frozen=True, slots=True)
class Row:
    label: Label
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """`x` and `y` name the axes; a row's label is its position on the x axis, a number where `is_numeric`.

    `markers` are vertical lines (position, text); `has_diagonal` draws x = y, `horizontal` draws horizontal
    bars; `shaded_range` is a range of x; `x_max` cuts the x axis; `is_stacked` stacks bars; `palette` names
    the design token of each series where colours carry a meaning.
    """

    code: str
    title: Label
    summary: LazyText
    x: LazyText
    y: LazyText
    columns: Sequence[Column]
    rows: Sequence[Row]
    is_numeric: bool = False
    x_form: Form = "percent"
    markers: Sequence[tuple[float, LazyText]] = ()
    shaded_range: Sequence[float] = ()
    x_max: float | None = None
    has_diagonal: bool = False
    horizontal: bool = False
    notes: Sequence[LazyText] = ()
    is_stacked: bool = False
    palette: Sequence[str] = ()

    @property
    def table_rows(self) -> list[tuple[Label, list[tuple[Column, float | None]]]]:
        """The rows of the table: a label, and each column with its value."""
        return [(row.label, list(zip(self.columns, row.values, strict=True))) for row in self.rows]
