"""Less discriminatory alternatives of a version: gaps in acceptance by cost, and what a person chose."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_fair_search import BASELINE, FairCandidate, FairSearch
from scoring.presentation.figure import Column, Figure, Row
from scoring.presentation.formatting import number

_ATTRIBUTES = {"CODE_GENDER": gettext_lazy("sex"), "age_band": gettext_lazy("age band")}
_SETTINGS = {
    "lambda_l2": gettext_lazy("leaves closer to the mean"),
    "max_depth": gettext_lazy("shallow trees"),
}


def alternatives(manifest: Manifest) -> list[Figure]:
    """Return a figure per attribute; none for a version that did not search."""
    section = manifest.fair_search
    return [_attribute(section, name) for name in section.attributes] if section else []


def alternatives_in_words(manifest: Manifest) -> list[str]:
    """Return what was tried, what a person chose and why, and why age is an input."""
    section = manifest.fair_search
    if section is None:
        return [_("Not searched for by this training; no reason for using the age was recorded.")]
    return [
        _(
            "{count} ways to train were measured on {clients} clients that their boosters had not seen, each "
            "with one threshold for everybody. Sex and age band measure them and are never read."
        ).format(count=number(len(section.candidates)), clients=number(section.clients)),
        _("Chosen by a person: {code}. The reason: {reason}").format(
            code=section.chosen, reason=section.reason
        )
        if section.chosen
        else _("No alternative was chosen: this version is {code}.").format(code=BASELINE),
        _("Age may be an input. The reason that was recorded: {reason}").format(reason=section.age_reason)
        if section.age_reason
        else _("Age is not an input, nor is what is computed from it: no reason for it was recorded."),
    ]


def _attribute(section: FairSearch, name: str) -> Figure:
    attribute = _name(name)
    candidates = sorted(section.candidates, key=lambda candidate: candidate.cost.value)
    on_front = [candidate for candidate in candidates if name in candidate.front]
    return Figure(
        code=f"alternatives-{name.lower().replace('_', '-')}",
        title=_("Alternatives: gap by {attribute}").format(attribute=attribute),
        summary=_(
            "The cheapest first. The gap is the highest acceptance rate of a group less the lowest; of those "
            "named below, none that was tried is both cheaper and more even."
        ),
        x=_("Alternative, the cheapest first"),
        y=_("Gap"),
        columns=[
            Column(_("Gap"), style="dots"),
            Column(_("Lowest"), style="edge"),
            Column(_("Highest"), style="edge"),
            Column(_("Cost per case"), "number", 4, style="table"),
            Column(_("Cost: lowest"), "number", 4, style="table"),
            Column(_("Cost: highest"), "number", 4, style="table"),
            Column(_("Cost against c0"), "number", 4, style="table"),
            Column(_("Gap against c0"), style="table"),
        ],
        rows=[_row(candidate, name) for candidate in candidates],
        notes=[f"{candidate.code}: {_description(candidate)}" for candidate in on_front],
    )


def _row(candidate: FairCandidate, name: str) -> Row:
    gap, cost = candidate.gaps[name], candidate.cost
    changes = [candidate.cost_change.value, candidate.gap_changes[name].value]
    return Row(candidate.code, [gap.value, gap.low, gap.high, cost.value, cost.low, cost.high, *changes])


def _description(candidate: FairCandidate) -> str:
    """What sets the alternative apart."""
    parts = [] if candidate.uses_age else [_("without age")]
    parts += [
        ngettext(
            "without the {count} feature that tells most about {attribute}",
            "without the {count} features that tell most about {attribute}",
            count,
        ).format(count=number(count), attribute=_name(name))
        for name, count in candidate.proxies.items()
    ]
    parts += [str(_SETTINGS.get(name, name)) for name in candidate.params]
    return ", ".join(parts) or _("nothing left out")


def _name(attribute: str) -> str | Promise:
    return _ATTRIBUTES.get(attribute, attribute)
