"""Candidates side by side, as figures."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from scoring.presentation.figure import Column, Figure, Row
from scoring.presentation.formatting import number

Facts = Mapping[str, Any]


def comparison(found: Facts) -> list[Figure]:
    """The figures of the comparison page."""
    rows = [row for row in found["rows"] if not row["failure"]]
    return [_quality(rows), _against(rows, found["champion"]), _effort(rows)] if rows else []


def candidate(row: Facts) -> str:
    """What a candidate is called on the page; a version keeps its name."""
    return _names().get(row["code"]) or str(row["label"])


def _names() -> dict[str, str]:
    return {
        "dummy": _("No model"),
        "logistic_regression": _("Logistic regression"),
        "random_forest": _("Random forest"),
        "gradient_boosting": _("Gradient boosting"),
        "xgboost": "XGBoost",
        "lightgbm": "LightGBM",
        "smote": _("SMOTE, scaler, LightGBM"),
    }


def _quality(rows: list[Facts]) -> Figure:
    best = rows[0]
    return Figure(
        code="quality",
        title=_("AUC, with its 95% interval"),
        summary=_("{best} ranks best, with an AUC of {auc} out of fold.").format(
            best=candidate(best), auc=number(best["metrics"]["auc"]["value"], 4)
        ),
        x=_("Candidate"),
        y=_("AUC"),
        columns=[
            Column(_("AUC"), "number", 4, style="dots"),
            Column(_("Lowest"), "number", 4, style="edge"),
            Column(_("Highest"), "number", 4, style="edge"),
        ],
        rows=[
            Row(candidate(row), [row["metrics"]["auc"][end] for end in ("value", "low", "high")])
            for row in rows
        ],
    )


def _against(rows: list[Facts], champion: str) -> Figure:
    others = [row for row in rows if row["against"]]
    name = next((candidate(row) for row in rows if row["code"] == champion), champion)
    clear = [row for row in others if row["against"]["cost"]["low"] > 0]
    return Figure(
        code="against",
        title=_("Cost per case beyond the champion’s, paired over clients"),
        summary=_(
            "Champion: {name}. {clear} of {others} others cost more beyond doubt: their interval is above 0."
        ).format(name=name, clear=len(clear), others=len(others)),
        x=_("Candidate"),
        y=_("Cost per case beyond the champion’s"),
        columns=[
            Column(_("Difference"), "number", 4, style="dots"),
            Column(_("Lowest"), "number", 4, style="edge"),
            Column(_("Highest"), "number", 4, style="edge"),
            Column(_("AUC beyond the champion’s"), "number", 4, style="table"),
        ],
        rows=[
            Row(
                candidate(row),
                [
                    *(row["against"]["cost"][end] for end in ("value", "low", "high")),
                    row["against"]["auc"]["value"],
                ],
            )
            for row in others
        ],
    )


def _effort(rows: list[Facts]) -> Figure:
    return Figure(
        code="effort",
        title=_("Time and memory"),
        summary=_("Processor seconds to learn all folds, on one thread, and the memory that took at most."),
        x=_("Candidate"),
        y=_("Seconds"),
        columns=[
            Column(_("Seconds"), "number", 1, style="bars"),
            Column(_("Memory (MB)"), "number", 0, style="table"),
            Column(_("Milliseconds for 1,000 clients"), "number", 1, style="table"),
        ],
        rows=[Row(candidate(row), [row["seconds"], row["memory_mb"], row["predict_ms"]]) for row in rows],
    )
