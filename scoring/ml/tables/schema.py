"""Declarations of the raw tables and columns: kind, bounds, categories and labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    ID = "id"
    AMOUNT = "amount"  # money
    DAYS = "days"  # relative to the application; negative: before it
    MONTHS = "months"  # relative to the application; negative: before it
    COUNT = "count"
    NUMBER = "number"  # rates, scores and the normalised building block
    FLAG = "flag"  # 0 or 1
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the two languages of the desk."""

    en: str
    fr: str


@dataclass(frozen=True, slots=True)
class Column:
    """One raw column. Bounds are inclusive.

    `categories` are the allowed values; `unknown` values may stand in a file too and are read as missing. A
    file must have a `required` column; every row of a `filled` one must hold a value.
    """

    name: str
    kind: Kind
    label: Text
    required: bool = False
    filled: bool = False
    minimum: float | None = None
    maximum: float | None = None
    unknown: tuple[float | str, ...] = ()
    categories: Mapping[str, Text] = field(default_factory=dict)
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One of the seven tables: `stem` is the file's name without its ending, `key` identifies a row."""

    name: str
    stem: str
    label: Text
    key: tuple[str, ...]
    columns: tuple[Column, ...]
