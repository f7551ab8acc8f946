"""Measures of a history row (numbers, dates, flags, categories, row counts) with their units and labels."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scoring.ml.features.spec import labels
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Adjective, Form
from scoring.ml.tables.schema import Text

Aggregation = Literal["sum", "mean", "max", "min", "std", "share", "count", "slope", "distinct", "value"]
"""`share` of true flags; `count` of rows; `slope`: the change per month of the least-squares line;
`distinct`: the number of different values; `value`: that of a single row."""

ON = Text("on", "sur")
OF = Text("of", "de")


@dataclass(frozen=True, slots=True)
class Measure(ABC):
    """One column of the prepared history rows. `group` is the reason group of its aggregates."""

    column: str
    group: str

    @property
    def categories(self) -> Mapping[str, Text]:
        """The label of each code, in order; empty for what is not a category."""
        return {}

    @abstractmethod
    def unit_of(self, aggregation: Aggregation) -> Unit:
        """Return the unit of an aggregate; KeyError for an aggregation that the measure has not."""

    @abstractmethod
    def label(self, aggregation: Aggregation, rows: Text) -> Text:
        """Return the label of an aggregate over the rows of that name."""


@dataclass(frozen=True, slots=True)
class NumericMeasure(Measure):
    """An amount, a length of time, a ratio. `preposition` stands before the rows in its labels."""

    unit: Unit
    en: str
    fr: str
    form: Form = Form.M
    preposition: Text = ON

    def unit_of(self, aggregation: Aggregation) -> Unit:
        return self.unit

    def label(self, aggregation: Aggregation, rows: Text) -> Text:
        over = labels.with_preposition(self.preposition, rows)
        if aggregation == "value":
            noun = labels.without_article(labels.without_placeholder(self.fr))
            return Text(f"{self.en} {over.en}", f"{noun} {over.fr}")
        if aggregation == "std":
            french = labels.with_de(labels.without_placeholder(self.fr))
            return Text(f"variability of the {self.en} {over.en}", f"variabilité {french} {over.fr}")
        if aggregation == "slope":
            french = labels.with_de(labels.without_placeholder(self.fr))
            return Text(
                f"monthly change of the {self.en} {over.en}", f"évolution mensuelle {french} {over.fr}"
            )
        adjective, forms = self._adjectives()[aggregation]
        french = labels.with_adjective(labels.without_article(self.fr), forms[self.form])
        return Text(f"{adjective} {self.en} {over.en}", f"{french} {over.fr}")

    def _adjectives(self) -> Mapping[str, tuple[str, Adjective]]:
        durations = (Unit.DELAY_DAYS, Unit.DURATION_DAYS, Unit.DURATION_MONTHS)
        highest, lowest = ("longest", "shortest") if self.unit in durations else ("highest", "lowest")
        return {
            "sum": ("total", labels.TOTAL),
            "mean": ("average", labels.AVERAGE),
            "max": (highest, labels.HIGHEST),
            "min": (lowest, labels.LOWEST),
        }


@dataclass(frozen=True, slots=True)
class DateMeasure(Measure):
    """A day or month relative to the application. A `planned` one may lie after it."""

    unit: Unit
    en: str
    fr: str
    form: Form = Form.M
    planned: bool = False

    def unit_of(self, aggregation: Aggregation) -> Unit:
        spreads = {Unit.DAYS_AGO: Unit.DURATION_DAYS, Unit.MONTHS_AGO: Unit.DURATION_MONTHS}
        return spreads[self.unit] if aggregation == "std" else self.unit

    def label(self, aggregation: Aggregation, rows: Text) -> Text:
        of_rows, noun = labels.with_de(rows.fr), labels.without_article(self.fr)
        if aggregation == "value":
            return Text(f"{self.en} of {rows.en}", f"{noun} {of_rows}")
        if aggregation in ("mean", "std"):
            english, french = {
                "mean": ("average date of the", "date moyenne"),
                "std": ("spread in time of the", "étalement dans le temps"),
            }[aggregation]
            return Text(f"{english} {self.en} of {rows.en}", f"{french} {labels.with_de(self.fr)} {of_rows}")
        adjective, forms = self._adjectives()[aggregation]
        return Text(f"{adjective} {self.en} among {rows.en}", f"{noun} {forms[self.form]} parmi {rows.fr}")

    def _adjectives(self) -> Mapping[str, tuple[str, Adjective]]:
        if self.planned:
            return {"max": ("latest", labels.LATEST), "min": ("earliest", labels.EARLIEST)}
        return {"max": ("most recent", labels.MOST_RECENT), "min": ("earliest", labels.OLDEST)}


@dataclass(frozen=True, slots=True)
class Flag(Measure):
    """Yes or no for a row, as a clause: "paid late", "payées en retard"; `fr_singular` for a single row."""

    en: str
    fr: str
    fr_singular: str = ""

    def unit_of(self, aggregation: Aggregation) -> Unit:
        units = {"share": Unit.PERCENT, "sum": Unit.COUNT, "value": Unit.FLAG, "max": Unit.FLAG}
        return units[aggregation]

    def label(self, aggregation: Aggregation, rows: Text) -> Text:
        noun = labels.without_article(rows.fr)
        if aggregation == "value":
            return Text(f"{rows.en}: {self.en}", f"{noun} : {self.fr_singular}")
        if aggregation == "share":
            return Text(f"share of {rows.en} {self.en}", f"part {labels.with_de(rows.fr)} {self.fr}")
        return Text(f"number of {rows.en} {self.en}", f"nombre {labels.with_de(noun)} {self.fr}")


@dataclass(frozen=True, slots=True, eq=False)
class Category(Measure):
    """A category, as its position in its vocabulary: the value of a single row, or how many differ."""

    en: str
    fr: str
    vocabulary: Mapping[str, Text] = field(default_factory=dict)

    @property
    def categories(self) -> Mapping[str, Text]:
        return self.vocabulary

    def unit_of(self, aggregation: Aggregation) -> Unit:
        return Unit.COUNT if aggregation == "distinct" else Unit.CATEGORY

    def label(self, aggregation: Aggregation, rows: Text) -> Text:
        if aggregation == "distinct":
            return Text(
                f"variety of the {self.en} among {rows.en}",
                f"variété {labels.with_de(self.fr)} parmi {rows.fr}",
            )
        noun = labels.without_article(self.fr)
        return Text(f"{self.en} of {rows.en}", f"{noun} {labels.with_de(rows.fr)}")


@dataclass(frozen=True, slots=True)
class RowCount(Measure):
    """The number of history rows, or the sum of their weights; `en` and `fr` follow the rows in its label."""

    en: str = ""
    fr: str = ""

    def unit_of(self, aggregation: Aggregation) -> Unit:
        return Unit.COUNT

    def label(self, aggregation: Aggregation, rows: Text) -> Text:
        french = labels.with_de(labels.without_article(rows.fr))
        return Text(f"number of {rows.en}{self.en}", f"nombre {french}{self.fr}")
