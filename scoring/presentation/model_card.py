"""The model card of a version in the reader's language, from its manifest; CARD.md stays as it was sealed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.ml.features import catalogue
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_validation import FeatureImportance
from scoring.presentation.band_sentences import band_sentences
from scoring.presentation.check_labels import check_labels
from scoring.presentation.figures_fair_search import alternatives_in_words
from scoring.presentation.figures_weaknesses import weak_slices_in_words
from scoring.presentation.formatting import capitalized, number, percent, signed

MOST_IMPORTANT = 15


class CardSection(NamedTuple):
    """A heading, paragraphs, and a table of two columns where there is one."""

    code: str
    title: str
    paragraphs: Sequence[str]
    head: tuple[str, str] | None = None
    rows: Sequence[tuple[str, str]] = ()


def model_card(manifest: Manifest) -> list[CardSection]:
    """Return the sections of the card, each with what the version recorded about itself."""
    return [
        CardSection("use", _("What it is for"), list(_use(manifest))),
        CardSection("data", _("What it learned from"), list(_data(manifest))),
        CardSection("oversight", _("Human oversight"), [_oversight()]),
        _features(manifest),
        CardSection("training", _("Training"), list(_training(manifest))),
        CardSection("threshold", _("Threshold"), list(_threshold(manifest))),
        CardSection("calibration", _("Calibration"), [_calibration(manifest)]),
        _checks(manifest),
        CardSection("weaknesses", _("Weaknesses"), list(_weaknesses(manifest))),
        CardSection("alternatives", _("Less discriminatory alternatives"), alternatives_in_words(manifest)),
        _importance(manifest),
        CardSection("limits", _("Limits"), list(_limits(manifest))),
    ]


def _use(manifest: Manifest) -> Iterator[str]:
    if manifest.is_demo:
        yield _("This is the demo model, trained on synthetic clients. It must not decide about anybody.")
    yield _(
        "Estimates the probability that the client of a credit application will have difficulties to pay, "
        "and recommends to accept or refuse. A person decides; the recommendation is never applied alone. "
        "Not for any other purpose, product or population than that of its training data."
    )


def _data(manifest: Manifest) -> Iterator[str]:
    data = manifest.data
    yield _("{clients} clients with a known outcome, {rate} of them with payment difficulties.").format(
        clients=number(data.clients), rate=percent(data.default_rate, 2)
    )
    yield _("Rows rejected as impossible: {rejected}.").format(rejected=number(data.rejected))


def _oversight() -> str:
    return _(
        "A person decides every case and sees the probability, the threshold and the reasons. Deciding "
        "against the recommendation needs a written reason; accepting what the model refuses needs a second "
        "person above an amount. Every recommendation is stored with its inputs and can be computed again."
    )


def _features(manifest: Manifest) -> CardSection:
    counts = Counter(catalogue.BY_NAME[name].group for name in manifest.features)
    return CardSection(
        "features",
        _("Features"),
        [
            _("{count} features. Sex and family status are not among them.").format(
                count=number(len(manifest.features))
            )
        ],
        (_("Group"), _("Features")),
        [(capitalized(catalogue.GROUPS[group]), number(count)) for group, count in counts.most_common()],
    )


def _training(manifest: Manifest) -> Iterator[str]:
    settings = manifest.hyperparameters
    if settings:
        yield ngettext(
            "LightGBM {version}: one booster of {rounds} rounds.",
            "LightGBM {version}: {seeds} boosters averaged, of {rounds} rounds each.",
            settings.seeds,
        ).format(
            version=manifest.libraries["lightgbm"],
            seeds=number(settings.seeds),
            rounds=number(settings.rounds),
        )
    yield _(
        "Chosen by cross-validation in five folds on 80% of the clients, judged once on the other 20%, then "
        "fitted again in the same way on all of them."
    )


def _threshold(manifest: Manifest) -> Iterator[str]:
    yield _(
        "Refuse from a probability of {threshold} on. An accepted default costs {fn}, a refused good payer "
        "{fp}; for calibrated probabilities theory gives {theory}."
    ).format(
        threshold=percent(manifest.threshold, 2),
        fn=number(manifest.costs.fn),
        fp=number(manifest.costs.fp),
        theory=percent(manifest.theoretical_threshold, 2),
    )
    if manifest.refer_band:
        yield " ".join(band_sentences(manifest.refer_band))


def _calibration(manifest: Manifest) -> str:
    if not manifest.reliability:
        return _("Not recorded by this version.")
    section = manifest.reliability.holdout
    return _("On the hold-out: slope {slope} (1 is ideal), calibration error {ece}.").format(
        slope=number(section.slope, 2), ece=percent(section.ece, 2)
    )


def _checks(manifest: Manifest) -> CardSection:
    words = {"passed": _("passed"), "failed": _("failed"), "reported": _("for information")}
    labels = check_labels(manifest.checks) if manifest.checks else []
    return CardSection(
        "checks",
        _("Checks"),
        [] if labels else [_("Not recorded by this version.")],
        (_("Check"), _("Result")),
        [(label.title, f"{words[label.state]}. {label.detail}") for label in labels],
    )


def _weaknesses(manifest: Manifest) -> Iterator[str]:
    report = manifest.weaknesses
    if report is None:
        yield _("Not recorded by this version.")
        return
    yield weak_slices_in_words(report.weak_slices)
    noise, missing = report.noise[-1], report.missing[-1]
    yield _(
        "With noise of {level} of a standard deviation on every number the AUC changes by {noise}; with "
        "{level} of the groups of facts missing, by {missing}."
    ).format(
        level=percent(noise.level, 0),
        noise=signed(noise.auc_change.value, 3),
        missing=signed(missing.auc_change.value, 3),
    )


def _importance(manifest: Manifest) -> CardSection:
    features = manifest.explanation.features[:MOST_IMPORTANT] if manifest.explanation else ()
    return CardSection(
        "importance",
        _("What it looks at most"),
        [] if features else [_("Not recorded by this version.")],
        (_("Feature"), _("More of it means")),
        [
            (capitalized(catalogue.BY_NAME[feature.feature].label), _direction(feature))
            for feature in features
        ],
    )


def _direction(item: FeatureImportance) -> str:
    direction = item.direction_as_shown
    if direction is None:
        return _("no single direction")
    return _("more risk") if direction > 0 else _("less risk")


def _limits(manifest: Manifest) -> Iterator[str]:
    yield _(
        "The outcome is known for granted credits only: clients who were refused at the time are not in "
        "the data."
    )
    yield _("The data describe one lender and its years; a population that has shifted needs a new model.")
    yield _("Features that are read as their training median when they are missing: {count}.").format(
        count=number(len(manifest.medians))
    )
