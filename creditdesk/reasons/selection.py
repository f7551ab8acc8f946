"""Selection of reasons: the strongest groups of features of which something can be told to the client."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Reason
from creditdesk.reasons import wording
from creditdesk.reasons.dictionary import dictionary, dictionary_version
from creditdesk.reasons.evidence import Evidence
from creditdesk.reasons.group_sums import group_sums
from creditdesk.reasons.sentence import Sentence
from scoring.ml.features import catalogue
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict

Floats = NDArray[np.float64]

MAX_REASONS: Final = 4
# A fact that carries less of its group's push than this would not stand for the group.
MIN_SHARE_OF_GROUP: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Group:
    """One group that pushes towards the verdict: the positions of its pushing features, strongest first."""

    code: str
    contribution: float
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Client:
    """One client's values and pushes towards the verdict, (k,) each, beside the model's reference ranges."""

    model: Model
    values: Floats
    pushes: Floats
    against: bool

    def groups(self, sums: Mapping[str, float]) -> list[_Group]:
        """The groups that push towards the verdict, the strongest first."""
        sign = 1.0 if self.against else -1.0
        members: dict[str, list[int]] = {group: [] for group in sums if sign * sums[group] > 0}
        names = self.model.features
        for position in np.argsort(-self.pushes, kind="stable")[: int((self.pushes > 0).sum())].tolist():
            group = catalogue.BY_NAME[names[position]].group
            if group in members:
                members[group].append(position)
        strongest = sorted(members, key=lambda group: -abs(sums[group]))
        return [_Group(group, sums[group], tuple(members[group])) for group in strongest]

    def reason(self, group: _Group) -> Reason | None:
        """The reason of a group: a fact, else its name, else nothing."""
        if fact := self._fact(group):
            sentence, evidence = fact
            return self._reason(
                group, sentence.key, evidence.feature.name, evidence.rank, wording.fact(sentence, evidence)
            )
        title = dictionary().groups.get(group.code)
        if title is None or self._rests_on_missing_values(group):
            return None
        words = wording.group(title.text, against=self.against)
        return self._reason(group, "", self.model.features[group.positions[0]], None, words)

    def _fact(self, group: _Group) -> tuple[Sentence, Evidence] | None:
        """The sentence about the strongest feature that may be told."""
        least = MIN_SHARE_OF_GROUP * abs(group.contribution)
        for position in group.positions:
            if self.pushes[position] < least:
                return None
            sentences = dictionary().sentences.get(self.model.features[position], ())
            evidence = self._evidence(position) if sentences else None
            for sentence in sentences:
                if evidence and sentence.fits(evidence, against=self.against):
                    return sentence, evidence
        return None

    def _evidence(self, position: int) -> Evidence:
        name = self.model.features[position]
        explainer = self.model.explainer
        reference_range = explainer.reference_range(name) if explainer else None
        return Evidence(catalogue.BY_NAME[name], float(self.values[position]), reference_range)

    def _rests_on_missing_values(self, group: _Group) -> bool:
        """Whether half or more of the push comes from values that are not known."""
        positions = list(group.positions)
        pushes = self.pushes[positions]
        return bool(pushes[np.isnan(self.values[positions])].sum() * 2 >= pushes.sum())

    def _reason(
        self, group: _Group, key: str, worded: str, rank: float | None, words: wording.BilingualText
    ) -> Reason:
        names = tuple(self.model.features[position] for position in group.positions)
        return Reason(
            code=group.code,
            version=dictionary_version(),
            contribution=group.contribution,
            feature=names[0],
            worded_feature=worded,
            features=names,
            key=key,
            rank=rank,
            **words,
        )


def reasons_for(
    model: Model,
    *,
    values: Floats,
    contributions: Floats,
    verdict: str,
    missing: Sequence[str],
    history_rows: Mapping[str, int],
) -> list[Reason]:
    """Return the reasons of a verdict, most important first.

    For a refusal or a referral: what speaks against the request; for an accept: what speaks for it; with
    inputs that must be completed: these. `values` and `contributions`, (k,), in the model's order,
    contributions in log-odds. A fact is a value outside the range of most accepted clients, on the side that
    pushes; a group of which no fact can be told is named as a whole, unless it rests on missing values.
    Facts come before groups; the strongest group keeps its place.
    """
    sums = group_sums(model.features, contributions)
    if missing:
        return _missing_inputs(sums, missing)
    against = verdict != Verdict.ACCEPT
    client = _Client(model, values, contributions if against else -contributions, against)
    candidates = _first_reasons(client, client.groups(sums))
    ordered = sorted(candidates, key=lambda reason: reason is not candidates[0] and not reason.is_fact)
    return sorted(ordered[:MAX_REASONS], key=lambda reason: -abs(reason.contribution))


def _first_reasons(client: _Client, groups: Iterable[_Group]) -> list[Reason]:
    """Reasons from the strongest group on, until enough of them are facts."""
    candidates: list[Reason] = []
    for group in groups:
        if reason := client.reason(group):
            candidates.append(reason)
        if sum(reason.is_fact or reason is candidates[0] for reason in candidates) == MAX_REASONS:
            break
    return candidates


def _missing_inputs(sums: Mapping[str, float], missing: Sequence[str]) -> list[Reason]:
    """In the order given: the input that can move the probability most comes first."""
    return [
        Reason(
            code=catalogue.BY_NAME[name].group,
            version=dictionary_version(),
            contribution=sums.get(catalogue.BY_NAME[name].group, 0.0),
            feature=name,
            worded_feature=name,
            features=(name,),
            **wording.missing_input(name),
        )
        for name in missing[:MAX_REASONS]
    ]
