"""Stability of the reasons: the bootstrap models, and the challenger, that give the same ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Assessment
from creditdesk.models.reason import FIRST_EDITION
from creditdesk.pages.case.reasons import group_title
from creditdesk.pages.case.similar_clients import filled_row
from creditdesk.reasons import edition_of, version_of
from scoring.ml.model.explainer_data import group_membership, groups_of
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict

# A reason is stable when this share of the bootstrap models gives it too.
STABLE_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Vote:
    """The `count` of `of` bootstrap models that share a reason; whether the challenger does, if any."""

    title: str
    count: int
    of: int
    challenger: bool | None

    @property
    def is_stable(self) -> bool:
        return self.count >= STABLE_SHARE * self.of


@dataclass(frozen=True, slots=True)
class Stability:
    """`level`: "stable" when every reason is, "mixed" when at least half are, "unstable" otherwise."""

    votes: tuple[Vote, ...]
    models: int
    challenger: str

    @property
    def level(self) -> str:
        if self.stable_reasons == len(self.votes):
            return "stable"
        return "mixed" if 2 * self.stable_reasons >= len(self.votes) else "unstable"

    @property
    def stable_reasons(self) -> int:
        return sum(vote.is_stable for vote in self.votes)


def stability(model: Model, assessment: Assessment, challenger: Model | None) -> Stability | None:
    """Count the bootstrap models of `model` that share each reason of the assessment.

    None where there is nothing to compare: no reasons, reasons of an edition that did not group features, an
    assessment of another model, or a model without a bootstrap ensemble.
    """
    explainer = model.explainer
    codes = [reason.code for reason in assessment.shown_reasons]
    if explainer is None or not codes or not _is_comparable(model, assessment):
        return None
    sign = -1.0 if assessment.verdict == Verdict.ACCEPT else 1.0
    contributions = explainer.ensemble_contributions_of_one(filled_row(model, assessment))
    ensemble = [pushing_groups(explainer.groups, sums, sign) for sums in contributions]
    challenger_groups = _challenger_groups(challenger, assessment, sign) if challenger else None
    return Stability(
        votes=tuple(
            Vote(
                title=group_title(code),
                count=sum(code in groups for groups in ensemble),
                of=len(ensemble),
                challenger=None if challenger_groups is None else code in challenger_groups,
            )
            for code in codes
        ),
        models=len(ensemble),
        challenger=challenger.version if challenger else "",
    )


def pushing_groups(groups: Sequence[str], sums: NDArray[np.float64], sign: float) -> set[str]:
    """Return the groups that push towards the verdict, from their sums, (groups,), in log-odds."""
    return {group for group, total in zip(groups, sums.tolist(), strict=True) if sign * total > 0}


def _is_comparable(model: Model, assessment: Assessment) -> bool:
    is_grouped = edition_of(version_of(assessment.shown_reasons)) != FIRST_EDITION
    return is_grouped and assessment.verdict != Verdict.REFER and model.digest == assessment.model_digest


def _challenger_groups(challenger: Model, assessment: Assessment, sign: float) -> set[str]:
    contributions = challenger.contributions(challenger.rows([assessment.record])).values[0]
    groups = groups_of(challenger.features)
    return pushing_groups(groups, contributions @ group_membership(challenger.features, groups), sign)
