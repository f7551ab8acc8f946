"""Drift page: one stored report, in words and in the order of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.pages.drift_bins import COLUMNS, bin_in_words
from creditdesk.pages.drift_rows import (
    ColumnByMonth,
    ColumnDrift,
    DistributionPair,
    DistributionTable,
    Finding,
    LimitState,
    PerformanceRow,
    ScorePsi,
)
from creditdesk.pages.drift_samples import sample_in_words
from scoring.ml.features import catalogue
from scoring.ml.monitoring.conclusion import MODERATE
from scoring.ml.monitoring.drift_numbers import (
    DriftNumbers,
    EvidentlyColumn,
    StoredColumn,
    StoredMonth,
)
from scoring.models import Alert, DriftReport
from scoring.presentation import formatting
from scoring.presentation.drift_labels import limit_in_words

SHIFTED: Final = 0.25
MAX_MONTHS: Final = 24
MAX_COLUMNS: Final = 25
FEW_COLUMNS: Final = 5
MAX_REPORTS: Final = 24
LEVELS: Final[Mapping[str, str | Promise]] = {
    "stable": _("stable"),
    # Samples of this size move as far without any shift.
    "chance": _("within chance"),
    "moderate": _("moderate"),
    "shifted": _("shifted"),
}
# A limit of the report -> the label that it is shown under.
LIMIT_LABELS: Final[Mapping[str, str]] = {
    "score_psi": "score_psi",
    "column_psi": "column_psi",
    "moved_share": "moved_share",
    "missing_share": "missing_share",
    "default_rate": "default_rate",
    "auc_loss": "estimated_auc",
    "cost_rise": "estimated_cost",
}
# Limits of a share, written in percent.
SHARES: Final = frozenset({"moved_share", "missing_share", "default_rate"})
# A finding on estimated or on real figures -> the limit that it passed.
LIMIT_OF_FINDING: Final[Mapping[str, str]] = {
    "estimated_auc": "auc_loss",
    "realised_auc": "auc_loss",
    "estimated_cost": "cost_rise",
    "realised_cost": "cost_rise",
}


class Tab(NamedTuple):
    """A page of the same report, by its URL name."""

    view: str
    label: str | Promise


TABS: Final = (
    Tab("drift_report", _("What moved")),
    Tab("drift_performance", _("Performance")),
    Tab("drift_reports", _("All reports")),
)


@dataclass(eq=False)
class DriftPage:
    report: DriftReport

    @property
    def current(self) -> str:
        return sample_in_words(self.report.current)

    @property
    def reference(self) -> str:
        return sample_in_words(self.report.reference)

    @property
    def numbers(self) -> DriftNumbers:
        numbers: DriftNumbers = self.report.numbers
        return numbers

    @cached_property
    def findings(self) -> list[Finding]:
        return [
            Finding(
                limit_in_words(finding["limit"]),
                _in_words(finding["limit"], finding["value"], 3),
                _in_words(finding["limit"], finding["threshold"], 2),
                self.basis if finding["limit"] == "moved_share" else "",
                [label_of(name) for name in finding["columns"]],
            )
            for finding in self.report.findings
        ]

    @property
    def basis(self) -> str:
        """By which measure, and of how many, a column counts as moved."""
        if "evidently" not in self.numbers:
            return gettext("of %(n)s columns, by PSI") % {"n": formatting.number(len(self.columns))}
        evaluated = self.numbers["evidently"]["columns"]
        return gettext("of %(n)s columns that Evidently measures, by PSI and by its distance") % {
            "n": formatting.number(len(evaluated))
        }

    @cached_property
    def columns(self) -> list[ColumnDrift]:
        evidently = self.numbers["evidently"]["columns"] if "evidently" in self.numbers else {}
        return [_column_drift(column, evidently.get(column["name"])) for column in self.numbers["columns"]]

    @property
    def score_level(self) -> str:
        score = self.numbers["score"]
        return str(LEVELS[level_of(score["psi"], score["chance"])]) if score else ""

    @cached_property
    def distributions(self) -> list[DistributionPair]:
        """Pairs of distributions to draw: the score first, then the columns that moved most."""
        score = self.numbers["score"]
        pairs: list[DistributionPair] = []
        if score:
            pairs.append(
                {
                    "label": str(_("Probability of default")),
                    "psi": score["psi"],
                    "labels": [bin_in_words("", label) for label in score["labels"]],
                    "reference": score["reference"],
                    "current": score["current"],
                }
            )
        pairs += [
            {
                "label": label_of(column["name"]),
                "psi": column["psi"],
                "labels": [bin_in_words(column["name"], label) for label in column["labels"]],
                "reference": column["reference"],
                "current": column["current"],
            }
            for column in self.numbers["columns"]
            if "labels" in column
        ]
        return pairs

    @cached_property
    def distribution_tables(self) -> list[DistributionTable]:
        """The distributions again, for the table below each figure."""
        return [
            DistributionTable(
                place,
                pair["label"],
                pair["psi"],
                list(zip(pair["labels"], pair["reference"], pair["current"], strict=True)),
            )
            for place, pair in enumerate(self.distributions)
        ]

    @cached_property
    def months(self) -> list[StoredMonth]:
        newest = self.numbers["months"][-MAX_MONTHS:]
        return [{**month, "month": _month_in_words(month["month"])} for month in newest]

    @cached_property
    def columns_by_month(self) -> list[ColumnByMonth]:
        names = sorted({name for month in self.months for name in month["columns"]})
        return [
            ColumnByMonth(label_of(name), [month["columns"].get(name) for month in self.months])
            for name in names
        ]

    @cached_property
    def score_psi_by_report(self) -> list[ScorePsi]:
        """PSI of the score in the reports of the same version and source, the oldest first."""
        same = DriftReport.objects.filter(
            model_digest=self.report.model_digest, source=self.report.source, pk__lte=self.report.pk
        )
        newest = same.order_by("-pk").values_list("pk", "made_at", "numbers__score__psi")[:MAX_REPORTS]
        return [ScorePsi(pk, made_at, psi) for pk, made_at, psi in reversed(newest) if psi is not None]

    @property
    def performance(self) -> list[PerformanceRow]:
        numbers = self.numbers
        rows = [
            PerformanceRow(
                _("Estimated from the probabilities, without outcomes"),
                numbers.get("estimated_reference"),
                numbers.get("estimated_current"),
            ),
            PerformanceRow(
                _("Estimated, for the clients whose outcome is known"),
                numbers.get("expected_reference"),
                numbers.get("expected_current"),
            ),
            PerformanceRow(
                _("Real, for the clients whose outcome is known"),
                numbers.get("realised_reference"),
                numbers.get("realised_current"),
            ),
        ]
        return [row for row in rows if row.reference or row.current]

    @cached_property
    def limits(self) -> list[LimitState]:
        passed = {LIMIT_OF_FINDING.get(code, code) for code in (row["limit"] for row in self.report.findings)}
        return [
            LimitState(limit_in_words(label), _in_words(limit, self.report.limits[limit], 2), limit in passed)
            for limit, label in LIMIT_LABELS.items()
        ]

    @property
    def passed(self) -> int:
        return sum(limit.is_passed for limit in self.limits)

    @cached_property
    def moved(self) -> list[ColumnDrift]:
        """The columns that moved beyond chance; the table opens on them."""
        return [column for column in self.columns if column.level in {"moderate", "shifted"}]

    @property
    def moved_most(self) -> list[ColumnDrift]:
        """What moved beyond chance; the few that moved most, where nothing did."""
        return self.columns[: max(FEW_COLUMNS, min(len(self.moved), MAX_COLUMNS))]

    @property
    def other_columns(self) -> list[ColumnDrift]:
        return self.columns[len(self.moved_most) : MAX_COLUMNS]

    @cached_property
    def alerts(self) -> list[tuple[str, Alert]]:
        return [(limit_in_words(alert.limit), alert) for alert in self.report.alerts.all()]


def level_of(psi: float, chance: float) -> str:
    """Return the level of a PSI; `chance` is the PSI that samples of this size reach without any shift."""
    if psi <= MODERATE:
        return "stable"
    if psi <= chance:
        return "chance"
    return "shifted" if psi > SHIFTED else "moderate"


def _in_words(limit: str, value: float, digits: int) -> str:
    if limit not in SHARES:
        return formatting.number(value, digits)
    return formatting.percent(value, 0 if round(value * 100, 6).is_integer() else 1)


def _month_in_words(month: str) -> str:
    """Write 2026-11 as Nov. 2026, in the reader's language."""
    return date_format(date.fromisoformat(f"{month}-01"), "N Y")


def label_of(name: str) -> str:
    """Return the label of a column, its own name where the catalogue has none."""
    described = catalogue.BY_NAME.get(name) or COLUMNS.get(name)
    return formatting.capitalized(described.label) if described else name


def _column_drift(column: StoredColumn, evidently: EvidentlyColumn | None) -> ColumnDrift:
    level = level_of(column["psi"], column["chance"])
    return ColumnDrift(
        name=column["name"],
        label=label_of(column["name"]),
        psi=column["psi"],
        level=level,
        level_label=str(LEVELS[level]),
        missing=column["missing"],
        evidently=evidently,
    )
