"""Section of the model card on weaknesses: weak slices, noise, missing values."""

from scoring.ml.features import catalogue
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_weaknesses import ClientSlice, DisturbedPoint, WeakSlices
from scoring.ml.training.report.sections import required

SHOWN = 5


def weaknesses(manifest: Manifest) -> str:
    report = required(manifest.weaknesses)
    rows = [
        f"| {noisy.level:.0%} | {_point(noisy)} | {_point(lacking)} |"
        for noisy, lacking in zip(report.noise, report.missing, strict=True)
    ]
    head = [
        "| level | AUC with noise | verdicts changed | AUC with missing facts | verdicts changed |",
        "| ---: | --- | ---: | --- | ---: |",
    ]
    return (
        f"{_weak_slices(report.weak_slices)}\n\nOn the hold-out, each number shifted by a share of its "
        "standard deviation (noise), or each group of facts missing with that probability; changes are "
        "paired over clients. Derived figures are disturbed as the booster reads them, not computed anew:\n\n"
    ) + "\n".join(head + rows)


def _weak_slices(section: WeakSlices) -> str:
    weak = section.beyond_chance
    verdict = (
        f"**{len(weak)} weak beyond chance**: {'; '.join(_label(item.slice) for item in weak)}."
        if weak
        else "None of them is weak beyond chance."
    )
    rows = [
        f"| {_label(item.slice)} | {item.clients:,} | {item.auc:.3f} | {item.promised:.3f} | {item.z:.1f} | "
        f"{item.expected:.1%} | {item.observed:.1%} |"
        for item in section.slices[:SHOWN]
    ]
    head = [
        "| group | clients | AUC | promised | shortfall in standard errors | expected | defaulted |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    return (
        f"{section.examined} groups of clients by one fact were examined, each against the AUC that the "
        f"version's own probabilities promise for it. {verdict} The limit is {section.limit:.1f} standard "
        "errors: one report in a thousand would pass it by chance. The weakest:\n\n"
    ) + "\n".join(head + rows)


def _label(item: ClientSlice) -> str:
    feature = catalogue.BY_NAME[item.feature]
    return f"{feature.label.en} (`{feature.name}`) {_values(item)}"


def _values(item: ClientSlice) -> str:
    if item.is_missing:
        return "missing"
    if item.code is not None:
        return list(catalogue.BY_NAME[item.feature].categories.values())[item.code].en
    if item.low is None:
        return "present" if item.high is None else f"up to {item.high:,.4g}"
    return f"above {item.low:,.4g}" + ("" if item.high is None else f", up to {item.high:,.4g}")


def _point(point: DisturbedPoint) -> str:
    change = point.auc_change
    return (
        f"{point.auc:.4f}, {change.value:+.4f} ({change.low:+.4f} to {change.high:+.4f}) | "
        f"{point.verdicts_changed:.1%}"
    )
