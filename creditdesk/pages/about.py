"""Page about the model, in words, for everybody who works with its recommendations."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from creditdesk.pages import svg_geometry
from creditdesk.pages.case.explanation import group_importance
from creditdesk.pages.case.reasons import group_title
from creditdesk.reasons.dictionary import dictionary
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Sign
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.model.model import Model
from scoring.ml.model.threshold_options import RISK_CONTROL, RULES, refer_band
from scoring.ml.tables.catalogue import PROTECTED, column
from scoring.models import Policy
from scoring.policies import costs_of, thresholds_of
from scoring.presentation import formatting

MAX_NAMED_FEATURES: Final = 3
MAX_ONE_WAY: Final = 8

# Besides the protected columns, which the table of columns names.
NEVER: Final = (
    _("The name, the street, the phone number: nothing that says who the client is"),
    _("The size of the household and who came along, which would give the family status away"),
    _("Maternity leave: it is read as the job that the client is on leave from"),
    _("Who the advisor is, and what is noted on the case"),
)
LIMITS: Final = (
    _("It knows only clients who were granted a credit: it has not seen what became of those refused."),
    _("It finds what goes together with default, not what causes it."),
    _("A probability says how many of many alike clients default, not what this one will do."),
    _("It does not know what is not in the file: an illness, a new job next month, a family that helps."),
    _("What differs much from its training data, it judges badly; drift is watched, but found afterwards."),
)


@dataclass(frozen=True, slots=True)
class ModelGroup:
    """A feature group: its share of all effects on the score, and its features with the largest effects."""

    label: str
    share: str
    width: float
    features: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class AboutPage:
    version: str
    is_demo: bool
    groups: tuple[ModelGroup, ...]
    has_importance: bool
    never: tuple[str, ...]
    limits: tuple[str, ...]
    threshold: str
    # "" where nobody is referred for their probability.
    accept_below: str
    policy: int | None
    is_cheapest: bool
    # Of those accepted without a person, at most this share defaults; "" where no band keeps a limit.
    kept_limit: str
    cost_fn: str
    cost_fp: str
    clients: str
    default_rate: str
    ranked_pairs: str
    only_helps: tuple[str, ...]
    only_hurts: tuple[str, ...]

    @property
    def features(self) -> int:
        return sum(group.count for group in self.groups)


def about_page(model: Model, policy: Policy | None) -> AboutPage:
    """Return the page of this model under this policy."""
    manifest = model.manifest
    costs, thresholds = costs_of(model, policy), thresholds_of(model, policy)
    return AboutPage(
        version=model.version,
        is_demo=model.is_demo,
        groups=_groups(model),
        has_importance=model.explainer is not None,
        never=(
            *(formatting.capitalized(column("application", name).label) for name in PROTECTED),
            *map(str, NEVER),
        ),
        limits=tuple(map(str, LIMITS)),
        threshold=formatting.percent(thresholds.refuse_from),
        accept_below=formatting.percent(thresholds.accept_below) if policy and policy.has_band else "",
        policy=policy.version if policy else None,
        is_cheapest=policy is None or policy.threshold_rule in RULES,
        kept_limit=_kept_limit(model, policy),
        cost_fn=formatting.short_number(costs.fn),
        cost_fp=formatting.short_number(costs.fp),
        clients=formatting.number(manifest.data.clients),
        default_rate=formatting.percent(manifest.data.default_rate),
        ranked_pairs=formatting.number(100 * _auc(model)),
        only_helps=_one_way(model, Sign.LESS_RISK),
        only_hurts=_one_way(model, Sign.MORE_RISK),
    )


def _kept_limit(model: Model, policy: Policy | None) -> str:
    band = refer_band(model.manifest)
    is_band = policy is not None and policy.threshold_rule == RISK_CONTROL
    if not (is_band and band and policy and policy.model_version == model.version):
        return ""
    return formatting.percent(band.limit.default_rate)


def _groups(model: Model) -> tuple[ModelGroup, ...]:
    """Return the most important groups first, in the order of the catalogue where importance is not known."""
    features: dict[str, list[str]] = defaultdict(list)
    for name in _by_importance(model.features, model.explainer):
        features[catalogue.BY_NAME[name].group].append(name)
    importance = group_importance(model.explainer)
    total, largest = sum(importance.values()), max(importance.values(), default=0.0)
    groups = (code for code in catalogue.GROUPS if code in features)
    order = sorted(groups, key=lambda code: -importance.get(code, 0.0))
    return tuple(
        ModelGroup(
            label=group_title(code),
            share=formatting.percent(importance[code] / total) if total else "",
            width=svg_geometry.bar(importance.get(code, 0.0), largest).width * 2,
            features=_labels(features[code]),
            count=len(features[code]),
        )
        for code in order
    )


def _auc(model: Model) -> float:
    """Return the mean over repeated splits; that of the only split for earlier versions."""
    repeated = model.manifest.repeated_splits
    return repeated.metrics.holdout["auc"].mean if repeated else model.manifest.metrics.holdout.auc.value


def _one_way(model: Model, sign: Sign) -> tuple[str, ...]:
    """Return the labels of the features of which more never moves the estimate the other way.

    The most important first, and at most MAX_ONE_WAY of them.
    """
    section = model.manifest.directions
    imposed = section.imposed if section else {}
    names = [
        name
        for name in _by_importance(model.features, model.explainer)
        if name in imposed and catalogue.BY_NAME[name].as_shown(imposed[name]) == sign
    ]
    labels = (formatting.capitalized(catalogue.BY_NAME[name].label) for name in names)
    return tuple(dict.fromkeys(labels))[:MAX_ONE_WAY]


def _labels(names: list[str]) -> tuple[str, ...]:
    """Return the labels of the first features that can be put into words, of any where none can."""
    features = [catalogue.BY_NAME[name] for name in names]
    presentable = [feature for feature in features if feature.name in dictionary().sentences] or features
    return tuple(formatting.capitalized(feature.label) for feature in presentable[:MAX_NAMED_FEATURES])


def _by_importance(features: tuple[str, ...], explainer: ExplainerData | None) -> list[str]:
    if explainer is None:
        return list(features)
    positions, importance = explainer.positions, explainer.importance
    return sorted(features, key=lambda name: -float(importance[positions[name]]))
