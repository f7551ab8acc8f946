"""Parts of the model card on what the training chose: number of features, directions, threshold."""

from scoring.ml.features import catalogue
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_choices import FeatureDirection, ThresholdRule
from scoring.ml.training.report.sections import required

_RULES = {
    "fold_mean": "mean of the five fold optima",
    "pooled": "optimum over all folds together",
    "half_way": "half way between that and theory",
    "theoretical": "theory",
}
PLAIN_BAND = (
    "The band is plain: who is referred depends on the probability alone. An order by how far the bootstrap "
    "ensemble disagrees was measured on 49,280 real clients and is not cheaper at an equal share: at 15 % "
    "referred it costs 0.0023 more per client (95 %: -0.0036 to +0.0080)."
)
_EFFECTS = {1: "more risk", -1: "less risk"}


def feature_count(manifest: Manifest) -> str:
    """Return the choice of the number of features; empty where there was none."""
    curve = manifest.feature_count
    if curve is None:
        return ""
    rows = [
        f"| {point.features} | {point.log_loss:.5f} | {point.excess:+.5f} | {point.standard_error:.5f} |"
        for point in curve.points
    ]
    head = ["| features | log-loss | above the best | standard error |", "| ---: | ---: | ---: | ---: |"]
    return (
        f"**{curve.chosen} plain features**: the fewest, from {curve.floor} up, whose log-loss out of fold "
        f"is within one standard error of the best ({curve.clients:,} clients, paired over them).\n\n"
    ) + "\n".join(head + rows)


def directions(manifest: Manifest) -> str:
    """Return the directions that the boosters are held to and those that the data deny; empty for none."""
    section = manifest.directions
    if section is None:
        return ""
    change = section.log_loss_change
    cost = f"{change.value:+.5f} ({change.low:+.5f} to {change.high:+.5f}) in log-loss"
    selected = [item for item in section.features if item.feature in manifest.features]
    imposed = [item for item in selected if item.feature in section.imposed]
    denied = [item for item in section.features if item.is_denied]
    listed = "\n".join(
        f"- {_label(item)}: more of it never means {_EFFECTS[-item.as_shown().sign]}, because {_reason(item)}"
        for item in imposed
    )
    verdict = (
        f"**{len(imposed)} features have a direction** that no tree may go against; it changes {cost} "
        f"(probe models, paired over {section.clients:,} clients).\n\n{listed}"
        if section.is_imposed
        else f"**No direction is imposed**: it would cost {cost}, which is beyond noise."
    )
    return "\n\n".join([verdict, *map(_denied, denied)])


def _denied(item: FeatureDirection) -> str:
    shown = item.as_shown()
    rates = ", ".join(f"{rate:.1%}" for rate in shown.default_rates)
    return (
        f"The data deny the direction of {_label(item)} ({_EFFECTS[shown.sign]}), so it is left "
        f"out: default rates by tenths of the value, lowest first: {rates}."
    )


def _label(item: FeatureDirection) -> str:
    return f"{catalogue.BY_NAME[item.feature].label.en} (`{item.feature}`)"


def _reason(item: FeatureDirection) -> str:
    direction = catalogue.BY_NAME[item.feature].direction
    return direction.reason.en if direction else "of an earlier catalogue"


def threshold_rules(manifest: Manifest) -> str:
    """Return the rules for the threshold with what each costs."""
    section = required(manifest.threshold_rules)
    rows = [
        f"| {_RULES.get(rule.code, rule.code)}{' (in force)' if rule.code == section.in_force else ''} | "
        f"{_rule(rule)} |"
        for rule in section.rules
    ]
    head = ["| rule | threshold | cost per client |", "| --- | ---: | ---: |"]
    return (
        f"Each rule, chosen on {section.resamples} bootstrap draws and paid on the clients left out of the "
        "draw; mean and standard deviation:\n\n"
    ) + "\n".join(head + rows)


def _rule(rule: ThresholdRule) -> str:
    if rule.threshold is None:
        return f"not available ({rule.why}) | "
    return (
        f"{rule.threshold:.4f} ± {rule.threshold_deviation or 0:.4f} | "
        f"{rule.cost or 0:.4f} ± {rule.cost_deviation or 0:.4f}"
    )


def refer_band(manifest: Manifest) -> str:
    """Return the proposed band of referral with what it promises; empty for a version that has none."""
    band = manifest.refer_band
    if band is None:
        return ""
    promise = (
        f"At most {band.limit.default_rate:.1%} of those accepted without a person default, with a "
        f"confidence of {band.confidence:.1%} for a finite sample (Learn then Test on {band.clients:,} "
        f"clients out of fold), and at most {band.limit.refer_share:.0%} of all are referred"
    )
    if band.accept_below is None:
        return f"**No refer band is proposed.** {promise}: no threshold can be shown to keep that."
    observed = required(band.default_rate)
    rates = f"{observed.value:.2%} ({observed.low:.2%} to {observed.high:.2%}) of the accepted default"
    out_of_sample = (
        f", on the hold-out {band.hold_out.value:.2%} ({band.hold_out.low:.2%} to {band.hold_out.high:.2%})"
        if band.hold_out
        else ""
    )
    return (
        f"**Proposed refer band: {band.accept_below:.1%} to {required(band.refuse_from):.1%}.** {promise}. "
        f"Out of fold {required(band.accepted):.1%} are accepted and {required(band.referred):.1%} referred; "
        f"{rates}{out_of_sample}. {PLAIN_BAND}"
    )
