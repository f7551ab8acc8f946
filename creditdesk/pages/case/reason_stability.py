"""Whether the reasons of an assessment would be told by models trained on other draws of the same clients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Assessment
from creditdesk.pages.case.reasons import group_titled
from creditdesk.pages.case.similar_clients import filled
from creditdesk.reasons import SHOWN, edition_of, version_of
from scoring.ml.features.frames import columns_of
from scoring.ml.model.explainer_data import group_membership, groups_of
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict

# A reason holds when three of four models tell it too.
HOLDS = 0.75


@dataclass(frozen=True, slots=True)
class Vote:
    """How many of the sister models tell a reason too; whether the challenger does, None without one."""

    title: str
    count: int
    of: int
    challenger: bool | None

    @property
    def holds(self) -> bool:
        return self.count >= HOLDS * self.of


@dataclass(frozen=True, slots=True)
class Stability:
    """`level`: stable when every reason holds, mixed when at least half do, unstable otherwise."""

    votes: tuple[Vote, ...]
    models: int
    challenger: str

    @property
    def level(self) -> str:
        held = sum(vote.holds for vote in self.votes)
        if held == len(self.votes):
            return "stable"
        return "mixed" if 2 * held >= len(self.votes) else "unstable"

    @property
    def held(self) -> int:
        return sum(vote.holds for vote in self.votes)

    @property
    def shared(self) -> int:
        return sum(bool(vote.challenger) for vote in self.votes)


def stability(model: Model, assessment: Assessment, challenger: Model | None) -> Stability | None:
    """None where there is nothing to compare: no reasons, reasons of another kind, or no sister models."""
    known = model.explainer
    told = [reason.code for reason in assessment.shown_reasons]
    if known is None or not told or not _comparable(model, assessment):
        return None
    sign = -1.0 if assessment.verdict == Verdict.ACCEPT else 1.0
    sisters = [top(known.groups, sums[0], sign) for sums in known.ensemble_contributions(filled(model, assessment))]
    other = _challengers(challenger, assessment, sign) if challenger else None
    return Stability(
        votes=tuple(
            Vote(
                title=group_titled(code),
                count=sum(code in one for one in sisters),
                of=len(sisters),
                challenger=None if other is None else code in other,
            )
            for code in told
        ),
        models=len(sisters),
        challenger=challenger.version if challenger else "",
    )


def top(groups: Sequence[str], sums: NDArray[np.float64], sign: float) -> set[str]:
    """The groups that would be told as reasons."""
    order = np.argsort(-sign * sums, kind="stable")[:SHOWN].tolist()
    return {groups[position] for position in order if sign * sums[position] > 0}


def _comparable(model: Model, assessment: Assessment) -> bool:
    by_group = edition_of(version_of(assessment.shown_reasons)) != "1"
    return by_group and assessment.verdict != Verdict.REFER and model.digest == assessment.model_digest


def _challengers(challenger: Model, assessment: Assessment, sign: float) -> set[str]:
    inputs = assessment.inputs
    columns = columns_of([{**inputs["application"], **inputs["history"]}])
    told = challenger.contributions(challenger.matrix(columns)).values[0]
    groups = groups_of(challenger.features)
    return top(groups, told @ group_membership(challenger.features, groups), sign)
