"""Selection of reasons: the strongest groups of features that a sentence for the client is about."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Reason
from creditdesk.models.reason import SEVENTH_EDITION, SIXTH_EDITION
from creditdesk.reasons import wording
from creditdesk.reasons.bilingual import BilingualText, all_in_both_languages
from creditdesk.reasons.dictionary import EDITION, Dictionary, dictionary, dictionary_version
from creditdesk.reasons.evidence import Evidence, are_one_day
from creditdesk.reasons.group_sums import group_sums
from creditdesk.reasons.sentence import Sentence
from scoring.ml.features import catalogue
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict

Floats = NDArray[np.float64]

MAX_REASONS: Final = 4
# A fact that carries less of its group's push than this would not stand for the group.
MIN_SHARE_OF_GROUP: Final = 0.05
# A group that pushes less than this share of the strongest led to nothing.
MIN_SHARE_OF_STRONGEST: Final = 0.003
# A group of whose push so much comes from missing values is not named: what is missing is no ground.
MAX_MISSING_SHARE: Final = 0.25
MAX_MISSING_SHARE_BEFORE: Final = 0.5
# The first edition that repeats no sentence and leaves out what pushes next to nothing.
_FIFTH: Final = 5
# Lower with every rating that is not known, whatever the ratings are.
_SUMS_OF_RATINGS: Final = {"EXT_SUM": ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")}


@dataclass(frozen=True, slots=True)
class _Group:
    """One group that pushes towards the verdict: the positions of its pushing features, strongest first."""

    code: str
    contribution: float
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Unworded:
    """A reason that may be chosen; `key` and `evidence` of its fact, none where it names the group."""

    group: _Group
    write: Callable[[], str]
    key: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class _Client:
    """One client's values and pushes towards the verdict, (k,) each, beside the model's reference ranges.

    `value_of` and `push_of` are the same numbers as lists: quicker, one by one. `missing`, (k,), says which
    values are not known.
    """

    model: Model
    book: Dictionary
    values: Floats
    pushes: Floats
    against: bool
    value_of: list[float]
    push_of: list[float]
    missing: NDArray[np.bool_]
    edition: int = EDITION

    @property
    def repeats(self) -> bool:
        """Whether the edition gives two groups the same sentence, and names what pushes next to nothing."""
        return self.edition < _FIFTH

    def groups(self, sums: Mapping[str, float]) -> list[_Group]:
        """The groups that push towards the verdict, the strongest first."""
        sign = 1.0 if self.against else -1.0
        members: dict[str, list[int]] = {group: [] for group in sums if sign * sums[group] > 0}
        group_of = _group_of_each(self.model.features)
        for position in np.argsort(-self.pushes, kind="stable")[: int((self.pushes > 0).sum())].tolist():
            if (group := group_of[position]) in members:
                members[group].append(position)
        strongest = sorted(members, key=lambda group: -abs(sums[group]))
        return [_Group(group, sums[group], tuple(members[group])) for group in strongest]

    def unworded(self, group: _Group, given: Sequence[_Unworded]) -> _Unworded | None:
        """The strongest fact of a group that is not `given` before, nothing where each is; a group without
        facts is named, unless it has no name or rests on missing values."""
        has_facts = False
        for sentence, evidence in self._facts(group):
            if self.repeats or not any(self._is_same(sentence, evidence, reason) for reason in given):
                return _Unworded(group, partial(sentence.write, evidence), sentence.key, evidence)
            has_facts = True
        if has_facts:
            return None
        title = self.book.groups.get(group.code)
        if title is None or self._rests_on_missing_values(group):
            return None
        is_alone = len(group.positions) == 1
        write = partial(wording.name_of_group, title.text, against=self.against, is_alone=is_alone)
        return _Unworded(group, write)

    def _is_same(self, sentence: Sentence, evidence: Evidence, given: _Unworded) -> bool:
        """Whether a fact has the sentence of a given one, or gives the same day."""
        if sentence.key == given.key:
            return True
        if self.edition < SEVENTH_EDITION or given.evidence is None:
            return False
        return are_one_day(evidence, given.evidence)

    def _facts(self, group: _Group) -> Iterator[tuple[Sentence, Evidence]]:
        """Features of a group that may be given, the strongest first, each with its sentence; before the
        seventh edition the strongest alone."""
        least = MIN_SHARE_OF_GROUP * abs(group.contribution)
        by_feature, names = self.book.sentences, self.model.features
        for position in group.positions:
            if self.push_of[position] < least:
                return
            sentences = by_feature.get(names[position], ())
            evidence = self._evidence(position) if sentences else None
            for sentence in sentences:
                if evidence and sentence.fits(evidence, against=self.against):
                    yield sentence, evidence
                    if self.edition < SEVENTH_EDITION:
                        return
                    break

    def _evidence(self, position: int) -> Evidence:
        name = self.model.features[position]
        explainer = self.model.explainer
        reference_range = explainer.reference_range(name) if explainer else None
        return Evidence(catalogue.BY_NAME[name], self.value_of[position], reference_range)

    def _rests_on_missing_values(self, group: _Group) -> bool:
        """Whether a quarter or more of the push comes from values that are not known; before, half of it."""
        positions = list(group.positions)
        pushes = self.pushes[positions]
        share = MAX_MISSING_SHARE if self.edition >= SIXTH_EDITION else MAX_MISSING_SHARE_BEFORE
        return bool(pushes[self.missing[positions]].sum() >= share * pushes.sum())

    def reason(self, chosen: _Unworded, words: BilingualText) -> Reason:
        names = tuple(map(self.model.features.__getitem__, chosen.group.positions))
        evidence = chosen.evidence
        return Reason(
            code=chosen.group.code,
            version=dictionary_version(),
            contribution=chosen.group.contribution,
            feature=names[0],
            worded_feature=evidence.feature.name if evidence else names[0],
            features=names,
            key=chosen.key,
            rank=evidence.rank if evidence else None,
            **words,
        )


def _missing_values(names: Sequence[str], values: Floats, edition: int) -> NDArray[np.bool_]:
    """Which values are not known, (k,): a sum of ratings is not where one of them is not."""
    missing = np.isnan(values)
    if edition >= _FIFTH:
        for name, ratings in _SUMS_OF_RATINGS.items():
            if name in names:
                parts = [names.index(part) for part in (name, *ratings) if part in names]
                missing[names.index(name)] = missing[parts].any()
    return missing


@cache
def _group_of_each(features: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(catalogue.BY_NAME[name].group for name in features)


def reasons_for(
    model: Model,
    *,
    values: Floats,
    contributions: Floats,
    verdict: str,
    missing: Sequence[str],
    history_rows: Mapping[str, int],
    edition: int = EDITION,
) -> list[Reason]:
    """Return the reasons of a verdict, most important first.

    For a refusal or a referral: what speaks against the request; for an accept: what speaks for it; with
    inputs that must be completed: these. `values` and `contributions`, (k,), in the model's order,
    contributions in log-odds. A fact is a value outside the range of most accepted clients, on the side that
    pushes; a group of which no fact can be told is named as a whole, unless it rests on missing values.
    Facts come before groups; the strongest group keeps its place. No sentence and no day of the credit
    history is given twice, and no group that pushes next to nothing beside the strongest.
    """
    sums = group_sums(model.features, contributions)
    if missing:
        return _missing_inputs(sums, missing)
    against = verdict != Verdict.ACCEPT
    pushes = contributions if against else -contributions
    client = _Client(
        model,
        dictionary(edition),
        values,
        pushes,
        against,
        values.tolist(),
        pushes.tolist(),
        _missing_values(model.features, values, edition),
        edition,
    )
    candidates = _first_reasons(client, client.groups(sums))
    ordered = sorted(candidates, key=lambda reason: reason is not candidates[0] and not reason.key)
    chosen = sorted(ordered[:MAX_REASONS], key=lambda reason: -abs(reason.group.contribution))
    # Only the chosen groups are put into words.
    worded = all_in_both_languages([reason.write for reason in chosen])
    return [client.reason(reason, words) for reason, words in zip(chosen, worded, strict=True)]


def _first_reasons(client: _Client, groups: Iterable[_Group]) -> list[_Unworded]:
    """Reasons from the strongest group on, until enough of them are facts."""
    candidates: list[_Unworded] = []
    facts = 0
    for group in groups:
        if candidates and not client.repeats:
            strongest = abs(candidates[0].group.contribution)
            if abs(group.contribution) < MIN_SHARE_OF_STRONGEST * strongest:
                break
        if reason := client.unworded(group, candidates):
            # The strongest group keeps its place, fact or not.
            facts += bool(reason.key) or not candidates
            candidates.append(reason)
        if facts == MAX_REASONS:
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
