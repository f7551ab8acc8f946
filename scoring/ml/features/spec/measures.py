"""What is aggregated: a measure, a moment or a flag of a history row, in which unit and in which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scoring.ml.features.spec import labels
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Adjective, Form
from scoring.ml.tables.schema import Text

ON = Text("on", "sur")
OF = Text("of", "de")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One column of the prepared history rows. `group` is the reason that its aggregates belong to."""

    column: str
    group: str

    @property
    def categories(self) -> Mapping[str, Text]:
        """The value behind each code, in order; none for what is not a category."""
        return {}

    def unit_of(self, aggregate: str) -> Unit:
        raise NotImplementedError

    def label(self, aggregate: str, rows: Text) -> Text:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Measure(Quantity):
    """An amount, a length, a ratio: its total, average, extremes. `joins` is the word before the rows."""

    unit: Unit
    en: str
    fr: str
    form: Form = Form.M
    joins: Text = ON

    def unit_of(self, aggregate: str) -> Unit:
        return self.unit

    def label(self, aggregate: str, rows: Text) -> Text:
        over = labels.linked(self.joins, rows)
        if aggregate == "value":
            return Text(f"{self.en} {over.en}", f"{labels.bare(labels.plain(self.fr))} {over.fr}")
        if aggregate == "std":
            french = labels.de(labels.plain(self.fr))
            return Text(f"variability of the {self.en} {over.en}", f"variabilité {french} {over.fr}")
        if aggregate == "slope":
            french = labels.de(labels.plain(self.fr))
            return Text(
                f"monthly change of the {self.en} {over.en}", f"évolution mensuelle {french} {over.fr}"
            )
        adjective, agreed = self.adjectives()[aggregate]
        french = labels.qualified(labels.bare(self.fr), agreed[self.form])
        return Text(f"{adjective} {self.en} {over.en}", f"{french} {over.fr}")

    def adjectives(self) -> Mapping[str, tuple[str, Adjective]]:
        lengths = (Unit.DELAY_DAYS, Unit.DURATION_DAYS, Unit.DURATION_MONTHS)
        longest, shortest = ("longest", "shortest") if self.unit in lengths else ("highest", "lowest")
        return {
            "sum": ("total", labels.TOTAL),
            "mean": ("average", labels.AVERAGE),
            "max": (longest, labels.HIGHEST),
            "min": (shortest, labels.LOWEST),
        }


@dataclass(frozen=True, slots=True)
class Moment(Quantity):
    """A day or month relative to the application: the most recent, the earliest. `planned` may lie ahead."""

    unit: Unit
    en: str
    fr: str
    form: Form = Form.M
    planned: bool = False

    def unit_of(self, aggregate: str) -> Unit:
        spreads = {Unit.DAYS_AGO: Unit.DURATION_DAYS, Unit.MONTHS_AGO: Unit.DURATION_MONTHS}
        return spreads[self.unit] if aggregate == "std" else self.unit

    def label(self, aggregate: str, rows: Text) -> Text:
        of_rows, noun = labels.de(rows.fr), labels.bare(self.fr)
        if aggregate == "value":
            return Text(f"{self.en} of {rows.en}", f"{noun} {of_rows}")
        if aggregate in ("mean", "std"):
            english, french = {
                "mean": ("average date of the", "date moyenne"),
                "std": ("spread in time of the", "étalement dans le temps"),
            }[aggregate]
            return Text(f"{english} {self.en} of {rows.en}", f"{french} {labels.de(self.fr)} {of_rows}")
        adjective, agreed = self.adjectives()[aggregate]
        return Text(f"{adjective} {self.en} among {rows.en}", f"{noun} {agreed[self.form]} parmi {rows.fr}")

    def adjectives(self) -> Mapping[str, tuple[str, Adjective]]:
        if self.planned:
            return {"max": ("latest", labels.LATEST), "min": ("earliest", labels.EARLIEST)}
        return {"max": ("most recent", labels.MOST_RECENT), "min": ("earliest", labels.OLDEST)}


@dataclass(frozen=True, slots=True)
class Flag(Quantity):
    """Yes or no for a row, in a clause: "paid late", "payées en retard"; `one` is the French singular."""

    en: str
    fr: str
    one: str = ""

    def unit_of(self, aggregate: str) -> Unit:
        return {"share": Unit.PERCENT, "sum": Unit.COUNT, "value": Unit.FLAG, "max": Unit.FLAG}[aggregate]

    def label(self, aggregate: str, rows: Text) -> Text:
        if aggregate == "value":
            return Text(f"{rows.en}: {self.en}", f"{labels.bare(rows.fr)} : {self.one}")
        if aggregate == "share":
            return Text(f"share of {rows.en} {self.en}", f"part {labels.de(rows.fr)} {self.fr}")
        return Text(f"number of {rows.en} {self.en}", f"nombre {labels.de(labels.bare(rows.fr))} {self.fr}")


@dataclass(frozen=True, slots=True, eq=False)
class Category(Quantity):
    """One of a few words, held as its place in the vocabulary: of a single row, or how many differ."""

    en: str
    fr: str
    words: Mapping[str, Text] = field(default_factory=dict)

    @property
    def categories(self) -> Mapping[str, Text]:
        return self.words

    def unit_of(self, aggregate: str) -> Unit:
        return Unit.COUNT if aggregate == "distinct" else Unit.CATEGORY

    def label(self, aggregate: str, rows: Text) -> Text:
        if aggregate == "distinct":
            return Text(
                f"variety of the {self.en} among {rows.en}", f"variété {labels.de(self.fr)} parmi {rows.fr}"
            )
        return Text(f"{self.en} of {rows.en}", f"{labels.bare(self.fr)} {labels.de(rows.fr)}")


@dataclass(frozen=True, slots=True)
class Rows(Quantity):
    """The history rows themselves, counted or weighed; `en` and `fr` follow their name."""

    en: str = ""
    fr: str = ""

    def unit_of(self, aggregate: str) -> Unit:
        return Unit.COUNT

    def label(self, aggregate: str, rows: Text) -> Text:
        french = labels.de(labels.bare(rows.fr))
        return Text(f"number of {rows.en}{self.en}", f"nombre {french}{self.fr}")
