"""How well a version tells defaults from repayments, as figures."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from scoring.presentation.figure import Column, Figure, Row
from scoring.presentation.numbers import number, percent

Facts = Mapping[str, Any]


def performance(facts: Facts) -> list[Figure]:
    """The figures of the page of a version; none where it was trained without them."""
    if "curves" not in facts:
        return []
    draws = (cost, reliability, roc, precision_recall, ks, lift)
    return [draw(facts) for draw in draws]


def cost(facts: Facts) -> Figure:
    curve, costs = facts["cost_curve"], facts["costs"]
    flat = curve["flat"]
    return Figure(
        code="cost",
        title=_("Cost against threshold"),
        summary=_(
            "At the threshold of {threshold} a case costs {cost}; accepting everybody would cost "
            "{everybody}. Between {low} and {high} the cost stays within 1% of the lowest. An accepted "
            "default costs {fn}, a refused good client {fp}."
        ).format(
            threshold=percent(facts["threshold"], 2),
            cost=number(curve["chosen"]["cost"], 3),
            everybody=number(curve["everybody"]["cost"], 3),
            low=percent(flat["low"], 2),
            high=percent(flat["high"], 2),
            fn=number(costs["fn"]),
            fp=number(costs["fp"]),
        ),
        x=_("Threshold"),
        y=_("Cost per case"),
        columns=[Column(_("Cost per case"), "number", 4)],
        rows=[Row(at, [value]) for at, value in zip(curve["threshold"], curve["cost"], strict=True)],
        numeric=True,
        marks=[(facts["threshold"], _("threshold")), (facts["threshold_theory"], _("in theory"))],
        shade=[flat["low"], flat["high"]],
        until=0.4,
    )


def reliability(facts: Facts) -> Figure:
    judged = facts["reliability"]["holdout"]
    return Figure(
        code="reliability",
        title=_("Calibration"),
        summary=_(
            "On the hold-out the slope is {slope} (1 is ideal), the intercept {intercept} (0 is ideal) and "
            "the calibration error {ece}. Tenths of the clients, with the 95% interval of what was observed."
        ).format(
            slope=number(judged["slope"], 2),
            intercept=number(judged["intercept"], 2),
            ece=percent(judged["ece"], 2),
        ),
        x=_("Expected defaults"),
        y=_("Observed defaults"),
        columns=[
            Column(_("Observed"), digits=2, style="points"),
            Column(_("Lowest"), digits=2, style="edge"),
            Column(_("Highest"), digits=2, style="edge"),
            Column(_("Clients"), "number", 0, style="table"),
        ],
        rows=[
            Row(tenth["expected"], [tenth["observed"], tenth["low"], tenth["high"], tenth["n"]])
            for tenth in judged["deciles"]
        ],
        numeric=True,
        diagonal=True,
    )


def roc(facts: Facts) -> Figure:
    points = facts["curves"]["holdout"]["roc"]
    return Figure(
        code="roc",
        title=_("ROC curve"),
        summary=_(
            "On the hold-out a default is ranked above a good client in {auc} of all pairs (AUC)."
        ).format(auc=percent(facts["metrics"]["holdout"]["auc"]["value"])),
        x=_("Good clients refused"),
        y=_("Defaults refused"),
        columns=[Column(_("Defaults refused"))],
        rows=[Row(x, [y]) for x, y in zip(points["fpr"], points["tpr"], strict=True)],
        numeric=True,
        diagonal=True,
    )


def precision_recall(facts: Facts) -> Figure:
    points = facts["curves"]["holdout"]["precision_recall"]
    judged = facts["metrics"]["holdout"]
    return Figure(
        code="precision-recall",
        title=_("Precision and recall"),
        summary=_(
            "At the threshold {recall} of the defaults are refused; {precision} of the refused are defaults."
        ).format(recall=percent(judged["recall"]["value"]), precision=percent(judged["precision"]["value"])),
        x=_("Defaults refused"),
        y=_("Defaults among the refused"),
        columns=[Column(_("Defaults among the refused"))],
        rows=[Row(x, [y]) for x, y in zip(points["recall"], points["precision"], strict=True)],
        numeric=True,
    )


def ks(facts: Facts) -> Figure:
    points = facts["curves"]["holdout"]["ks"]
    return Figure(
        code="ks",
        title=_("How far defaults and good clients lie apart (KS)"),
        summary=_("The two curves are {gap} apart at most, at a probability of {at}.").format(
            gap=percent(facts["metrics"]["holdout"]["ks"]["value"]), at=percent(points["at"])
        ),
        x=_("Probability of default"),
        y=_("Share of clients below"),
        columns=[Column(_("Defaults")), Column(_("Good clients"), style="dashed")],
        rows=[
            Row(at, [bad, good])
            for at, bad, good in zip(points["probability"], points["defaults"], points["repaid"], strict=True)
        ],
        numeric=True,
        marks=[(points["at"], _("largest gap"))],
    )


def lift(facts: Facts) -> Figure:
    tenths = facts["curves"]["holdout"]["lift"]
    return Figure(
        code="lift",
        title=_("Lift by tenth"),
        summary=_("The riskiest tenth of the clients defaults {lift} times as often as the average.").format(
            lift=number(tenths[0]["lift"], 1)
        ),
        x=_("Tenth of the clients, the riskiest first"),
        y=_("Times the mean default rate"),
        columns=[
            Column(_("Times the mean default rate"), "number", 2, style="bars"),
            Column(_("Default rate"), style="table"),
            Column(_("Clients"), "number", 0, style="table"),
        ],
        rows=[
            Row(str(place), [tenth["lift"], tenth["default_rate"], tenth["n"]])
            for place, tenth in enumerate(tenths, start=1)
        ],
    )
