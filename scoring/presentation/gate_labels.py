"""Labels of promotion gates and of their figures, for the people who answer a proposal."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, NamedTuple, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scoring.ml.model.manifest_weaknesses import ClientSlice
from scoring.ml.tables.catalogue import column
from scoring.presentation import formatting
from scoring.presentation.figures_fairness import AGE
from scoring.presentation.figures_weaknesses import slice_in_words

Numbers = Mapping[str, Any]


class StoredGate(TypedDict):
    """A gate as a proposal stores it; the `numbers` depend on its code."""

    code: str
    state: str
    numbers: Numbers
    blocks: bool


LABELS: Final[Mapping[str, str | Promise]] = {
    "integrity": _("Folder as registered"),
    "auc": _("AUC against the version in use"),
    "cost": _("Cost per case against the version in use"),
    "calibration": _("Calibration on the hold-out"),
    "fairness": _("Acceptance by group"),
    "weaknesses": _("Groups ranked worse than promised"),
    "latency": _("Time for one client"),
    "replay": _("Stored assessments replayed"),
}
STATES: Final[Mapping[str, str | Promise]] = {
    "passed": _("passed"),
    "failed": _("failed"),
    "unknown": _("cannot be told"),
}


class GateLabel(NamedTuple):
    code: str
    state: str
    label: str
    state_text: str
    detail: str


def gate_label(gate: StoredGate) -> GateLabel:
    """Return a stored gate in the reader's language."""
    code, state, numbers = gate["code"], gate["state"], gate["numbers"]
    describe = _DETAILS.get(code)
    detail = describe(numbers) if describe and numbers else ""
    return GateLabel(
        code, state, str(LABELS.get(code, code)), str(STATES[state]), detail or _without_figures(code)
    )


def _without_figures(code: str) -> str:
    if code == "fairness":
        return gettext("The folder says nothing about groups.")
    if code == "replay":
        return gettext("No assessment of this version is stored yet.")
    return gettext("The folder does not give these figures.")


def _integrity(numbers: Numbers) -> str:
    return str(numbers["why"]) if "why" in numbers else gettext("The digest is the registered one.")


def _against(numbers: Numbers) -> str:
    if numbers.get("paired"):
        return gettext(
            "Difference %(value)s, 95%% interval %(low)s to %(high)s, on %(clients)s clients "
            "that neither version had seen."
        ) % {
            **{name: formatting.signed(numbers[name], 3) for name in ("value", "low", "high")},
            "clients": formatting.number(numbers["clients"]),
        }
    if "champion" not in numbers:
        return gettext("%(candidate)s; there is no version in use to compare with.") % {
            "candidate": formatting.number(numbers["candidate"], 3)
        }
    clients = gettext("the same clients") if numbers["same_clients"] else gettext("other clients")
    return gettext("%(candidate)s against %(champion)s on %(clients)s; noise %(noise)s.") % {
        **{name: formatting.number(numbers[name], 3) for name in ("candidate", "champion", "noise")},
        "clients": clients,
    }


def _calibration(numbers: Numbers) -> str:
    text = gettext("Slope %(slope)s (its interval must meet 0.9 to 1.1), error %(ece)s (at most %(limit)s).")
    return text % {
        "slope": formatting.number(numbers["slope"], 2),
        **{name: formatting.percent(numbers[name]) for name in ("ece", "limit")},
    }


def _fairness(numbers: Numbers) -> str:
    each = ", ".join(
        f"{_attribute(name)} {formatting.number(ratio, 2)}" for name, ratio in numbers["ratios"].items()
    )
    words = gettext("Lowest acceptance rate divided by the highest: %(each)s.") % {"each": each}
    if numbers["low"]:
        words += " " + gettext("Below 0.8 and below the version in use: %(low)s.") % {
            "low": ", ".join(_attribute(name) for name in numbers["low"])
        }
    return words


def _attribute(name: str) -> str:
    """Return a protected attribute as a person names it."""
    if name == AGE:
        return gettext("Age").lower()
    return formatting.localize(column("application", name).label).lower()


def _weaknesses(numbers: Numbers) -> str:
    words = gettext("%(examined)d groups of clients examined.") % numbers
    if numbers["excused"]:
        words += " " + gettext("No weaker than in the version in use: %(excused)d.") % numbers
    weak = [slice_in_words(_client_slice(item)) for item in numbers["weak"]]
    if not weak:
        return words + " " + gettext("No other is weak beyond chance.")
    return words + " " + gettext("Weak beyond chance: %(groups)s.") % {"groups": "; ".join(weak)}


def _client_slice(stored: Mapping[str, Any]) -> ClientSlice:
    return ClientSlice(**{item.name: stored[item.name] for item in fields(ClientSlice)})


def _latency(numbers: Numbers) -> str:
    return gettext("%(milliseconds)s ms (at most %(limit)s ms), measured now.") % {
        "milliseconds": formatting.number(numbers["milliseconds"], 1),
        "limit": formatting.number(numbers["limit"]),
    }


def _replay(numbers: Numbers) -> str:
    return gettext("%(same)d of %(asked)d come out the same.") % numbers


_DETAILS: Final[Mapping[str, Callable[[Numbers], str]]] = {
    "integrity": _integrity,
    "auc": _against,
    "cost": _against,
    "calibration": _calibration,
    "fairness": _fairness,
    "weaknesses": _weaknesses,
    "latency": _latency,
    "replay": _replay,
}
