"""What the model looks at, in words, for everybody who works with its recommendations."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from creditdesk.pages import svg_geometry
from creditdesk.pages.case.explanation import usual_effects
from creditdesk.pages.case.reasons import group_titled
from creditdesk.reasons import render
from scoring.ml.features import catalogue
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.model.model import Model
from scoring.ml.tables.catalogue import PROTECTED, column
from scoring.presentation import formatting

NAMED_FEATURES: Final = 3

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
class Looked:
    """A group of facts: its share of all that moves the score, and its features that move it most."""

    label: str
    share: str
    width: float
    features: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class About:
    version: str
    is_demo: bool
    groups: tuple[Looked, ...]
    has_importance: bool
    never: tuple[str, ...]
    limits: tuple[str, ...]
    threshold: str
    missed: str
    wronged: str
    ratio: str
    clients: str
    default_rate: str
    pairs: str

    @property
    def features(self) -> int:
        return sum(group.count for group in self.groups)


def about(model: Model) -> About:
    facts = model.facts
    costs: Mapping[str, float] = facts["costs"]
    data = facts.get("data", {})
    auc = facts.get("metrics", {}).get("holdout", {}).get("auc", {}).get("value")
    return About(
        version=model.version,
        is_demo=model.is_demo,
        groups=_groups(model),
        has_importance=model.explainer is not None,
        never=(
            *(formatting.capitalized(column("application", name).label) for name in PROTECTED),
            *map(str, NEVER),
        ),
        limits=tuple(map(str, LIMITS)),
        threshold=formatting.percent(model.threshold),
        missed=formatting.short_number(costs["fn"]),
        wronged=formatting.short_number(costs["fp"]),
        ratio=formatting.short_number(costs["fn"] / costs["fp"]),
        clients=formatting.number(data["clients"]) if "clients" in data else "",
        default_rate=formatting.percent(data["default_rate"]) if "default_rate" in data else "",
        pairs="" if auc is None else formatting.number(100 * auc),
    )


def _groups(model: Model) -> tuple[Looked, ...]:
    """The most important first; in the order of the catalogue where importance is not known."""
    members: dict[str, list[str]] = defaultdict(list)
    for name in _by_importance(model.features, model.explainer):
        members[catalogue.BY_NAME[name].group].append(name)
    usual = usual_effects(model.explainer)
    whole, largest = sum(usual.values()), max(usual.values(), default=0.0)
    order = sorted((code for code in catalogue.GROUPS if code in members), key=lambda c: -usual.get(c, 0.0))
    return tuple(
        Looked(
            label=group_titled(code),
            share=formatting.percent(usual[code] / whole) if whole else "",
            width=svg_geometry.bar(usual.get(code, 0.0), largest).width * 2,
            features=_named(members[code]),
            count=len(members[code]),
        )
        for code in order
    )


def _named(names: list[str]) -> tuple[str, ...]:
    """Those that a person can picture, where there are any."""
    features = [catalogue.BY_NAME[name] for name in names]
    sayable = [one for one in features if render.can_be_said(one)] or features
    return tuple(formatting.capitalized(one.label) for one in sayable[:NAMED_FEATURES])


def _by_importance(features: tuple[str, ...], explainer: ExplainerData | None) -> list[str]:
    if explainer is None:
        return list(features)
    at: Mapping[str, Any] = explainer.positions
    return sorted(features, key=lambda name: -float(explainer.importance[at[name]]))
