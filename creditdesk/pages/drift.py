"""What the drift page shows of one report, in words and in the order of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scoring.ml.features import catalogue
from scoring.ml.monitoring.conclusion import MODERATE
from scoring.ml.tables.catalogue import TABLES
from scoring.models import Alert, DriftReport
from scoring.presentation import formatting
from scoring.presentation.drift_labels import limit_in_words

SHIFTED: Final = 0.25
KEPT_MONTHS: Final = 24
LEVELS: Final[Mapping[str, str | Promise]] = {
    "stable": _("stable"),
    "chance": _("no more than chance"),
    "moderate": _("moderate"),
    "shifted": _("shifted"),
}
_COLUMNS: Final = {column.name: column for column in TABLES["application"].columns}


class Moved(NamedTuple):
    """One column: how far it moved and how much of it is missing on either side."""

    name: str
    label: str
    psi: float
    level: str
    level_word: str
    missing: Mapping[str, float]
    evidently: Mapping[str, Any] | None


class Finding(NamedTuple):
    words: str
    value: float
    threshold: float
    columns: Sequence[str]


@dataclass(eq=False)
class DriftPage:
    report: DriftReport

    @property
    def numbers(self) -> Mapping[str, Any]:
        numbers: Mapping[str, Any] = self.report.numbers
        return numbers

    @cached_property
    def findings(self) -> list[Finding]:
        return [
            Finding(
                limit_in_words(one["limit"]),
                one["value"],
                one["threshold"],
                [label_of(name) for name in one["columns"]],
            )
            for one in self.report.findings
        ]

    @cached_property
    def columns(self) -> list[Moved]:
        judged = self.numbers.get("evidently", {}).get("columns", {})
        return [_moved(one, judged.get(one["name"])) for one in self.numbers["columns"]]

    @property
    def score_level(self) -> str:
        score = self.numbers["score"]
        return str(LEVELS[level_of(score["psi"], score["chance"])]) if score else ""

    @cached_property
    def distributions(self) -> list[dict[str, Any]]:
        """Pairs of distributions to draw: the score first, then the columns that moved most."""
        score = self.numbers["score"]
        pairs = [{"label": str(_("Probability of default")), **score}] if score else []
        drawn = (one for one in self.numbers["columns"] if "labels" in one)
        return [*pairs, *({"label": label_of(one["name"]), **one} for one in drawn)]

    @cached_property
    def drawn(self) -> list[dict[str, Any]]:
        """As above, for the table below each drawing."""
        return [
            {**one, "rows": list(zip(one["labels"], one["reference"], one["current"], strict=True))}
            for one in self.distributions
        ]

    @cached_property
    def months(self) -> list[Mapping[str, Any]]:
        months: list[Mapping[str, Any]] = self.numbers["months"]
        return months[-KEPT_MONTHS:]

    @cached_property
    def followed(self) -> list[Mapping[str, Any]]:
        """CSI by month: a row per column, a cell per month."""
        names = sorted({name for month in self.months for name in month["columns"]})
        return [
            {"label": label_of(name), "cells": [month["columns"].get(name) for month in self.months]}
            for name in names
        ]

    @cached_property
    def over_time(self) -> list[dict[str, Any]]:
        """PSI of the score in the reports of the same version and source, the oldest first."""
        same = DriftReport.objects.filter(
            model_digest=self.report.model_digest, source=self.report.source, pk__lte=self.report.pk
        )
        newest = same.order_by("-pk").values_list("pk", "made_at", "numbers__score__psi")[:KEPT_MONTHS]
        return [{"report": pk, "at": at, "psi": psi} for pk, at, psi in reversed(newest) if psi is not None]

    @property
    def performance(self) -> list[tuple[str | Promise, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
        kinds = [
            ("estimated", _("Estimated from the probabilities, without outcomes")),
            ("expected", _("Estimated, for the clients whose outcome is known")),
            ("realised", _("Real, for the clients whose outcome is known")),
        ]
        pairs = (
            (words, self.numbers.get(f"{kind}_reference"), self.numbers.get(f"{kind}_current"))
            for kind, words in kinds
        )
        return [pair for pair in pairs if pair[1] or pair[2]]

    @property
    def limits(self) -> list[tuple[str, float]]:
        shown = {
            "score_psi": "score_psi",
            "column_psi": "column_psi",
            "moved_share": "moved_share",
            "missing_share": "missing_share",
            "default_rate": "default_rate",
            "auc_loss": "estimated_auc",
            "cost_rise": "estimated_cost",
        }
        return [(limit_in_words(words), self.report.limits[name]) for name, words in shown.items()]

    @cached_property
    def alerts(self) -> list[tuple[str, Alert]]:
        return [(limit_in_words(one.limit), one) for one in self.report.alerts.all()]


def level_of(psi: float, chance: float) -> str:
    """A small sample moves by chance alone; what stays below that is no shift, whatever its size."""
    if psi <= MODERATE:
        return "stable"
    if psi <= chance:
        return "chance"
    return "shifted" if psi > SHIFTED else "moderate"


def label_of(name: str) -> str:
    """The column in the reader's language; its own name where the catalogue has no words for it."""
    known = catalogue.BY_NAME.get(name) or _COLUMNS.get(name)
    return formatting.localize(known.label) if known else name


def _moved(one: Mapping[str, Any], evidently: Mapping[str, Any] | None) -> Moved:
    level = level_of(one["psi"], one["chance"])
    return Moved(
        one["name"], label_of(one["name"]), one["psi"], level, str(LEVELS[level]), one["missing"], evidently
    )
