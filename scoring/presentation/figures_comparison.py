"""Figures of a comparison of candidates: quality, cost against the champion, time and memory."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.models.comparison import StoredCandidate, StoredComparison
from scoring.presentation.figure import Column, Figure, Row
from scoring.presentation.formatting import number


def comparison(results: StoredComparison) -> list[Figure]:
    """Return the figures of the comparison page."""
    rows = [row for row in results["rows"] if not row["failure"]]
    return [_quality(rows), _against(rows, results["champion"]), _resources(rows)] if rows else []


def candidate(row: StoredCandidate) -> str:
    """Return the name of a candidate on the page; a version keeps its own."""
    return _names().get(row["code"]) or str(row["label"])


def description(row: StoredCandidate) -> str:
    """Return one sentence about a candidate; that of a version is made from its name."""
    if row["code"] == "champion":
        return _("The recipe and the plain features of {name}, fitted again.").format(name=row["label"])
    return _descriptions().get(row["code"]) or str(row["told"])


def _descriptions() -> dict[str, str]:
    return {
        "dummy": _("The mean default rate for everybody."),
        "logistic_regression": _(
            "Numbers by quantiles to a normal shape, missing values by median, categories one by one, L2."
        ),
        "random_forest": _("Bagged deep trees, half of the clients each, leaves of 20 or more."),
        "gradient_boosting": _(
            "scikit-learn’s histogram gradient boosting; its older exact one does not end at this size."
        ),
        "xgboost": _("Histogram trees with native categories."),
        "catboost": _("Symmetric trees; each category by the outcomes of other clients that have it."),
        "lightgbm": _("The recipe that train uses, averaged over its seeds."),
        "blend": _(
            "The recipe that train uses with three tenths of XGBoost, its trees rewritten as LightGBM text."
        ),
        "smote": _(
            "The classic recipe: missing values filled, defaults multiplied to half of the others on "
            "training folds only, standardised, LightGBM with its own defaults and 100 rounds."
        ),
    }


def _names() -> dict[str, str]:
    return {
        "dummy": _("No model"),
        "logistic_regression": _("Logistic regression"),
        "random_forest": _("Random forest"),
        "gradient_boosting": _("Gradient boosting"),
        "xgboost": "XGBoost",
        "catboost": "CatBoost",
        "lightgbm": "LightGBM",
        "blend": _("LightGBM and XGBoost"),
        "smote": _("SMOTE, scaler, LightGBM"),
    }


def _quality(rows: list[StoredCandidate]) -> Figure:
    estimates = [(row, row["metrics"]["auc"]) for row in rows if row["metrics"]]
    best, best_auc = estimates[0]
    return Figure(
        code="quality",
        title=_("AUC, with its interval of 95%"),
        summary=_("{best} ranks best, with an AUC of {auc} out of fold.").format(
            best=candidate(best), auc=number(best_auc["value"], 4)
        ),
        x=_("Candidate"),
        y=_("AUC"),
        horizontal=True,
        columns=[
            Column(_("AUC"), "number", 4, style="dots"),
            Column(_("Lowest"), "number", 4, style="edge"),
            Column(_("Highest"), "number", 4, style="edge"),
        ],
        rows=[Row(candidate(row), [auc["value"], auc["low"], auc["high"]]) for row, auc in estimates],
    )


def _against(rows: list[StoredCandidate], champion: str) -> Figure:
    compared = [(row, row["against"]) for row in rows if row["against"]]
    name = next((candidate(row) for row in rows if row["code"] == champion), champion)
    dearer = sum(against["cost"]["low"] > 0 for _, against in compared)
    return Figure(
        code="against",
        title=_("Cost per case beyond the champion’s, paired over clients"),
        summary=ngettext(
            "Champion: {name}. {clear} of {others} others costs more beyond doubt: its interval is above 0.",
            "Champion: {name}. {clear} of {others} others cost more beyond doubt: their interval is above 0.",
            dearer,
        ).format_map({"name": name, "clear": dearer, "others": len(compared)}),
        x=_("Candidate"),
        y=_("Extra cost per case"),
        horizontal=True,
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
                    against["cost"]["value"],
                    against["cost"]["low"],
                    against["cost"]["high"],
                    against["auc"]["value"],
                ],
            )
            for row, against in compared
        ],
    )


def _resources(rows: list[StoredCandidate]) -> Figure:
    return Figure(
        code="effort",
        title=_("Time and memory"),
        summary=_("Processor seconds to learn all folds, on one thread, and the memory that took at most."),
        x=_("Candidate"),
        y=_("Seconds"),
        horizontal=True,
        columns=[
            Column(_("Seconds"), "number", 1, style="bars"),
            Column(_("Memory (MB)"), "number", 0, style="table"),
            Column(_("Milliseconds for 1,000 clients"), "number", 1, style="table"),
        ],
        rows=[Row(candidate(row), [row["seconds"], row["memory_mb"], row["predict_ms"]]) for row in rows],
    )
