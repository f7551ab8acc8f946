from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Words = str | Promise
Form = Literal["percent", "number"]
Style = Literal["line", "dashed", "edge", "points", "dots", "bars", "table"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands when it is a feature's values: from `low` to `high`, one category, or missing."""

    feature: str
    low: float | None = None
    high: float | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Something that has words in both languages: a feature, a group of features, a group of clients."""

    kind: Literal["feature", "group", "clients"]
    name: str
    attribute: str = ""


Label = Words | float | Place | Named


@dataclass(frozen=True, slots=True)
class Column:
    """One series: how its numbers are written, and how it is drawn; "table" is written only."""

    label: Words
    form: Form = "percent"
    digits: int = 1
    style: Style = "line"


@dataclass(frozen=True, slots=True)
class Row:
    label: Label
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """`x` and `y` name the axes; a row's label is its place on the x axis, a number where `numeric`.

    `marks` are vertical lines (place, words); `diagonal` draws x = y, `sideways` lies bars down; `shade` is a
    range of x; `until` cuts the x axis.
    """

    code: str
    title: Label
    summary: Words
    x: Words
    y: Words
    columns: Sequence[Column]
    rows: Sequence[Row]
    numeric: bool = False
    x_form: Form = "percent"
    marks: Sequence[tuple[float, Words]] = ()
    shade: Sequence[float] = ()
    until: float | None = None
    diagonal: bool = False
    sideways: bool = False
    notes: Sequence[Words] = ()

    @property
    def lines(self) -> list[tuple[Label, list[tuple[Column, float | None]]]]:
        """The rows of its table: a label, and each column with its value."""
        return [(row.label, list(zip(self.columns, row.values, strict=True))) for row in self.rows]
